#include "src/rest/api.h"

#include <algorithm>
#include <span>
#include <utility>

#include "src/platform/instant.h"
#include "src/platform/log.h"
#include "src/rest/answer.h"
#include "src/rest/call.h"
#include "src/rest/router.h"

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

// The form of POST [type]/_search after the URL's parameters; `all` keeps them.
fhir::Result<Parameters> withForm(const http::Request& request, std::vector<http::Parameter>& all) {
  auto isForm = checkFormType(request);
  if (!isForm) return std::move(isForm).outcome();
  auto form = http::parseParameters(request.body);
  if (!form) {
    return Outcome(Failure::badRequest, IssueType::structure,
                   "The form's percent-encoding or UTF-8 is broken.");
  }
  all = request.query;
  all.insert(all.end(), std::make_move_iterator(form->begin()), std::make_move_iterator(form->end()));
  return Parameters(all);
}

// handling=lenient outside a search: says what was left out (RFC 7234, section 5.5).
void addWarnings(http::Response& response, const std::vector<std::string>& ignored) {
  for (const auto& name : ignored) {
    response.headers.push_back({"Warning", "299 - \"parameter ignored: " + http::percentEncode(name) + '"'});
  }
}

}  // namespace

struct Api::Trace {
  std::string_view interaction = "none";
  std::string_view type;
  int status = 0;
  std::uint64_t databaseMicroseconds = 0;
};

Api::Api(const store::Store& store, ApiOptions options)
    : store_(store),
      options_(std::move(options)),
      base_(pathSegments(options_.baseUrl)),
      capabilityStatement_(capabilityStatement(store, options_.software, options_.baseUrl,
                                               platform::formatMilliseconds(platform::now()))),
      sessions_(options_.workers) {}

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

http::Response Api::handle(const http::Request& request, unsigned worker) {
  Trace trace;
  auto response = respond(request, worker, trace);
  trace.status = response.status;
  record(request, trace, worker);
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
  auto response = perform(request, target, worker);
  trace.databaseMicroseconds = session(worker).takeDatabaseMicroseconds();
  return response;
}

http::Response Api::perform(const http::Request& request, const Target& target, unsigned worker) {
  const auto& interaction = registered()[static_cast<std::size_t>(target.interaction)];
  const bool isSearch = target.interaction == Interaction::searchType;
  std::vector<http::Parameter> all;
  Parameters parameters = request.query;
  if (isSearch && request.method == "POST") {
    auto merged = withForm(request, all);
    if (!merged) return answer(merged.outcome(), layoutOrDefault(request, parameters, options_.pretty));
    parameters = *merged;
  }
  auto presentation = layout(request, parameters, options_.pretty);
  if (!presentation) return answer(presentation.outcome());

  Call call{.request = request,
            .target = target,
            .parameters = parameters,
            .preferences = parsePreferences(request),
            .presentation = std::move(*presentation),
            .baseUrl = options_.baseUrl,
            .capabilityStatement = capabilityStatement_,
            .store = store_,
            .writeRules = options_.writeRules,
            .session = session(worker)};
  const auto refusalLayout = onlyLayout(call.presentation.format, call.presentation.pretty);

  std::vector<std::string> ignored;
  if (!isSearch && !parameters.empty()) {
    ignored = unknownNames(parameters, interaction.parameters);
    if (!ignored.empty() && !call.preferences.lenient) {
      return answer(refuseUnknown(parameters, interaction.parameters).outcome(), refusalLayout);
    }
  }

  // The access decision stands here: the target is known, and nothing has been read or written.
  auto performed = interaction.perform(call);
  if (!performed) return answer(performed.outcome(), refusalLayout);
  addWarnings(*performed, ignored);
  return std::move(*performed);
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
                                  {"method", request.method},
                                  {"interaction", trace.interaction},
                                  {"type", trace.type},
                                  {"status", trace.status},
                                  {"milliseconds", Milliseconds(took).count()},
                                  {"database", static_cast<double>(trace.databaseMicroseconds) / 1000.0}});
}

}  // namespace rest
