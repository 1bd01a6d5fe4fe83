// Events of the audit trail by id; for pages of them see audit_pages.cpp.
#include "src/rest/audit_events.h"

#include <algorithm>
#include <utility>

#include "src/audit/event.h"
#include "src/rest/audit_pages.h"

namespace rest {
namespace {

using fhir::Failure;
using fhir::IssueType;
using fhir::Outcome;
using store::Permission;

constexpr std::string_view kAuditEvent = "AuditEvent";

// An array of keys, as PostgreSQL writes it.
std::string arrayOf(const std::vector<std::string>& keys) {
  std::string out = "{";
  for (const std::string& key : keys) out.append(out.size() > 1 ? "," : "").append(key);
  return out + "}";
}

}  // namespace

bool isAuditEvent(const fhir::TypeDefinition* type) noexcept {
  return type != nullptr && type->name == kAuditEvent;
}

bool narrowTo(const Surroundings& surroundings, Permission permission, store::TrailQuery& query) {
  if (surroundings.access == nullptr) return true;
  const allowed::TrailSight sight = surroundings.access->trail(permission);
  switch (sight.whose) {
    case allowed::TrailSight::Whose::nobodys:
      return false;
    case allowed::TrailSight::Whose::everybodys:
      return true;
    case allowed::TrailSight::Whose::patients: {
      const bool asksForOthers = query.patients && std::find(query.patients->begin(), query.patients->end(),
                                                             sight.key) == query.patients->end();
      if (asksForOthers) return false;
      query.patients = {sight.key};
      return true;
    }
    case allowed::TrailSight::Whose::persons:
      if (!query.person.empty() && query.person != sight.key) return false;
      query.person = sight.key;
      return true;
  }
  return false;
}

store::StoredResource storedOf(const audit::Event& event) {
  store::StoredResource out;
  out.type = fhir::findResourceType(kAuditEvent);
  out.id = event.id;
  out.versionId = 1;
  out.lastUpdated = event.recorded;
  out.json = audit::jsonOf(event);
  out.patients = arrayOf(event.patientKeys);
  return out;
}

bool mayAskTrail(const allowed::Decision& access, const Target& target) {
  if (!isAuditEvent(target.type)) return false;
  using enum Interaction;
  const bool reads =
      target.interaction == read || target.interaction == vread || target.interaction == historyInstance;
  if (!reads && target.interaction != searchType) return false;
  return access.trail(reads ? Permission::read : Permission::search).whose !=
         allowed::TrailSight::Whose::nobodys;
}

fhir::Result<std::optional<store::StoredResource>> findTrailEvent(const Call& call,
                                                                  const fhir::TypeDefinition& type,
                                                                  std::string_view id) {
  std::optional<store::StoredResource> out;
  store::TrailQuery query;
  query.ids = {std::string(id)};
  if (!isAuditEvent(&type) || !store::isTrailId(id) || !narrowTo(call, Permission::read, query)) return out;
  auto look = call.session.trail(query);
  if (!look) return std::move(look).outcome();
  if (look->events.empty()) return out;
  out = storedOf(audit::eventOf(look->events.front(), call.baseUrl));
  call.session.handedOut(*out);
  return out;
}

fhir::Result<fhir::Done> checkNoTrailEvent(const Surroundings& surroundings, const Target& target) {
  using enum Interaction;
  const auto is = target.interaction;
  const bool writes = is == update || is == patch || is == remove || is == metaAdd || is == metaDelete;
  if (!writes || !isAuditEvent(target.type) || !store::isTrailId(target.id)) return fhir::Done{};
  store::TrailQuery query;
  query.ids = {target.id};
  // Who may give a resource an id of their own choice sees all of the trail, or is told of this id alone.
  const bool choosesIds =
      surroundings.access == nullptr || surroundings.access->principal().kind == smart::PrincipalKind::client;
  if (!choosesIds && !narrowTo(surroundings, Permission::read, query)) return fhir::Done{};
  auto look = surroundings.session.trail(query);
  if (!look) return std::move(look).outcome();
  if (look->events.empty()) return fhir::Done{};
  return Outcome(Failure::forbidden, IssueType::forbidden,
                 "This AuditEvent is an event of the audit trail, which nobody changes or removes.");
}

}  // namespace rest
