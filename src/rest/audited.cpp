#include "src/rest/audited.h"

#include <algorithm>
#include <utility>

#include "src/audit/context.h"
#include "src/rest/audited_query.h"
#include "src/store/key.h"

namespace rest {
namespace {

constexpr std::string_view kPatient = "Patient";

std::string_view personTypeOf(const smart::Principal& principal) noexcept {
  if (principal.kind == smart::PrincipalKind::patient) return kPatient;
  return principal.kind == smart::PrincipalKind::doctor ? "Practitioner" : "";
}

std::string_view purposeOf(Interaction interaction) noexcept {
  return interaction == Interaction::breakGlass ? "BTG" : "";
}

bool isBundle(const Target& target) noexcept {
  return target.interaction == Interaction::batch || target.interaction == Interaction::transaction;
}

// Whose record was asked for by name.
void addNamedPatient(const Target& target, std::vector<std::string>& patients) {
  const fhir::TypeDefinition* type = target.compartment != nullptr ? target.compartment : target.type;
  if (type == nullptr || type->name != kPatient || !isLegalId(target.id)) return;
  std::string key = store::keyOf(kPatient, target.id).uuid;
  if (std::find(patients.begin(), patients.end(), key) == patients.end()) patients.push_back(std::move(key));
}

// What entries did has come to nothing, since their Bundle is refused: one line says of all whose data it
// was.
void takeBack(Notes& notes, std::vector<std::string>& patients) {
  for (audit::Access& each : notes.accesses)
    patients.insert(patients.end(), std::make_move_iterator(each.patients.begin()),
                    std::make_move_iterator(each.patients.end()));
  notes.accesses.clear();
  std::sort(patients.begin(), patients.end());
  patients.erase(std::unique(patients.begin(), patients.end()), patients.end());
}

}  // namespace

void noteCaller(const Surroundings& surroundings, const http::Request& request, Interaction interaction) {
  audit::Context context;
  context.address = request.remoteAddress;
  context.interaction = code(interaction);
  context.request = request.id;
  context.purpose = purposeOf(interaction);
  if (surroundings.access != nullptr) {
    const smart::Principal& principal = surroundings.access->principal();
    context.user = principal.userId;
    context.person = principal.personKey;
    context.personType = personTypeOf(principal);
    context.client = principal.clientId;
  }
  surroundings.session.noteAs(audit::settingOf(context));
}

audit::Access strangersAccess(const store::Store& store, const http::Request& request, const Target& target,
                              int status) {
  audit::Access out;
  out.time = platform::now();
  out.address = request.remoteAddress;
  out.interaction = code(target.interaction);
  if (target.type != nullptr) out.type = target.type->name;
  if (target.compartment != nullptr && target.type == nullptr) out.type = target.compartment->name;
  out.resource = printable(target.id);
  out.version = printable(target.version);
  out.query = auditedQuery(store, request, target);
  addNamedPatient(target, out.patients);
  out.purpose = purposeOf(target.interaction);
  out.status = status;
  out.request = request.id;
  return out;
}

void noteAccess(const Surroundings& surroundings, const http::Request& request, const Target& target,
                int status) {
  if (surroundings.notes.audits)
    noteAccess(surroundings, request, target, status, surroundings.session.takeGiven());
}

void noteAccess(const Surroundings& surroundings, const http::Request& request, const Target& target,
                int status, store::Given given) {
  Notes& notes = surroundings.notes;
  if (!notes.audits || target.interaction == Interaction::capabilities) return;
  if (status < 400 && (given.wrote || isBundle(target))) return;
  // The database is away, and nothing was read.
  if (status == 503 && given.patients.empty()) return;
  audit::Access access = strangersAccess(surroundings.store, request, target, status);
  if (!given.patients.empty()) {
    access.patients = std::move(given.patients);
    addNamedPatient(target, access.patients);
  }
  if (access.version.empty() && given.version != 0 && !target.id.empty() && status < 400)
    access.version = std::to_string(given.version);
  if (surroundings.access != nullptr) {
    const smart::Principal& principal = surroundings.access->principal();
    access.user = principal.userId;
    access.person = principal.personKey;
    access.personType = personTypeOf(principal);
    access.client = printable(principal.clientId);
  }
  if (isBundle(target)) {
    if (notes.interaction) access.interaction = code(*notes.interaction);
    takeBack(notes, access.patients);
  }
  notes.accesses.push_back(std::move(access));
}

}  // namespace rest
