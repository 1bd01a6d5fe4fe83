// The resources of a Bundle, ready to be stored one by one: each with its id, and references among them
// resolved.
//
// Specification: Bundle, "Resolving references in Bundles" (https://hl7.org/fhir/R4/bundle.html#references)
// and http.html#trules. `urn:uuid:` references become Type/id; conditional ones
// ("Practitioner?identifier=system|value") are looked up. An entry without an id takes the UUID of its
// fullUrl, so that importing a Bundle twice changes nothing. Threading: pure functions.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/model/outcome.h"
#include "fhir/model/resource.h"

namespace cli {

// The id of the one resource that a conditional reference names; nullopt for none or several.
using Lookup = std::function<fhir::Result<std::optional<std::string>>(
    const fhir::TypeDefinition&, std::string_view system, std::string_view value)>;

struct Unpacked {
  std::vector<fhir::Resource> resources;
  // Conditional references that found nothing yet; the Bundle may be tried again when others have been
  // imported.
  std::vector<std::string> unresolved;  // FHIRPath of each, without its value
};

fhir::Result<Unpacked> unpackBundle(const fhir::Resource& bundle, const Lookup& lookup);

}  // namespace cli
