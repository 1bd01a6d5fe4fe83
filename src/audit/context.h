// Context: who writes and why, as the audit trail has it (docs/audit.md, "Who and why").
//
// Threading: pure functions.
#pragma once

#include <string>
#include <string_view>

namespace audit {

// What is empty is not said. All of it is bounded by who made it: a request's id, a registered client's.
struct Context {
  std::string_view user = {};        // users.id
  std::string_view person = {};      // key of patient_profile or doctor_profile
  std::string_view personType = {};  // "Patient", "Practitioner"
  std::string_view client = {};      // client_id
  std::string_view address = {};     // of the client, as the edge knows it
  std::string_view interaction = {};
  std::string_view purpose = {};  // a code of v3-PurposeOfUse
  std::string_view request = {};  // X-Request-Id
};

// For the setting hv.audit: one JSON object.
std::string settingOf(const Context&);

}  // namespace audit
