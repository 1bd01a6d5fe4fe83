// Who signed in: id_token and userinfo. OpenID Connect Core 1.0, sections 2, 3.1.3 and 5.3.
#include <algorithm>
#include <chrono>

#include "src/platform/encoding.h"
#include "src/smart/bearer_check.h"
#include "src/smart/json.h"
#include "src/smart/person.h"
#include "src/smart/responses.h"
#include "src/smart/scope_kinds.h"
#include "src/smart/service.h"

namespace smart {
namespace {

constexpr std::int64_t kIdTokenLife = 3600;  // seconds

// Left half of the token's SHA-256 (OpenID Connect Core, section 3.1.3.6).
std::string accessTokenHash(std::string_view token) {
  const platform::Digest digest = platform::sha256(token);
  return platform::base64url({reinterpret_cast<const char*>(digest.data()), digest.size() / 2});
}

void addPerson(JsonWriter& out, const Person& person, const Scopes& scopes, std::string_view fhirBase) {
  if (hasKind(scopes, ScopeKind::fhirUser)) out.addIfAny("fhirUser", person.fhirUser(fhirBase));
  if (hasKind(scopes, ScopeKind::profile)) out.addIfAny("name", person.name);
}

}  // namespace

bool Issued::idTokenAsked() const noexcept {
  return userId && hasKind(scopes, ScopeKind::openid);
}

Answer<std::string> Service::idToken(store::Connection& connection, const Client& client,
                                     const Issued& issued) {
  const auto person = findPerson(connection, *issued.userId);
  if (!person || !*person) return unavailable();
  const auto key = keys_.signer(connection, Algorithm::rs256);
  if (!key) return key.error();
  using namespace std::chrono;
  const std::int64_t now = duration_cast<seconds>(system_clock::now().time_since_epoch()).count();
  JsonWriter claims;
  claims.add("iss", options_.authBase)
      .add("sub", *issued.userId)
      .add("aud", client.id)
      .add("iat", now)
      .add("exp", now + kIdTokenLife)
      .add("auth_time", issued.authenticatedAt)
      .add("at_hash", accessTokenHash(issued.accessToken))
      .addIfAny("nonce", issued.nonce);
  addPerson(claims, **person, issued.scopes, options_.fhirBase);
  return key->sign(claims.take());
}

http::Response Service::userinfo(const http::Request& request) {
  auto bearer = checkBearer(tokens_, request);
  if (auto* refused = std::get_if<http::Response>(&bearer)) return std::move(*refused);
  const Principal& who = *std::get<0>(bearer);
  if (who.userId.empty() || !hasKind(who.scopes, ScopeKind::openid))
    return bearerRefused(403, "insufficient_scope", "The access token has no scope openid.");
  const auto connection = connections_.borrow();
  const auto person = findPerson(*connection, who.userId);
  if (!person) return errorResponse(person.error(), request);
  if (!*person) return bearerRefused(401, "invalid_token", "The access token is not valid.");
  JsonWriter out;
  out.add("sub", who.userId);
  addPerson(out, **person, who.scopes, options_.fhirBase);
  return jsonResponse(out.take());
}

}  // namespace smart
