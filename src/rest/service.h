// Service: everything that one server answers: the FHIR API below its base, and beside it
//
//   GET /health/live    200 as long as the process answers
//   GET /health/ready   200 when the database answers too, else 503 with Retry-After
//   GET /metrics        Prometheus's text format; 404 when metrics are off
//   GET /               where the API is
//
// These need no caller and tell nothing about a person. Threading: as Api.
#pragma once

#include "src/http/message.h"
#include "src/platform/metrics.h"
#include "src/rest/api.h"

namespace rest {

class Service {
 public:
  // All must outlive the Service. metrics: nullptr when they are off.
  Service(Api& api, const platform::Metrics* metrics) : api_(api), metrics_(metrics) {}

  http::Response handle(const http::Request&, unsigned worker);

 private:
  http::Response ready(unsigned worker);
  http::Response welcome() const;

  Api& api_;
  const platform::Metrics* metrics_;
};

}  // namespace rest
