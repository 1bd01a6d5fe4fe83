// The bearer token of a request, and the answer when there is no good one.
//
// Specification: RFC 6750, sections 2.1 and 3: the Authorization field alone; a token in the query or body is
// not looked at. Threading: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "src/http/message.h"

namespace smart {

enum class BearerFault : std::uint8_t { none, absent, malformed };

struct Bearer {
  BearerFault fault = BearerFault::none;
  std::string_view token;  // the request's
};

// absent: no Authorization field; malformed: several, or another scheme, or no token68.
Bearer bearerOf(const http::Request&) noexcept;

// WWW-Authenticate: `Bearer realm="...", error="invalid_token"`; the error is left out when it is empty, as
// for a request that brought no token.
std::string challenge(std::string_view error, std::string_view scope = {});

}  // namespace smart
