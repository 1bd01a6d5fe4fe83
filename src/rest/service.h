// Service: everything that one server answers: the FHIR API below its base, and beside it
//
//   GET /health/live    200 as long as the process answers
//   GET /health/ready   200 when the database answers too, else 503 with Retry-After
//   GET /metrics        Prometheus's text format; 404 when metrics are off
//   GET /               where the API is
//   the authorization server's endpoints, where there is one
//
// The first four need no caller and tell nothing about a person. Threading: as Api.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <utility>

#include "src/http/message.h"
#include "src/platform/metrics.h"
#include "src/rest/api.h"

namespace rest {

class Service {
 public:
  // What else the server answers, beside and below the API's base: the authorization server; nothing for a
  // path that is not its.
  using Beside = std::function<std::optional<http::Response>(const http::Request&)>;

  // All must outlive the Service. metrics: nullptr when they are off.
  Service(Api& api, const platform::Metrics* metrics, Beside beside = {})
      : api_(api), metrics_(metrics), beside_(std::move(beside)) {}

  http::Response handle(const http::Request&, unsigned worker);
  // Life and metrics, which need no worker and so are told when all are busy; nothing for any other request.
  std::optional<http::Response> atOnce(const http::Request&) const;
  // As Api's.
  bool isJoinable(const http::Request& request) const { return api_.isJoinable(request); }
  void prepare(std::span<const http::Request* const> run, unsigned worker) { api_.prepare(run, worker); }

 private:
  http::Response ready(unsigned worker);
  http::Response welcome() const;

  Api& api_;
  const platform::Metrics* metrics_;
  Beside beside_;
};

}  // namespace rest
