#include "fhir/fhirpath/codings.h"

#include <array>
#include <charconv>
#include <cstdint>
#include <utility>

#include "fhir/fhirpath/characters.h"

namespace fhir::fhirpath {
namespace {

constexpr std::string_view base64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view urlBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view hexDigits = "0123456789abcdef";

std::string toBase64(std::string_view text, std::string_view alphabet) {
  std::string out;
  out.reserve(text.size() * 4 / 3 + 4);
  for (std::size_t i = 0; i < text.size(); i += 3) {
    std::uint32_t group = 0;
    const std::size_t size = std::min<std::size_t>(3, text.size() - i);
    for (std::size_t k = 0; k < 3; ++k)
      group = (group << 8) | (k < size ? static_cast<unsigned char>(text[i + k]) : 0U);
    for (std::size_t k = 0; k < 4; ++k)
      out.push_back(k <= size ? alphabet[(group >> (18 - 6 * k)) & 63] : '=');
  }
  return out;
}

std::optional<std::string> fromBase64(std::string_view text, std::string_view alphabet) {
  while (text.ends_with('=')) text.remove_suffix(1);
  if (text.size() % 4 == 1) return std::nullopt;
  std::string out;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const std::size_t value = alphabet.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    bits = ((bits << 6) | static_cast<std::uint32_t>(value)) & 0xFFFFFF;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    out.push_back(static_cast<char>(static_cast<unsigned char>((bits >> count) & 0xFF)));
  }
  return out;
}

std::string toHex(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    out.push_back(hexDigits[byte >> 4]);
    out.push_back(hexDigits[byte & 15]);
  }
  return out;
}

std::optional<std::string> fromHex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::string out;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    unsigned byte = 0;
    const auto [end, error] = std::from_chars(text.data() + i, text.data() + i + 2, byte, 16);
    if (error != std::errc{} || end != text.data() + i + 2) return std::nullopt;
    out.push_back(static_cast<char>(static_cast<unsigned char>(byte)));
  }
  return out;
}

constexpr std::array<std::pair<char, std::string_view>, 5> htmlEscapes{
    {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&#39;"}}};
constexpr std::array<std::pair<char, std::string_view>, 7> jsonEscapes{{{'"', "\\\""},
                                                                        {'\\', "\\\\"},
                                                                        {'\n', "\\n"},
                                                                        {'\r', "\\r"},
                                                                        {'\t', "\\t"},
                                                                        {'\b', "\\b"},
                                                                        {'\f', "\\f"}}};

template <class Table>
std::string escaped(std::string_view text, const Table& table) {
  std::string out;
  for (const char c : text) {
    std::string_view replacement(&c, 1);
    for (const auto& [plain, code] : table)
      if (plain == c) replacement = code;
    out += replacement;
  }
  return out;
}

// Numeric ones: &#39; &#x27; \u0027. Returns the bytes taken, 0 when there is none.
std::size_t takeNumeric(std::string_view text, std::string& out) {
  std::size_t start = 0;
  std::size_t end = 0;
  int base = 16;
  if (text.starts_with("\\u") && text.size() >= 6) {
    start = 2;
    end = 6;
  } else if (text.starts_with("&#")) {
    end = text.find(';');
    start = text.size() > 2 && (text[2] == 'x' || text[2] == 'X') ? 3 : 2;
    base = start == 3 ? 16 : 10;
    if (end == std::string_view::npos) return 0;
  } else {
    return 0;
  }
  std::uint32_t value = 0;
  const auto [stop, error] = std::from_chars(text.data() + start, text.data() + end, value, base);
  const bool valid = value <= 0x10FFFF && (value < 0xD800 || value > 0xDFFF);
  if (error != std::errc{} || stop != text.data() + end || !valid) return 0;
  append(out, value);
  return base == 16 && start == 2 ? end : end + 1;
}

template <class Table>
std::string unescaped(std::string_view text, const Table& table, char mark) {
  std::string out;
  while (!text.empty()) {
    std::size_t taken = text[0] == mark ? takeNumeric(text, out) : 0;
    for (const auto& [plain, code] : table) {
      if (taken > 0 || !text.starts_with(code)) continue;
      out.push_back(plain);
      taken = code.size();
    }
    if (taken == 0) out.push_back(text[0]);
    text.remove_prefix(taken == 0 ? 1 : taken);
  }
  return out;
}

}  // namespace

std::optional<std::string> encodeText(std::string_view text, std::string_view format) {
  if (format == "base64") return toBase64(text, base64);
  if (format == "urlbase64") return toBase64(text, urlBase64);
  if (format == "hex") return toHex(text);
  return std::nullopt;
}

std::optional<std::string> decodeText(std::string_view text, std::string_view format) {
  if (format == "base64") return fromBase64(text, base64);
  if (format == "urlbase64") return fromBase64(text, urlBase64);
  if (format == "hex") return fromHex(text);
  return std::nullopt;
}

std::optional<std::string> escapeText(std::string_view text, std::string_view format) {
  if (format == "html") return escaped(text, htmlEscapes);
  if (format == "json") return escaped(text, jsonEscapes);
  return std::nullopt;
}

std::optional<std::string> unescapeText(std::string_view text, std::string_view format) {
  if (format == "html") return unescaped(text, htmlEscapes, '&');
  if (format == "json") return unescaped(text, jsonEscapes, '\\');
  return std::nullopt;
}

}  // namespace fhir::fhirpath
