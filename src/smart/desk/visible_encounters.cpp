#include "src/smart/desk/visible_encounters.h"

#include <memory>
#include <utility>

#include "src/access/decision.h"
#include "src/smart/json.h"
#include "src/store/key.h"

namespace desk {
namespace {

// The person as the API would know her by a token for her visits.
std::shared_ptr<const smart::Principal> principalOf(const people::Person& person, smart::Scopes scopes) {
  auto out = std::make_shared<smart::Principal>();
  switch (person.role) {
    case people::Role::patient:
      out->kind = smart::PrincipalKind::patient;
      break;
    case people::Role::doctor:
      out->kind = smart::PrincipalKind::doctor;
      break;
    case people::Role::admin:
      out->kind = smart::PrincipalKind::admin;
      break;
  }
  out->userId = person.userId;
  out->personKey = person.key;
  out->personId = person.id;
  out->scopes = std::move(scopes);
  return out;
}

// The words of a CodeableConcept: its text, or the first display.
std::string wordsOf(const smart::Json& concept_) {
  if (auto text = smart::textMember(concept_, "text")) return *std::move(text);
  const smart::Json* const codings = smart::member(concept_, "coding");
  if (codings == nullptr || !codings->IsArray()) return {};
  for (const smart::Json& coding : codings->GetArray())
    if (coding.IsObject())
      if (auto display = smart::textMember(coding, "display")) return *std::move(display);
  return {};
}

people::EncounterChoice choiceOf(const store::StoredResource& resource) {
  people::EncounterChoice out{resource.id, {}, {}};
  const auto document = smart::JsonObject::parse(resource.json);
  if (!document) return out;
  const smart::Json& encounter = document->value();
  const smart::Json* const types = smart::member(encounter, "type");
  if (types != nullptr && types->IsArray() && !types->Empty() && (*types)[0].IsObject())
    out.what = wordsOf((*types)[0]);
  const smart::Json* const kind = smart::member(encounter, "class");
  if (out.what.empty() && kind != nullptr && kind->IsObject())
    out.what = smart::textMember(*kind, "display").value_or("");
  if (const smart::Json* const period = smart::member(encounter, "period");
      period != nullptr && period->IsObject())
    out.start = smart::textMember(*period, "start").value_or("");
  return out;
}

}  // namespace

fhir::Result<std::vector<people::EncounterChoice>> VisibleEncounters::search(const people::Person& person,
                                                                             const Parameters& parameters) {
  std::vector<people::EncounterChoice> out;
  const fhir::TypeDefinition* const type = fhir::findResourceType("Encounter");
  auto scopes = smart::parseScopes("user/Encounter.rs");
  if (!scopes) return std::move(scopes).outcome();
  const allowed::Decision access(principalOf(person, *std::move(scopes)), store_);
  if (!access.mayAny(*type, store::Permission::search)) return out;
  const auto query = fhir::search::parse(*type, parameters, store_.catalog(),
                                         {.baseUrl = store_.options().baseUrl, .maxCount = 100});
  if (!query) return query.outcome();
  const std::lock_guard lock(mutex_);
  const store::ServersOwn afterwards(
      session_);  // whatever happens, `access` is not acted for when it is gone
  session_.actFor(&access);
  auto page = session_.search(*query);
  if (!page) return std::move(page).outcome();
  for (const store::StoredResource& match : page->matches) out.push_back(choiceOf(match));
  return out;
}

fhir::Result<std::vector<people::EncounterChoice>> VisibleEncounters::find(const people::Person& person,
                                                                           std::string_view patient,
                                                                           std::size_t most) {
  if (!store::isLegalId(patient)) return std::vector<people::EncounterChoice>();
  return search(person,
                {{"patient", std::string(patient)}, {"_sort", "-date"}, {"_count", std::to_string(most)}});
}

fhir::Result<std::optional<people::EncounterChoice>> VisibleEncounters::get(const people::Person& person,
                                                                            std::string_view patient,
                                                                            std::string_view id) {
  const std::optional<people::EncounterChoice> none;
  if (!store::isLegalId(patient) || !store::isLegalId(id)) return none;
  auto found = search(person, {{"patient", std::string(patient)}, {"_id", std::string(id)}});
  if (!found) return std::move(found).outcome();
  return found->empty() ? none : std::optional(std::move(found->front()));
}

}  // namespace desk
