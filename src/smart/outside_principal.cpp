// Who signed in at an outside identity provider, as the database says it.
#include "src/platform/uuid.h"
#include "src/smart/outside.h"
#include "src/smart/sql.h"

namespace smart {
namespace {

// An e-mail counts whatever the case of its ASCII letters; others are compared as they are, since some
// letters become ASCII ones in lower case.
constexpr std::string_view kUserStatement =
    "SELECT u.id, u.role, coalesce(p.id, d.id), coalesce(p.fhir_id, d.fhir_id, CAST(p.id AS text), CAST(d.id "
    "AS text)), u.role = 'admin' AND fhir.has_duty(u.id, 'audit') FROM users u "
    "LEFT JOIN patient_profile p ON u.role = 'patient' AND p.user_id = u.id AND NOT p.is_deleted "
    "LEFT JOIN doctor_profile d ON u.role = 'doctor' AND d.user_id = u.id AND NOT d.is_deleted "
    "WHERE u.is_active AND (lower(u.email) = ? OR u.id = CAST(? AS uuid))";

std::string lowered(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return text;
}

}  // namespace

Answer<std::shared_ptr<const Principal>> principalOf(store::Connection& connection, OutsideClaims claims) {
  const auto uuid = platform::Uuid::parse(claims.user);
  const std::string email = lowered(std::move(claims.user));
  const auto key = uuid ? std::optional(uuid->toString()) : std::nullopt;
  const auto rows = connection.run(kUserStatement, {email, sql::optional(key)});
  if (!rows) return unavailable();
  const std::shared_ptr<const Principal> none;
  if (rows->size() != 1) return none;
  const auto kind = kindOf(rows->text(0, 1));
  if (!kind || (*kind != PrincipalKind::admin && rows->isNull(0, 2))) return none;
  auto out = std::make_shared<Principal>();
  out->kind = *kind;
  out->userId = sql::text(*rows, 0);
  out->personKey = sql::text(*rows, 2);
  out->personId = sql::text(*rows, 3);
  out->mayAudit = rows->flag(0, 4);
  out->clientId = std::move(claims.clientId);
  out->scopes = std::move(claims.scopes);
  out->patient = std::move(claims.patient);
  if (!out->patient && *kind == PrincipalKind::patient) out->patient = out->personId;
  out->encounter = std::move(claims.encounter);
  out->tokenId = std::move(claims.tokenId);
  out->expiresAt = claims.expiresAt;
  return std::shared_ptr<const Principal>(std::move(out));
}

}  // namespace smart
