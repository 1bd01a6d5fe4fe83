// Compartments: which resources belong to a patient, a practitioner, an encounter ...
//
// Specification: CompartmentDefinition (https://hl7.org/fhir/R4/compartmentdefinition.html). Threading: pure
// functions.
#pragma once

#include "fhir/definitions/definitions.h"
#include "fhir/search/query.h"

namespace fhir::search {

// That a resource of the type is in the compartment: by one of the parameters that the definition names, or
// as the very resource whose compartment it is. Of a type that is never in it: a condition that nothing
// fulfils.
Condition membership(const TypeDefinition&, const Compartment&);

}  // namespace fhir::search
