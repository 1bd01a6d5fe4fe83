#include "src/access/roles.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace allowed {
namespace {

using fhir::TypeDefinition;
using store::Permission;
using store::Sight;
using store::Store;
using store::Way;
using enum Way::Whose;

Sight oneOf(std::vector<Way> ways) {
  return Sight{{std::move(ways)}};
}

bool reads(Permission permission) noexcept {
  return permission == Permission::read || permission == Permission::search;
}

// Who doctors are, and where they work.
bool isDirectory(const TypeDefinition& type) noexcept {
  return type.name == "Practitioner" || type.name == "PractitionerRole";
}

template <std::size_t N>
bool isOneOf(const TypeDefinition& type, const std::array<std::string_view, N>& names) noexcept {
  return std::find(names.begin(), names.end(), type.name) != names.end();
}

std::vector<Way> open(const Store& store, const TypeDefinition& type) {
  if (!store.isOpenType(type)) return {};
  return {{nobodys, {}, {}}};
}

// The own record, appointments and what patients themselves fill in. The rest of a record is its authors'.
Sight patientWrites(const smart::Principal& principal, const TypeDefinition& type, Permission permission) {
  static constexpr std::array<std::string_view, 3> kMade{"Appointment", "QuestionnaireResponse", "Consent"};
  const bool may = (isOneOf(type, kMade) && permission != Permission::remove) ||
                   (type.name == "Patient" && permission == Permission::update);
  return may ? oneOf({{patients, {principal.personKey}, {}}}) : Sight::nothing();
}

Sight patientSight(const smart::Principal& principal, const Store& store, const TypeDefinition& type,
                   Permission permission) {
  if (!reads(permission)) return patientWrites(principal, type, permission);
  if (isDirectory(type)) return {};
  std::vector<Way> ways = open(store, type);
  if (isOfPatients(type)) {
    ways.push_back({patients, {principal.personKey}, {}});
    if (principal.mayHoldGrants) ways.push_back({grantedTo, {principal.personKey}, {}});
  }
  return oneOf(std::move(ways));
}

// Of patients in their care, and in their own name where the resource says in whose.
Sight doctorWrites(const smart::Principal& principal, const Store& store, const TypeDefinition& type,
                   Permission permission) {
  const std::vector<std::string> self{principal.personKey};
  if (type.name == "Practitioner")
    return permission == Permission::update ? oneOf({{practitioner, self, {}}}) : Sight::nothing();
  if (type.name == "PractitionerRole") return oneOf({{practitioner, self, {}}});
  if (type.name == "Patient")
    return permission == Permission::update ? oneOf({{inCare, self, {}}}) : Sight::nothing();
  // Consent is the patient's word: nobody writes it for them to see more by it.
  if (!isOfPatients(type) || type.name == "Consent") return Sight::nothing();
  Sight sight = oneOf({{inCare, self, {}}});
  if (store.isMapped(type)) sight.all.push_back({{practitioner, self, {}}});
  return sight;
}

Sight doctorSight(const smart::Principal& principal, const Store& store, const TypeDefinition& type,
                  Permission permission) {
  if (!reads(permission)) return doctorWrites(principal, store, type, permission);
  if (isDirectory(type)) return {};
  // What is their own, of patients in their care, or open: the policies of hv_doctor say just that.
  if (isOfPatients(type)) return oneOf({{asInDatabase, {}, {}}});
  return oneOf(open(store, type));
}

// Users and what is set up; nothing of a patient.
Sight adminSight(const Store& store, const TypeDefinition& type) {
  if (isDirectory(type)) return {};
  return oneOf(open(store, type));
}

}  // namespace

bool isOfPatients(const TypeDefinition& type) {
  return type.name == "Patient" || !fhir::compartmentParameters("Patient", type.name).empty();
}

Sight roleSight(const smart::Principal& principal, const Store& store, const TypeDefinition& type,
                Permission permission) {
  switch (principal.kind) {
    case smart::PrincipalKind::patient:
      return patientSight(principal, store, type, permission);
    case smart::PrincipalKind::doctor:
      return doctorSight(principal, store, type, permission);
    case smart::PrincipalKind::admin:
      return adminSight(store, type);
    case smart::PrincipalKind::client:
      if (permission == Permission::create || !store.mayBeWithheld(type)) return {};
      return oneOf({{notAuthorsOnly, {}, {}}});
  }
  return Sight::nothing();
}

}  // namespace allowed
