// FHIRPath expressions made at random by its grammar, with the elements that a type has.
#pragma once

#include <string>
#include <string_view>

#include "fhir/definitions/definitions.h"
#include "tests/fuzz/fuzz.h"

namespace fuzz {

std::string expression(const fhir::TypeDefinition& type, Random& random);
// The same with a part replaced, wrapped or continued.
std::string changedExpression(std::string_view text, const fhir::TypeDefinition& type, Random& random);

}  // namespace fuzz
