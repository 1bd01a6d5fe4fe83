// CarePatients: whom a person may choose as the patient of an app, as the platform's own tables say it.
//
// A patient: herself, and those who have granted her access (patient_grants). A doctor: those in a current
// care relationship (care_relationships). An administrator: nobody. Threading and errors: as Patients says.
#pragma once

#include "src/smart/people/authorizations.h"

namespace people {

class CarePatients : public Patients {
 public:
  fhir::Result<std::vector<PatientChoice>> find(store::Connection& connection, const Person& person,
                                                const Caller& caller, std::string_view text,
                                                std::size_t most) override;
  fhir::Result<std::optional<PatientChoice>> get(store::Connection& connection, const Person& person,
                                                 const Caller& caller, std::string_view id) override;
};

}  // namespace people
