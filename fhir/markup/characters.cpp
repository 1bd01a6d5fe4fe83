#include "fhir/markup/characters.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace fhir::markup {
namespace {

constexpr std::uint64_t ones = 0x0101010101010101U;
constexpr std::uint64_t highs = 0x8080808080808080U;

// Whether the eight bytes are ASCII without control characters.
bool isPlain(const unsigned char* at) noexcept {
  std::uint64_t word;
  std::memcpy(&word, at, sizeof word);
  return ((word | ((word - ones * 0x20) & ~word)) & highs) == 0;
}

bool continues(const unsigned char* at, const unsigned char* end, int count) noexcept {
  if (end - at <= count) return false;
  for (int i = 1; i <= count; ++i)
    if ((at[i] & 0xC0U) != 0x80U) return false;
  return true;
}

bool isNoncharacter(const unsigned char* at) noexcept {
  return at[0] == 0xEF && at[1] == 0xBF && at[2] >= 0xBE;
}

}  // namespace

int sequenceLength(const unsigned char* at, const unsigned char* end) noexcept {
  const unsigned char first = at[0];
  if (first >= 0xC2 && first <= 0xDF) return continues(at, end, 1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    if (!continues(at, end, 2)) return 0;
    if (first == 0xE0 && at[1] < 0xA0) return 0;
    return first == 0xED && at[1] > 0x9F ? 0 : 3;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    if (!continues(at, end, 3)) return 0;
    if (first == 0xF0 && at[1] < 0x90) return 0;
    return first == 0xF4 && at[1] > 0x8F ? 0 : 4;
  }
  return 0;
}

bool isXmlCharacter(char32_t character) noexcept {
  if (character < 0x20) return character == '\t' || character == '\n' || character == '\r';
  return character < 0xD800 || (character > 0xDFFF && character < 0xFFFE) ||
         (character > 0xFFFF && character <= 0x10FFFF);
}

std::optional<Fault> findCharacterFault(std::string_view text) noexcept {
  const auto* begin = reinterpret_cast<const unsigned char*>(text.data());
  const unsigned char* end = begin + text.size();
  const auto fault = [&](const unsigned char* at, std::string_view reason) {
    return Fault{static_cast<std::size_t>(at - begin), reason};
  };
  for (const unsigned char* at = begin; at != end;) {
    if (end - at >= 8 && isPlain(at)) {
      at += 8;
    } else if (*at < 0x80) {
      if (!isXmlCharacter(*at)) return fault(at, "a control character");
      ++at;
    } else {
      const int length = sequenceLength(at, end);
      if (length == 0) return fault(at, "bytes that are not UTF-8");
      if (length == 3 && isNoncharacter(at)) return fault(at, "U+FFFE or U+FFFF, which XML cannot hold");
      at += length;
    }
  }
  return std::nullopt;
}

Position positionOf(std::string_view text, std::size_t offset) noexcept {
  const std::string_view before = text.substr(0, std::min(offset, text.size()));
  const auto line = static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n')) + 1;
  const std::size_t newline = before.rfind('\n');
  const std::size_t start = newline == std::string_view::npos ? 0 : newline + 1;
  return {line, before.size() - start + 1};
}

bool isBlank(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), [](char c) { return isBlank(c); });
}

}  // namespace fhir::markup
