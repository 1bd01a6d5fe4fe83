// The entities of an event: what and whom it was about.
#include <algorithm>
#include <utility>

#include "fhir/definitions/definitions.h"
#include "src/audit/event_parts.h"
#include "src/store/key.h"

namespace audit {
namespace {

using store::TrailEvent;

constexpr std::string_view kEntityType = "http://terminology.hl7.org/CodeSystem/audit-entity-type";
constexpr std::string_view kRole = "http://terminology.hl7.org/CodeSystem/object-role";
constexpr std::string_view kBalpEntity = "https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType";

Entity dataOf(Who what) {
  return {.what = std::move(what),
          .type = {kEntityType, "2", "System Object"},
          .role = Coding{kRole, "4", "Domain Resource"}};
}

// Of a search within a compartment `resource` is whose it is.
bool isSearch(const TrailEvent& from) noexcept {
  return from.interaction == "search-type" || from.interaction == "search-system";
}

std::string_view typeOf(const TrailEvent& from) noexcept {
  const fhir::TypeDefinition* type = fhir::findResourceType(from.type);
  return type != nullptr ? type->name : std::string_view();
}

void addPatients(const TrailEvent& from, Event& out) {
  // Of a patient who is not here the database knows a key alone; the client has named them.
  const std::string named = from.resource.empty() ? "" : store::keyOf("Patient", from.resource).uuid;
  std::vector<std::string> ids = from.patients;
  for (std::size_t i = 0; i < ids.size() && i < from.patientKeys.size(); ++i)
    if (from.patientKeys[i] == named) ids[i] = from.resource;
  if (ids.empty() && from.type == "Patient" && from.action == "access" && !from.resource.empty())
    ids.push_back(from.resource);
  if (ids.size() > kMostEntities) ids.resize(kMostEntities);
  for (const std::string& id : ids)
    out.entities.push_back({.what = {.reference = "Patient/" + id},
                            .type = {kEntityType, "1", "Person"},
                            .role = Coding{kRole, "1", "Patient"}});
}

void addData(const TrailEvent& from, Event& out) {
  const std::string_view type = typeOf(from);
  if (!type.empty() && !from.resource.empty()) {
    out.entities.push_back(
        dataOf({.reference = std::string(type) + "/" + from.resource, .version = from.version}));
    return;
  }
  for (const std::string& target : from.targets) {
    if (out.entities.size() >= 2 * kMostEntities) break;
    if (!type.empty()) {
      out.entities.push_back(dataOf({.reference = std::string(type) + "/" + target}));
    } else {
      out.entities.push_back(dataOf({.system = kUri, .identifier = "urn:uuid:" + target}));
      out.entities.back().name = from.table;
    }
  }
  if (!from.targets.empty()) return;
  if (!type.empty()) {
    out.entities.push_back(dataOf({.type = type}));
  } else if (!from.table.empty()) {
    out.entities.push_back(dataOf({.display = from.resource.empty() ? from.table : from.resource}));
    out.entities.back().name = from.table;
  }
}

// What was searched, below the base: "Observation", "Patient/42/Observation".
std::string placeOf(const TrailEvent& from) {
  std::string out;
  const bool isOfPatient = !from.resource.empty() &&
                           std::find(from.patientKeys.begin(), from.patientKeys.end(),
                                     store::keyOf("Patient", from.resource).uuid) != from.patientKeys.end();
  if (isOfPatient) out = "Patient/" + from.resource + "/";
  const std::string_view type = typeOf(from);
  // Of all of a compartment the trail has the compartment's type.
  return from.interaction == "search-system" ? out.append(isOfPatient ? "*" : "") : out.append(type);
}

void addQuery(const TrailEvent& from, Event& out) {
  const bool searches = isSearch(from);
  if (!searches && from.query.value_or("").empty()) return;
  Entity entity{
      .what = {}, .type = {kEntityType, "2", "System Object"}, .role = Coding{kRole, "24", "Query"}};
  std::string asked = searches ? placeOf(from) : std::string(typeOf(from));
  if (from.query && !from.query->empty()) asked.append("?").append(*from.query);
  if (from.query && !asked.empty()) {
    entity.query = std::move(asked);
  } else {
    entity.name = from.type.empty() ? "all types" : from.type;
  }
  out.entities.push_back(std::move(entity));
}

}  // namespace

void addEntities(const TrailEvent& from, Event& out) {
  addPatients(from, out);
  if (!isSearch(from)) addData(from, out);
  // Which operation it was, and what has no code.
  const bool isOperation = out.subtypes.size() == 1 && out.subtypes.front().code == "operation";
  if (isOperation && !out.entities.empty()) out.entities.back().description = "$" + from.interaction;
  if (!isRest(from) && !isWrite(from)) {
    if (out.entities.empty())
      out.entities.push_back({.what = {}, .type = {kEntityType, "2", "System Object"}, .role = {}});
    out.entities.back().description = from.action;
  }
  addQuery(from, out);
  if (!from.request.empty())
    out.entities.push_back(
        {.what = {.identifier = from.request}, .type = {kBalpEntity, "XrequestId", {}}, .role = {}});
}

}  // namespace audit
