// Answers of the endpoints: JSON that no cache keeps, and OAuth's errors. For the files of the service alone.
#pragma once

#include <string>

#include "src/http/message.h"
#include "src/smart/error.h"

namespace smart {

http::Response jsonResponse(std::string body, int status = 200);  // no-store
// For what everybody may know: kept for five minutes.
http::Response publicResponse(std::string body);
// RFC 6749, section 5.2. A 401 to a request with an Authorization field says which scheme is meant.
http::Response errorResponse(const Error&, const http::Request&);
// RFC 6750, section 3.
http::Response bearerRefused(int status, std::string_view error, std::string_view description);

}  // namespace smart
