#include "src/audit/checkpoint.h"

#include <charconv>
#include <utility>

#include "src/platform/encoding.h"

namespace audit {
namespace {

constexpr std::string_view kBegin = "hvfhir audit checkpoint 1\n";
constexpr std::string_view kDigits = "0123456789abcdef";

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t out = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), out);
  if (end.ec != std::errc() || end.ptr != text.data() + text.size()) return std::nullopt;
  return out;
}

// The rest of the first line when it begins with the word; the text goes on after it.
std::optional<std::string_view> line(std::string_view& text, std::string_view word) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos || !text.starts_with(word)) return std::nullopt;
  const std::string_view out = text.substr(word.size(), end - word.size());
  text.remove_prefix(end + 1);
  return out;
}

fhir::Result<std::vector<Head>> readHeads(store::Connection& connection) {
  auto rows = connection.run(
      "SELECT h.chain, h.position, encode(h.hash, 'hex') FROM fhir.audit_head h WHERE h.position > 0 ORDER "
      "BY h.chain");
  if (!rows) return std::move(rows).outcome();
  std::vector<Head> out;
  for (std::size_t row = 0; row < rows->size(); ++row)
    out.push_back({rows->number(row, 0), rows->number(row, 1), std::string(rows->text(row, 2))});
  return out;
}

}  // namespace

std::string hexOf(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<std::uint8_t>(c);
    out += kDigits[byte >> 4U];
    out += kDigits[byte & 15U];
  }
  return out;
}

std::optional<std::string> fromHex(std::string_view digits) {
  std::string out;
  if (digits.size() % 2 != 0) return std::nullopt;
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    const std::size_t high = kDigits.find(digits[i]);
    const std::size_t low = kDigits.find(digits[i + 1]);
    if (high == std::string_view::npos || low == std::string_view::npos) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
  }
  return out;
}

std::string hashOf(std::string_view statement) {
  return platform::hex(platform::sha256(statement));
}

std::string Statement::text() const {
  std::string out(kBegin);
  out +=
      "number " + std::to_string(number) + "\ntime " + time + "\nformer " + former + "\nkey " + keyId + "\n";
  for (const Head& head : heads)
    out +=
        "chain " + std::to_string(head.chain) + " " + std::to_string(head.position) + " " + head.hash + "\n";
  return out;
}

std::optional<Statement> Statement::parse(std::string_view text) {
  const std::string_view whole = text;
  if (!text.starts_with(kBegin)) return std::nullopt;
  text.remove_prefix(kBegin.size());
  Statement out;
  const auto said = line(text, "number ");
  const auto count = said ? audit::number(*said) : std::nullopt;
  const auto time = line(text, "time ");
  const auto former = line(text, "former ");
  const auto key = line(text, "key ");
  if (!count || !time || !former || !key) return std::nullopt;
  out.number = *count;
  out.time = *time;
  out.former = *former;
  out.keyId = *key;
  while (const auto head = line(text, "chain ")) {
    const std::size_t first = head->find(' ');
    const std::size_t second = head->find(' ', first + 1);
    if (first == std::string_view::npos || second == std::string_view::npos) return std::nullopt;
    const auto chain = audit::number(head->substr(0, first));
    const auto position = audit::number(head->substr(first + 1, second - first - 1));
    if (!chain || !position) return std::nullopt;
    out.heads.push_back({*chain, *position, std::string(head->substr(second + 1))});
  }
  // What is signed is what was read, and nothing beside it.
  if (!text.empty() || out.text() != whole) return std::nullopt;
  return out;
}

fhir::Result<std::optional<Checkpoint>> makeCheckpoint(store::Connection& connection, const Keys& keys) {
  auto last =
      connection.run("SELECT c.number, c.statement FROM audit_checkpoints c ORDER BY c.number DESC LIMIT 1");
  if (!last) return std::move(last).outcome();
  Statement made;
  made.number = last->size() == 0 ? 1 : last->number(0, 0) + 1;
  made.former = std::string(64, '0');
  std::optional<Statement> former;
  if (last->size() > 0) {
    made.former = hashOf(last->text(0, 1));
    former = Statement::parse(last->text(0, 1));
  }
  auto heads = readHeads(connection);
  if (!heads) return std::move(heads).outcome();
  made.heads = *std::move(heads);
  const std::vector<Head> seen = former ? former->heads : std::vector<Head>();
  if (made.heads == seen) return std::optional<Checkpoint>();
  auto now = connection.run(
      R"(SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))");
  if (!now) return std::move(now).outcome();
  made.time = now->text(0, 0);
  made.keyId = keys.id();
  Checkpoint out{made.number, made.text(), keys.id(), {}};
  out.signature = keys.sign(out.statement);
  const std::string signature = "\\x" + hexOf(out.signature);
  auto kept = connection.run(
      "INSERT INTO audit_checkpoints (number, statement, key_id, signature) VALUES (?::bigint, ?, ?, "
      "?::bytea)"
      " ON CONFLICT (number) DO NOTHING",
      {std::to_string(out.number), out.statement, out.keyId, signature});
  if (!kept) return std::move(kept).outcome();
  if (kept->affected() == 0) return std::optional<Checkpoint>();
  return std::optional(std::move(out));
}

}  // namespace audit
