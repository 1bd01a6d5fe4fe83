#include "fhir/markup/links.h"

#include <algorithm>
#include <array>
#include <string>

namespace fhir::markup {
namespace {

constexpr std::array<std::string_view, 8> schemes{"http", "https", "mailto", "tel",
                                                  "sms",  "ftp",   "urn",    "cid"};
constexpr std::array<std::string_view, 9> activeStyles{"javascript:",  "vbscript:", "expression(",
                                                       "-moz-binding", "behavior:", "@import",
                                                       "image-set(",   "image(",    "src("};
constexpr std::string_view url = "url(";
constexpr std::string_view dataImage = "data:image/";

// Without what browsers leave out of an address or a style, in small letters.
std::string squeezed(std::string_view value) {
  std::string text;
  for (const char c : value)
    if (static_cast<unsigned char>(c) > ' ') text += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return text;
}

// What stands before the first ':'; empty for a relative address.
std::string_view schemeOf(std::string_view address) noexcept {
  const std::size_t end = address.find_first_of(":/?#");
  return end == std::string_view::npos || address[end] != ':' ? std::string_view{} : address.substr(0, end);
}

// What url() in a style may name: a picture in the text, or something beside it. No backslash gets here.
bool isLocal(std::string_view squeezedAddress) noexcept {
  if (squeezedAddress.starts_with(dataImage)) return true;
  return schemeOf(squeezedAddress).empty() && !squeezedAddress.starts_with(':') &&
         !squeezedAddress.starts_with("//");
}

}  // namespace

bool isSafeLink(std::string_view value) {
  const std::string address = squeezed(value);
  const std::string_view scheme = schemeOf(address);
  if (address.starts_with(':')) return false;
  return scheme.empty() || std::find(schemes.begin(), schemes.end(), scheme) != schemes.end();
}

bool isSafeSource(std::string_view value) {
  const std::string address = squeezed(value);
  const std::string_view scheme = schemeOf(address);
  if (address.starts_with(':')) return false;
  return scheme.empty() || scheme == "http" || scheme == "https" || scheme == "urn" ||
         address.starts_with(dataImage);
}

bool isSafeStyle(std::string_view value) {
  const std::string style = squeezed(value);
  const auto has = [&](std::string_view word) { return style.find(word) != std::string::npos; };
  if (has("\\") || has("/*") || std::any_of(activeStyles.begin(), activeStyles.end(), has)) return false;
  for (std::size_t at = style.find(url); at != std::string::npos; at = style.find(url, at)) {
    at += url.size();
    const bool isQuoted = at < style.size() && (style[at] == '"' || style[at] == '\'');
    if (!isLocal(std::string_view(style).substr(isQuoted ? at + 1 : at))) return false;
  }
  return true;
}

}  // namespace fhir::markup
