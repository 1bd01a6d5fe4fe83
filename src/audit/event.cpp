// What an event of the trail is as an AuditEvent.
#include "src/audit/event.h"

#include <algorithm>
#include <array>
#include <utility>

#include "src/audit/event_parts.h"
#include "src/platform/instant.h"

namespace audit {
namespace {

using store::TrailEvent;

constexpr std::string_view kDicom = "http://dicom.nema.org/resources/ontology/DCM";
constexpr std::string_view kInteractions = "http://hl7.org/fhir/restful-interaction";
constexpr std::string_view kEventType = "http://terminology.hl7.org/CodeSystem/audit-event-type";
constexpr std::string_view kParticipation = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType";
constexpr std::string_view kProvenance = "http://terminology.hl7.org/CodeSystem/provenance-participant-type";
constexpr std::string_view kBalp = "https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit.";
constexpr std::string_view kServer = "HealthVillage FHIR server";

enum class Deed : std::uint8_t { created, read, updated, removed, searched, other };

// What was asked of the API, in FHIR's code; `code` of an operation is "operation".
struct Asked {
  std::string_view interaction;
  Deed deed;
  std::string_view code;
};
constexpr std::array kAsked{
    Asked{"read", Deed::read, "read"},
    Asked{"vread", Deed::read, "vread"},
    Asked{"history-instance", Deed::read, "history-instance"},
    Asked{"history-type", Deed::read, "history-type"},
    Asked{"history-system", Deed::read, "history-system"},
    Asked{"create", Deed::created, "create"},
    Asked{"update", Deed::updated, "update"},
    Asked{"patch", Deed::updated, "patch"},
    Asked{"delete", Deed::removed, "delete"},
    Asked{"search-type", Deed::searched, "search-type"},
    Asked{"search-system", Deed::searched, "search-system"},
    Asked{"batch", Deed::other, "batch"},
    Asked{"transaction", Deed::other, "transaction"},
};

// What else is written down by name.
struct Named {
  std::string_view action;
  std::string_view type, typeDisplay;
  std::string_view subtype, subtypeDisplay;
  std::string_view letter, outcome;
};
constexpr std::string_view kAttributes = "User Security Attributes Changed";
constexpr std::array kNamed{
    Named{"sign-in", "110114", "User Authentication", "110122", "Login", "E", "0"},
    Named{"sign-in refused", "110114", "User Authentication", "110122", "Login", "E", "4"},
    Named{"sign-out", "110114", "User Authentication", "110123", "Logout", "E", "0"},
    Named{"password changed", "110113", "Security Alert", "110137", kAttributes, "U", "0"},
    Named{"password set by link", "110113", "Security Alert", "110137", kAttributes, "U", "0"},
    Named{"choices shown", "110112", "Query", "", "", "E", "0"},
    Named{"record accesses shown", "110101", "Audit Log Used", "", "", "R", "0"},
};

}  // namespace

bool isWrite(const TrailEvent& from) noexcept {
  static constexpr std::array<std::string_view, 5> kWrites{"insert", "update", "soft delete", "delete",
                                                           "truncate"};
  return std::find(kWrites.begin(), kWrites.end(), from.action) != kWrites.end();
}

bool isRest(const TrailEvent& from) noexcept {
  if (from.action == "access") return true;
  static constexpr std::array<std::string_view, 4> kOperations{"meta-add", "meta-delete", "break-glass",
                                                               "validate"};
  const auto is = [&](std::string_view name) { return name == from.interaction; };
  return isWrite(from) && (std::any_of(kAsked.begin(), kAsked.end(),
                                       [&](const Asked& each) { return is(each.interaction); }) ||
                           std::any_of(kOperations.begin(), kOperations.end(), is));
}

namespace {

Deed deedOf(const TrailEvent& from) noexcept {
  if (from.action == "insert") return Deed::created;
  if (from.action == "update") return Deed::updated;
  if (isWrite(from)) return Deed::removed;
  for (const Asked& each : kAsked)
    if (each.interaction == from.interaction) return each.deed;
  return Deed::other;
}

std::string_view letterOf(Deed deed) noexcept {
  constexpr std::array<std::string_view, 6> kLetters{"C", "R", "U", "D", "E", "E"};
  return kLetters[static_cast<std::size_t>(deed)];
}

Coding interactionCode(std::string_view code) {
  return {kInteractions, std::string(code), code};
}

// Of a write BALP's own code first; then what the client asked for, when that is another one.
std::vector<Coding> restSubtypes(const TrailEvent& from, Deed deed) {
  std::vector<Coding> out;
  const auto add = [&](std::string_view code) {
    if (std::none_of(out.begin(), out.end(), [&](const Coding& each) { return each.code == code; }))
      out.push_back(interactionCode(code));
  };
  if (from.action != "access") {
    if (deed == Deed::created) add("create");
    if (deed == Deed::updated) add(from.interaction == "patch" ? "patch" : "update");
    if (deed == Deed::removed) add("delete");
  }
  const auto* asked = std::find_if(kAsked.begin(), kAsked.end(),
                                   [&](const Asked& each) { return each.interaction == from.interaction; });
  add(asked != kAsked.end() ? asked->code : "operation");
  return out;
}

// A write that nobody asked of the API.
void describeWrite(const TrailEvent& from, Deed deed, Event& out) {
  const bool isOfUsers =
      from.table == "users" || from.table == "admin_duties" || from.table == "smart.client";
  if (from.interaction == "import") {
    out.type = {kDicom, "110107", "Import"};
  } else if (isOfUsers) {
    out.type = {kDicom, "110113", "Security Alert"};
    out.subtypes.push_back({kDicom, "110137", kAttributes});
  } else {
    out.type = {kDicom, "110110", "Patient Record"};
  }
  out.subtypes.push_back(interactionCode(deed == Deed::created   ? "create"
                                         : deed == Deed::updated ? "update"
                                                                 : "delete"));
}

void describe(const TrailEvent& from, Deed deed, Event& out) {
  out.action = letterOf(deed);
  if (from.outcome == "success") out.outcome = "0";
  if (from.outcome == "refused") out.outcome = "4";
  if (from.outcome == "failed") out.outcome = "8";
  if (isRest(from)) {
    out.type = {kEventType, "rest", "RESTful Operation"};
    out.subtypes = restSubtypes(from, deed);
    return;
  }
  if (isWrite(from)) return describeWrite(from, deed, out);
  const auto* named = std::find_if(kNamed.begin(), kNamed.end(),
                                   [&](const Named& each) { return each.action == from.action; });
  if (named == kNamed.end()) {
    out.type = {kDicom, "110113", "Security Alert"};
    return;
  }
  out.type = {kDicom, std::string(named->type), named->typeDisplay};
  if (!named->subtype.empty())
    out.subtypes.push_back({kDicom, std::string(named->subtype), named->subtypeDisplay});
  out.action = named->letter;
  if (out.outcome.empty()) out.outcome = named->outcome;
}

// BALP's agents of an interaction: what flows, from whom to whom.
struct Roles {
  Coding client, server, user;
};
Roles rolesOf(Deed deed) {
  const Coding source{kDicom, "110153", "Source Role ID"};
  const Coding destination{kDicom, "110152", "Destination Role ID"};
  const Coding recipient{kParticipation, "IRCP", "information recipient"};
  const Coding author{kParticipation, "AUT", "author (originator)"};
  switch (deed) {
    case Deed::read:
      return {destination, source, recipient};
    case Deed::created:
    case Deed::updated:
      return {source, destination, author};
    case Deed::removed:
      return {{kDicom, "110150", "Application"}, {kProvenance, "custodian", "Custodian"}, author};
    case Deed::searched:
    case Deed::other:
      break;
  }
  return {source, destination, recipient};
}

bool hasPerson(const TrailEvent& from) noexcept {
  return from.hasUser || !from.personType.empty();
}

Agent userOf(const TrailEvent& from, Coding type) {
  Agent out{.type = std::move(type), .who = {}};
  out.requestor = true;
  out.altId = from.user;
  if (!from.personId.empty() && !from.personType.empty()) {
    out.who.reference = from.personType + "/" + from.personId;
  } else if (!from.user.empty()) {
    out.who.system = kUri;
    out.who.identifier = "urn:uuid:" + from.user;
  } else {
    out.who.display = from.personType == "Patient" ? "a patient" : "a person who has signed in";
  }
  return out;
}

void addAgents(const TrailEvent& from, Deed deed, std::string_view baseUrl, Event& out) {
  out.observer = {.identifier = std::string(baseUrl), .display = std::string(kServer)};
  const bool person = hasPerson(from);
  if (isRest(from)) {
    const Roles roles = rolesOf(deed);
    Agent client{.type = roles.client,
                 .who = {.identifier = from.client, .display = from.clientName},
                 .name = from.clientName,
                 .requestor = !person,
                 .address = from.address};
    if (client.who.empty()) client.who.display = "not identified";
    out.agents.push_back(std::move(client));
    out.agents.push_back({.type = roles.server,
                          .who = out.observer,
                          .address = std::string(baseUrl),
                          .addressType = "5"});  // a URI
    if (person) out.agents.push_back(userOf(from, roles.user));
    return;
  }
  const Coding human{"http://terminology.hl7.org/CodeSystem/extra-security-role-type", "humanuser",
                     "human user"};
  if (person) {
    out.agents.push_back(userOf(from, human));
    out.agents.back().address = from.address;
  }
  if (isWrite(from) || !person) {
    Agent program{.type = {kDicom, "110150", "Application"},
                  .who = {.display = from.application},
                  .name = from.databaseUser,
                  .requestor = !person};
    if (!person) program.address = from.address;
    if (program.who.empty()) program.who.display = isWrite(from) ? "a program" : "not identified";
    out.agents.push_back(std::move(program));
  }
}

std::size_t countOf(const Event& event, std::string_view type, std::string_view role) {
  return static_cast<std::size_t>(std::count_if(
      event.entities.begin(), event.entities.end(),
      [&](const Entity& each) { return each.type.code == type && each.role && each.role->code == role; }));
}

// The pattern that the event keeps to, whose slices have one element each.
std::string_view balpOf(const TrailEvent& from, Deed deed, const Event& event) {
  if (!isRest(from) || event.outcome != "0" || from.address.empty()) return {};
  // A write that is no row has changed nothing.
  if (!isWrite(from) && deed != Deed::read && deed != Deed::searched) return {};
  const std::size_t patients = countOf(event, "1", "1");
  if (patients > 1) return {};
  const auto named = [&](std::string_view alone, std::string_view ofPatient) {
    return patients == 1 ? ofPatient : alone;
  };
  const auto query = std::find_if(event.entities.begin(), event.entities.end(),
                                  [](const Entity& each) { return each.query.has_value(); });
  if (deed == Deed::searched)
    return query != event.entities.end() ? named("Query", "PatientQuery") : std::string_view();
  if (countOf(event, "2", "4") != 1 || query != event.entities.end()) return {};
  switch (deed) {
    case Deed::created:
      return named("Create", "PatientCreate");
    case Deed::read:
      return from.interaction == "read" || from.interaction == "vread" ? named("Read", "PatientRead")
                                                                       : std::string_view();
    case Deed::updated:
      return named("Update", "PatientUpdate");
    case Deed::removed:
      return named("Delete", "PatientDelete");
    default:
      return {};
  }
}

std::string milliseconds(const std::string& instant) {
  const auto parsed = platform::parseInstant(instant);
  return parsed ? platform::formatMilliseconds(*parsed) : std::string();
}

}  // namespace

std::string Event::profile() const {
  return balp.empty() ? std::string() : std::string(kBalp) + std::string(balp);
}

Event eventOf(const TrailEvent& from, std::string_view baseUrl) {
  const Deed deed = deedOf(from);
  Event out;
  out.id = from.id;
  out.recorded = milliseconds(from.place.time);
  out.happened = milliseconds(from.happened);
  describe(from, deed, out);
  if (from.status != 0) out.outcomeText = "HTTP status " + std::to_string(from.status);
  out.purpose = from.purpose;
  out.reason = from.reason;
  addAgents(from, deed, baseUrl, out);
  addEntities(from, out);
  out.balp = balpOf(from, deed, out);
  out.patientKeys = from.patientKeys;
  out.place = from.place;
  return out;
}

}  // namespace audit
