#include "fhir/patch/result.h"

#include <string>
#include <utility>

#include "fhir/patch/fault.h"

namespace fhir::patch {

Result<Resource> checkedResult(std::string_view json, const TypeDefinition& type, std::string_view id,
                               const Limits& limits) {
  auto result = json::parse(json, {.maxDepth = limits.maxDepth, .maxElements = limits.maxValues});
  if (!result) {
    Outcome outcome = notApplicable("The patch was not applied: its result would be no valid resource.");
    outcome.append(result.outcome());
    return outcome;
  }
  const std::string name(type.name);
  if (&result->type() != &type) return notApplicable("A patch must not change resourceType.", name);
  if (result->id() != id) return notApplicable("A patch must not change the resource's id.", name + ".id");
  return result;
}

}  // namespace fhir::patch
