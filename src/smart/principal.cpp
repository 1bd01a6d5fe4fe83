// A token as the database says it.
#include "src/smart/principal.h"

#include "src/smart/sql.h"
#include "src/smart/tokens.h"

namespace smart {
namespace {

constexpr std::string_view kStatement =
    "SELECT t.id, t.scopes, CAST(extract(epoch FROM t.expires_at) * 1000000 AS bigint), a.client_id, "
    "a.user_id, a.patient, "
    "a.encounter, u.role, coalesce(p.id, d.id), coalesce(p.fhir_id, d.fhir_id, CAST(p.id AS text), CAST(d.id "
    "AS text)), EXISTS (SELECT FROM patient_grants g WHERE g.holder = p.id AND g.revoked_at IS NULL AND "
    "coalesce(g.ends_at > now(), true)), u.role = 'admin' AND fhir.has_duty(u.id, 'audit') "
    "FROM smart.access_token t JOIN smart.approval a ON a.id = t.approval_id "
    "JOIN smart.client c ON c.client_id = a.client_id "
    "LEFT JOIN users u ON u.id = a.user_id "
    "LEFT JOIN patient_profile p ON u.role = 'patient' AND p.user_id = u.id AND NOT p.is_deleted "
    "LEFT JOIN doctor_profile d ON u.role = 'doctor' AND d.user_id = u.id AND NOT d.is_deleted "
    "WHERE t.token_hash = CAST(? AS bytea) AND t.revoked_at IS NULL AND t.expires_at > clock_timestamp() "
    "AND a.revoked_at IS NULL AND c.revoked_at IS NULL AND (a.user_id IS NULL OR u.is_active) "
    "AND (NOT a.online OR EXISTS (SELECT FROM sessions s WHERE s.id = a.session_id AND s.revoked_at IS NULL "
    "AND s.expires_at > clock_timestamp()))";

}  // namespace

std::optional<PrincipalKind> kindOf(std::string_view role) noexcept {
  if (role == "patient") return PrincipalKind::patient;
  if (role == "doctor") return PrincipalKind::doctor;
  if (role == "admin") return PrincipalKind::admin;
  return std::nullopt;
}

Answer<std::shared_ptr<const Principal>> readPrincipal(store::Connection& connection,
                                                       const platform::Digest& tokenHash) {
  const std::string hash = platform::byteaOf(tokenHash);
  const auto rows = connection.run(kStatement, {hash});
  if (!rows) return unavailable();
  const std::shared_ptr<const Principal> none;
  if (rows->size() != 1) return none;
  auto scopes = parseScopes(rows->text(0, 1));
  if (!scopes) return none;
  auto out = std::make_shared<Principal>();
  out->tokenId = sql::text(*rows, 0);
  out->scopes = *std::move(scopes);
  out->expiresAt = platform::Instant(std::chrono::microseconds(rows->number(0, 2)));
  out->clientId = sql::text(*rows, 3);
  out->patient = sql::optionalText(*rows, 5);
  out->encounter = sql::optionalText(*rows, 6);
  if (rows->isNull(0, 4)) return std::shared_ptr<const Principal>(std::move(out));
  const auto kind = kindOf(rows->text(0, 7));
  if (!kind) return none;
  out->kind = *kind;
  out->userId = sql::text(*rows, 4);
  out->personKey = sql::text(*rows, 8);
  out->personId = sql::text(*rows, 9);
  out->mayHoldGrants = rows->flag(0, 10);
  out->mayAudit = rows->flag(0, 11);
  // A person without a profile is nobody.
  if (*kind != PrincipalKind::admin && out->personKey.empty()) return none;
  return std::shared_ptr<const Principal>(std::move(out));
}

}  // namespace smart
