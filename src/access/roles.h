// What the platform's roles allow, before any scope narrows it.
//
// Threading: pure functions.
#pragma once

#include "src/smart/principal.h"
#include "src/store/store.h"

namespace allowed {

// What of a type the principal's role lets it see or write; docs/access.md has the table.
store::Sight roleSight(const smart::Principal&, const store::Store&, const fhir::TypeDefinition&,
                       store::Permission);

// Whether resources of the type may stand in a patient's compartment.
bool isOfPatients(const fhir::TypeDefinition&);

}  // namespace allowed
