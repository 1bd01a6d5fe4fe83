#include "src/access/decision.h"

#include <algorithm>

#include "fhir/search/query.h"
#include "src/access/roles.h"
#include "src/store/key.h"

namespace allowed {

using fhir::TypeDefinition;
using smart::PrincipalKind;
using smart::Scope;
using smart::ScopeLevel;
using store::Permission;
using store::Sight;
using store::Way;

namespace {

std::uint8_t bitOf(Permission permission) noexcept {
  switch (permission) {
    case Permission::create:
      return smart::kCreate;
    case Permission::read:
      return smart::kRead;
    case Permission::update:
      return smart::kUpdate;
    case Permission::remove:
      return smart::kDelete;
    case Permission::search:
      return smart::kSearch;
  }
  return 0;
}

bool isClient(const smart::Principal& principal) noexcept {
  return principal.kind == PrincipalKind::client;
}

}  // namespace

std::string Decision::caller() const {
  std::string out(principal_->clientId);
  out.append("\n").append(principal_->userId).append("\n").append(principal_->patient.value_or(""));
  return out.append("\n").append(smart::textOf(principal_->scopes));
}

store::DatabaseCaller Decision::inDatabase() const {
  using store::DatabaseRole;
  switch (principal_->kind) {
    case PrincipalKind::patient:
      return {DatabaseRole::patient, principal_->personKey};
    case PrincipalKind::doctor:
      return {DatabaseRole::doctor, principal_->personKey};
    case PrincipalKind::admin:
      return {DatabaseRole::admin, principal_->userId};
    case PrincipalKind::client:
      break;
  }
  return {DatabaseRole::client, {}};
}

bool Decision::mayAny(const TypeDefinition& type, Permission permission) const {
  return !sight(type, permission).isNothing();
}

// HV_DATABASE_ALONE is defined for one program of the tests only: what remains is what the database refuses.
const Sight& Decision::sight(const TypeDefinition& type, Permission permission) const {
#ifdef HV_DATABASE_ALONE
  static const Sight everything;
  (void)type, (void)permission;
  return everything;
#else
  const auto [found, isNew] = made_.try_emplace({&type, permission});
  if (isNew) found->second = make(type, permission);
  return found->second;
#endif
}

TrailSight Decision::trail(Permission permission) const {
  using enum TrailSight::Whose;
#ifdef HV_DATABASE_ALONE
  (void)permission;
  return {everybodys};
#else
  const auto opens = [&](const Scope& scope) {
    if (scope.kind != smart::ScopeKind::resource || (scope.permissions & bitOf(permission)) == 0)
      return false;
    if ((scope.type != nullptr && scope.type->name != "AuditEvent") || !scope.restriction.empty())
      return false;
    if (isClient(*principal_)) return scope.level == ScopeLevel::system;
    // What a doctor does is not one patient's, and what others see of a patient's is not this one's.
    if (scope.level == ScopeLevel::patient)
      return principal_->kind == PrincipalKind::patient && principal_->patient == principal_->personId;
    return scope.level == ScopeLevel::user;
  };
  if (std::none_of(principal_->scopes.begin(), principal_->scopes.end(), opens)) return {};
  switch (principal_->kind) {
    case PrincipalKind::patient:
      return {patients, principal_->personKey};
    case PrincipalKind::doctor:
      return {persons, principal_->personKey};
    case PrincipalKind::admin:
      return {principal_->mayAudit ? everybodys : nobodys};
    case PrincipalKind::client:
      return {everybodys};
  }
  return {};
#endif
}

bool Decision::showsColumnsOnly(const TypeDefinition& type) const {
  return principal_->kind == PrincipalKind::patient &&
         (type.name == "Practitioner" || type.name == "PractitionerRole");
}

Sight Decision::make(const TypeDefinition& type, Permission permission) const {
  Sight out = scopeSight(type, permission);
  if (out.isNothing()) return Sight::nothing();
  Sight role = roleSight(*principal_, store_, type, permission);
  if (role.isNothing()) return Sight::nothing();
  out.all.insert(out.all.end(), std::make_move_iterator(role.all.begin()),
                 std::make_move_iterator(role.all.end()));
  return out;
}

Sight Decision::scopeSight(const TypeDefinition& type, Permission permission) const {
  Sight out = Sight::nothing();
  for (const Scope& scope : principal_->scopes) {
    const bool names =
        scope.kind == smart::ScopeKind::resource && (scope.type == nullptr || scope.type == &type);
    if (!names || (scope.permissions & bitOf(permission)) == 0) continue;
    const auto before = out.all.front().size();
    if (!addWays(scope, type, out.all.front())) {
      out.all.front().resize(before);
      continue;
    }
    const Way& last = out.all.front().back();
    if (last.whose == Way::Whose::everybodys && last.conditions.empty()) return {};
  }
  return out;
}

bool Decision::addWays(const Scope& scope, const TypeDefinition& type, std::vector<Way>& ways) const {
  std::vector<fhir::search::Condition> conditions;
  if (!scope.restriction.empty()) {
    auto query = fhir::search::parse(type, scope.restriction, store_.catalog(), {});
    if (!query) return false;
    conditions = std::move(query->types.front().conditions);
  }
  switch (scope.level) {
    case ScopeLevel::system:
      if (!isClient(*principal_)) return false;
      break;
    case ScopeLevel::user:
      if (isClient(*principal_)) return false;
      break;
    case ScopeLevel::patient:
      if (isClient(*principal_) || !principal_->patient) return false;
      if (!isOfPatients(type)) break;
      ways.push_back(
          {Way::Whose::compartment, {store::keyOf("Patient", *principal_->patient).uuid}, conditions});
      if (store_.isOpenType(type)) ways.push_back({Way::Whose::nobodys, {}, conditions});
      return true;
    case ScopeLevel::none:
      return false;
  }
  ways.push_back({Way::Whose::everybodys, {}, std::move(conditions)});
  return true;
}

}  // namespace allowed
