// Api: FHIR's RESTful API below one base URL. The one pipeline that every request passes:
//
//   route -> negotiate -> parameters -> [access decision] -> interaction -> answer, metrics, log line
//
// Nothing is read or written before the place of the access decision, where the interaction and its target
// are known.
//
// Threading: handle() is called by many workers at once, each with its own number; a worker's database
// session belongs to its number and is made at its first request. Errors: every fault is an answer with an
// OperationOutcome.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fhir/validation/validator.h"
#include "src/http/message.h"
#include "src/platform/metrics.h"
#include "src/rest/capability_statement.h"
#include "src/rest/interaction.h"
#include "src/store/store.h"

namespace rest {

struct ApiOptions {
  std::string baseUrl;  // absolute, without a slash at its end: "http://localhost:8080/fhir"
  Software software;
  bool pretty = false;  // when the client does not say _pretty
  // What a resource is checked for before it is written, beside its structure; nullopt: nothing.
  std::optional<fhir::validation::Options> writeRules = fhir::validation::Options{};
  unsigned workers = 1;
  platform::Metrics* metrics = nullptr;  // nullptr: not counted; must outlive the Api
};

class Api {
 public:
  // The store must outlive the Api.
  Api(const store::Store& store, ApiOptions options);
  ~Api();
  Api(const Api&) = delete;
  Api& operator=(const Api&) = delete;

  const std::string& baseUrl() const noexcept { return options_.baseUrl; }
  // Whether the request's path lies at or below the base's.
  bool owns(const http::Request&) const;
  // `worker` is 0 .. options.workers-1; one thread at a time for each number.
  http::Response handle(const http::Request&, unsigned worker);
  // The worker's session, for what lives beside the API and asks the database (readiness).
  store::Session& session(unsigned worker);

 private:
  struct Trace;  // what the log line and the metrics tell
  http::Response respond(const http::Request&, unsigned worker, Trace&);
  http::Response perform(const http::Request&, const Target&, unsigned worker);
  void record(const http::Request&, const Trace&, unsigned worker);

  const store::Store& store_;
  ApiOptions options_;
  std::vector<std::string> base_;  // the base's path segments
  std::string capabilityStatement_;
  std::vector<std::unique_ptr<store::Session>> sessions_;
};

}  // namespace rest
