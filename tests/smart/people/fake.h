// An authorization server and a list of patients that exist for the pages' tests alone.
//
// Known clients: "app" (redirects to https://app.example/cb) and "phone" (com.example.phone:/cb). A scope
// that starts with "bad" makes the request one that is refused at the app. A launch is the patient's id, or
// the patient's and the encounter's with a comma between. Threading: one thread at a time.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "src/smart/people/authorizations.h"

namespace fixture {

class FakeAuthorizations : public people::Authorizations {
 public:
  struct Granted {
    std::string userId;
    people::GrantedAccess access;
  };
  std::vector<Granted> granted;
  std::vector<std::string> refused;  // errors
  std::vector<people::ConnectedApp> apps;
  std::vector<people::Client> registered;
  std::vector<people::NewClient> asked;
  std::optional<people::GrantedAccess> known;  // what was allowed before

  fhir::Result<people::Understood> understand(store::Connection&,
                                              const std::vector<http::Parameter>& parameters) override;
  fhir::Result<std::optional<people::GrantedAccess>> remembered(store::Connection&,
                                                                const std::vector<http::Parameter>&,
                                                                const people::Person&) override;
  fhir::Result<people::Understood> grant(store::Connection&, const std::vector<http::Parameter>& parameters,
                                         const people::Person&, const people::GrantedAccess&) override;
  fhir::Result<people::Understood> refuse(store::Connection&, const std::vector<http::Parameter>& parameters,
                                          std::string_view error) override;
  fhir::Result<std::vector<people::ConnectedApp>> connected(store::Connection&,
                                                            const people::Person&) override;
  fhir::Result<bool> disconnect(store::Connection&, const people::Person&, std::string_view id) override;
  fhir::Result<std::vector<people::Client>> clients(store::Connection&) override;
  fhir::Result<people::MadeClient> registerClient(store::Connection&, const people::Person&,
                                                  const people::NewClient&) override;
  fhir::Result<bool> revokeClient(store::Connection&, const people::Person&, std::string_view id) override;
};

// A doctor sees all of them, a patient the first `ofPatient`.
class FakePatients : public people::Patients {
 public:
  std::vector<people::PatientChoice> all;
  std::size_t ofPatient = 1;

  fhir::Result<std::vector<people::PatientChoice>> find(store::Connection&, const people::Person&,
                                                        const people::Caller&, std::string_view text,
                                                        std::size_t most) override;
  fhir::Result<std::optional<people::PatientChoice>> get(store::Connection&, const people::Person&,
                                                         const people::Caller&, std::string_view id) override;
};

// Those of one patient each, which everybody may see.
class FakeEncounters : public people::Encounters {
 public:
  struct Kept {
    std::string patient;
    people::EncounterChoice encounter;
  };
  std::vector<Kept> all;

  fhir::Result<std::vector<people::EncounterChoice>> find(const people::Person&, std::string_view patient,
                                                          std::size_t most) override;
  fhir::Result<std::optional<people::EncounterChoice>> get(const people::Person&, std::string_view patient,
                                                           std::string_view id) override;
};

// "patient/Observation.rs", "openid" ... as the fake reads them.
people::AskedScope askedScope(std::string_view text);

}  // namespace fixture
