// What of a launch context is neither patient nor encounter, checked before it is kept.
//
// Specification: SMART App Launch 2.2, "Launch context arrives with your access_token" and "fhirContext".
// Threading: pure functions.
#pragma once

#include <string_view>

namespace smart {

// Whether the text is a JSON object with no other members than these, each of its type:
//   need_patient_banner  boolean
//   smart_style_url      URL, https or loopback
//   intent, tenant       text
//   fhirContext          array of objects with reference (relative), canonical or identifier; type, a
//   resource
//                        type; role, an absolute URI or "launch". A Patient or Encounter has a role that is
//                        not "launch": without one they stand beside the array.
bool isLaunchContext(std::string_view json);

}  // namespace smart
