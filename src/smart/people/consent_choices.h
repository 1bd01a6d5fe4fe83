// What a person chooses on the consent page beside the scopes: the patient, and the encounter (visit).
//
// SMART App Launch 2.2, "Scopes and Launch Context". Threading: as Site and Visit. Errors: the database's
// Outcome.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "src/smart/people/site.h"

namespace people {

// What the person has filled in so far.
struct Chosen {
  std::string search;
  std::string patient;
  std::string encounter;
};

// The patients to choose from. Exactly one and nothing was searched for: there is no choice.
struct PatientList {
  std::vector<PatientChoice> patients;
  bool more = false;
  bool searchable = false;
  bool settled() const noexcept { return patients.size() == 1 && !searchable; }
};

fhir::Result<PatientList> patientsFor(const Site& site, const Visit& visit, const std::string& search);

// The patient in context: the launch's, the only one, or the chosen one; nullopt when none was chosen, or one
// whom the person may not see.
fhir::Result<std::optional<PatientChoice>> patientOf(const Site& site, const Visit& visit,
                                                     const AskedAccess& asked, const Chosen& chosen);

// The encounter in context likewise, of this patient; `none`: there is none to choose from.
struct EncounterState {
  bool none = false;
  std::optional<EncounterChoice> encounter;
};
fhir::Result<EncounterState> encounterOf(const Site& site, const Visit& visit, const AskedAccess& asked,
                                         const std::string& patient, const Chosen& chosen);

// Fills what consent.html says of both. False: the launch has brought what the person may not see.
fhir::Result<bool> putChoices(const Site& site, const Visit& visit, const AskedAccess& asked,
                              const Chosen& chosen, Values& values);

}  // namespace people
