// patch and conditional patch: https://hl7.org/fhir/R4/http.html#patch. JSON Patch
// (application/json-patch+json) or FHIRPath Patch (a Parameters resource in any format of FHIR), applied
// whole to the current version or not at all.
//
// Several at once: what was read is written only if it is still the current version, else the patch is
// applied again to what is current then; so none is lost. With If-Match the client's version decides, once.
//
// PATCH [type]?criteria patches the one match: 404 when there is none, 412 when there are several.
#include "fhir/patch/patch.h"

#include <optional>
#include <utility>

#include "src/rest/call.h"
#include "src/rest/named.h"
#include "src/rest/write.h"

namespace rest {
namespace {

using fhir::Failure;
using fhir::IssueType;
using fhir::Outcome;

// Each lost race is another client's success, so this many in a row mean a resource that never rests.
constexpr int maxTries = 100;

// The request's body; `parameters` has no value for a JSON Patch, which stays text.
struct Patch {
  std::string_view text;
  std::optional<fhir::Resource> parameters;
};

fhir::Result<Patch> readPatch(const Call& call) {
  auto isJsonPatch = checkPatchType(call.request);
  if (!isJsonPatch) return std::move(isJsonPatch).outcome();
  if (*isJsonPatch) return Patch{call.request.body, std::nullopt};
  auto parameters = bodyOfAnyType(call);
  if (!parameters) return std::move(parameters).outcome();
  return Patch{{}, *std::move(parameters)};
}

fhir::Result<fhir::Resource> apply(const Patch& patch, const store::StoredResource& current) {
  if (!patch.parameters) return fhir::patch::applyJsonPatchToResource(current.json, patch.text);
  auto resource = parseStored(current.json);
  if (!resource) return resource;
  return fhir::patch::applyFhirPathPatch(*resource, *patch.parameters);
}

// The version to patch: 404, 410, or 412 when the client asked for another.
fhir::Result<store::StoredResource> currentVersion(Call& call, const std::string& id,
                                                   const WriteCondition& condition) {
  auto found = readNamed(call, *call.target.type, id);
  if (!found) return found;
  if (auto holds = checkMatch(condition, *found); !holds) return std::move(holds).outcome();
  return found;
}

Answer applyToCurrent(Call& call, const std::string& id, const WriteCondition& condition,
                      const Patch& patch) {
  for (int tries = 0; tries < maxTries; ++tries) {
    auto current = currentVersion(call, id, condition);
    if (!current) return std::move(current).outcome();
    auto patched = apply(patch, *current);
    if (!patched) return std::move(patched).outcome();
    auto checked = checkRules(call, *patched);
    if (checked.refusal) return *std::move(checked.refusal);
    auto written = call.session.update(*patched, id, current->versionId);
    if (written) return writtenAnswer(call, *std::move(written), checked.warnings);
    if (written.outcome().failure() != Failure::preconditionFailed || condition.versions)
      return std::move(written).outcome();
  }
  return Outcome(Failure::conflict, IssueType::conflict,
                 "Others kept changing the resource while the patch was applied; send it again.");
}

// The search and the patch in one transaction, in which nobody else changes the match.
Answer applyToMatch(Call& call, const WriteCondition& condition, const Patch& patch) {
  auto criteria = readCriteria(call);
  if (!criteria) return std::move(criteria).outcome();
  if (auto indexed = call.session.indexWaiting(*call.target.type); !indexed)
    return std::move(indexed).outcome();
  Answer answer = http::Response();
  auto done = call.session.transaction([&]() -> fhir::Result<fhir::Done> {
    auto match = lockOne(call, *criteria);
    if (!match) return std::move(match).outcome();
    if (!*match) {
      if (auto holds = checkMatch(condition, *match); !holds) return holds;
      return Outcome(Failure::notFound, IssueType::notFound,
                     "No " + std::string(call.target.type->name) + " matches the criteria.");
    }
    answer = applyToCurrent(call, (*match)->id, condition, patch);
    if (!answer) return answer.outcome();
    return fhir::Done{};
  });
  if (!done) return std::move(done).outcome();
  return answer;
}

}  // namespace

Answer patch(Call& call) {
  const bool byCriteria = call.target.id.empty();
  if (!byCriteria && !isLegalId(call.target.id)) {
    return noneOf(*call.target.type);
  }
  auto condition = writeCondition(call.request);
  if (!condition) return std::move(condition).outcome();
  if (condition->noneExist) return onlyForCreate();
  if (condition->mustNotExist) {
    return Outcome(Failure::badRequest, IssueType::invalid, "A patch of what must not exist means nothing.",
                   "http.If-None-Match");
  }
  const auto patch = readPatch(call);
  if (!patch) return patch.outcome();
  return byCriteria ? applyToMatch(call, *condition, *patch)
                    : applyToCurrent(call, call.target.id, *condition, *patch);
}

}  // namespace rest
