// The dates of care of a resource: when what it tells of was done or holds, not when it was written down.
//
// R4 leaves open which they are (https://hl7.org/fhir/R4/patient-operation-everything.html, start and end);
// this is the list of docs/resource-operations.md. Threading: pure functions.
#pragma once

#include "fhir/definitions/definitions.h"
#include "fhir/search/query.h"

namespace rest::operations {

// The date parameters of a type that say when it began and when it ended, often one and the same; nullptr:
// its resources do not say so.
struct CareDates {
  const fhir::SearchParameter* begin = nullptr;
  const fhir::SearchParameter* end = nullptr;
};
CareDates careDates(const fhir::TypeDefinition&, const fhir::search::Catalog&);

}  // namespace rest::operations
