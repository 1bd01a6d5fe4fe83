#include "src/smart/service.h"

#include <algorithm>
#include <exception>

#include "src/http/text.h"
#include "src/platform/log.h"
#include "src/smart/responses.h"
#include "src/smart/url.h"

namespace smart {
namespace {

// The path of a URL, as Request::segments has it.
std::vector<std::string> segmentsOf(std::string_view url) {
  std::vector<std::string> out;
  const std::size_t authority = url.find("://");
  std::size_t at = url.find('/', authority == std::string_view::npos ? 0 : authority + 3);
  while (at != std::string_view::npos) {
    const std::size_t end = url.find('/', at + 1);
    const std::string_view segment = url.substr(at + 1, end == std::string_view::npos ? end : end - at - 1);
    if (!segment.empty()) out.emplace_back(segment);
    at = end;
  }
  return out;
}

std::vector<std::string> joined(std::vector<std::string> path, std::initializer_list<std::string_view> more) {
  path.insert(path.end(), more.begin(), more.end());
  return path;
}

http::Response preflight(std::string_view methods) {
  http::Response out;
  out.status = 204;
  out.setHeader("Access-Control-Allow-Methods", std::string(methods));
  out.setHeader("Access-Control-Allow-Headers", "Authorization, Content-Type, Accept");
  out.setHeader("Access-Control-Max-Age", "600");
  return out;
}

http::Response wrongMethod(std::string_view methods, const http::Request& request) {
  http::Response out =
      errorResponse({405, "invalid_request", "This endpoint takes another method."}, request);
  out.setHeader("Allow", std::string(methods));
  return out;
}

}  // namespace

Service::Service(Connections& connections, Tokens& tokens, ServiceOptions options)
    : connections_(connections),
      tokens_(tokens),
      options_(std::move(options)),
      grants_(options_.times),
      keys_(options_.secret),
      authentication_({.tokenUrl = options_.authBase + "/token", .issuer = options_.authBase},
                      [rules = options_.fetch](const std::string& url) { return fetch(url, rules); }),
      routes_(routes()) {}

std::vector<Service::Route> Service::routes() const {
  constexpr std::string_view get = "GET, HEAD";
  const std::vector<std::string> auth = segmentsOf(options_.authBase);
  std::vector<std::string> metadata{".well-known", "oauth-authorization-server"};
  metadata.insert(metadata.end(), auth.begin(), auth.end());
  std::vector<Route> out{
      {joined(auth, {"token"}), "POST", &Service::token, false},
      {joined(auth, {"introspect"}), "POST", &Service::introspect, false},
      {joined(auth, {"revoke"}), "POST", &Service::revoke, false},
      {joined(auth, {"jwks"}), get, &Service::jwks, true},
      {std::move(metadata), get, &Service::serverMetadata, true},
      {joined(segmentsOf(options_.fhirBase), {".well-known", "smart-configuration"}), get,
       &Service::smartConfiguration, true},
  };
  if (options_.registration)
    out.push_back({joined(auth, {"register"}), "POST", &Service::registerItself, false});
  if (options_.pages) {
    out.push_back({joined(auth, {"launch"}), "POST", &Service::launch, false});
    out.push_back({joined(auth, {"userinfo"}), "GET, HEAD, POST", &Service::userinfo, false});
    out.push_back(
        {joined(auth, {".well-known", "openid-configuration"}), get, &Service::openidConfiguration, true});
  }
  return out;
}

std::optional<http::Response> Service::handle(const http::Request& request) {
  for (const Route& route : routes_)
    if (route.segments == request.segments) return answer(route, request);
  return std::nullopt;
}

http::Response Service::answer(const Route& route, const http::Request& request) {
  const bool isPreflight =
      request.method == "OPTIONS" && request.header("Access-Control-Request-Method") != nullptr;
  http::Response out;
  try {
    out = isPreflight                                          ? preflight(route.methods)
          : http::text::listHas(route.methods, request.method) ? (this->*route.endpoint)(request)
                                                               : wrongMethod(route.methods, request);
  } catch (const std::exception&) {
    platform::log::error("the authorization server failed", {{"id", request.id}});
    out = errorResponse({500, "server_error", "The server failed. Try again later."}, request);
  }
  if (route.anyOrigin) {
    out.setHeader("Access-Control-Allow-Origin", "*");
  } else {
    allowOrigin(request, out);
  }
  return out;
}

// Scripts of registered origins may read the answer, whatever it says; credentials are never sent by cookie.
void Service::allowOrigin(const http::Request& request, http::Response& response) {
  const std::string* const origin = request.header("Origin");
  if (origin == nullptr) return;
  response.setHeader("Vary", "Origin");
  const auto connection = connections_.borrow();
  const auto known = isRegisteredOrigin(*connection, *origin);
  if (known && *known) response.setHeader("Access-Control-Allow-Origin", *origin);
}

http::Response Service::jwks(const http::Request& request) {
  const auto connection = connections_.borrow();
  auto set = keys_.publicSet(*connection);
  if (!set) return errorResponse(set.error(), request);
  return publicResponse(*std::move(set));
}

}  // namespace smart
