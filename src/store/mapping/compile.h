// A mapping file's text -> Plan. The file's format is described in docs/mappings.md's first part
// (mappings/README.md).
#pragma once

#include "fhir/model/outcome.h"
#include "src/store/mapping/plan.h"

namespace store::mapping {

// Every fault of the file is in the Outcome, each as "file:line: what, and the nearest right name".
fhir::Result<Plan> compilePlan(std::string_view fileName, std::string_view text);

}  // namespace store::mapping
