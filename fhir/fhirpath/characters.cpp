#include "fhir/fhirpath/characters.h"

#include <algorithm>

namespace fhir::fhirpath {
namespace {

constexpr std::string_view blanks = " \t\r\n\f\v";

bool between(char32_t c, char32_t first, char32_t last) noexcept {
  return c >= first && c <= last;
}

// Latin Extended-A and part of -B: capitals and small letters in turn.
bool alternates(char32_t c) noexcept {
  return between(c, 0x100, 0x137) || between(c, 0x14A, 0x177) || between(c, 0x460, 0x481) ||
         between(c, 0x48A, 0x4BF) || between(c, 0x4D0, 0x52F) || between(c, 0x1E00, 0x1E95) ||
         between(c, 0x1EA0, 0x1EFF);
}

bool alternatesOddly(char32_t c) noexcept {
  return between(c, 0x139, 0x148) || between(c, 0x179, 0x17E);
}

char32_t lowerCase(char32_t c) noexcept {
  if (between(c, 'A', 'Z') || (between(c, 0xC0, 0xDE) && c != 0xD7) ||
      (between(c, 0x391, 0x3A9) && c != 0x3A2) || between(c, 0x410, 0x42F))
    return c + 32;
  if (between(c, 0x400, 0x40F)) return c + 80;
  if (c == 0x178) return 0xFF;
  if (c == 0x130) return 'i';
  if (alternates(c)) return c | 1;
  if (alternatesOddly(c)) return c % 2 == 1 ? c + 1 : c;
  return c;
}

char32_t upperCase(char32_t c) noexcept {
  if (between(c, 'a', 'z') || (between(c, 0xE0, 0xFE) && c != 0xF7) ||
      (between(c, 0x3B1, 0x3C9) && c != 0x3C2) || between(c, 0x430, 0x44F))
    return c - 32;
  if (between(c, 0x450, 0x45F)) return c - 80;
  if (c == 0xFF) return 0x178;
  if (c == 0x131) return 'I';
  if (alternates(c)) return c & ~char32_t{1};
  if (alternatesOddly(c)) return c % 2 == 0 ? c - 1 : c;
  return c;
}

template <class Map>
std::string mapped(std::string_view text, Map map) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t size = characterSize(text);
    if (size == 1 && static_cast<unsigned char>(text[0]) >= 0x80)
      out.push_back(text[0]);
    else
      append(out, map(decode(text.substr(0, size))));
    text.remove_prefix(size);
  }
  return out;
}

}  // namespace

std::size_t characterSize(std::string_view text) noexcept {
  if (text.empty()) return 0;
  const auto lead = static_cast<unsigned char>(text[0]);
  const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
  if (size > text.size()) return 1;
  for (std::size_t i = 1; i < size; ++i)
    if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) return 1;
  return size;
}

char32_t decode(std::string_view character) noexcept {
  if (character.empty()) return 0;
  const auto byte = [&](std::size_t i) {
    return static_cast<char32_t>(static_cast<unsigned char>(character[i]));
  };
  switch (character.size()) {
    case 2:
      return ((byte(0) & 0x1F) << 6) | (byte(1) & 0x3F);
    case 3:
      return ((byte(0) & 0x0F) << 12) | ((byte(1) & 0x3F) << 6) | (byte(2) & 0x3F);
    case 4:
      return ((byte(0) & 0x07) << 18) | ((byte(1) & 0x3F) << 12) | ((byte(2) & 0x3F) << 6) | (byte(3) & 0x3F);
    default:
      return byte(0);
  }
}

void append(std::string& out, char32_t c) {
  const auto push = [&](char32_t byte) {
    out.push_back(static_cast<char>(static_cast<unsigned char>(byte)));
  };
  if (c < 0x80) return push(c);
  if (c < 0x800) {
    push(0xC0 | (c >> 6));
  } else {
    if (c < 0x10000) {
      push(0xE0 | (c >> 12));
    } else {
      push(0xF0 | (c >> 18));
      push(0x80 | ((c >> 12) & 0x3F));
    }
    push(0x80 | ((c >> 6) & 0x3F));
  }
  push(0x80 | (c & 0x3F));
}

std::size_t length(std::string_view text) noexcept {
  std::size_t count = 0;
  for (; !text.empty(); text.remove_prefix(characterSize(text))) ++count;
  return count;
}

std::string_view substring(std::string_view text, std::size_t start, std::size_t count) noexcept {
  for (; start > 0 && !text.empty(); --start) text.remove_prefix(characterSize(text));
  std::string_view rest = text;
  for (; count > 0 && !rest.empty(); --count) rest.remove_prefix(characterSize(rest));
  return text.substr(0, text.size() - rest.size());
}

std::string upper(std::string_view text) {
  return mapped(text, upperCase);
}
std::string lower(std::string_view text) {
  return mapped(text, lowerCase);
}

std::string normalized(std::string_view text) {
  std::string out;
  bool blank = false;
  for (const char c : lower(trim(text))) {
    const bool isBlank = blanks.find(c) != std::string_view::npos;
    if (!isBlank) out.push_back(c);
    if (isBlank && !blank) out.push_back(' ');
    blank = isBlank;
  }
  return out;
}

std::string_view trim(std::string_view text) noexcept {
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

}  // namespace fhir::fhirpath
