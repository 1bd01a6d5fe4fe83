// Composite parameters: pairs (or more) of values that belong to the same element.
//
// Specification: Search, "Composite Search Parameters" (https://hl7.org/fhir/R4/search.html#composite).
// Threading: pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "fhir/definitions/definitions.h"

namespace fhir::search {

// The parameters that a composite is made of, in the order of their values; empty when one of them is not
// known.
std::vector<const SearchParameter*> componentsOf(const TypeDefinition&, const SearchParameter& composite);

// Where the parts of a composite stand together.
struct CompositeParts {
  // On the resource itself ("Observation"): the parts are found when each of these parameters is; empty when
  // the composite is about elements only. combo-code, say, is code there.
  std::vector<const SearchParameter*> ofResource;
  // In elements of their own ("Observation.component"): their FHIRPath.
  std::vector<std::string_view> elements;
};
CompositeParts partsOf(const TypeDefinition&, const SearchParameter& composite);

}  // namespace fhir::search
