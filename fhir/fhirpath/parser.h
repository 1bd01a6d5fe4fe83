// Tokens to a syntax tree. Specification: FHIRPath N1, section 12 Formal Specifications (grammar) and 8
// Precedence.
#pragma once

#include <string_view>

#include "fhir/fhirpath/lexer.h"
#include "fhir/fhirpath/node.h"

namespace fhir::fhirpath {

// Checks names of functions, their number of arguments, and types; not the names of elements (see check.h).
Result<Node> parseTree(std::string_view text);

// "Patient", "FHIR.Patient", "System.String": nullopt for an unqualified or FHIR name that is no type.
std::optional<TypeSpecifier> resolveType(std::string_view name);

}  // namespace fhir::fhirpath
