#include <memory_resource>

#include "fhir/bundle/links.h"
#include "fhir/markup/reader.h"
#include "fhir/markup/references.h"

namespace fhir::bundle {
namespace {

bool holdsLink(std::string_view element, std::string_view attribute) noexcept {
  return (element == "a" && attribute == "href") || (element == "img" && attribute == "src");
}

}  // namespace

std::optional<std::string> rewriteNarrative(std::string_view div, const Replace& replace) {
  if (div.find("href") == std::string_view::npos && div.find("src") == std::string_view::npos)
    return std::nullopt;
  if (markup::findCharacterFault(div)) return std::nullopt;
  std::pmr::monotonic_buffer_resource arena;
  markup::Reader reader(div, arena);
  std::optional<std::string> out;
  std::size_t copied = 0;  // of div
  markup::Token token;
  do {
    if (!reader.next(token)) return std::nullopt;
    if (token.kind != markup::TokenKind::startTag) continue;
    for (const markup::Attribute& attribute : reader.attributes()) {
      if (!holdsLink(token.name.local, attribute.name.local)) continue;
      const auto link = replace(attribute.value);
      if (!link) continue;
      if (!out) out.emplace();
      const auto at = static_cast<std::size_t>(attribute.raw.data() - div.data());
      out->append(div, copied, at - copied);
      markup::appendAttributeValue(*link, *out);
      copied = at + attribute.raw.size();
    }
  } while (token.kind != markup::TokenKind::end);
  if (out) out->append(div, copied);
  return out;
}

}  // namespace fhir::bundle
