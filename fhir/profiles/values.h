// Values that a profile names: fixed[x] and pattern[x] (https://hl7.org/fhir/R4/elementdefinition.html).
//
// Internal to this folder. Threading: pure functions.
#pragma once

#include <string>

#include "fhir/model/resource.h"

namespace fhir::profiles {

// Whether the element is exactly the value: no more and no less, ids and extensions included.
bool isFixed(const Element& element, const Element& value) noexcept;
// Whether the element has all that the pattern has; items of a pattern's list in any order.
bool hasPattern(const Element& element, const Element& pattern) noexcept;

// The value as JSON, for a person who has to write it; empty when it is longer than a few lines.
std::string shown(const Element& value);

}  // namespace fhir::profiles
