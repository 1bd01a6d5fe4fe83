// patch: https://hl7.org/fhir/R4/http.html#patch. JSON Patch (application/json-patch+json) or FHIRPath Patch
// (a Parameters resource in any format of FHIR), applied whole to the current version or not at all.
//
// Several at once: what was read is written only if it is still the current version, else the patch is
// applied again to what is current then; so none is lost. With If-Match the client's version decides, once.
#include "fhir/patch/patch.h"

#include <optional>
#include <utility>

#include "fhir/json/json.h"
#include "src/rest/call.h"
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
  auto resource = fhir::json::parse(current.json);
  if (!resource)
    return Outcome(Failure::internal, IssueType::exception, "The stored resource can't be read.");
  return fhir::patch::applyFhirPathPatch(*resource, *patch.parameters);
}

// The version to patch: 404, 410, or 412 when the client asked for another.
fhir::Result<store::StoredResource> currentVersion(Call& call, const WriteCondition& condition) {
  auto found = call.session.read(*call.target.type, call.target.id);
  if (!found) return std::move(found).outcome();
  const std::string name(call.target.type->name);
  if (!*found) return Outcome(Failure::notFound, IssueType::notFound, "There is no " + name + " of this id.");
  if ((*found)->deleted) return Outcome(Failure::gone, IssueType::deleted, "This " + name + " was deleted.");
  if (condition.versions && !condition.versions->has((*found)->versionId)) return versionConflict();
  return **std::move(found);
}

Answer applyToCurrent(Call& call, const WriteCondition& condition, const Patch& patch) {
  for (int tries = 0; tries < maxTries; ++tries) {
    auto current = currentVersion(call, condition);
    if (!current) return std::move(current).outcome();
    auto patched = apply(patch, *current);
    if (!patched) return std::move(patched).outcome();
    auto checked = checkRules(call, *patched);
    if (checked.refusal) return *std::move(checked.refusal);
    auto written = call.session.update(*std::move(patched), call.target.id, current->versionId);
    if (written) return writtenAnswer(call, *std::move(written), checked.warnings);
    if (written.outcome().failure() != Failure::preconditionFailed || condition.versions)
      return std::move(written).outcome();
  }
  return Outcome(Failure::conflict, IssueType::conflict,
                 "Others kept changing the resource while the patch was applied; send it again.");
}

}  // namespace

Answer patch(Call& call) {
  if (!isLegalId(call.target.id)) {
    return Outcome(Failure::notFound, IssueType::notFound,
                   "There is no " + std::string(call.target.type->name) + " of this id.");
  }
  auto condition = writeCondition(call.request);
  if (!condition) return std::move(condition).outcome();
  if (condition->mustNotExist) {
    return Outcome(Failure::badRequest, IssueType::invalid, "A patch of what must not exist means nothing.",
                   "http.If-None-Match");
  }
  const auto patch = readPatch(call);
  if (!patch) return patch.outcome();
  return applyToCurrent(call, *condition, *patch);
}

}  // namespace rest
