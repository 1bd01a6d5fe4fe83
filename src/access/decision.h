// Decision: what the bearer of a token may see and write, of its principal's role and scopes the smallest.
//
// A scope allows the types and permissions that it names; `patient/` what stands in the compartment of the
// patient in context, and what is no patient's; `user/` what the role allows; `system/` is a client system's
// alone. A restriction (`?category=...`) is a search condition of every plan. Without a patient in context no
// `patient/` scope allows anything.
//
// Specification: SMART App Launch 2.2, scopes
// (https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html). Threading: one
// thread at a time. Ownership: the store outlives it; good as long as Store::searchEpoch() stays.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "src/smart/principal.h"
#include "src/store/store.h"

namespace allowed {

// What of the audit trail (docs/audit.md, "AuditEvent") a caller sees.
struct TrailSight {
  enum class Whose : std::uint8_t {
    nobodys,
    everybodys,
    patients,  // of the data of the patient `key`
    persons    // of what the person `key` did
  };
  Whose whose = Whose::nobodys;
  std::string key = {};
};

class Decision final : public store::Access {
 public:
  Decision(std::shared_ptr<const smart::Principal> principal, const store::Store& store)
      : principal_(std::move(principal)), store_(store) {}

  const smart::Principal& principal() const noexcept { return *principal_; }

  // Whether there may be anything of the type for it; else the request is refused before anything is read.
  bool mayAny(const fhir::TypeDefinition&, store::Permission) const;

  // To read, or to search. A scope with a restriction shows nothing of the trail, to which no condition of a
  // search in the store applies.
  TrailSight trail(store::Permission) const;

  std::string caller() const override;
  store::DatabaseCaller inDatabase() const override;
  const store::Sight& sight(const fhir::TypeDefinition&, store::Permission) const override;
  bool showsColumnsOnly(const fhir::TypeDefinition&) const override;

 private:
  store::Sight make(const fhir::TypeDefinition&, store::Permission) const;
  store::Sight scopeSight(const fhir::TypeDefinition&, store::Permission) const;
  // Whether the scope leads to resources of the type at all; then the ways.
  bool addWays(const smart::Scope&, const fhir::TypeDefinition&, std::vector<store::Way>&) const;

  std::shared_ptr<const smart::Principal> principal_;
  const store::Store& store_;
  mutable std::map<std::pair<const fhir::TypeDefinition*, store::Permission>, store::Sight> made_;
};

}  // namespace allowed
