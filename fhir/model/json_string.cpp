#include "fhir/model/json_string.h"

#include <cstdint>
#include <cstring>

namespace fhir {
namespace {

constexpr std::uint64_t ones = 0x0101010101010101U;
constexpr std::uint64_t highs = 0x8080808080808080U;

std::uint64_t load(const char* from) noexcept {
  std::uint64_t word;
  std::memcpy(&word, from, sizeof word);
  return word;
}

// Non-zero when a byte of the word is below 0x20. May also see a byte of 0x20 to 0x7F above a true one.
constexpr std::uint64_t controls(std::uint64_t word) noexcept {
  return (word - ones * 0x20) & ~word & highs;
}

constexpr std::uint64_t zeros(std::uint64_t word) noexcept {
  return (word - ones) & ~word & highs;
}

constexpr std::uint64_t specials(std::uint64_t word) noexcept {
  return controls(word) | zeros(word ^ (ones * '"')) | zeros(word ^ (ones * '\\'));
}

constexpr bool special(char c) noexcept {
  return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\';
}

// The first byte from `at` on that must be escaped; `end` when there is none.
const char* findSpecial(const char* at, const char* end) noexcept {
  while (end - at >= 8 && specials(load(at)) == 0) at += 8;
  while (at != end && !special(*at)) ++at;
  return at;
}

void appendEscape(char c, std::string& out) {
  static constexpr char digits[] = "0123456789abcdef";
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\b':
      out += "\\b";
      return;
    case '\f':
      out += "\\f";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      out += "\\u00";
      out += digits[static_cast<unsigned char>(c) >> 4U];
      out += digits[static_cast<unsigned char>(c) & 15U];
  }
}

}  // namespace

void appendJsonString(std::string_view text, std::string& out) {
  out += '"';
  const char* at = text.data();
  const char* end = at + text.size();
  while (true) {
    const char* stop = findSpecial(at, end);
    out.append(at, stop);
    if (stop == end) break;
    appendEscape(*stop, out);
    at = stop + 1;
  }
  out += '"';
}

bool hasControl(std::string_view text) noexcept {
  const char* at = text.data();
  const char* end = at + text.size();
  for (; end - at >= 8; at += 8)
    if (controls(load(at)) != 0) return true;
  for (; at != end; ++at)
    if (static_cast<unsigned char>(*at) < 0x20) return true;
  return false;
}

}  // namespace fhir
