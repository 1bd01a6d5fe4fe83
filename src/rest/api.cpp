#include "src/rest/api.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "src/platform/instant.h"
#include "src/platform/log.h"
#include "src/rest/answer.h"
#include "src/rest/audited.h"
#include "src/rest/call.h"
#include "src/rest/pipeline.h"
#include "src/rest/router.h"
#include "src/smart/bearer.h"

namespace rest {
namespace {

using fhir::Failure;
using fhir::IssueType;
using fhir::Outcome;

std::vector<std::string> pathSegments(std::string_view url) {
  std::vector<std::string> segments;
  const auto scheme = url.find("://");
  const auto path = url.find('/', scheme == std::string_view::npos ? 0 : scheme + 3);
  if (path == std::string_view::npos) return segments;
  url.remove_prefix(path + 1);
  while (!url.empty()) {
    const auto end = std::min(url.find('/'), url.size());
    if (end > 0) segments.emplace_back(url.substr(0, end));
    url.remove_prefix(std::min(end + 1, url.size()));
  }
  return segments;
}

Presentation onlyLayout(Format format, bool pretty) {
  Presentation presentation;
  presentation.format = format;
  presentation.pretty = pretty;
  return presentation;
}

// The layout that a refusal can be shown in: what the client asked for when that makes sense, else the
// default.
Presentation layoutOrDefault(const http::Request& request, Parameters parameters, bool pretty) {
  auto presentation = layout(request, parameters, pretty);
  return presentation ? std::move(*presentation) : onlyLayout({}, pretty);
}

http::Response refusal(const Route& route, const Presentation& presentation) {
  http::Response response;
  if (route.refusal.empty()) {
    response.status = 204;
  } else {
    response = answer(route.refusal, presentation);
  }
  if (!route.allow.empty()) response.setHeader("Allow", std::string(route.allow));
  return response;
}

// A client can name a method as it likes; what it says stays out of the log.
bool isKnownMethod(std::string_view method) {
  static constexpr std::array<std::string_view, 7> kKnown{"GET",   "HEAD",   "POST",   "PUT",
                                                          "PATCH", "DELETE", "OPTIONS"};
  return std::find(kKnown.begin(), kKnown.end(), method) != kKnown.end();
}

}  // namespace

struct Api::Trace {
  std::string_view interaction = "none";
  std::string_view type;
  int status = 0;
  std::uint64_t databaseMicroseconds = 0;
  std::vector<audit::Access> accesses;
};

Api::Api(const store::Store& store, rules::Rules& rules, ApiOptions options)
    : store_(store),
      rules_(rules),
      options_(std::move(options)),
      base_(pathSegments(options_.baseUrl)),
      statement_(store, rules, options_.limits, options_.software, options_.baseUrl, options_.security),
      sessions_(options_.workers),
      decisions_(options_.workers) {}

Api::~Api() = default;

bool Api::owns(const http::Request& request) const {
  return request.segments.size() >= base_.size() &&
         std::equal(base_.begin(), base_.end(), request.segments.begin());
}

store::Session& Api::session(unsigned worker) {
  auto& session = sessions_.at(worker);
  if (!session) session = std::make_unique<store::Session>(store_.session());
  return *session;
}

// The resource that a read by id asks for; nullopt for every other request.
std::optional<Target> Api::readTarget(const http::Request& request) const {
  if (!owns(request)) return std::nullopt;
  auto target = route(request.method, std::span(request.segments).subspan(base_.size())).target;
  if (!target || target->interaction != Interaction::read || !isLegalId(target->id)) return std::nullopt;
  return target;
}

bool Api::isJoinable(const http::Request& request) const {
  return readTarget(request).has_value();
}

void Api::prepare(std::span<const http::Request* const> run, unsigned worker) {
  store::Session& own = session(worker);
  own.prefetch({});  // forgets what the last run has left, whatever happens here
  Decisions& decisions = decisions_[worker];
  decisions.ahead.clear();
  if (run.size() < 2) return;
  forgetDecisions(worker);
  if (options_.tokens != nullptr) decisions.standing = options_.tokens->standing();
  std::vector<Target> targets;
  targets.reserve(run.size());  // `reads` points into it
  std::vector<store::ReadAhead> reads;
  for (const http::Request* request : run) {
    auto target = readTarget(*request);
    if (!target) continue;
    const allowed::Decision* access = nullptr;
    if (options_.tokens != nullptr) {
      const smart::Bearer bearer = smart::bearerOf(*request);
      if (bearer.fault != smart::BearerFault::none) continue;
      auto principal = options_.tokens->known(bearer.token);
      if (principal == nullptr) continue;
      access = &decisionFor(std::move(principal), worker);
      decisions.ahead.push_back({std::string(bearer.token), access});
      if (!access->mayAny(*target->type, store::Permission::read)) continue;
    }
    targets.push_back(*std::move(target));
    reads.push_back({{targets.back().type, targets.back().id}, access});
  }
  own.prefetch(reads);
}

void Api::forgetDecisions(unsigned worker) {
  Decisions& decisions = decisions_[worker];
  const std::int64_t epoch = store_.searchEpoch();
  if (decisions.byPrincipal.size() < Decisions::kMost && decisions.searchEpoch == epoch) return;
  session(worker).prefetch({});
  decisions.ahead.clear();
  decisions.byPrincipal.clear();
  decisions.searchEpoch = epoch;
}

// A token that is looked at anew has another Principal: the Decision holds its own, so no address comes
// twice.
const allowed::Decision& Api::decisionFor(std::shared_ptr<const smart::Principal> principal,
                                          unsigned worker) {
  auto& kept = decisions_[worker].byPrincipal[principal.get()];
  if (!kept) kept = std::make_unique<allowed::Decision>(std::move(principal), store_);
  return *kept;
}

const allowed::Decision* Api::decidedAhead(std::string_view token, unsigned worker) const {
  const Decisions& decisions = decisions_[worker];
  if (decisions.ahead.empty() || !decisions.standing || options_.tokens->standing() != decisions.standing)
    return nullptr;
  for (const auto& [known, decision] : decisions.ahead) {
    if (known == token) return decision->principal().expiresAt > platform::now() ? decision : nullptr;
  }
  return nullptr;
}

http::Response Api::handle(const http::Request& request, unsigned worker) {
  Trace trace;
  auto response = respond(request, worker, trace);
  trace.status = response.status;
  record(request, trace, worker);
  if (!trace.accesses.empty())
    response.hold = std::make_shared<UntilWritten>(*options_.recorder, std::move(trace.accesses));
  return response;
}

http::Response Api::respond(const http::Request& request, unsigned worker, Trace& trace) {
  if (!owns(request)) {
    return answer(
        Outcome(Failure::notFound, IssueType::notFound, "FHIR is served below " + options_.baseUrl + "."));
  }
  const auto found = route(request.method, std::span(request.segments).subspan(base_.size()));
  if (!found.target) return refusal(found, layoutOrDefault(request, request.query, options_.pretty));

  const auto& target = *found.target;
  trace.interaction = code(target.interaction);
  if (target.type) trace.type = target.type->name;
  auto response = perform(request, target, worker, trace);
  trace.databaseMicroseconds = session(worker).takeDatabaseMicroseconds();
  return response;
}

namespace {

// RFC 6750, section 3.
http::Response refuseBearer(const Outcome& why, std::string_view error, const Presentation& presentation) {
  auto response = answer(why, presentation);
  if (response.status == 401) response.setHeader("WWW-Authenticate", smart::challenge(error));
  return response;
}

// The session acts for the caller until this ends, and what it writes is noted as the caller's. Without an
// Access it acts for nobody else.
class Acting {
 public:
  Acting(const Surroundings& surroundings, const http::Request& request, Interaction interaction)
      : session_(&surroundings.session), isCallers_(surroundings.access != nullptr) {
    if (isCallers_) session_->actFor(surroundings.access);
    if (request.method != "GET" && request.method != "HEAD") noteCaller(surroundings, request, interaction);
  }
  ~Acting() { end(); }
  Acting(const Acting&) = delete;
  Acting& operator=(const Acting&) = delete;

  void end() noexcept {
    if (session_ == nullptr) return;
    session_->noteAs({});
    if (isCallers_) session_->actFor(nullptr);
    session_ = nullptr;
  }

 private:
  store::Session* session_;
  bool isCallers_;
};

}  // namespace

http::Response Api::perform(const http::Request& request, const Target& target, unsigned worker,
                            Trace& trace) {
  if (options_.tokens == nullptr || target.interaction == Interaction::capabilities)
    return performFor(nullptr, request, target, worker, trace);
  const auto refuse = [&](const Outcome& why, std::string_view error) {
    auto refusal = refuseBearer(why, error, layoutOrDefault(request, request.query, options_.pretty));
    if (options_.recorder != nullptr && refusal.status != 503)
      trace.accesses.push_back(strangersAccess(store_, request, target, refusal.status));
    return refusal;
  };
  const smart::Bearer bearer = smart::bearerOf(request);
  if (bearer.fault != smart::BearerFault::none) {
    const bool isAbsent = bearer.fault == smart::BearerFault::absent;
    return refuse(Outcome(Failure::unauthorized, IssueType::login,
                          isAbsent ? "This needs an access token: Authorization: Bearer ..."
                                   : "The Authorization header is no bearer token."),
                  isAbsent ? "" : "invalid_token");
  }
  forgetDecisions(worker);
  const allowed::Decision* access = decidedAhead(bearer.token, worker);
  if (access == nullptr) {
    auto principal = options_.tokens->check(bearer.token);
    if (!principal) return refuse(principal.outcome(), "invalid_token");
    access = &decisionFor(*std::move(principal), worker);
  }
  return performFor(access, request, target, worker, trace);
}

http::Response Api::performFor(const allowed::Decision* access, const http::Request& request,
                               const Target& target, unsigned worker, Trace& trace) {
  Notes notes;
  notes.audits = options_.recorder != nullptr;
  if (notes.audits) session(worker).takeGiven();  // what was read since the last request is of none
  const Surroundings surroundings{.baseUrl = options_.baseUrl,
                                  .statement = statement_,
                                  .store = store_,
                                  .rules = rules_,
                                  .limits = options_.limits,
                                  .session = session(worker),
                                  .notes = notes,
                                  .access = access,
                                  .pretty = options_.pretty};
  Acting acting(surroundings, request, target.interaction);
  auto admitted = admit(surroundings, request, target);
  if (!admitted) trace.accesses = std::move(notes.accesses);
  if (!admitted) return answer(admitted.outcome(), layoutOrDefault(request, request.query, options_.pretty));
  const auto refusalLayout =
      onlyLayout(admitted->call.presentation.format, admitted->call.presentation.pretty);
  auto performed = run(*admitted);
  acting.end();
  trace.accesses = std::move(notes.accesses);
  if (notes.interaction) trace.interaction = code(*notes.interaction);
  if (notes.wroteDefinition) followDefinitions(worker);
  if (!performed) return answer(performed.outcome(), refusalLayout);
  return *std::move(performed);
}

// A profile, value set or code system that was written counts from the next request on, for all workers.
void Api::followDefinitions(unsigned worker) {
  if (!rules_.refresh(session(worker))) platform::log::warning("a stored definition does not count yet");
}

void Api::record(const http::Request& request, const Trace& trace, unsigned worker) {
  const auto took = std::chrono::steady_clock::now() - request.received;
  if (options_.metrics) {
    options_.metrics->request(worker, {.interaction = trace.interaction,
                                       .type = trace.type,
                                       .status = trace.status,
                                       .took = took,
                                       .database = std::chrono::microseconds(trace.databaseMicroseconds)});
  }
  if (!platform::log::enabled(platform::log::Level::info)) return;
  using Milliseconds = std::chrono::duration<double, std::milli>;
  platform::log::info("request", {{"id", request.id},
                                  {"method", isKnownMethod(request.method) ? request.method : "other"},
                                  {"interaction", trace.interaction},
                                  {"type", trace.type},
                                  {"status", trace.status},
                                  {"milliseconds", Milliseconds(took).count()},
                                  {"database", static_cast<double>(trace.databaseMicroseconds) / 1000.0}});
}

}  // namespace rest
