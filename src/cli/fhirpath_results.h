// How the results of an expression are written, each on one line.
#pragma once

#include <string>

#include "fhir/fhirpath/fhirpath.h"

namespace cli {

// A value as it is, its control characters escaped as in JSON; a quantity as 5 'mg'; an element that is no
// primitive as JSON; a type as FHIR.Patient.
std::string textOf(const fhir::fhirpath::Item&);

// JSON: numbers and booleans bare, other values as strings, a quantity as {"value":5,"unit":"mg"}.
std::string jsonOf(const fhir::fhirpath::Item&);

}  // namespace cli
