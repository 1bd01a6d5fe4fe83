// Resources that are parts of others of their type: locations of a location, units of an organization.
//
// Specification: Search, "Modifiers", :above and :below of references
// (https://hl7.org/fhir/R4/search.html#modifiers). Threading: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/definitions/definitions.h"

namespace fhir::search {

// By which a resource names what it is a part of (Location.partof), when that may be of its own type; else
// nullptr.
const SearchParameter* partOfParameter(const TypeDefinition&);

// The types that `reference` may point to and that have parts.
std::vector<const TypeDefinition*> hierarchiesOf(const SearchParameter& reference);

}  // namespace fhir::search
