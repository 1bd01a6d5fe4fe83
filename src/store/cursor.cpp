#include "src/store/cursor.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace store {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::size_t kLongest = 512;

// What times, UUIDs, type names and numbers are made of.
bool isPositionCharacter(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == ':' ||
         c == '.' || c == '+' || c == ' ';
}

}  // namespace

std::string makeCursor(std::initializer_list<std::string_view> parts) {
  std::string plain;
  for (const std::string_view part : parts) {
    if (!plain.empty()) plain += '\n';
    plain += part;
  }
  std::string out;
  std::uint32_t bits = 0;
  int held = 0;
  for (const char c : plain) {
    bits = (bits << 8U) | static_cast<unsigned char>(c);
    for (held += 8; held >= 6; held -= 6) out += kAlphabet[(bits >> static_cast<unsigned>(held - 6)) & 63U];
  }
  if (held > 0) out += kAlphabet[(bits << static_cast<unsigned>(6 - held)) & 63U];
  return out;
}

std::optional<std::vector<std::string>> openCursor(std::string_view cursor, std::size_t parts) {
  if (cursor.empty() || cursor.size() > kLongest) return std::nullopt;
  std::string plain;
  std::uint32_t bits = 0;
  int held = 0;
  for (const char c : cursor) {
    const std::size_t value = kAlphabet.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    bits = (bits << 6U) | static_cast<std::uint32_t>(value);
    held += 6;
    if (held >= 8) {
      held -= 8;
      plain += static_cast<char>((bits >> static_cast<unsigned>(held)) & 0xFFU);
    }
  }
  std::vector<std::string> out(1);
  for (const char c : plain) {
    if (c == '\n') {
      out.emplace_back();
    } else if (isPositionCharacter(c)) {
      out.back() += c;
    } else {
      return std::nullopt;
    }
  }
  const bool whole =
      out.size() == parts && std::none_of(out.begin(), out.end(), [](const auto& p) { return p.empty(); });
  if (!whole) return std::nullopt;
  return out;
}

}  // namespace store
