#include "fhir/markup/names.h"

#include <algorithm>

namespace fhir::markup {
namespace {

constexpr std::string_view schemaInstanceNamespace = "http://www.w3.org/2001/XMLSchema-instance";

// Of the characters above ASCII all are taken: no name that FHIR knows has one.
constexpr bool startsName(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}
constexpr bool continuesName(char c) noexcept {
  return startsName(c) || (c >= '0' && c <= '9') || c == '-' || c == '.';
}

std::size_t partLength(std::string_view text) noexcept {
  if (text.empty() || !startsName(text[0])) return 0;
  const auto* end = std::find_if_not(text.begin(), text.end(), continuesName);
  return static_cast<std::size_t>(end - text.begin());
}

Namespace spaceOf(std::string_view uri) noexcept {
  if (uri == fhirNamespace) return Namespace::fhir;
  if (uri == xhtmlNamespace) return Namespace::xhtml;
  if (uri == schemaInstanceNamespace) return Namespace::schemaInstance;
  return uri.empty() ? Namespace::none : Namespace::other;
}

}  // namespace

std::string_view takeName(std::string_view text) noexcept {
  std::size_t length = partLength(text);
  if (length == 0 || length == text.size() || text[length] != ':') return text.substr(0, length);
  const std::size_t local = partLength(text.substr(length + 1));
  if (local == 0) return {};
  length += 1 + local;
  return length < text.size() && text[length] == ':' ? std::string_view{} : text.substr(0, length);
}

std::string_view Bindings::declare(std::string_view prefix, std::string_view uri, std::size_t first) {
  if (prefix == "xml" || prefix == "xmlns") return "a declaration of a reserved prefix";
  if (!prefix.empty() && uri.empty()) return "a prefix that is declared for no namespace";
  if (bindings_.size() == most) return "more than 64 namespace declarations in one another";
  for (std::size_t i = first; i < bindings_.size(); ++i)
    if (bindings_[i].prefix == prefix) return "a namespace declaration that stands twice";
  bindings_.push_back({prefix, spaceOf(uri)});
  return {};
}

Namespace Bindings::find(std::string_view prefix) const noexcept {
  if (prefix == "xml") return Namespace::xml;
  for (auto each = bindings_.rbegin(); each != bindings_.rend(); ++each)
    if (each->prefix == prefix) return each->space;
  return prefix.empty() ? Namespace::none : Namespace::undeclared;
}

}  // namespace fhir::markup
