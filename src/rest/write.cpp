#include "src/rest/write.h"

#include <utility>

#include "fhir/json/json.h"
#include "fhir/xml/xml.h"
#include "src/rest/answer.h"

namespace rest {

using fhir::Failure;
using fhir::IssueType;
using fhir::Outcome;

namespace {

fhir::Result<store::Written> put(Call& call, const fhir::Resource& resource, const Subject& subject) {
  if (subject.id.empty()) return call.session.create(resource);
  return call.session.update(resource, subject.id, subject.precondition);
}

// The search and the write in one transaction.
template <class Find>
fhir::Result<store::Written> writeConditionally(Call& call, const Asked& asked, const Find& find,
                                                const fhir::Resource& resource) {
  store::Written out;
  auto waiting = call.session.indexWaiting(*call.target.type);
  if (!waiting) return std::move(waiting).outcome();
  auto done = call.session.transaction([&]() -> fhir::Result<fhir::Done> {
    if (auto alone = exclude(call, *asked.criteria); !alone) return alone;
    auto subject = find();
    if (!subject) return std::move(subject).outcome();
    if (subject->kept) {
      out = {store::Change::unchanged, *std::move(subject->kept)};
      return fhir::Done{};
    }
    auto written = put(call, resource, *subject);
    if (!written) return std::move(written).outcome();
    out = *std::move(written);
    return fhir::Done{};
  });
  if (!done) return std::move(done).outcome();
  return out;
}

}  // namespace

bool hasBody(const Call& call) noexcept {
  return !call.request.body.empty() || (call.entry && call.entry->resource);
}

fhir::Result<fhir::Resource> bodyOfAnyType(const Call& call) {
  if (call.entry && call.entry->resource) return *std::exchange(call.entry->resource, std::nullopt);
  if (call.entry && call.request.body.empty())
    return Outcome(Failure::badRequest, IssueType::required,
                   "The entry has no resource; such a request needs one.");
  auto syntax = checkContentType(call.request);
  if (!syntax) return std::move(syntax).outcome();
  if (call.request.body.empty()) {
    return Outcome(Failure::badRequest, IssueType::required, "The request has no body; send the resource.");
  }
  return *syntax == Syntax::xml ? fhir::xml::parse(call.request.body) : fhir::json::parse(call.request.body);
}

fhir::Result<fhir::Done> checkType(const Call& call, const fhir::TypeDefinition& type) {
  if (&type == call.target.type) return fhir::Done{};
  return Outcome(Failure::badRequest, IssueType::invalid,
                 "The body is a " + std::string(type.name) + ", but the URL is that of a " +
                     std::string(call.target.type->name) + ".",
                 std::string(type.name));
}

fhir::Result<fhir::Resource> bodyResource(const Call& call) {
  auto resource = bodyOfAnyType(call);
  if (!resource) return resource;
  if (auto checked = checkType(call, resource->type()); !checked) return std::move(checked).outcome();
  return resource;
}

Answer write(Call& call, const WriteSteps& steps) {
  auto asked = steps.ask(call);
  if (!asked) return std::move(asked).outcome();
  auto resource = bodyResource(call);
  if (!resource) return std::move(resource).outcome();
  const auto find = [&] { return steps.find(call, *asked, resource->id()); };
  // What the URL and the headers alone decide is told before the rules.
  auto subject = asked->criteria ? fhir::Result<Subject>(Subject{}) : find();
  if (!subject) return std::move(subject).outcome();
  const auto rules = checkRules(call, *resource);
  if (rules.refusal) return *rules.refusal;
  auto written =
      asked->criteria ? writeConditionally(call, *asked, find, *resource) : put(call, *resource, *subject);
  if (!written) return std::move(written).outcome();
  return writtenAnswer(call, std::move(*written), rules.warnings);
}

std::string nameOf(const fhir::TypeDefinition& type, std::string_view id) {
  return std::string(type.name).append("/").append(id);
}

void noteVersion(const Call& call, const store::StoredResource& resource, bool wasWritten) {
  if (!call.entry) return;
  if (!resource.deleted) call.entry->lastUpdated = resource.lastUpdated;
  if (wasWritten) call.entry->written.push_back(nameOf(*resource.type, resource.id));
}

Checked checkRules(const Call& call, const fhir::Resource& resource) {
  const bool shown = call.preferences.content == Return::operationOutcome;
  auto outcome = call.rules.checkWrite(resource, shown ? fhir::Severity::warning : fhir::Severity::error);
  if (outcome.hasErrors()) return {.refusal = std::move(outcome), .warnings = {}};
  return {.refusal = std::nullopt, .warnings = std::move(outcome)};
}

http::Response writtenAnswer(const Call& call, store::Written written, const Outcome& warnings) {
  const bool created = written.change == store::Change::created;
  const int status = created ? 201 : 200;
  auto& resource = written.resource;

  http::Response response;
  switch (call.preferences.content) {
    case Return::minimal:
      response.status = status;
      response.setHeader("Cache-Control", "private, no-cache");
      break;
    case Return::operationOutcome: {
      Outcome outcome;
      outcome.add(fhir::Severity::information, IssueType::informational,
                  std::string(call.target.type->name) + (created ? " created."
                                                         : written.change == store::Change::unchanged
                                                             ? " is as it was."
                                                             : " updated."));
      outcome.append(warnings);
      response = answerWell(status, outcome, call.presentation);
      break;
    }
    case Return::unspecified:
    case Return::representation:
      response = answerBody(status, std::move(resource.json), call.presentation);
      response.headers.push_back({"Content-Location", versionUrl(call.baseUrl, resource)});
      break;
  }
  addVersionHeaders(response, resource);
  noteVersion(call, resource, written.change != store::Change::unchanged);
  const bool isCreate = call.target.interaction == Interaction::create;
  if (created || isCreate) response.headers.push_back({"Location", versionUrl(call.baseUrl, resource)});
  return response;
}

fhir::Result<store::Precondition> preconditionOf(Call& call, const WriteCondition& condition,
                                                 std::string_view id) {
  using Existence = store::Precondition::Existence;
  if (condition.mustNotExist) {
    // A version that exists, of what must not exist.
    if (condition.mustExist || condition.versions) return versionConflict();
    return store::Precondition(Existence::unwanted);
  }
  if (condition.mustExist) return store::Precondition(Existence::wanted);
  if (!condition.versions) return store::Precondition();
  const auto& tags = condition.versions->tags;
  if (tags.size() == 1) {
    const auto version = parseVersion(tags.front());
    if (!version) return versionConflict();
    return store::Precondition(version);
  }
  auto current = call.session.read(*call.target.type, id);
  if (!current) return std::move(current).outcome();
  if (!*current || (*current)->deleted || !condition.versions->has((*current)->versionId))
    return versionConflict();
  return store::Precondition((*current)->versionId);
}

fhir::Result<fhir::Done> checkMatch(const WriteCondition& condition,
                                    const std::optional<store::StoredResource>& match) {
  const bool holds =
      match ? !condition.mustNotExist && (!condition.versions || condition.versions->has(match->versionId))
            : !condition.mustExist && !condition.versions;
  if (!holds) return versionConflict();
  return fhir::Done{};
}

}  // namespace rest
