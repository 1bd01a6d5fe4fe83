// The bearer of a request to one of our own endpoints, or the answer that refuses it.
//
// Specification: RFC 6750, section 3. Threading: may be called by many threads. Errors: 401 without a token
// or with one that is not valid, 503 when the database is away.
#pragma once

#include <memory>
#include <variant>

#include "src/http/message.h"
#include "src/smart/tokens.h"

namespace smart {

std::variant<std::shared_ptr<const Principal>, http::Response> checkBearer(Tokens&, const http::Request&);

}  // namespace smart
