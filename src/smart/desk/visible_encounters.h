// VisibleEncounters: the encounters of a patient that a person may choose: those that the FHIR API itself
// shows that person, by the very same access decision.
//
// Threading: safe for all threads; they take turns, since choosing is seldom. Ownership: the store outlives
// it. Errors: the store's Outcome.
#pragma once

#include <mutex>

#include "src/smart/people/authorizations.h"
#include "src/store/store.h"

namespace desk {

class VisibleEncounters final : public people::Encounters {
 public:
  explicit VisibleEncounters(const store::Store& store) : store_(store), session_(store.session()) {}

  fhir::Result<std::vector<people::EncounterChoice>> find(const people::Person&, std::string_view patient,
                                                          std::size_t most) override;
  fhir::Result<std::optional<people::EncounterChoice>> get(const people::Person&, std::string_view patient,
                                                           std::string_view id) override;

 private:
  using Parameters = std::vector<std::pair<std::string, std::string>>;
  fhir::Result<std::vector<people::EncounterChoice>> search(const people::Person&,
                                                            const Parameters& parameters);

  const store::Store& store_;
  std::mutex mutex_;
  store::Session session_;
};

}  // namespace desk
