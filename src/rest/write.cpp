#include "src/rest/write.h"

#include <utility>

#include "fhir/json/json.h"
#include "fhir/xml/xml.h"
#include "src/rest/answer.h"

namespace rest {

using fhir::Failure;
using fhir::IssueType;
using fhir::Outcome;

fhir::Result<fhir::Resource> bodyOfAnyType(const Call& call) {
  auto syntax = checkContentType(call.request);
  if (!syntax) return std::move(syntax).outcome();
  if (call.request.body.empty()) {
    return Outcome(Failure::badRequest, IssueType::required, "The request has no body; send the resource.");
  }
  return *syntax == Syntax::xml ? fhir::xml::parse(call.request.body) : fhir::json::parse(call.request.body);
}

fhir::Result<fhir::Resource> bodyResource(const Call& call) {
  auto resource = bodyOfAnyType(call);
  if (!resource) return resource;
  if (&resource->type() != call.target.type) {
    return Outcome(Failure::badRequest, IssueType::invalid,
                   "The body is a " + std::string(resource->typeName()) + ", but the URL is that of a " +
                       std::string(call.target.type->name) + ".",
                   std::string(resource->typeName()));
  }
  return resource;
}

Checked checkRules(const Call& call, const fhir::Resource& resource) {
  if (!call.writeRules) return {};
  auto options = *call.writeRules;
  const bool shown = call.preferences.content == Return::operationOutcome;
  options.least = shown ? fhir::Severity::warning : fhir::Severity::error;
  auto outcome = fhir::validation::validate(resource, options);
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
                  std::string(call.target.type->name) + (created ? " created." : " updated."));
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
  if (created) response.headers.push_back({"Location", versionUrl(call.baseUrl, resource)});
  return response;
}

fhir::Result<std::optional<store::VersionId>> expectedVersion(Call& call, const WriteCondition& condition) {
  if (!condition.versions) return std::optional<store::VersionId>{};
  const auto& tags = condition.versions->tags;
  if (tags.size() == 1) {
    const auto version = parseVersion(tags.front());
    if (!version) return versionConflict();
    return version;
  }
  auto current = call.session.read(*call.target.type, call.target.id);
  if (!current) return std::move(current).outcome();
  if (!*current || (*current)->deleted || !condition.versions->has((*current)->versionId))
    return versionConflict();
  return std::optional<store::VersionId>{(*current)->versionId};
}

}  // namespace rest
