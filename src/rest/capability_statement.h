// The CapabilityStatement (https://hl7.org/fhir/R4/capabilitystatement.html): what is really registered,
// nothing else.
//
// Interactions come from registered(), types from fhir::resourceTypes(), search parameters from
// Store::searches().
#pragma once

#include <string>

#include "src/store/store.h"

namespace rest {

struct Software {
  std::string name;
  std::string version;
};

// As JSON. `date`: when it was last changed, a FHIR dateTime.
std::string capabilityStatement(const store::Store&, const Software&, const std::string& baseUrl,
                                const std::string& date);

}  // namespace rest
