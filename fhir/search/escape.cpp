#include "fhir/search/escape.h"

namespace fhir::search {

bool escapesAreLegal(std::string_view raw) noexcept {
  constexpr std::string_view escapable = ",|$\\";
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] != '\\') continue;
    ++i;
    if (i == raw.size() || escapable.find(raw[i]) == std::string_view::npos) return false;
  }
  return true;
}

std::vector<std::string_view> splitUnescaped(std::string_view raw, char separator) {
  std::vector<std::string_view> parts;
  std::size_t start = 0;
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] == '\\') {
      ++i;
    } else if (raw[i] == separator) {
      parts.push_back(raw.substr(start, i - start));
      start = i + 1;
    }
  }
  parts.push_back(raw.substr(start));
  return parts;
}

std::string unescape(std::string_view raw) {
  std::string text;
  text.reserve(raw.size());
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] == '\\' && i + 1 < raw.size()) ++i;
    text += raw[i];
  }
  return text;
}

std::string escape(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == ',' || c == '|' || c == '$' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

}  // namespace fhir::search
