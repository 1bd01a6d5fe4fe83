// htmlChecks(): whether a narrative is the safe XHTML that FHIR allows.
//
// Specification: https://hl7.org/fhir/R4/narrative.html (XHTML content; rules txt-1 and txt-2). Threading:
// pure function.
#pragma once

#include <string_view>

namespace fhir::fhirpath {

// True for one well-formed <div> with only the elements and attributes that FHIR lists, and with some
// content: no scripts, forms, frames, objects, event handlers or links that run code.
bool isSafeNarrative(std::string_view xhtml);

}  // namespace fhir::fhirpath
