// What is known of an expression before it runs: constants are folded, names checked against the R4 types.
//
// Specification: FHIRPath N1, section 10 Type Safety and Strict Evaluation. Internal to this folder.
#pragma once

#include <optional>

#include "fhir/fhirpath/node.h"

namespace fhir::fhirpath {

// Operators between literals become their result, and literal patterns regular expressions.
void foldConstants(Node& node);

// Infers types from the context downwards. Reports unknown elements, operators and functions applied to types
// they are not made for, and order asked of the unordered; marks members whose element is known, which makes
// them faster.
std::optional<Outcome> check(Node& node, const TypeDefinition& contextType);

}  // namespace fhir::fhirpath
