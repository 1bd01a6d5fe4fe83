// What a person allows: codes, launches, and the list of what is in force.
#include <algorithm>

#include "src/platform/encoding.h"
#include "src/smart/connections.h"
#include "src/smart/family.h"
#include "src/smart/grants.h"
#include "src/smart/launch_context.h"
#include "src/smart/scope_kinds.h"

namespace smart {
namespace {

bool isFhirId(std::string_view id) noexcept {
  return !id.empty() && id.size() <= 64 && std::ranges::all_of(id, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
  });
}

bool isGood(const LaunchContext& context) {
  return (!context.patient || isFhirId(*context.patient)) &&
         (!context.encounter || isFhirId(*context.encounter)) && isLaunchContext(context.more);
}

std::optional<Error> faultOf(const Consent& consent) {
  if (!isGood(consent.context))
    return Error{400, "invalid_request", "The launch context is not well-formed."};
  bool online = false;
  bool offline = false;
  for (const Scope& scope : consent.scopes) {
    if (scope.level == ScopeLevel::system)
      return Error{400, "invalid_scope", "system/ scopes are not for a person to give."};
    if (scope.level == ScopeLevel::patient && !consent.context.patient)
      return Error{400, "invalid_scope", "patient/ scopes need a patient in context."};
    online = online || scope.kind == ScopeKind::onlineAccess;
    offline = offline || scope.kind == ScopeKind::offlineAccess;
  }
  if (consent.scopes.empty()) return Error{400, "invalid_scope", "Nothing was granted."};
  if (online && !offline && !consent.sessionId)
    return Error{400, "invalid_scope", "online_access needs a sign-in that it ends with."};
  return std::nullopt;
}

bool isOnline(const Scopes& scopes) {
  return hasKind(scopes, ScopeKind::onlineAccess) && !hasKind(scopes, ScopeKind::offlineAccess);
}

// True when the launch was this client's and this user's and not used; now it is.
Answer<bool> useLaunch(store::Connection& connection, const Consent& consent) {
  const std::string hash = platform::byteaHash(*consent.launch);
  const auto rows = connection.run(
      "UPDATE smart.launch SET used_at = clock_timestamp() WHERE launch_hash = CAST(? AS bytea) AND "
      "client_id = ? AND "
      "user_id = CAST(? AS uuid) AND used_at IS NULL AND expires_at > clock_timestamp() RETURNING client_id",
      {hash, consent.clientId, consent.userId});
  if (!rows) return unavailable();
  return rows->size() == 1;
}

}  // namespace

Answer<std::string> Grants::issueCode(store::Connection& connection, const Consent& consent) const {
  if (auto fault = faultOf(consent)) return *std::move(fault);
  auto transaction = Transaction::begin(connection);
  if (!transaction) return transaction.error();
  if (consent.launch) {
    const auto used = useLaunch(connection, consent);
    if (!used) return used.error();
    if (!*used) return Error{400, "access_denied", "The launch is over, or was another person's."};
  }
  std::string code = platform::randomToken();
  const std::string hash = platform::byteaHash(code);
  const std::string scopes = textOf(consent.scopes);
  const std::string at = std::to_string(consent.authenticatedAt);
  const std::string seconds = std::to_string(times_.code.count());
  const auto rows = connection.run(
      "WITH a AS (INSERT INTO smart.approval (client_id, user_id, scopes, patient, encounter, context, "
      "session_id, "
      "online, authenticated_at) SELECT c.client_id, u.id, ?, ?, ?, ?, CAST(? AS uuid), CAST(? AS boolean), "
      "to_timestamp(CAST(? AS double precision)) FROM smart.client c, users u WHERE c.client_id = ? AND "
      "c.revoked_at IS "
      "NULL AND ? = ANY (c.redirect_uris) AND u.id = CAST(? AS uuid) AND u.is_active AND CASE u.role "
      "WHEN 'patient' THEN EXISTS (SELECT FROM patient_profile p WHERE p.user_id = u.id AND NOT "
      "p.is_deleted) "
      "WHEN 'doctor' THEN EXISTS (SELECT FROM doctor_profile d WHERE d.user_id = u.id AND NOT d.is_deleted) "
      "ELSE true END RETURNING id) "
      "INSERT INTO smart.authorization_code (code_hash, approval_id, redirect_uri, challenge, nonce, "
      "expires_at) SELECT "
      "CAST(? AS bytea), a.id, ?, ?, ?, clock_timestamp() + make_interval(secs => CAST(? AS double "
      "precision)) FROM a "
      "RETURNING approval_id",
      {scopes, sql::optional(consent.context.patient), sql::optional(consent.context.encounter),
       consent.context.more, sql::optional(consent.sessionId), isOnline(consent.scopes) ? "true" : "false",
       at, consent.clientId, consent.redirectUri, consent.userId, hash, consent.redirectUri,
       consent.challenge, sql::optional(consent.nonce), seconds});
  if (!rows) return unavailable();
  if (rows->size() == 0) return Error{400, "access_denied", "This person or app may not do this any more."};
  if (auto done = transaction->commit(); !done) return done.error();
  return code;
}

Answer<std::string> Grants::issueLaunch(store::Connection& connection, std::string_view clientId,
                                        std::string_view userId, const LaunchContext& context) const {
  if (!isGood(context)) return Error{400, "invalid_request", "The launch context is not well-formed."};
  std::string launch = platform::randomToken();
  const std::string hash = platform::byteaHash(launch);
  const std::string seconds = std::to_string(times_.launch.count());
  const auto rows = connection.run(
      "INSERT INTO smart.launch (launch_hash, client_id, user_id, patient, encounter, context, expires_at) "
      "SELECT CAST(? "
      "AS bytea), c.client_id, u.id, ?, ?, ?, clock_timestamp() + make_interval(secs => CAST(? AS double "
      "precision)) "
      "FROM smart.client c, users u WHERE c.client_id = ? AND c.revoked_at IS NULL AND c.launch_uri IS NOT "
      "NULL AND u.id "
      "= CAST(? AS uuid) AND u.is_active RETURNING client_id",
      {hash, sql::optional(context.patient), sql::optional(context.encounter), context.more, seconds,
       clientId, userId});
  if (!rows) return unavailable();
  if (rows->size() == 0) return Error{400, "invalid_client", "There is no such app that can be launched."};
  return launch;
}

Answer<std::optional<LaunchContext>> Grants::findLaunch(store::Connection& connection,
                                                        std::string_view clientId,
                                                        std::string_view launch) const {
  if (!platform::looksLikeToken(launch)) return std::optional<LaunchContext>();
  const std::string hash = platform::byteaHash(launch);
  const auto rows = connection.run(
      "SELECT patient, encounter, context FROM smart.launch WHERE launch_hash = CAST(? AS bytea) AND "
      "client_id = ? AND "
      "used_at IS NULL AND expires_at > clock_timestamp()",
      {hash, clientId});
  if (!rows) return unavailable();
  if (rows->size() == 0) return std::optional<LaunchContext>();
  return std::optional(
      LaunchContext{sql::optionalText(*rows, 0), sql::optionalText(*rows, 1), sql::text(*rows, 2)});
}

Answer<std::vector<ConnectedApp>> Grants::connectedApps(store::Connection& connection,
                                                        std::string_view userId) const {
  const auto rows = connection.run(
      "SELECT a.id, a.client_id, c.name, a.scopes, a.patient, a.encounter, to_char(a.created_at AT TIME ZONE "
      "'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), (SELECT to_char(max(t.issued_at) AT TIME ZONE 'UTC', "
      "'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') FROM smart.access_token t WHERE t.approval_id = a.id), r.goes_on "
      "FROM smart.approval a JOIN smart.client c ON c.client_id = a.client_id "
      "CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM smart.refresh_token t WHERE t.approval_id = a.id AND "
      "t.used_at IS "
      "NULL AND t.expires_at > clock_timestamp()) AS goes_on) r WHERE a.user_id = CAST(? AS uuid) AND "
      "a.revoked_at IS "
      "NULL AND c.revoked_at IS NULL AND (r.goes_on OR EXISTS (SELECT FROM smart.access_token t WHERE "
      "t.approval_id = "
      "a.id AND t.revoked_at IS NULL AND t.expires_at > clock_timestamp())) ORDER BY c.name, a.created_at "
      "DESC",
      {userId});
  if (!rows) return unavailable();
  std::vector<ConnectedApp> out;
  for (std::size_t row = 0; row < rows->size(); ++row)
    out.push_back({sql::text(*rows, 0, row), sql::text(*rows, 1, row), sql::text(*rows, 2, row),
                   sql::text(*rows, 3, row), sql::optionalText(*rows, 4, row),
                   sql::optionalText(*rows, 5, row), sql::text(*rows, 6, row),
                   sql::optionalText(*rows, 7, row), rows->flag(row, 8)});
  return out;
}

Answer<std::size_t> Grants::disconnect(store::Connection& connection, std::string_view userId,
                                       std::string_view clientId) const {
  const auto rows = connection.run(
      "UPDATE smart.approval SET revoked_at = clock_timestamp() WHERE user_id = CAST(? AS uuid) AND "
      "client_id = ? AND "
      "revoked_at IS NULL RETURNING id",
      {userId, clientId});
  if (!rows) return unavailable();
  return rows->size();
}

}  // namespace smart
