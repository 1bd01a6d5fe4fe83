// What every patch of a resource must leave as it was, and what its result must be.
#pragma once

#include <string_view>

#include "fhir/json/json.h"
#include "fhir/model/outcome.h"
#include "fhir/model/resource.h"
#include "fhir/patch/patch.h"

namespace fhir::patch {

// The patched text as a resource of this type and id; Failure::unprocessable with every structural fault.
Result<Resource> checkedResult(std::string_view json, const TypeDefinition& type, std::string_view id,
                               const Limits& limits);

}  // namespace fhir::patch
