// Api: FHIR's RESTful API below one base URL. The one pipeline that every request passes:
//
//   route -> who asks -> negotiate -> parameters -> [access decision] -> interaction -> answer, metrics, log
//   line; the answer waits until the access is written down
//
// Nothing is written, answered or looked at before the place of the access decision, where the interaction
// and its target are known. What prepare() has read ahead was read as the caller of its request, and is
// looked at behind the decision, or never.
//
// Threading: handle() is called by many workers at once, each with its own number; a worker's database
// session belongs to its number and is made at its first request. Errors: every fault is an answer with an
// OperationOutcome.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "src/access/decision.h"
#include "src/audit/recorder.h"
#include "src/http/message.h"
#include "src/platform/metrics.h"
#include "src/rest/capability_statement.h"
#include "src/rest/interaction.h"
#include "src/rest/limits.h"
#include "src/rules/rules.h"
#include "src/smart/tokens.h"
#include "src/store/store.h"

namespace rest {

struct ApiOptions {
  std::string baseUrl;  // absolute, without a slash at its end: "http://localhost:8080/fhir"
  Software software;
  bool pretty = false;  // when the client does not say _pretty
  unsigned workers = 1;
  Limits limits;
  platform::Metrics* metrics = nullptr;  // nullptr: not counted; must outlive the Api
  // Who may do what: every request but that for the CapabilityStatement needs a valid bearer token. nullptr:
  // without access control. Must outlive the Api.
  smart::Tokens* tokens = nullptr;
  // Writes down what is read, before the answer goes. nullptr: nobody does. Must outlive the Api and all
  // answers.
  audit::Recorder* recorder = nullptr;
  Security security;  // what the CapabilityStatement says of it
};

class Api {
 public:
  // All must outlive the Api. `rules` are followed: a definition that is written counts for every request
  // after it.
  Api(const store::Store& store, rules::Rules& rules, ApiOptions options);
  ~Api();
  Api(const Api&) = delete;
  Api& operator=(const Api&) = delete;

  const std::string& baseUrl() const noexcept { return options_.baseUrl; }
  // Whether the request's path lies at or below the base's.
  bool owns(const http::Request&) const;
  // `worker` is 0 .. options.workers-1; one thread at a time for each number.
  http::Response handle(const http::Request&, unsigned worker);
  // For the edge's Joining. Reads by id are joinable: what they will be answered from is read ahead in one
  // round trip, each as what its caller sees of it.
  bool isJoinable(const http::Request&) const;
  void prepare(std::span<const http::Request* const> run, unsigned worker);
  // The worker's session, for what lives beside the API and asks the database (readiness).
  store::Session& session(unsigned worker);

 private:
  struct Trace;  // what the log line and the metrics tell
  // Of the principals that a worker has served lately: what a token allows is worked out once.
  struct Decisions {
    static constexpr std::size_t kMost = 1000;
    std::unordered_map<const smart::Principal*, std::unique_ptr<allowed::Decision>> byPrincipal;
    std::int64_t searchEpoch = 0;  // whose parameters they know
    // Of the tokens that the worker's run brings, as long as they stand as they stood: Tokens::standing().
    struct Ahead {
      std::string token;
      const allowed::Decision* decision;
    };
    std::vector<Ahead> ahead;
    std::optional<std::uint64_t> standing;
  };
  std::optional<Target> readTarget(const http::Request&) const;
  // Good until the worker's next forgetDecisions().
  const allowed::Decision& decisionFor(std::shared_ptr<const smart::Principal>, unsigned worker);
  // What prepare() found for the token, if that holds still; else nullptr.
  const allowed::Decision* decidedAhead(std::string_view token, unsigned worker) const;
  // When there are too many, or they know other search parameters; and then what was read ahead, too, since
  // it points to them.
  void forgetDecisions(unsigned worker);
  http::Response respond(const http::Request&, unsigned worker, Trace&);
  http::Response perform(const http::Request&, const Target&, unsigned worker, Trace&);
  http::Response performFor(const allowed::Decision*, const http::Request&, const Target&, unsigned worker,
                            Trace&);
  void record(const http::Request&, const Trace&, unsigned worker);

  void followDefinitions(unsigned worker);

  const store::Store& store_;
  rules::Rules& rules_;
  ApiOptions options_;
  std::vector<std::string> base_;  // the base's path segments
  Statement statement_;
  std::vector<std::unique_ptr<store::Session>> sessions_;
  std::vector<Decisions> decisions_;  // by worker
};

}  // namespace rest
