// The resources of a Bundle, ready to be stored one by one: each with its id, and references among them
// resolved.
//
// Specification: Bundle, "Resolving references in Bundles" (https://hl7.org/fhir/R4/bundle.html#references)
// and http.html#trules. `urn:uuid:` references become Type/id; conditional ones
// ("Practitioner?identifier=system|value") are looked up. An entry without an id takes the one of its request
// or the UUID of its fullUrl, so that importing a Bundle twice changes nothing. Threading: pure functions.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/model/outcome.h"
#include "fhir/model/resource.h"

namespace cli {

// The id of the one resource that a conditional reference names; nullopt for none or several. Fails only when
// the database is away.
using Lookup = std::function<fhir::Result<std::optional<std::string>>(
    const fhir::TypeDefinition&, std::string_view system, std::string_view value)>;

struct EntryFault {
  std::int64_t entry;    // from 1
  std::string resource;  // its type, as far as it is known
  fhir::Outcome outcome;
};

struct Unpacked {
  struct Entry {
    std::int64_t number;  // from 1
    fhir::Resource resource;
  };
  std::vector<Entry> entries;
  // A conditional reference found nothing; the Bundle may be tried again when others have been imported.
  bool waits = false;
  // Entries that are left out, and references that name nothing: their resources are stored as they stand.
  std::vector<EntryFault> faults;
};

// Fails when the Bundle as a whole is nothing to import. `source`: what makes the ids of entries that have
// none.
fhir::Result<Unpacked> unpackBundle(const fhir::Resource& bundle, std::string_view source,
                                    const Lookup& lookup);

// Turns a resource's conditional references into Type/id. The FHIRPath of each that names nothing, or
// several.
fhir::Result<std::vector<std::string>> resolveConditional(fhir::Resource&, const Lookup& lookup);

// The id of a resource that has none: the same at each import of the same place.
std::string idOf(std::string_view typeName, std::string_view source, std::int64_t number);

fhir::Outcome namesNothing(std::string path);

}  // namespace cli
