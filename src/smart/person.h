// Person: what the authorization server tells an app about who signed in.
//
// Specification: SMART App Launch 2.2, "Scopes for requesting identity data" (fhirUser).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "src/smart/error.h"
#include "src/store/connection.h"

namespace smart {

struct Person {
  std::string role;                   // "patient", "doctor", "admin"
  std::optional<std::string> fhirId;  // of the Patient or Practitioner; an admin has none
  std::optional<std::string> name;

  // "https://.../fhir/Patient/42"; nullopt when there is no such resource.
  std::optional<std::string> fhirUser(std::string_view fhirBase) const;
};

// nullopt when there is no active user of this id.
Answer<std::optional<Person>> findPerson(store::Connection&, std::string_view userId);

}  // namespace smart
