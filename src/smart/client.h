// Client: an app or system that is registered here, and what a registration may say.
//
// Specification: SMART App Launch 2.2, "Registering a SMART App with an EHR"; RFC 6749, section 2; RFC 7591.
// Threading: value types; the functions take the connection that they use. Errors: Error
// `invalid_client_metadata` or `invalid_redirect_uri` (RFC 7591, section 3.2.2) for a wrong registration, 503
// when the database is away.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/smart/error.h"
#include "src/smart/scope.h"
#include "src/store/connection.h"

namespace smart {

enum class ClientKind : std::uint8_t { isPublic, confidentialSecret, confidentialKey };
std::string_view nameOf(ClientKind) noexcept;  // "public", "confidential_secret", "confidential_key"

inline constexpr std::string_view kAuthorizationCode = "authorization_code";
inline constexpr std::string_view kRefreshToken = "refresh_token";
inline constexpr std::string_view kClientCredentials = "client_credentials";

struct Registration {
  std::string id;  // empty: one is made
  std::string name;
  ClientKind kind = ClientKind::isPublic;
  std::optional<std::string> jwks;     // kind confidentialKey: this
  std::optional<std::string> jwksUri;  // or that
  std::vector<std::string> redirectUris;
  std::optional<std::string> launchUri;
  std::string scopes;  // the most that it may be given
  std::vector<std::string> grantTypes;
  std::vector<std::string> origins;      // those of its redirect URIs need not be named
  bool selfRegistered = false;           // then no system scopes and no client_credentials
  std::optional<std::string> createdBy;  // users.id of the admin who registers it
};

struct Client {
  std::string id;
  std::string name;
  ClientKind kind = ClientKind::isPublic;
  std::string secretHash;  // hexadecimal; empty without a secret
  std::optional<std::string> jwks;
  std::optional<std::string> jwksUri;
  std::vector<std::string> redirectUris;
  std::optional<std::string> launchUri;
  Scopes scopes;
  std::vector<std::string> grantTypes;
  std::vector<std::string> origins;
  bool selfRegistered = false;
  std::string createdAt;                 // RFC 3339
  std::optional<std::string> revokedAt;  // RFC 3339

  bool mayUse(std::string_view grantType) const noexcept;
};

struct Registered {
  Client client;
  std::optional<std::string> secret;  // of kind confidentialSecret; told this once
};

// Nothing when the registration may stand.
std::optional<Error> faultOf(const Registration&);

Answer<Registered> registerClient(store::Connection&, const Registration&);
// Revoked ones too; nullopt when there is none of this id.
Answer<std::optional<Client>> findClient(store::Connection&, std::string_view id);
Answer<std::vector<Client>> listClients(store::Connection&);
// A new secret; the old one is refused from now on. Errors: `invalid_client` when it has no secret, is
// revoked or not there.
Answer<std::string> rotateSecret(store::Connection&, std::string_view id);
// Other keys: a JWK set, or the URL of one. Errors: as rotateSecret, for a client that does not sign.
Answer<Done> replaceKeys(store::Connection&, std::string_view id, const std::optional<std::string>& jwks,
                         const std::optional<std::string>& jwksUri);
// From now on it is refused, with all its tokens. False when it was so already, or is not there.
Answer<bool> revokeClient(store::Connection&, std::string_view id);

// Whether a client that is not revoked has this web origin.
Answer<bool> isRegisteredOrigin(store::Connection&, std::string_view origin);

}  // namespace smart
