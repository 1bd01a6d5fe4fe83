#include "src/smart/client.h"

#include <algorithm>
#include <array>

#include "src/platform/encoding.h"
#include "src/platform/uuid.h"
#include "src/smart/jose.h"
#include "src/smart/sql.h"
#include "src/smart/url.h"

namespace smart {
namespace {

constexpr std::array<std::string_view, 3> kKinds{"public", "confidential_secret", "confidential_key"};

#define HV_CLIENT_COLUMNS                                                                                   \
  "client_id, name, kind, encode(secret_hash, 'hex'), jwks, jwks_uri, to_json(redirect_uris), launch_uri, " \
  "scopes, to_json(grant_types), to_json(origins), self_registered, "                                       \
  "to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), "                              \
  "to_char(revoked_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"

Client clientAt(const store::Rows& rows, std::size_t row) {
  Client out;
  out.id = sql::text(rows, 0, row);
  out.name = sql::text(rows, 1, row);
  const auto* const kind = std::ranges::find(kKinds, rows.text(row, 2));
  out.kind = static_cast<ClientKind>(kind - kKinds.begin());
  out.secretHash = sql::text(rows, 3, row);
  out.jwks = sql::optionalText(rows, 4, row);
  out.jwksUri = sql::optionalText(rows, 5, row);
  out.redirectUris = sql::readJsonArray(rows.text(row, 6));
  out.launchUri = sql::optionalText(rows, 7, row);
  // What cannot be understood (written by other hands than this program's) allows nothing.
  if (auto scopes = parseScopes(rows.text(row, 8))) out.scopes = *std::move(scopes);
  out.grantTypes = sql::readJsonArray(rows.text(row, 9));
  out.origins = sql::readJsonArray(rows.text(row, 10));
  out.selfRegistered = rows.flag(row, 11);
  out.createdAt = sql::text(rows, 12, row);
  out.revokedAt = sql::optionalText(rows, 13, row);
  return out;
}

// The named origins and those of the redirect URIs, each once.
std::vector<std::string> originsOf(const Registration& registration) {
  std::vector<std::string> out = registration.origins;
  for (const std::string& uri : registration.redirectUris)
    if (const auto url = parseHttpUrl(uri)) out.push_back(url->origin);
  std::ranges::sort(out);
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

Error noSuchClient() {
  return {400, "invalid_client", "There is no such client, or it is revoked, or of another kind."};
}

}  // namespace

std::string_view nameOf(ClientKind kind) noexcept {
  return kKinds[static_cast<std::size_t>(kind)];
}

bool Client::mayUse(std::string_view grantType) const noexcept {
  return std::ranges::find(grantTypes, grantType) != grantTypes.end();
}

Answer<Registered> registerClient(store::Connection& connection, const Registration& registration) {
  if (auto fault = faultOf(registration)) return *std::move(fault);
  Registered out;
  const std::string id = registration.id.empty() ? platform::Uuid::random().toString() : registration.id;
  std::string hash;
  if (registration.kind == ClientKind::confidentialSecret) {
    out.secret = platform::randomToken();
    hash = platform::byteaHash(*out.secret);
  }
  const std::string redirects = sql::jsonArray(registration.redirectUris);
  const std::string grants = sql::jsonArray(registration.grantTypes);
  const std::string origins = sql::jsonArray(originsOf(registration));
  const auto rows = connection.run(
      "INSERT INTO smart.client (client_id, name, kind, secret_hash, jwks, jwks_uri, redirect_uris, "
      "launch_uri, "
      "scopes, grant_types, origins, self_registered, created_by) VALUES (?, ?, CAST(? AS "
      "smart.client_kind), "
      "CAST(? AS bytea), ?, ?, ARRAY(SELECT json_array_elements_text(CAST(? AS json))), ?, ?, "
      "ARRAY(SELECT json_array_elements_text(CAST(? AS json))), "
      "ARRAY(SELECT json_array_elements_text(CAST(? AS json))), CAST(? AS boolean), CAST(? AS uuid)) "
      "ON CONFLICT (client_id) DO NOTHING RETURNING " HV_CLIENT_COLUMNS,
      {id, registration.name, nameOf(registration.kind), hash.empty() ? store::Parameter() : hash,
       sql::optional(registration.jwks), sql::optional(registration.jwksUri), redirects,
       sql::optional(registration.launchUri), registration.scopes, grants, origins,
       registration.selfRegistered ? "true" : "false", sql::optional(registration.createdBy)});
  if (!rows) return unavailable();
  if (rows->size() == 0)
    return Error{400, "invalid_client_metadata", "A client of this id is registered already."};
  out.client = clientAt(*rows, 0);
  return out;
}

Answer<std::optional<Client>> findClient(store::Connection& connection, std::string_view id) {
  if (id.empty() || id.size() > 100) return std::optional<Client>();
  const auto rows =
      connection.run("SELECT " HV_CLIENT_COLUMNS " FROM smart.client WHERE client_id = ?", {id});
  if (!rows) return unavailable();
  return rows->size() == 0 ? std::nullopt : std::optional(clientAt(*rows, 0));
}

Answer<std::vector<Client>> listClients(store::Connection& connection) {
  const auto rows = connection.run("SELECT " HV_CLIENT_COLUMNS
                                   " FROM smart.client ORDER BY revoked_at IS NOT NULL, name, client_id");
  if (!rows) return unavailable();
  std::vector<Client> out;
  for (std::size_t row = 0; row < rows->size(); ++row) out.push_back(clientAt(*rows, row));
  return out;
}

Answer<std::string> rotateSecret(store::Connection& connection, std::string_view id) {
  std::string secret = platform::randomToken();
  const std::string hash = platform::byteaHash(secret);
  const auto rows = connection.run(
      "UPDATE smart.client SET secret_hash = CAST(? AS bytea), updated_at = clock_timestamp() WHERE "
      "client_id = ? AND "
      "kind = 'confidential_secret' AND revoked_at IS NULL RETURNING client_id",
      {hash, id});
  if (!rows) return unavailable();
  if (rows->size() == 0) return noSuchClient();
  return secret;
}

Answer<Done> replaceKeys(store::Connection& connection, std::string_view id,
                         const std::optional<std::string>& jwks, const std::optional<std::string>& jwksUri) {
  if (jwks.has_value() == jwksUri.has_value() || (jwksUri && !isSafeUrl(*jwksUri)))
    return Error{400, "invalid_client_metadata", "Either a key set, or the https URL of one."};
  if (jwks) {
    const auto keys = KeySet::parse(*jwks);
    if (!keys) return errorOf("invalid_client_metadata", keys.outcome());
  }
  const auto rows = connection.run(
      "UPDATE smart.client SET jwks = ?, jwks_uri = ?, updated_at = clock_timestamp() WHERE client_id = ? "
      "AND kind = "
      "'confidential_key' AND revoked_at IS NULL RETURNING client_id",
      {sql::optional(jwks), sql::optional(jwksUri), id});
  if (!rows) return unavailable();
  if (rows->size() == 0) return noSuchClient();
  return Done{};
}

Answer<bool> revokeClient(store::Connection& connection, std::string_view id) {
  const auto rows = connection.run(
      "UPDATE smart.client SET revoked_at = clock_timestamp(), updated_at = clock_timestamp() WHERE "
      "client_id = ? AND "
      "revoked_at IS NULL RETURNING client_id",
      {id});
  if (!rows) return unavailable();
  return rows->size() > 0;
}

Answer<bool> isRegisteredOrigin(store::Connection& connection, std::string_view origin) {
  if (origin.empty() || origin.size() > 2000) return false;
  const auto rows = connection.run(
      "SELECT EXISTS (SELECT FROM smart.client WHERE origins @> ARRAY[CAST(? AS text)] AND revoked_at IS "
      "NULL)",
      {origin});
  if (!rows) return unavailable();
  return rows->flag(0, 0);
}

}  // namespace smart
