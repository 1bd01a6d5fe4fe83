// AppAuthorizations: what the pages ask of the authorization server, answered by it.
//
// Specification: RFC 6749, section 4.1; SMART App Launch 2.2, "Launch App: Standalone Launch" and "Launch
// App: EHR Launch"; OpenID Connect Core, section 3.1.2. Threading: safe for all threads, as Grants is.
// Ownership: the Grants outlive it. Errors: as people::Authorizations says.
#pragma once

#include "src/smart/authorization.h"
#include "src/smart/grants.h"
#include "src/smart/people/authorizations.h"

namespace desk {

class AppAuthorizations final : public people::Authorizations {
 public:
  AppAuthorizations(const smart::Grants& grants, smart::AuthorizationRules rules)
      : grants_(grants), rules_(std::move(rules)) {}

  fhir::Result<people::Understood> understand(store::Connection&,
                                              const std::vector<http::Parameter>& parameters) override;
  // Only of an app that shows who it is, or is answered at an https address: whoever listens on this machine
  // or has taken a scheme could pretend to be another one (RFC 8252, section 8.6).
  fhir::Result<std::optional<people::GrantedAccess>> remembered(
      store::Connection&, const std::vector<http::Parameter>& parameters, const people::Person&) override;
  fhir::Result<people::Understood> grant(store::Connection&, const std::vector<http::Parameter>& parameters,
                                         const people::Person&, const people::GrantedAccess&) override;
  fhir::Result<people::Understood> refuse(store::Connection&, const std::vector<http::Parameter>& parameters,
                                          std::string_view error) override;

  // One entry for each app, whatever was allowed to it at how many times; its id is the client's.
  fhir::Result<std::vector<people::ConnectedApp>> connected(store::Connection&,
                                                            const people::Person&) override;
  fhir::Result<bool> disconnect(store::Connection&, const people::Person&, std::string_view id) override;

  fhir::Result<std::vector<people::Client>> clients(store::Connection&) override;
  fhir::Result<people::MadeClient> registerClient(store::Connection&, const people::Person& admin,
                                                  const people::NewClient&) override;
  fhir::Result<bool> revokeClient(store::Connection&, const people::Person& admin,
                                  std::string_view id) override;

 private:
  smart::ParsedAuthorization parse(store::Connection&, const std::vector<http::Parameter>& parameters) const;

  const smart::Grants& grants_;
  const smart::AuthorizationRules rules_;
};

}  // namespace desk
