// The authorization server of `hvfhir serve`: its endpoints, its pages for people, and the check of tokens.
//
// Threading: all may be used by many threads. Ownership: it outlives the API that asks it, and the store
// outlives it.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "src/cli/registered_origins.h"
#include "src/http/message.h"
#include "src/platform/configuration.h"
#include "src/rest/capability_statement.h"
#include "src/smart/desk/app_authorizations.h"
#include "src/smart/desk/visible_encounters.h"
#include "src/smart/people/care_patients.h"
#include "src/smart/people/pages.h"
#include "src/smart/service.h"
#include "src/store/store.h"

namespace cli {

class Authorization {
 public:
  // `fhirBase`: the public base, "https://fhir.example.org/fhir"; the authorization server is at
  // [origin]/auth. Fails (badRequest) when people cannot sign in at this base, or with these texts; and with
  // the database's Outcome.
  static fhir::Result<std::unique_ptr<Authorization>> open(const platform::Configuration&,
                                                           const std::string& fhirBase, const store::Store&);

  // nullopt when the path is none of its. Beside its own paths it answers the preflights of scripts of
  // registered apps, whatever they ask for.
  std::optional<http::Response> handle(const http::Request& request);
  // Lets scripts of registered apps read the answer (SMART App Launch 2.2, "Considerations for Cross-Origin
  // Resource Sharing").
  void allowOrigin(const http::Request& request, http::Response& response);

  smart::Tokens& tokens() noexcept { return tokens_; }
  rest::Security security() const;

 private:
  Authorization(const platform::Configuration&, const std::string& fhirBase, const store::Store&);
  fhir::Result<fhir::Done> openPages(const platform::Configuration&);

  smart::Connections connections_;
  smart::Tokens tokens_;
  smart::Service service_;
  RegisteredOrigins origins_;
  const std::string metadataPath_;  // the CapabilityStatement, which every script may read
  // The pages' own, one for each worker: who hashes passwords keeps nobody else waiting.
  smart::Connections pageConnections_;
  desk::AppAuthorizations authorizations_;
  people::CarePatients patients_;
  desk::VisibleEncounters encounters_;
  std::optional<people::Pages> pages_;
};

}  // namespace cli
