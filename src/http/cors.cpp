#include "src/http/cors.h"

#include <algorithm>

#include "src/http/text.h"

namespace http {
namespace {

constexpr std::string_view kMethods = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";
constexpr std::string_view kExposed = "ETag, Location, Content-Location, Last-Modified, X-Request-Id";
constexpr std::string_view kMaxAge = "600";

// A list of field names that may be repeated to the client as it came.
bool isFieldNameList(std::string_view list) {
  while (!list.empty()) {
    if (!text::isToken(text::nextElement(list))) return false;
  }
  return true;
}

}  // namespace

void addVary(Response& response, std::string_view name) {
  const std::string* present = response.header("Vary");
  if (present == nullptr) {
    response.setHeader("Vary", std::string(name));
  } else if (*present != "*" && !text::listHas(*present, name)) {
    response.setHeader("Vary", *present + ", " + std::string(name));
  }
}

Cors::Cors(const std::vector<std::string>& origins)
    : origins_(origins), anyone_(std::find(origins.begin(), origins.end(), "*") != origins.end()) {}

bool Cors::allows(const std::string& origin) const {
  return anyone_ || std::find(origins_.begin(), origins_.end(), origin) != origins_.end();
}

std::optional<Response> Cors::preflight(const Request& request) const {
  if (request.method != "OPTIONS") return std::nullopt;
  const std::string* origin = request.header("Origin");
  if (origin == nullptr || request.header("Access-Control-Request-Method") == nullptr) return std::nullopt;
  if (!allows(*origin)) return std::nullopt;
  Response response;
  response.status = 204;
  response.setHeader("Access-Control-Allow-Methods", std::string(kMethods));
  const std::string* asked = request.header("Access-Control-Request-Headers");
  if (asked != nullptr && isFieldNameList(*asked)) response.setHeader("Access-Control-Allow-Headers", *asked);
  response.setHeader("Access-Control-Max-Age", std::string(kMaxAge));
  addVary(response, "Access-Control-Request-Method");
  addVary(response, "Access-Control-Request-Headers");
  return response;
}

void Cors::allow(const Request& request, Response& response) const {
  if (origins_.empty()) return;
  if (!anyone_) addVary(response, "Origin");
  const std::string* origin = request.header("Origin");
  if (origin == nullptr || !allows(*origin)) return;
  response.setHeader("Access-Control-Allow-Origin", anyone_ ? "*" : *origin);
  response.setHeader("Access-Control-Expose-Headers", std::string(kExposed));
}

}  // namespace http
