// Family: an approval as the statements of grants read it. For the files of the grants alone.
#pragma once

#include "src/smart/grants.h"
#include "src/smart/sql.h"

namespace smart {

struct Grants::Family {
  std::string approvalId;
  std::string clientId;
  std::optional<std::string> userId;
  Scopes scopes;
  LaunchContext context;
  std::optional<std::string> nonce;
  std::int64_t authenticatedAt = 0;
  bool inForce = false;  // not revoked, the user active, an online one's sign-in not over

  // The columns of an approval `a`, from column `at` on.
  static constexpr std::string_view columns =
      "a.id, a.client_id, a.user_id, a.scopes, a.patient, a.encounter, a.context, "
      "coalesce(CAST(extract(epoch FROM a.authenticated_at) AS bigint), 0), "
      "a.revoked_at IS NULL AND EXISTS (SELECT FROM users u WHERE u.id = a.user_id AND u.is_active) AND "
      "(NOT a.online OR EXISTS (SELECT FROM sessions s WHERE s.id = a.session_id AND s.revoked_at IS NULL "
      "AND "
      "s.expires_at > clock_timestamp()))";
  static constexpr std::size_t columnCount = 9;

  static Family at(const store::Rows& rows, std::size_t column) {
    Family out;
    out.approvalId = sql::text(rows, column);
    out.clientId = sql::text(rows, column + 1);
    out.userId = sql::optionalText(rows, column + 2);
    if (auto scopes = parseScopes(rows.text(0, column + 3))) out.scopes = *std::move(scopes);
    out.context.patient = sql::optionalText(rows, column + 4);
    out.context.encounter = sql::optionalText(rows, column + 5);
    out.context.more = sql::text(rows, column + 6);
    out.authenticatedAt = rows.number(0, column + 7);
    out.inForce = rows.flag(0, column + 8);
    return out;
  }
};

inline Error invalidGrant() {
  return {400, "invalid_grant",
          "The code or refresh token is not valid: unknown, used, expired or another client's."};
}

}  // namespace smart
