// The query of a v2 scope (`?category=vital-signs`): search parameters that narrow what the scope allows.
//
// Specification: SMART App Launch 2.2, "Finer-grained resource constraints using search parameters".
// Threading: pure functions.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fhir/definitions/definitions.h"
#include "fhir/model/outcome.h"

namespace smart {

using Restriction = std::vector<std::pair<std::string, std::string>>;

// Decoded, sorted, each pair once. `type` nullptr: all types. Errors: the end of a sentence that begins with
// "The scope".
fhir::Result<Restriction> parseRestriction(const fhir::TypeDefinition* type, std::string_view query);

// "?category=vital-signs&code=a" with all that a scope may not hold percent-encoded; empty without pairs.
std::string writeRestriction(const Restriction&);

}  // namespace smart
