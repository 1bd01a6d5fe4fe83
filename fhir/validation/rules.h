// The rules of the base specification that are no FHIRPath, or that C++ judges faster and at the very
// element.
//
// Internal to this folder. Each reports its faults to the context's report.
#pragma once

#include <string>
#include <string_view>

#include "fhir/validation/invariants.h"
#include "fhir/validation/links.h"
#include "fhir/validation/report.h"
#include "fhir/validation/validator.h"

namespace fhir::validation {

// A Reference: its literal (target type, ref-1), its type, its logical target.
// https://hl7.org/fhir/R4/references.html
void checkReference(const Element& reference, Context&);

// A canonical that is a fragment names a contained resource of an allowed type.
void checkCanonical(const Element& canonical, Context&);

// What a resource contains: dom-2 ... dom-5, an id for each, and no id twice.
// https://hl7.org/fhir/R4/references.html#contained
void checkContained(const Element& resource, Report&);

// A Bundle's entries: bdl-3, 4, 7 and 8, each fullUrl consistent with the resource's id, and references that
// must be found inside a document or message. https://hl7.org/fhir/R4/bundle.html
void checkBundle(const Element& bundle, Context&);

// An Extension's url: absolute, unless it is a part of another extension.
// https://hl7.org/fhir/R4/extensibility.html
void checkExtension(const Element& extension, Report&);

// urn:uuid: and urn:oid: are followed by one; capitals in a UUID are worth a warning.
// https://hl7.org/fhir/R4/datatypes.html#uri
void checkUri(const Element& uri, Report&);

// Narrative.div: txt-1 and txt-2. https://hl7.org/fhir/R4/narrative.html
void checkNarrative(const Element& div, Report&);

// Whether a text starts with a scheme: "http://...", "urn:...".
bool isAbsolute(std::string_view uri) noexcept;

}  // namespace fhir::validation
