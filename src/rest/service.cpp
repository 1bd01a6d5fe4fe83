#include "src/rest/service.h"

#include <utility>

#include "fhir/json/json.h"
#include "src/rest/answer.h"

namespace rest {
namespace {

http::Response plain(int status, std::string contentType, std::string body) {
  http::Response response;
  response.status = status;
  response.setHeader("Content-Type", std::move(contentType));
  response.setHeader("Cache-Control", "no-store");
  response.body = std::move(body);
  return response;
}

http::Response state(int status, std::string_view text) {
  return plain(status, "application/json", "{\"status\":\"" + std::string(text) + "\"}\n");
}

bool isAt(const http::Request& request, std::string_view first, std::string_view second = {}) {
  const auto& path = request.segments;
  if (second.empty()) return path.size() == 1 && path[0] == first;
  return path.size() == 2 && path[0] == first && path[1] == second;
}

bool isRead(const http::Request& request) {
  return request.method == "GET" || request.method == "HEAD";
}

bool isRoot(const http::Request& request) {
  return request.segments.empty() || (request.segments.size() == 1 && request.segments[0].empty());
}

}  // namespace

http::Response Service::handle(const http::Request& request, unsigned worker) {
  if (auto known = atOnce(request)) return *std::move(known);
  if (beside_) {
    if (auto known = beside_(request)) return *std::move(known);
  }
  const bool live = isAt(request, "health", "live");
  const bool ready_ = isAt(request, "health", "ready");
  const bool metrics = isAt(request, "metrics") && metrics_;
  const bool root = isRoot(request) && !api_.owns(request);
  if (!live && !ready_ && !metrics && !root) return api_.handle(request, worker);

  if (!isRead(request)) {
    auto response = answer(fhir::Outcome(fhir::Failure::methodNotAllowed, fhir::IssueType::notSupported,
                                         "The method is not allowed here."));
    response.setHeader("Allow", "GET, HEAD");
    return response;
  }
  return ready_ ? ready(worker) : welcome();
}

std::optional<http::Response> Service::atOnce(const http::Request& request) const {
  if (!isRead(request)) return std::nullopt;
  if (isAt(request, "health", "live")) return state(200, "live");
  if (isAt(request, "metrics") && metrics_)
    return plain(200, "text/plain; version=0.0.4; charset=utf-8", metrics_->exposition());
  return std::nullopt;
}

http::Response Service::ready(unsigned worker) {
  if (api_.session(worker).ping()) return state(200, "ready");
  auto response = state(503, "the database does not answer");
  response.setHeader("Retry-After", "2");
  return response;
}

http::Response Service::welcome() const {
  std::string body = "{\"fhir\":";
  fhir::json::writeString(api_.baseUrl(), body);
  body += ",\"capabilities\":";
  fhir::json::writeString(api_.baseUrl() + "/metadata", body);
  body += "}\n";
  return plain(200, "application/json", std::move(body));
}

}  // namespace rest
