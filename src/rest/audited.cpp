#include "src/rest/audited.h"

#include <algorithm>
#include <utility>

#include "src/audit/context.h"
#include "src/rest/format.h"
#include "src/store/key.h"

namespace rest {
namespace {

constexpr std::string_view kPatient = "Patient";
constexpr std::size_t kLongestQuery = 4000;  // bytes

std::string_view personTypeOf(const smart::Principal& principal) noexcept {
  if (principal.kind == smart::PrincipalKind::patient) return kPatient;
  return principal.kind == smart::PrincipalKind::doctor ? "Practitioner" : "";
}

std::string_view purposeOf(Interaction interaction) noexcept {
  return interaction == Interaction::breakGlass ? "BTG" : "";
}

// A client's text as printable ASCII: what is not is percent-encoded.
std::string printable(std::string_view text) {
  const auto isPlain = [](char c) { return c > ' ' && c <= '~'; };
  if (std::all_of(text.begin(), text.end(), isPlain)) return std::string(text);
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (isPlain(c)) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out.append(1, '%').append(1, kHex[byte >> 4]).append(1, kHex[byte & 15]);
  }
  return out;
}

bool isSearch(const Target& target) noexcept {
  return target.interaction == Interaction::searchType || target.interaction == Interaction::searchSystem;
}

bool isBundle(const Target& target) noexcept {
  return target.interaction == Interaction::batch || target.interaction == Interaction::transaction;
}

// What was searched for, wherever it stands; nothing of a resource that was sent.
std::string queryOf(const http::Request& request, const Target& target) {
  const auto mark = std::min(request.target.find('?'), request.target.size());
  std::string query = request.target.substr(std::min(mark + 1, request.target.size()));
  const auto add = [&](std::string_view more) {
    if (!query.empty() && !more.empty()) query += '&';
    query += more.substr(0, kLongestQuery);
  };
  if (isSearch(target) && request.method == "POST" && checkFormType(request)) add(request.body);
  if (target.interaction == Interaction::create) {
    if (const std::string* condition = request.header("If-None-Exist")) add(*condition);
  }
  query = printable(std::string_view(query).substr(0, kLongestQuery));
  if (query.size() > kLongestQuery) query.resize(kLongestQuery);
  return query;
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

audit::Access strangersAccess(const http::Request& request, const Target& target, int status) {
  audit::Access out;
  out.time = platform::now();
  out.address = request.remoteAddress;
  out.interaction = code(target.interaction);
  if (target.type != nullptr) out.type = target.type->name;
  if (target.compartment != nullptr && target.type == nullptr) out.type = target.compartment->name;
  out.resource = printable(target.id);
  out.version = printable(target.version);
  out.query = queryOf(request, target);
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
  audit::Access access = strangersAccess(request, target, status);
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
