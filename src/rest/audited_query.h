// What the audit trail has of a query: what was searched for, and nothing that the database has encrypted.
//
// Threading: pure, but for the keyring.
#pragma once

#include <string>
#include <string_view>

#include "src/http/message.h"
#include "src/rest/interaction.h"
#include "src/store/store.h"

namespace rest {

// The URL's query, the form of a _search, the condition of a create, wherever they stand, at most 4,000 bytes
// of printable ASCII. While values are encrypted those of contact points, words and _filter are keyed hashes
// (~...), the same as the index tables have: who knows a number can find who asked for it.
std::string auditedQuery(const store::Store&, const http::Request&, const Target&);

// A client's text as printable ASCII: what is not is percent-encoded.
std::string printable(std::string_view text);

}  // namespace rest
