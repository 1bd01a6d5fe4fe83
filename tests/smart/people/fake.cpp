#include "tests/smart/people/fake.h"

#include <algorithm>
#include <charconv>

#include "src/http/text.h"

namespace fixture {
namespace {

using people::AskedAccess;
using people::AskedScope;
using people::BadRequest;
using people::Redirect;
using people::Understood;
using Parameters = std::vector<http::Parameter>;

std::string valueOf(const Parameters& parameters, std::string_view name) {
  const auto found = std::ranges::find(parameters, name, &http::Parameter::name);
  return found == parameters.end() ? "" : found->value;
}

std::string answer(const Parameters& parameters, const std::string& what) {
  return valueOf(parameters, "redirect_uri") + "?" + what +
         "&state=" + http::percentEncode(valueOf(parameters, "state"));
}

bool mentions(const Parameters& parameters, std::string_view name, std::string_view word) {
  return (" " + valueOf(parameters, name) + " ").find(" " + std::string(word) + " ") != std::string::npos;
}

}  // namespace

AskedScope askedScope(std::string_view text) {
  using Level = AskedScope::Level;
  AskedScope out;
  out.text = text;
  const std::size_t slash = text.find('/');
  if (text.starts_with("launch")) {
    out.level = Level::context;
  } else if (text.ends_with("_access")) {
    out.level = Level::lasting;
  } else if (slash == std::string_view::npos) {
    out.level = Level::identity;
  } else {
    out.level = text.starts_with("patient/") ? Level::patient : Level::user;
    const std::size_t dot = text.find('.');
    const std::size_t question = std::min(text.find('?'), text.size());
    const std::string_view letters = text.substr(dot + 1, question - dot - 1);
    out.type = text.substr(slash + 1, dot - slash - 1);
    out.read = letters.find('r') != std::string_view::npos || letters.find('s') != std::string_view::npos;
    out.create = letters.find('c') != std::string_view::npos;
    out.update = letters.find('u') != std::string_view::npos;
    out.remove = letters.find('d') != std::string_view::npos;
    out.restriction = text.substr(std::min(question + 1, text.size()));
  }
  return out;
}

fhir::Result<Understood> FakeAuthorizations::understand(store::Connection&, const Parameters& parameters) {
  AskedAccess out;
  out.clientId = valueOf(parameters, "client_id");
  out.redirectUri = valueOf(parameters, "redirect_uri");
  if (out.clientId != "app" && out.clientId != "phone") return Understood(BadRequest::unknownClient);
  if (out.redirectUri != (out.clientId == "app" ? "https://app.example/cb" : "com.example.phone:/cb"))
    return Understood(BadRequest::unregisteredRedirect);
  out.clientName = out.clientId == "app" ? "Growth <b>chart</b>" : "Phone app";
  const std::string scopes = valueOf(parameters, "scope");
  std::string_view rest = scopes;
  while (!rest.empty()) {
    const std::string_view word = http::text::nextElement(rest, ' ');
    if (word.starts_with("bad")) return Understood(Redirect{answer(parameters, "error=invalid_scope")});
    out.scopes.push_back(askedScope(word));
    out.needsPatient = out.needsPatient || word.starts_with("patient/") || word == "launch/patient";
  }
  out.needsEncounter = mentions(parameters, "scope", "launch/encounter");
  if (const std::string launch = valueOf(parameters, "launch"); !launch.empty()) {
    const std::size_t comma = launch.find(',');
    out.patient = launch.substr(0, comma);
    if (comma != std::string::npos) out.encounter = launch.substr(comma + 1);
  }
  out.promptNone = mentions(parameters, "prompt", "none");
  out.promptLogin = mentions(parameters, "prompt", "login");
  const std::string age = valueOf(parameters, "max_age");
  int seconds = 0;
  if (!age.empty() && std::from_chars(age.data(), age.data() + age.size(), seconds).ec == std::errc())
    out.maxAge = std::chrono::seconds(seconds);
  out.loginHint = valueOf(parameters, "login_hint");
  return Understood(std::move(out));
}

fhir::Result<std::optional<people::GrantedAccess>> FakeAuthorizations::remembered(store::Connection&,
                                                                                  const Parameters&,
                                                                                  const people::Person&) {
  return known;
}

fhir::Result<Understood> FakeAuthorizations::grant(store::Connection&, const Parameters& parameters,
                                                   const people::Person& person,
                                                   const people::GrantedAccess& access) {
  granted.push_back({person.userId, access});
  return Understood(Redirect{answer(parameters, "code=fake-code")});
}

fhir::Result<Understood> FakeAuthorizations::refuse(store::Connection&, const Parameters& parameters,
                                                    std::string_view error) {
  refused.emplace_back(error);
  return Understood(Redirect{answer(parameters, "error=" + std::string(error))});
}

fhir::Result<std::vector<people::ConnectedApp>> FakeAuthorizations::connected(store::Connection&,
                                                                              const people::Person&) {
  return apps;
}

fhir::Result<bool> FakeAuthorizations::disconnect(store::Connection&, const people::Person&,
                                                  std::string_view id) {
  return std::erase_if(apps, [&](const people::ConnectedApp& app) { return app.id == id; }) > 0;
}

fhir::Result<std::vector<people::Client>> FakeAuthorizations::clients(store::Connection&) {
  return registered;
}

fhir::Result<people::MadeClient> FakeAuthorizations::registerClient(store::Connection&, const people::Person&,
                                                                    const people::NewClient& client) {
  if (client.scopes.find("bad") != std::string::npos)
    return fhir::Outcome(fhir::Failure::unprocessable, fhir::IssueType::value,
                         "The scope bad is not understood.");
  asked.push_back(client);
  registered.push_back({"client-" + std::to_string(asked.size()), client.name, client.kind,
                        client.redirectUris, client.scopes, false});
  people::MadeClient out{registered.back().id, std::nullopt};
  if (client.kind == people::ClientKind::secret) out.secret = "shown-once";
  return out;
}

fhir::Result<bool> FakeAuthorizations::revokeClient(store::Connection&, const people::Person&,
                                                    std::string_view id) {
  const auto found = std::ranges::find(registered, id, &people::Client::id);
  if (found == registered.end()) return false;
  found->revoked = true;
  return true;
}

fhir::Result<std::vector<people::PatientChoice>> FakePatients::find(store::Connection&,
                                                                    const people::Person& person,
                                                                    const people::Caller&,
                                                                    std::string_view text, std::size_t most) {
  std::vector<people::PatientChoice> out;
  const std::size_t seen = person.role == people::Role::doctor ? all.size() : std::min(ofPatient, all.size());
  for (std::size_t i = 0; i < seen && out.size() < most; ++i)
    if (all[i].name.find(text) != std::string::npos) out.push_back(all[i]);
  return out;
}

fhir::Result<std::optional<people::PatientChoice>> FakePatients::get(store::Connection& connection,
                                                                     const people::Person& person,
                                                                     const people::Caller& caller,
                                                                     std::string_view id) {
  const auto seen = find(connection, person, caller, "", all.size());
  const auto found = std::ranges::find(*seen, id, &people::PatientChoice::id);
  if (found == seen->end()) return std::optional<people::PatientChoice>();
  return std::optional<people::PatientChoice>(*found);
}

fhir::Result<std::vector<people::EncounterChoice>> FakeEncounters::find(const people::Person&,
                                                                        std::string_view patient,
                                                                        std::size_t most) {
  std::vector<people::EncounterChoice> out;
  for (const Kept& kept : all)
    if (kept.patient == patient && out.size() < most) out.push_back(kept.encounter);
  return out;
}

fhir::Result<std::optional<people::EncounterChoice>> FakeEncounters::get(const people::Person&,
                                                                         std::string_view patient,
                                                                         std::string_view id) {
  for (const Kept& kept : all)
    if (kept.patient == patient && kept.encounter.id == id) return std::optional(kept.encounter);
  return std::optional<people::EncounterChoice>();
}

}  // namespace fixture
