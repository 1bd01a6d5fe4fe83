// AuthorizationRequest: what an app asks of a person, checked before the person sees anything.
//
// Specification: RFC 6749, sections 4.1.1 and 4.1.2.1; RFC 7636; RFC 9207; OpenID Connect Core, section
// 3.1.2; SMART App Launch 2.2, "Obtain authorization code". The page that shows it lives elsewhere: it calls
// parseAuthorization() first and Grants::issueCode() last. Threading: value types. Errors: see
// AuthorizationRefusal.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "src/http/message.h"
#include "src/smart/client.h"
#include "src/smart/grants.h"

namespace smart {

struct AuthorizationRequest {
  Client client;
  std::string redirectUri;
  std::string state;
  std::string challenge;  // PKCE, S256
  std::optional<std::string> nonce;
  Scopes scopes;  // asked, within the client's registration
  std::optional<std::string> launch;
  LaunchContext launchContext;         // what `launch` stands for
  bool needsPatient = false;           // launch/patient or a patient/ scope, and none in the launch context
  bool needsEncounter = false;         // launch/encounter likewise
  std::vector<std::string> prompt;     // "login", "consent", "select_account" or "none"
  std::optional<std::int64_t> maxAge;  // seconds since the sign-in
  std::string loginHint, uiLocales;    // as sent; may be empty
};

// Why it goes no further. Without a redirect the person is told on a page, since the app cannot be trusted;
// with one the app is told.
struct AuthorizationRefusal {
  enum class Of : std::uint8_t { request, client, redirectUri };
  Error error;
  std::string redirect;  // where to send the browser; empty: show a page
  Of of = Of::request;   // what is wrong, when a page is shown
};

struct AuthorizationRules {
  std::string fhirBase;
  std::string issuer;
};

using ParsedAuthorization = std::variant<AuthorizationRequest, AuthorizationRefusal>;

// The parameters of a GET's query or of a POST's form.
ParsedAuthorization parseAuthorization(const http::Request&, store::Connection&, const Grants&,
                                       const AuthorizationRules&);

// Where the browser goes with a code, or with an error ("access_denied" when the person says no).
std::string redirectWithCode(const AuthorizationRequest&, const std::string& code, const AuthorizationRules&);
std::string redirectWithError(const AuthorizationRequest&, const Error&, const AuthorizationRules&);

}  // namespace smart
