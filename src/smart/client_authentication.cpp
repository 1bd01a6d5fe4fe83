#include "src/smart/client_authentication.h"

#include <algorithm>
#include <array>
#include <chrono>

#include "src/http/text.h"
#include "src/platform/encoding.h"
#include "src/smart/json.h"

namespace smart {
namespace {

constexpr std::array kAccepted{Algorithm::rs384, Algorithm::es384, Algorithm::rs256};
constexpr std::int64_t kLongestLife = 300;  // seconds
constexpr std::int64_t kSkew = 10;          // seconds that a client's clock may be ahead of ours

Error refused(std::string_view why = "The client is not known, or not shown to be who it says.") {
  return {401, "invalid_client", std::string(why)};
}

std::int64_t nowInSeconds() {
  using namespace std::chrono;
  return duration_cast<seconds>(system_clock::now().time_since_epoch()).count();
}

// The client, if it is registered, not revoked and of this kind.
Answer<Client> clientOf(Connections& connections, std::string_view id, ClientKind kind) {
  auto found = findClient(*connections.borrow(), id);
  if (!found) return std::move(found).error();
  if (!*found || (*found)->revokedAt || (*found)->kind != kind) return refused();
  return *std::move(*found);
}

struct Claims {
  std::string clientId;
  std::string jti;
  std::int64_t expires = 0;
};

bool isFor(const Json& claims, std::string_view tokenUrl, std::string_view issuer) {
  const auto fits = [&](const std::string& each) { return each == tokenUrl || each == issuer; };
  if (const auto one = textMember(claims, "aud")) return fits(*one);
  const auto several = textsMember(claims, "aud");
  return several && std::ranges::any_of(*several, fits);
}

Answer<Claims> readClaims(std::string_view payload, std::string_view tokenUrl, std::string_view issuer) {
  const auto document = JsonObject::parse(payload);
  if (!document) return refused("The client assertion's claims are no JSON object.");
  const Json& claims = document->value();
  const auto iss = textMember(claims, "iss");
  if (!iss || iss != textMember(claims, "sub"))
    return refused("The client assertion's iss and sub must both be the client_id.");
  if (!isFor(claims, tokenUrl, issuer))
    return refused("The client assertion is for somebody else: its aud must be the token endpoint's URL.");
  const std::int64_t now = nowInSeconds();
  const auto exp = timeMember(claims, "exp");
  if (!exp || *exp <= now) return refused("The client assertion has expired, or does not say when it does.");
  if (*exp > now + kLongestLife + kSkew)
    return refused("The client assertion's exp is more than five minutes ahead.");
  for (const std::string_view name : {"nbf", "iat"}) {
    const auto begins = timeMember(claims, name);
    if (has(claims, name) && (!begins || *begins > now + kSkew))
      return refused("The client assertion is not valid yet.");
  }
  auto jti = textMember(claims, "jti");
  if (!jti || jti->empty() || jti->size() > 500) return refused("The client assertion has no jti.");
  return Claims{*iss, *std::move(jti), *exp};
}

// True when the assertion had not been used; from now on it is.
Answer<bool> useOnce(Connections& connections, const Claims& claims) {
  const std::string hash = platform::byteaHash(claims.jti);
  const std::string until = std::to_string(claims.expires + kSkew);
  const auto connection = connections.borrow();
  const auto rows = connection->run(
      "INSERT INTO smart.used_assertion (client_id, jti_hash, expires_at) VALUES (?, CAST(? AS bytea), "
      "to_timestamp(CAST(? AS double precision))) ON CONFLICT DO NOTHING RETURNING client_id",
      {claims.clientId, hash, until});
  if (!rows) return unavailable();
  return rows->size() == 1;
}

}  // namespace

Answer<Client> ClientAuthentication::authenticate(const http::Request& request, const Form& form,
                                                  Connections& connections) {
  const std::string* const authorization = request.header("Authorization");
  const bool asserts =
      form.get("client_assertion") != nullptr || form.get("client_assertion_type") != nullptr;
  if (form.get("client_secret") != nullptr)
    return refused("A client secret is sent by HTTP Basic authentication, not in the body.");
  if (authorization != nullptr && asserts)
    return Error{400, "invalid_request", "The client uses more than one way to authenticate."};
  if (asserts) return byAssertion(form, connections);
  if (authorization != nullptr) return bySecret(*authorization, form, connections);
  return byName(form, connections);
}

Answer<Client> ClientAuthentication::byAssertion(const Form& form, Connections& connections) {
  if (form.text("client_assertion_type") != kAssertionType)
    return refused("The client_assertion_type is not accepted.");
  const std::string_view assertion = form.text("client_assertion");
  const auto read = readJws(assertion, kAccepted);
  if (!read) return refused(read.outcome().issues().front().diagnostics);
  const auto claims = readClaims(read->payload, options_.tokenUrl, options_.issuer);
  if (!claims) return claims.error();
  const std::string* const named = form.get("client_id");
  if (named != nullptr && *named != claims->clientId)
    return refused("The client_id is another than the client assertion's.");
  auto client = clientOf(connections, claims->clientId, ClientKind::confidentialKey);
  if (!client) return client;
  if (read->header.jku && read->header.jku != client->jwksUri)
    return refused("The client assertion's jku is not the registered one.");
  const auto keys = keys_.of(*client, read->header);
  if (!keys) return keys.error().status == 503 ? keys.error() : refused(keys.error().description);
  const auto verified = (*keys)->verify(assertion, kAccepted);
  if (!verified) return refused(verified.outcome().issues().front().diagnostics);
  const auto fresh = useOnce(connections, *claims);
  if (!fresh) return fresh.error();
  if (!*fresh) return refused("The client assertion was used before (jti).");
  return client;
}

Answer<Client> ClientAuthentication::bySecret(std::string_view authorization, const Form& form,
                                              Connections& connections) const {
  constexpr std::string_view scheme = "Basic ";
  if (!http::text::equalsIgnoringCase(authorization.substr(0, scheme.size()), scheme))
    return refused("The client authenticates by HTTP Basic or by a client assertion.");
  const auto decoded = platform::fromBase64(http::text::trim(authorization.substr(scheme.size())));
  const std::size_t colon = decoded ? decoded->find(':') : std::string::npos;
  if (colon == std::string::npos) return refused();
  const auto id =
      http::text::percentDecode(std::string_view(*decoded).substr(0, colon), http::text::Plus::IsSpace);
  const auto secret =
      http::text::percentDecode(std::string_view(*decoded).substr(colon + 1), http::text::Plus::IsSpace);
  if (!id || !secret) return refused();
  const std::string* const named = form.get("client_id");
  if (named != nullptr && *named != *id)
    return refused("The client_id is another than the authenticated one.");
  const std::string given = platform::hex(platform::sha256(*secret));
  auto client = clientOf(connections, *id, ClientKind::confidentialSecret);
  // Compared also when there is none, so that the time does not tell.
  const std::string none(given.size(), '-');
  const bool same = platform::sameSecret(given, client ? client->secretHash : none);
  if (!client) return client;
  if (!same) return refused();
  return client;
}

Answer<Client> ClientAuthentication::byName(const Form& form, Connections& connections) const {
  const std::string* const id = form.get("client_id");
  if (id == nullptr) return refused("The client does not say who it is.");
  return clientOf(connections, *id, ClientKind::isPublic);
}

}  // namespace smart
