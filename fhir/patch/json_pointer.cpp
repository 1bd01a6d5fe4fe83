#include "fhir/patch/json_pointer.h"

#include <algorithm>
#include <charconv>

namespace fhir::patch {
namespace {

std::optional<std::string> unescape(std::string_view token) {
  std::string text;
  for (std::size_t i = 0; i < token.size(); ++i) {
    if (token[i] != '~') {
      text += token[i];
      continue;
    }
    if (++i == token.size() || (token[i] != '0' && token[i] != '1')) return std::nullopt;
    text += token[i] == '0' ? '~' : '/';
  }
  return text;
}

}  // namespace

std::optional<JsonPointer> parsePointer(std::string_view text) {
  JsonPointer pointer;
  while (!text.empty()) {
    if (text.front() != '/') return std::nullopt;
    text.remove_prefix(1);
    const std::size_t end = std::min(text.find('/'), text.size());
    auto token = unescape(text.substr(0, end));
    if (!token) return std::nullopt;
    pointer.push_back(*std::move(token));
    text.remove_prefix(end);
  }
  return pointer;
}

std::optional<std::size_t> arrayIndex(std::string_view token) noexcept {
  if (token.empty() || (token.size() > 1 && token[0] == '0')) return std::nullopt;
  std::size_t index = 0;
  const auto read = std::from_chars(token.data(), token.data() + token.size(), index);
  if (read.ec != std::errc{} || read.ptr != token.data() + token.size()) return std::nullopt;
  return index;
}

std::string fhirPath(const TypeDefinition& type, std::span<const std::string> pointer) {
  std::string path(type.name);
  const TypeDefinition* owner = &type;
  bool inArray = false;
  for (std::string_view token : pointer) {
    if (inArray) {
      if (!arrayIndex(token)) break;
      path += "[" + std::string(token) + "]";
      inArray = false;
      continue;
    }
    if (token.starts_with('_')) token.remove_prefix(1);
    const Property* property = owner->find(token);
    if (!property) break;
    path += "." + std::string(property->element->name);
    owner = property->type;
    inArray = property->element->isArray();
  }
  return path;
}

}  // namespace fhir::patch
