// What a registration may say.
#include <algorithm>
#include <array>

#include "src/http/text.h"
#include "src/smart/client.h"
#include "src/smart/jose.h"
#include "src/smart/url.h"

namespace smart {
namespace {

Error wrong(std::string description) {
  return {400, "invalid_client_metadata", std::move(description)};
}

bool has(const std::vector<std::string>& list, std::string_view text) {
  return std::ranges::find(list, text) != list.end();
}

bool isId(std::string_view id) noexcept {
  return !id.empty() && id.size() <= 100 && std::ranges::all_of(id, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '~' || c == '-';
  });
}

// A name that people are shown: no line breaks or other controls.
bool isName(std::string_view name) noexcept {
  return !name.empty() && name.size() <= 200 && http::text::isUtf8(name) &&
         std::ranges::none_of(name,
                              [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }) &&
         http::text::trim(name) == name;
}

std::optional<Error> keyFault(const Registration& registration) {
  const bool byKey = registration.kind == ClientKind::confidentialKey;
  if (!byKey && (registration.jwks || registration.jwksUri))
    return wrong("Keys belong to clients that sign (private_key_jwt).");
  if (!byKey) return std::nullopt;
  if (registration.jwks.has_value() == registration.jwksUri.has_value())
    return wrong("A client that signs has a key set or the URL of one, exactly one of them.");
  if (registration.jwksUri && !isSafeUrl(*registration.jwksUri))
    return wrong("The URL of the key set must begin with https://.");
  if (!registration.jwks) return std::nullopt;
  const auto keys = KeySet::parse(*registration.jwks);
  return keys ? std::nullopt : std::optional(errorOf("invalid_client_metadata", keys.outcome()));
}

std::optional<Error> addressFault(const Registration& registration) {
  if (registration.redirectUris.size() > 50 || registration.origins.size() > 50)
    return wrong("There are more than 50 redirect URIs or origins.");
  for (const std::string& uri : registration.redirectUris)
    if (!isRedirectUri(uri))
      return Error{
          400, "invalid_redirect_uri",
          "A redirect URI must begin with https://, or with http:// on this machine's own addresses, or "
          "have a scheme of the app's own with a dot in it; and have no fragment."};
  if (registration.launchUri && !isSafeUrl(*registration.launchUri))
    return wrong("The launch URL must begin with https://, or with http:// on this machine's own addresses.");
  for (const std::string& origin : registration.origins)
    if (!isOrigin(origin)) return wrong("An origin is https://host[:port] and nothing more.");
  return std::nullopt;
}

std::optional<Error> grantFault(const Registration& registration) {
  constexpr std::array known{kAuthorizationCode, kRefreshToken, kClientCredentials};
  const auto& types = registration.grantTypes;
  for (const std::string& type : types)
    if (std::ranges::find(known, type) == known.end())
      return wrong("Grant types are authorization_code, refresh_token and client_credentials.");
  const bool code = has(types, kAuthorizationCode);
  const bool system = has(types, kClientCredentials);
  if (!code && !system)
    return wrong("A client needs the grant type authorization_code or client_credentials.");
  if (code == registration.redirectUris.empty())
    return wrong("The grant type authorization_code and redirect URIs go together.");
  if (has(types, kRefreshToken) && !code)
    return wrong("The grant type refresh_token goes with authorization_code.");
  if (system && registration.kind != ClientKind::confidentialKey)
    return wrong("The grant type client_credentials is for clients that sign (private_key_jwt).");
  if (system && registration.selfRegistered)
    return wrong("The grant type client_credentials is given by an administrator alone.");
  return std::nullopt;
}

std::optional<Error> scopeFault(const Registration& registration) {
  const auto scopes = parseScopes(registration.scopes);
  if (!scopes) return errorOf("invalid_client_metadata", scopes.outcome());
  const bool system = has(registration.grantTypes, kClientCredentials);
  const bool code = has(registration.grantTypes, kAuthorizationCode);
  for (const Scope& scope : *scopes) {
    const bool isSystem = scope.level == ScopeLevel::system;
    if (isSystem && !system) return wrong("system/ scopes go with the grant type client_credentials.");
    if (!isSystem && !code) return wrong("Scopes of a person go with the grant type authorization_code.");
  }
  return std::nullopt;
}

}  // namespace

std::optional<Error> faultOf(const Registration& registration) {
  if (!registration.id.empty() && !isId(registration.id))
    return wrong("A client id has up to 100 letters, digits and . _ ~ -.");
  if (!isName(registration.name)) return wrong("A client needs a name of up to 200 bytes of printable text.");
  for (const auto check : {keyFault, addressFault, grantFault, scopeFault})
    if (auto fault = check(registration)) return fault;
  return std::nullopt;
}

}  // namespace smart
