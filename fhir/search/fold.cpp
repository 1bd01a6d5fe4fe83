#include <utf8proc.h>

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fhir/search/index.h"

namespace fhir::search {
namespace {

bool isAsciiSpace(unsigned char byte) {
  return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

bool isAscii(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) >= 0x80) return false;
  }
  return true;
}

std::string foldAscii(std::string_view text) {
  std::string folded;
  folded.reserve(text.size());
  bool space = false;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (isAsciiSpace(byte)) {
      space = true;
      continue;
    }
    if (space && !folded.empty()) folded += ' ';
    space = false;
    folded += byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte + ('a' - 'A')) : c;
  }
  return folded;
}

// Accents of Latin, Greek and Cyrillic, points of Hebrew and Arabic. Vowel signs, viramas and nuktas of the
// Indic scripts, Thai vowels and the voicing of kana have other combining classes: they spell the word and
// stay.
bool isAccent(utf8proc_int32_t character) {
  const auto& property = *utf8proc_get_property(character);
  const auto combining = property.combining_class;
  return combining == 1 || (combining >= 10 && combining <= 36) || (combining >= 200 && combining <= 240);
}

bool isSpace(utf8proc_int32_t character) {
  if (character < 0x80) return isAsciiSpace(static_cast<unsigned char>(character));
  const auto category = utf8proc_category(character);
  return category == UTF8PROC_CATEGORY_ZS || category == UTF8PROC_CATEGORY_ZL ||
         category == UTF8PROC_CATEGORY_ZP || character == 0x85;
}

// Letters with a stroke, which Unicode does not take apart, already in lower case.
utf8proc_int32_t withoutStroke(utf8proc_int32_t character) {
  static constexpr std::array<std::pair<utf8proc_int32_t, char>, 6> letters{
      {{0xF8, 'o'}, {0x111, 'd'}, {0x127, 'h'}, {0x131, 'i'}, {0x142, 'l'}, {0x167, 't'}}};
  for (const auto& [from, to] : letters) {
    if (character == from) return to;
  }
  return character;
}

void append(std::string& out, utf8proc_int32_t character) {
  std::array<utf8proc_uint8_t, 4> bytes{};
  const auto length = utf8proc_encode_char(character, bytes.data());
  for (utf8proc_ssize_t i = 0; i < length; ++i) out += static_cast<char>(bytes[static_cast<std::size_t>(i)]);
}

// Each byte that is no UTF-8 becomes U+FFFD.
std::string repaired(std::string_view text) {
  std::string valid;
  const auto* at = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  auto left = static_cast<utf8proc_ssize_t>(text.size());
  while (left > 0) {
    utf8proc_int32_t character = 0;
    auto length = utf8proc_iterate(at, left, &character);
    if (length <= 0) {
      length = 1;
      character = 0xFFFD;
    }
    append(valid, character);
    at += length;
    left -= length;
  }
  return valid;
}

// The case-folded compatibility decomposition; empty when the text is not UTF-8.
std::vector<utf8proc_int32_t> decompose(std::string_view text) {
  const auto options = static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE |
                                                      UTF8PROC_CASEFOLD | UTF8PROC_IGNORE);
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  const auto size = static_cast<utf8proc_ssize_t>(text.size());
  std::vector<utf8proc_int32_t> characters(text.size() + 16);
  while (true) {
    const auto capacity = static_cast<utf8proc_ssize_t>(characters.size());
    const auto needed = utf8proc_decompose(bytes, size, characters.data(), capacity, options);
    if (needed < 0) return {};
    characters.resize(static_cast<std::size_t>(needed));
    if (needed <= capacity) return characters;
  }
}

std::string foldUnicode(std::string_view text) {
  auto characters = decompose(text);
  if (characters.empty()) characters = decompose(repaired(text));
  std::string folded;
  folded.reserve(text.size());
  bool space = false;
  for (const auto character : characters) {
    if (isAccent(character)) continue;
    if (isSpace(character)) {
      space = true;
      continue;
    }
    if (space && !folded.empty()) folded += ' ';
    space = false;
    append(folded, withoutStroke(character));
  }
  return folded;
}

}  // namespace

std::string fold(std::string_view text) {
  return isAscii(text) ? foldAscii(text) : foldUnicode(text);
}

}  // namespace fhir::search
