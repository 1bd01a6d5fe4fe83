#include "src/smart/grants.h"

#include <algorithm>

#include "src/platform/encoding.h"
#include "src/smart/connections.h"
#include "src/smart/family.h"
#include "src/smart/scope_kinds.h"

namespace smart {
namespace {

// RFC 7636, section 4.1: 43 to 128 unreserved characters.
bool isVerifier(std::string_view text) noexcept {
  return text.size() >= 43 && text.size() <= 128 && std::ranges::all_of(text, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                  c == '.' || c == '_' || c == '~';
         });
}

bool answersChallenge(std::string_view verifier, std::string_view challenge) {
  if (!isVerifier(verifier)) return false;
  const platform::Digest digest = platform::sha256(verifier);
  return platform::sameSecret(
      platform::base64url({reinterpret_cast<const char*>(digest.data()), digest.size()}), challenge);
}

Answer<Done> endApproval(store::Connection& connection, std::string_view id) {
  const auto rows = connection.run(
      "UPDATE smart.approval SET revoked_at = clock_timestamp() WHERE id = CAST(? AS uuid) AND revoked_at IS "
      "NULL",
      {id});
  if (!rows) return unavailable();
  return Done{};
}

// Ends the family for good and says no.
Error endFamily(store::Connection& connection, Transaction& transaction, std::string_view approvalId) {
  if (!endApproval(connection, approvalId) || !transaction.commit()) return unavailable();
  return invalidGrant();
}

}  // namespace

Answer<Issued> Grants::clientCredentials(store::Connection& connection, const Client& client,
                                         const Scopes& asked) const {
  for (const Scope& scope : asked)
    if (scope.level != ScopeLevel::system)
      return Error{400, "invalid_scope", "A client system asks for system/ scopes alone."};
  Issued out;
  out.scopes = intersect(asked, client.scopes);
  if (out.scopes.empty())
    return Error{400, "invalid_scope", "None of these scopes is within the client's registration."};
  out.accessToken = platform::randomToken();
  out.lifetime = times_.systemToken;
  const std::string hash = platform::byteaHash(out.accessToken);
  const std::string scopes = textOf(out.scopes);
  const std::string seconds = std::to_string(out.lifetime.count());
  const auto rows = connection.run(
      "WITH a AS (INSERT INTO smart.approval (client_id, scopes) VALUES (?, ?) RETURNING id, scopes) "
      "INSERT INTO smart.access_token (token_hash, approval_id, scopes, expires_at) SELECT CAST(? AS bytea), "
      "a.id, "
      "a.scopes, clock_timestamp() + make_interval(secs => CAST(? AS double precision)) FROM a",
      {client.id, scopes, hash, seconds});
  if (!rows) return unavailable();
  return out;
}

// Writes the tokens of a family; the transaction is the caller's.
Answer<Issued> Grants::issue(store::Connection& connection, const Client& client, Family&& family,
                             Scopes tokenScopes) const {
  Issued out;
  out.accessToken = platform::randomToken();
  out.lifetime = times_.userToken;
  const bool renews = client.mayUse(kRefreshToken) && (hasKind(family.scopes, ScopeKind::offlineAccess) ||
                                                       hasKind(family.scopes, ScopeKind::onlineAccess));
  const std::string hash = platform::byteaHash(out.accessToken);
  const std::string scopes = textOf(tokenScopes);
  const std::string seconds = std::to_string(out.lifetime.count());
  const auto access = connection.run(
      "INSERT INTO smart.access_token (token_hash, approval_id, scopes, expires_at) VALUES (CAST(? AS "
      "bytea), CAST(? "
      "AS uuid), ?, clock_timestamp() + make_interval(secs => CAST(? AS double precision)))",
      {hash, family.approvalId, scopes, seconds});
  if (!access) return unavailable();
  if (renews) {
    out.refreshToken = platform::randomToken();
    const std::string refreshHash = platform::byteaHash(*out.refreshToken);
    const std::string life = std::to_string(times_.refreshToken.count());
    const auto refresh = connection.run(
        "INSERT INTO smart.refresh_token (token_hash, approval_id, expires_at) VALUES (CAST(? AS bytea), "
        "CAST(? AS "
        "uuid), clock_timestamp() + make_interval(secs => CAST(? AS double precision)))",
        {refreshHash, family.approvalId, life});
    if (!refresh) return unavailable();
  }
  out.scopes = std::move(tokenScopes);
  out.context = std::move(family.context);
  out.userId = std::move(family.userId);
  out.nonce = std::move(family.nonce);
  out.authenticatedAt = family.authenticatedAt;
  return out;
}

Answer<Issued> Grants::exchangeCode(store::Connection& connection, const Client& client,
                                    std::string_view code, std::string_view redirectUri,
                                    std::string_view verifier) const {
  if (!platform::looksLikeToken(code)) return invalidGrant();
  auto transaction = Transaction::begin(connection);
  if (!transaction) return transaction.error();
  const std::string hash = platform::byteaHash(code);
  static const std::string statement =
      "SELECT " + std::string(Family::columns) +
      ", c.redirect_uri, c.challenge, c.nonce, c.used_at IS NOT NULL, c.expires_at > clock_timestamp() FROM "
      "smart.authorization_code c JOIN smart.approval a ON a.id = c.approval_id WHERE c.code_hash = CAST(? "
      "AS bytea) "
      "FOR UPDATE OF c";
  const auto rows = connection.run(statement, {hash});
  if (!rows) return unavailable();
  if (rows->size() == 0) return invalidGrant();
  constexpr std::size_t at = Family::columnCount;
  Family family = Family::at(*rows, 0);
  family.nonce = sql::optionalText(*rows, at + 2);
  const bool right = family.clientId == client.id && family.inForce && rows->flag(0, at + 4) &&
                     rows->text(0, at) == redirectUri && answersChallenge(verifier, rows->text(0, at + 1));
  if (rows->flag(0, at + 3)) return endFamily(connection, *transaction, family.approvalId);
  if (!connection.run("UPDATE smart.authorization_code SET used_at = clock_timestamp() WHERE code_hash = "
                      "CAST(? AS bytea)",
                      {hash}))
    return unavailable();
  if (!right) return endFamily(connection, *transaction, family.approvalId);
  Scopes scopes = family.scopes;
  auto issued = issue(connection, client, std::move(family), std::move(scopes));
  if (!issued) return issued;
  if (auto done = transaction->commit(); !done) return done.error();
  return issued;
}

Answer<Issued> Grants::refresh(store::Connection& connection, const Client& client, std::string_view token,
                               const Scopes* asked) const {
  if (!platform::looksLikeToken(token)) return invalidGrant();
  auto transaction = Transaction::begin(connection);
  if (!transaction) return transaction.error();
  const std::string hash = platform::byteaHash(token);
  static const std::string statement =
      "SELECT " + std::string(Family::columns) +
      ", r.used_at IS NOT NULL, r.expires_at > clock_timestamp() FROM smart.refresh_token r JOIN "
      "smart.approval a ON a.id "
      "= r.approval_id WHERE r.token_hash = CAST(? AS bytea) FOR UPDATE OF r, a";
  const auto rows = connection.run(statement, {hash});
  if (!rows) return unavailable();
  if (rows->size() == 0) return invalidGrant();
  constexpr std::size_t at = Family::columnCount;
  Family family = Family::at(*rows, 0);
  const bool used = rows->flag(0, at);
  const bool good = family.inForce && rows->flag(0, at + 1);
  if (family.clientId != client.id) return invalidGrant();
  if (used) return endFamily(connection, *transaction, family.approvalId);
  if (!good) return invalidGrant();
  // What the registration has lost meanwhile is lost here too.
  Scopes scopes = intersect(family.scopes, client.scopes);
  if (asked != nullptr) {
    for (const Scope& scope : *asked)
      if (!permits(scopes, scope))
        return Error{400, "invalid_scope", "A refresh asks for no more than what was granted."};
    scopes = *asked;
  }
  if (scopes.empty()) return invalidGrant();
  if (!connection.run(
          "UPDATE smart.refresh_token SET used_at = clock_timestamp() WHERE token_hash = CAST(? AS bytea)",
          {hash}))
    return unavailable();
  auto issued = issue(connection, client, std::move(family), std::move(scopes));
  if (!issued) return issued;
  if (auto done = transaction->commit(); !done) return done.error();
  return issued;
}

Answer<Done> Grants::revokeToken(store::Connection& connection, const Client& client,
                                 std::string_view token) const {
  if (!platform::looksLikeToken(token)) return Done{};
  const std::string hash = platform::byteaHash(token);
  const auto rows = connection.run(
      "SELECT a.client_id, a.id, true FROM smart.refresh_token t JOIN smart.approval a ON a.id = "
      "t.approval_id WHERE "
      "t.token_hash = CAST(? AS bytea) UNION ALL SELECT a.client_id, a.id, false FROM smart.access_token t "
      "JOIN "
      "smart.approval a ON a.id = t.approval_id WHERE t.token_hash = CAST(? AS bytea)",
      {hash, hash});
  if (!rows) return unavailable();
  if (rows->size() == 0) return Done{};
  if (rows->text(0, 0) != client.id)
    return Error{400, "unauthorized_client", "The token was not issued to this client."};
  if (rows->flag(0, 2)) return endApproval(connection, sql::text(*rows, 1));
  if (!connection.run(
          "UPDATE smart.access_token SET revoked_at = clock_timestamp() WHERE token_hash = CAST(? AS bytea) "
          "AND revoked_at IS NULL",
          {hash}))
    return unavailable();
  return Done{};
}

}  // namespace smart
