// Grants: how codes and tokens come to be, are renewed, and end.
//
// Specification: RFC 6749 (sections 4.1, 4.4, 6), RFC 7636 (PKCE, S256 alone), RFC 9700 (best current
// practice: single use of codes, rotation of refresh tokens), SMART App Launch 2.2. All that follows from one
// consent is an *approval* with its family of tokens: a code or refresh token that is used twice ends it.
// The database keeps SHA-256 hashes alone. Each function is one transaction, and what it finds is as it was
// committed last. Threading: safe for all threads; the connection is the caller's. Errors: RFC 6749's codes.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/smart/client.h"

namespace smart {

struct GrantTimes {
  std::chrono::seconds systemToken{300};
  std::chrono::seconds userToken{3600};
  std::chrono::seconds code{60};
  std::chrono::seconds launch{300};
  std::chrono::seconds refreshToken = std::chrono::days(90);  // anew with each rotation
};

struct LaunchContext {
  std::optional<std::string> patient;    // FHIR id
  std::optional<std::string> encounter;  // FHIR id
  std::string more = "{}";  // JSON object: fhirContext, need_patient_banner, intent, smart_style_url, tenant
};

// What a person has allowed, for which a code is issued.
struct Consent {
  std::string clientId;
  std::string redirectUri;
  std::string challenge;  // PKCE, S256
  std::optional<std::string> nonce;
  std::string userId;                    // users.id
  std::optional<std::string> sessionId;  // sessions.id; online_access ends with it
  std::int64_t authenticatedAt = 0;      // seconds since 1970
  Scopes scopes;
  LaunchContext context;
  std::optional<std::string> launch;  // the value of an EHR launch; used up with this code
};

// An answer of the token endpoint, before it is written.
struct Issued {
  std::string accessToken;
  std::chrono::seconds lifetime{0};
  Scopes scopes;
  std::optional<std::string> refreshToken;
  LaunchContext context;
  std::optional<std::string> userId;  // none: a client system's
  std::optional<std::string> nonce;
  std::int64_t authenticatedAt = 0;
  std::optional<std::string> idToken;  // made by the endpoint

  bool idTokenAsked() const noexcept;
};

struct ConnectedApp {
  std::string approvalId;
  std::string clientId;
  std::string clientName;
  std::string scopes;
  std::optional<std::string> patient;
  std::optional<std::string> encounter;
  std::string since;                    // RFC 3339
  std::optional<std::string> lastUsed;  // RFC 3339: when the last token of it was given that is kept still
  bool goesOn = false;                  // it may renew itself (offline_access)
};

class Grants {
 public:
  explicit Grants(GrantTimes times) : times_(times) {}

  // system/ scopes, cut to the registration. Errors: `invalid_scope` when nothing is left or a scope of a
  // person was asked.
  Answer<Issued> clientCredentials(store::Connection&, const Client&, const Scopes& asked) const;

  // The code. Errors: `access_denied` when the user is not active, has no profile of its role, or the launch
  // was used meanwhile; `invalid_scope` for a patient/ scope without a patient, or nothing granted.
  Answer<std::string> issueCode(store::Connection&, const Consent&) const;
  // Errors: `invalid_grant`. Whoever presents a code uses it up, rightly or wrongly.
  Answer<Issued> exchangeCode(store::Connection&, const Client&, std::string_view code,
                              std::string_view redirectUri, std::string_view verifier) const;
  // `asked`: fewer scopes for the new access token, or nullptr. Errors: `invalid_grant`, `invalid_scope`.
  Answer<Issued> refresh(store::Connection&, const Client&, std::string_view token,
                         const Scopes* asked) const;

  // RFC 7009: a refresh token ends its family, an access token itself. Unknown tokens are no error.
  Answer<Done> revokeToken(store::Connection&, const Client&, std::string_view token) const;

  // An EHR launch for this user and app, as the portal hands it to the app.
  Answer<std::string> issueLaunch(store::Connection&, std::string_view clientId, std::string_view userId,
                                  const LaunchContext&) const;
  // What a launch stands for; nullopt when it is unknown, used, expired, or another client's.
  Answer<std::optional<LaunchContext>> findLaunch(store::Connection&, std::string_view clientId,
                                                  std::string_view launch) const;

  // What a person has allowed and is still in force.
  Answer<std::vector<ConnectedApp>> connectedApps(store::Connection&, std::string_view userId) const;
  // Ends all that the person has allowed to the client; how many approvals that were.
  Answer<std::size_t> disconnect(store::Connection&, std::string_view userId,
                                 std::string_view clientId) const;

 private:
  struct Family;
  Answer<Issued> issue(store::Connection&, const Client&, Family&&, Scopes tokenScopes) const;

  GrantTimes times_;
};

}  // namespace smart
