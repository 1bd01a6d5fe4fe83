#include "fhir/search/reference_link.h"

#include <algorithm>

#include "fhir/definitions/definitions.h"

namespace fhir::search {
namespace {

bool isAlphanumeric(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

// scheme ":" as RFC 3986 has it
bool hasScheme(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0 || !isAlphanumeric(text.front())) return false;
  return std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(colon),
                     [](char c) { return isAlphanumeric(c) || c == '+' || c == '-' || c == '.'; });
}

// Cuts the part after the last slash off `text`; all of it when there is none.
std::string_view takeLast(std::string_view& text) {
  const auto slash = text.rfind('/');
  const auto last = slash == std::string_view::npos ? text : text.substr(slash + 1);
  text = slash == std::string_view::npos ? std::string_view{} : text.substr(0, slash);
  return last;
}

// Reads [type]/[id] or [type]/[id]/_history/[version] from the end; type stays empty when it is neither.
ReferenceLink readTail(std::string_view text) {
  ReferenceLink link;
  link.id = takeLast(text);
  link.type = takeLast(text);
  if (link.type == "_history") {
    link.version = link.id;
    link.id = takeLast(text);
    link.type = takeLast(text);
    if (!isId(link.version)) return {};
  }
  if (!isId(link.id) || findResourceType(link.type) == nullptr) return {};
  return link;
}

}  // namespace

bool isId(std::string_view text) noexcept {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return isAlphanumeric(c) || c == '-' || c == '.';
  });
}

ReferenceLink referenceLink(std::string_view text, std::string_view baseUrl) {
  using Kind = ReferenceLink::Kind;
  if (text.starts_with('#')) return {.kind = Kind::fragment, .type = {}, .id = text.substr(1), .version = {}};
  while (baseUrl.ends_with('/')) baseUrl.remove_suffix(1);
  const bool below = !baseUrl.empty() && text.size() > baseUrl.size() && text.starts_with(baseUrl) &&
                     text[baseUrl.size()] == '/';
  const auto relative = below ? text.substr(baseUrl.size() + 1) : text;
  auto link = readTail(relative);
  if (below || !hasScheme(text)) {
    // Nothing may stand before the type.
    if (!link.type.empty() && link.type.data() == relative.data()) {
      link.kind = Kind::local;
      return link;
    }
    return {.kind = below ? Kind::absolute : Kind::other, .type = {}, .id = {}, .version = {}};
  }
  if (text.find('?') != std::string_view::npos) link = {};
  link.kind = Kind::absolute;
  return link;
}

}  // namespace fhir::search
