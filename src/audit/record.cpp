#include "src/audit/record.h"

#include <array>
#include <charconv>

namespace audit {
namespace {

constexpr std::array<Column, kDigested + 5> kColumns{{
    {"id", "l.id::text"},
    {"actor_user_id", "l.actor_user_id::text"},
    {"action", "l.action"},
    {"target_table", "l.target_table"},
    {"target_id", "l.target_id::text"},
    {"timestamp", R"(to_char(l."timestamp" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))"},
    {"metadata", "l.metadata::text"},
    {"targets", "l.targets::text"},
    {"patients", "l.patients::text"},
    {"resource_type", "l.resource_type"},
    {"resource_id", "l.resource_id"},
    {"version_id", "l.version_id::text"},
    {"interaction", "l.interaction"},
    {"query", "l.query"},
    {"client_id", "l.client_id"},
    {"person_key", "l.person_key::text"},
    {"person_type", "l.person_type"},
    {"address", "l.address"},
    {"database_user", "l.database_user"},
    {"database_role", "l.database_role"},
    {"application", "l.application"},
    {"purpose", "l.purpose"},
    {"reason", "l.reason"},
    {"outcome", "l.outcome"},
    {"request_id", "l.request_id"},
    {"entries", "l.entries"},
    {"chain", "l.chain::text"},
    {"position", "l.position::text"},
    {"previous", "encode(l.previous, 'hex')"},
    {"hash", "encode(l.hash, 'hex')"},
    {"persons",
     "CASE WHEN l.entries IS NOT NULL OR l.persons IS NOT NULL THEN coalesce(l.persons::text, '{}') END"},
}};

// As PostgreSQL's quote_literal.
void appendLiteral(const std::optional<std::string>& value, std::string& out) {
  if (!value) {
    out += " NULL";
    return;
  }
  out += value->find('\\') == std::string::npos ? " '" : " E'";
  for (const char c : *value) {
    if (c == '\'' || c == '\\') out += c;
    out += c;
  }
  out += '\'';
}

// Most significant byte first.
void appendNumber(std::int64_t number, int bytes, std::string& out) {
  for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8)
    out += static_cast<char>((static_cast<std::uint64_t>(number) >> shift) & 0xff);
}

int digitOf(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 0;
}

std::string bytesOf(std::string_view hex) {
  std::string out;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    out += static_cast<char>(digitOf(hex[i]) * 16 + digitOf(hex[i + 1]));
  return out;
}

}  // namespace

std::span<const Column> columns() noexcept {
  return kColumns;
}

std::string_view Record::text(std::size_t column) const {
  return values[column] ? std::string_view(*values[column]) : std::string_view();
}

std::int64_t Record::number(std::size_t column) const {
  const std::string_view digits = text(column);
  std::int64_t out = -1;
  const auto end = std::from_chars(digits.data(), digits.data() + digits.size(), out);
  return end.ec == std::errc() && end.ptr == digits.data() + digits.size() ? out : -1;
}

std::string hashOf(const Record& record) {
  const bool hasEntries = record.values[kEntries].has_value();
  std::string said = hasEntries ? "hv-audit-2" : "hv-audit-1";
  for (std::size_t i = 0; i < (hasEntries ? kDigested : kEntries); ++i) appendLiteral(record.values[i], said);
  const platform::Digest digest = platform::sha256(said);
  std::string link;
  appendNumber(record.chain(), 4, link);
  appendNumber(record.position(), 8, link);
  link += bytesOf(record.previous());
  link.append(reinterpret_cast<const char*>(digest.data()), digest.size());
  return platform::hex(platform::sha256(link));
}

}  // namespace audit
