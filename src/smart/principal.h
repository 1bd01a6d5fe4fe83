// Principal: who asks, as a valid access token says it. What follows from it is decided elsewhere (the access
// decision): here is only what was granted, to whom, by whom.
//
// Threading: immutable once made; shared between threads.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "src/platform/instant.h"
#include "src/smart/scope.h"

namespace smart {

enum class PrincipalKind : std::uint8_t { patient, doctor, admin, client };

// Of users.role; nullopt for another word.
std::optional<PrincipalKind> kindOf(std::string_view role) noexcept;

struct Principal {
  PrincipalKind kind = PrincipalKind::client;
  std::string userId;         // users.id; empty for a client system
  std::string personKey;      // id of patient_profile or doctor_profile; empty for admin and client
  std::string personId;       // FHIR id of that person; empty likewise
  bool mayAudit = false;      // of an admin: has the duty `audit`
  bool mayHoldGrants = true;  // of a patient; false: nobody's grant to them is current or to come
  std::string clientId;
  Scopes scopes;
  std::optional<std::string> patient;    // FHIR id of the patient in context
  std::optional<std::string> encounter;  // FHIR id of the encounter in context
  std::string tokenId;                   // names the token in logs and audit; opens nothing
  platform::Instant expiresAt;
};

}  // namespace smart
