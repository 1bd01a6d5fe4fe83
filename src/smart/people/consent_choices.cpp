#include "src/smart/people/consent_choices.h"

#include <utility>

#include "src/smart/people/record_accesses.h"

namespace people {
namespace {

constexpr std::size_t kMostPatients = 10;
constexpr std::size_t kMostEncounters = 20;

Message nameOf(const PatientChoice& patient) {
  return patient.name.empty() ? Message::of("consent.unnamed") : Message::plain(patient.name);
}

Message nameOf(const EncounterChoice& encounter) {
  return encounter.what.empty() ? Message::of("consent.unnamed_visit") : Message::plain(encounter.what);
}

std::string dayOf(const std::string& date) {
  return date.substr(0, 10);
}

std::vector<Values> rowsOf(const std::vector<PatientChoice>& patients, const std::string& chosen) {
  std::vector<Values> out;
  out.reserve(patients.size());
  for (const PatientChoice& patient : patients) {
    out.push_back(Values()
                      .set("number", std::to_string(out.size() + 1))
                      .set("id", patient.id)
                      .set("name", nameOf(patient))
                      .set("birth_date", patient.birthDate)
                      .set("chosen", patient.id == chosen));
  }
  return out;
}

std::vector<Values> rowsOf(const std::vector<EncounterChoice>& encounters, const std::string& chosen) {
  std::vector<Values> out;
  out.reserve(encounters.size());
  for (const EncounterChoice& encounter : encounters) {
    out.push_back(Values()
                      .set("number", std::to_string(out.size() + 1))
                      .set("id", encounter.id)
                      .set("name", nameOf(encounter))
                      .set("when", dayOf(encounter.start))
                      .set("chosen", encounter.id == chosen));
  }
  return out;
}

void putPatients(Values& values, const PatientList& list, const Chosen& chosen) {
  values.set("about", list.settled() ? nameOf(list.patients.front()) : Message());
  values.set("picker", !list.settled()).set("searchable", list.searchable).set("search", chosen.search);
  values.set("patients", rowsOf(list.patients, chosen.patient)).set("more", list.more);
}

void putNoPatients(Values& values, Message about) {
  values.set("about", std::move(about)).set("picker", false).set("searchable", false).set("search", "");
  values.set("patients", std::vector<Values>()).set("more", false);
}

void putNoEncounters(Values& values, Message visit) {
  values.set("visit", std::move(visit)).set("visit_picker", false);
  values.set("visits", std::vector<Values>()).set("more_visits", false);
}

// The launch's own encounter; false when the person may not see it.
fhir::Result<bool> putLaunched(const Site& site, const Visit& visit, const AskedAccess& asked,
                               const std::string& patient, Values& values) {
  const auto encounter = site.encounters().get(*visit.person, patient, *asked.encounter);
  if (!encounter) return encounter.outcome();
  if (!*encounter) return false;
  if (const auto noted = noteShown(visit.connection, *visit.person, visit.caller(), "Encounter", {patient});
      !noted)
    return noted.outcome();
  const std::string day = dayOf((*encounter)->start);
  Message name = nameOf(**encounter);
  if (!day.empty())
    name = Message::of("action.and", {{"first", std::move(name)}, {"second", Message::plain(day)}});
  putNoEncounters(values, std::move(name));
  return true;
}

fhir::Result<bool> putEncounters(const Site& site, const Visit& visit, const AskedAccess& asked,
                                 const Chosen& chosen, Values& values) {
  putNoEncounters(values, {});
  if (!asked.encounter && !asked.needsEncounter) return true;
  const auto patient = patientOf(site, visit, asked, chosen);
  if (!patient) return patient.outcome();
  if (!*patient) return true;  // the patient comes first
  if (asked.encounter) return putLaunched(site, visit, asked, (*patient)->id, values);
  auto found = site.encounters().find(*visit.person, (*patient)->id, kMostEncounters + 1);
  if (!found) return std::move(found).outcome();
  const bool more = found->size() > kMostEncounters;
  if (more) found->resize(kMostEncounters);
  if (!found->empty()) {
    const auto noted =
        noteShown(visit.connection, *visit.person, visit.caller(), "Encounter", {(*patient)->id});
    if (!noted) return noted.outcome();
  }
  values.set("visit_picker", true).set("visits", rowsOf(*found, chosen.encounter)).set("more_visits", more);
  return true;
}

}  // namespace

fhir::Result<PatientList> patientsFor(const Site& site, const Visit& visit, const std::string& search) {
  auto found =
      site.patients().find(visit.connection, *visit.person, visit.caller(), search, kMostPatients + 1);
  if (!found) return std::move(found).outcome();
  PatientList out;
  out.patients = *std::move(found);
  out.more = out.patients.size() > kMostPatients;
  if (out.more) out.patients.resize(kMostPatients);
  out.searchable = out.more || !search.empty() || visit.person->role == Role::doctor;
  return out;
}

fhir::Result<std::optional<PatientChoice>> patientOf(const Site& site, const Visit& visit,
                                                     const AskedAccess& asked, const Chosen& chosen) {
  std::string id = asked.patient ? *asked.patient : chosen.patient;
  if (id.empty()) {
    auto list = patientsFor(site, visit, chosen.search);
    if (!list) return std::move(list).outcome();
    if (!list->settled()) return std::optional<PatientChoice>();
    id = list->patients.front().id;
  }
  return site.patients().get(visit.connection, *visit.person, visit.caller(), id);
}

fhir::Result<EncounterState> encounterOf(const Site& site, const Visit& visit, const AskedAccess& asked,
                                         const std::string& patient, const Chosen& chosen) {
  EncounterState out;
  const std::string& id = asked.encounter ? *asked.encounter : chosen.encounter;
  if (!id.empty()) {
    auto encounter = site.encounters().get(*visit.person, patient, id);
    if (!encounter) return std::move(encounter).outcome();
    out.encounter = *std::move(encounter);
    return out;
  }
  const auto found = site.encounters().find(*visit.person, patient, 1);
  if (!found) return found.outcome();
  out.none = found->empty();
  return out;
}

fhir::Result<bool> putChoices(const Site& site, const Visit& visit, const AskedAccess& asked,
                              const Chosen& chosen, Values& values) {
  putNoPatients(values, {});
  if (asked.patient) {
    const auto patient = site.patients().get(visit.connection, *visit.person, visit.caller(), *asked.patient);
    if (!patient) return patient.outcome();
    if (!*patient) return false;
    putNoPatients(values, nameOf(**patient));
  } else if (asked.needsPatient) {
    const auto list = patientsFor(site, visit, chosen.search);
    if (!list) return list.outcome();
    putPatients(values, *list, chosen);
  }
  return putEncounters(site, visit, asked, chosen, values);
}

}  // namespace people
