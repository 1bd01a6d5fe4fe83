#include "src/store/key.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <limits>

#include "src/platform/uuid.h"

namespace store {
namespace {

// The name space of this project's version-5 UUIDs; a constant for ever, or ids would lose their rows.
constexpr platform::Uuid kNamespace{
    {0x6f, 0x1d, 0x0c, 0x3e, 0x4a, 0x0b, 0x5d, 0x5e, 0x9c, 0x57, 0x1f, 0x6a, 0x2b, 0x7f, 0x8e, 0x10}};

bool isIdCharacter(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
}

bool isCanonicalUuid(std::string_view id) noexcept {
  if (id.size() != 36) return false;
  for (std::size_t i = 0; i < id.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    const char c = id[i];
    if (dash ? c != '-' : !((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) return false;
  }
  return true;
}

}  // namespace

Key keyOf(std::string_view resourceType, std::string_view id) {
  if (isCanonicalUuid(id)) return {std::string(id), std::nullopt};
  std::string name(resourceType);
  name += '/';
  name += id;
  return {platform::Uuid::fromName(kNamespace, name).toString(), std::string(id)};
}

std::string containedKey(std::string_view containerType, std::string_view containerKey, std::string_view id) {
  std::string name(containerType);
  name.append("/").append(containerKey).append("#").append(id);
  return platform::Uuid::fromName(kNamespace, name).toString();
}

Key newKey() {
  return {platform::Uuid::random().toString(), std::nullopt};
}

bool isLegalId(std::string_view id) noexcept {
  return !id.empty() && id.size() <= 64 && std::all_of(id.begin(), id.end(), isIdCharacter);
}

void ArrayLiteral::add(std::optional<std::string_view> item) {
  out_ += out_.empty() ? '{' : ',';
  if (!item) {
    out_ += "NULL";
    return;
  }
  out_ += '"';
  for (const char c : *item) {
    if (c == '"' || c == '\\') out_ += '\\';
    out_ += c;
  }
  out_ += '"';
}

const std::string& ArrayLiteral::text() {
  if (!closed_) {
    if (out_.empty()) out_ = '{';
    out_ += '}';
    closed_ = true;
  }
  return out_;
}

std::string instantFromSql(std::string_view text) {
  // date, 'T', time, milliseconds, 'Z'
  std::string out(text.substr(0, std::min<std::size_t>(19, text.size())));
  if (out.size() < 19) return out;
  out[10] = 'T';
  out += '.';
  std::size_t digits = 0;
  std::size_t at = 19;
  if (at < text.size() && text[at] == '.') {
    for (++at; at < text.size() && text[at] >= '0' && text[at] <= '9' && digits < 3; ++at, ++digits)
      out += text[at];
  }
  for (; digits < 3; ++digits) out += '0';
  out += 'Z';
  return out;
}

std::string sqlFromMicroseconds(long long microseconds) {
  if (microseconds == std::numeric_limits<long long>::min()) return "-infinity";
  if (microseconds == std::numeric_limits<long long>::max()) return "infinity";
  using namespace std::chrono;
  const sys_time<std::chrono::microseconds> when{std::chrono::microseconds{microseconds}};
  const auto day = floor<days>(when);
  const year_month_day date{day};
  const hh_mm_ss clock{when - day};
  const int year = static_cast<int>(date.year());
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}.{:06}+00{}", year > 0 ? year : 1 - year,
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                     clock.subseconds().count(), year > 0 ? "" : " BC");
}

}  // namespace store
