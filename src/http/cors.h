// Cross-origin requests (Fetch standard, "HTTP extensions: CORS protocol"). Credentials are never allowed:
// callers authenticate by the Authorization field, which a script has to set itself.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "src/http/message.h"

namespace http {

class Cors {
 public:
  // Exact origins, or "*". None: no request is answered as a cross-origin one.
  explicit Cors(const std::vector<std::string>& origins);

  // The answer to a preflight of an allowed origin; nullopt for any other request: whoever handles requests
  // may know more origins.
  std::optional<Response> preflight(const Request& request) const;
  // Lets the caller's script read the answer, when its origin is allowed.
  void allow(const Request& request, Response& response) const;

 private:
  bool allows(const std::string& origin) const;

  std::vector<std::string> origins_;
  bool anyone_ = false;
};

// Adds a name to the Vary field, once.
void addVary(Response& response, std::string_view name);

}  // namespace http
