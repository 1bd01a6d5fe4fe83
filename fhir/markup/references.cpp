#include "fhir/markup/references.h"

#include <array>
#include <utility>

#include "fhir/markup/characters.h"

namespace fhir::markup {
namespace {

struct Reference {
  char32_t character;
  std::size_t length;  // from '&' to ';'
};

constexpr std::array<std::pair<std::string_view, char32_t>, 5> entities{
    {{"lt", '<'}, {"gt", '>'}, {"amp", '&'}, {"quot", '"'}, {"apos", '\''}}};

std::optional<char32_t> codePoint(std::string_view digits) noexcept {
  const bool isHex = digits.starts_with('x');
  if (isHex) digits.remove_prefix(1);
  if (digits.empty()) return std::nullopt;
  char32_t value = 0;
  for (const char c : digits) {
    const char lower = static_cast<char>(c | 0x20);
    char32_t digit = 0;
    if (c >= '0' && c <= '9') {
      digit = static_cast<char32_t>(c - '0');
    } else if (isHex && lower >= 'a' && lower <= 'f') {
      digit = static_cast<char32_t>(lower - 'a' + 10);
    } else {
      return std::nullopt;
    }
    value = value * (isHex ? 16 : 10) + digit;
    if (value > 0x10FFFF) return std::nullopt;
  }
  return isXmlCharacter(value) ? std::optional(value) : std::nullopt;
}

// The reference that `text` starts with.
std::optional<Reference> takeReference(std::string_view text) noexcept {
  constexpr std::size_t longest = 32;
  const std::size_t end = text.substr(0, longest).find(';');
  if (end == std::string_view::npos || end < 2) return std::nullopt;
  const std::string_view name = text.substr(1, end - 1);
  if (name[0] == '#') {
    const std::optional<char32_t> character = codePoint(name.substr(1));
    return character ? std::optional(Reference{*character, end + 1}) : std::nullopt;
  }
  for (const auto& [entity, character] : entities)
    if (entity == name) return Reference{character, end + 1};
  return std::nullopt;
}

char* encode(char32_t character, char* out) noexcept {
  const auto put = [&out](char32_t byte) { *out++ = static_cast<char>(byte); };
  if (character < 0x80) {
    put(character);
  } else if (character < 0x800) {
    put(0xC0 | (character >> 6U));
    put(0x80 | (character & 0x3FU));
  } else if (character < 0x10000) {
    put(0xE0 | (character >> 12U));
    put(0x80 | ((character >> 6U) & 0x3FU));
    put(0x80 | (character & 0x3FU));
  } else {
    put(0xF0 | (character >> 18U));
    put(0x80 | ((character >> 12U) & 0x3FU));
    put(0x80 | ((character >> 6U) & 0x3FU));
    put(0x80 | (character & 0x3FU));
  }
  return out;
}

// Appends `text` with each of the characters `special` replaced by what `replace` says.
template <class Replace>
void appendReplaced(std::string_view text, std::string_view special, std::string& out, Replace replace) {
  for (;;) {
    const std::size_t at = text.find_first_of(special);
    out += text.substr(0, at);
    if (at == std::string_view::npos) return;
    out += replace(text[at]);
    text.remove_prefix(at + 1);
  }
}

std::string_view replacement(char c) noexcept {
  switch (c) {
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '&':
      return "&amp;";
    case '"':
      return "&quot;";
    case '\t':
      return "&#x9;";
    case '\n':
      return "&#xA;";
    default:
      return "&#xD;";
  }
}

}  // namespace

bool hasGoodReferences(std::string_view raw) noexcept {
  for (std::size_t at = raw.find('&'); at != std::string_view::npos; at = raw.find('&', at + 1))
    if (!takeReference(raw.substr(at))) return false;
  return true;
}

std::optional<std::string_view> decodeAttribute(std::string_view raw, std::pmr::memory_resource& arena) {
  const std::size_t first = raw.find_first_of("&\t\n\r");
  if (first == std::string_view::npos) return raw;
  // A reference is never shorter than what it stands for.
  char* const begin = static_cast<char*>(arena.allocate(raw.size(), 1));
  char* end = begin;
  while (!raw.empty()) {
    if (raw[0] != '&') {
      *end++ = isBlank(raw[0]) ? ' ' : raw[0];
      raw.remove_prefix(raw.starts_with("\r\n") ? 2 : 1);
      continue;
    }
    const std::optional<Reference> reference = takeReference(raw);
    if (!reference) return std::nullopt;
    end = encode(reference->character, end);
    raw.remove_prefix(reference->length);
  }
  return std::string_view(begin, static_cast<std::size_t>(end - begin));
}

void appendAttributeValue(std::string_view value, std::string& out) {
  appendReplaced(value, "<>&\"\t\n\r", out, replacement);
}

void appendContent(std::string_view text, std::string& out) {
  appendReplaced(text, "<>&\r", out, replacement);
}

}  // namespace fhir::markup
