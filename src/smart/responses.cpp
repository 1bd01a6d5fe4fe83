#include "src/smart/responses.h"

#include "src/smart/bearer.h"
#include "src/smart/json.h"

namespace smart {

http::Response jsonResponse(std::string body, int status) {
  http::Response out;
  out.status = status;
  out.setHeader("Content-Type", "application/json");
  out.setHeader("Cache-Control", "no-store");
  out.setHeader("Pragma", "no-cache");
  out.body = std::move(body);
  return out;
}

http::Response publicResponse(std::string body) {
  http::Response out = jsonResponse(std::move(body));
  out.setHeader("Cache-Control", "public, max-age=300");
  std::erase_if(out.headers, [](const http::Header& header) { return header.name == "Pragma"; });
  return out;
}

http::Response errorResponse(const Error& error, const http::Request& request) {
  http::Response out = jsonResponse(
      JsonWriter().add("error", error.code).add("error_description", error.description).take(), error.status);
  if (error.status == 401 && request.header("Authorization") != nullptr)
    out.setHeader("WWW-Authenticate", R"(Basic realm="token")");
  if (error.status == 503) out.setHeader("Retry-After", "1");
  return out;
}

http::Response bearerRefused(int status, std::string_view error, std::string_view description) {
  JsonWriter body;
  body.add("error", error.empty() ? "invalid_request" : error).add("error_description", description);
  http::Response out = jsonResponse(body.take(), status);
  out.setHeader("WWW-Authenticate", challenge(error));
  return out;
}

}  // namespace smart
