#include "fhir/search/modifier.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>
#include <vector>

#include "fhir/search/hierarchy.h"
#include "fhir/search/words.h"

namespace fhir::search {
namespace {

constexpr std::array<std::pair<Modifier, std::string_view>, 11> names{{
    {Modifier::missing, "missing"},
    {Modifier::exact, "exact"},
    {Modifier::contains, "contains"},
    {Modifier::not_, "not"},
    {Modifier::text, "text"},
    {Modifier::in, "in"},
    {Modifier::notIn, "not-in"},
    {Modifier::above, "above"},
    {Modifier::below, "below"},
    {Modifier::ofType, "of-type"},
    {Modifier::identifier, "identifier"},
}};

std::span<const Modifier> modifiers(const SearchParameter& parameter) noexcept {
  static constexpr std::array any{Modifier::missing};
  static constexpr std::array string{Modifier::missing, Modifier::exact, Modifier::contains};
  static constexpr std::array token{Modifier::missing, Modifier::not_,  Modifier::text,  Modifier::ofType,
                                    Modifier::in,      Modifier::notIn, Modifier::above, Modifier::below};
  static constexpr std::array reference{Modifier::missing, Modifier::type, Modifier::identifier};
  static constexpr std::array hierarchical{Modifier::missing, Modifier::type, Modifier::identifier,
                                           Modifier::above, Modifier::below};
  static constexpr std::array uri{Modifier::missing, Modifier::above, Modifier::below};
  static constexpr std::array id{Modifier::missing, Modifier::not_};
  if (parameter.code == "_id") return id;
  if (isFullText(parameter)) return any;
  switch (parameter.type) {
    case SearchParameterType::string:
      return string;
    case SearchParameterType::token:
      return token;
    case SearchParameterType::reference:
      if (hierarchiesOf(parameter).empty()) return reference;
      return hierarchical;
    case SearchParameterType::uri:
      return uri;
    case SearchParameterType::number:
    case SearchParameterType::date:
    case SearchParameterType::quantity:
      return any;
    case SearchParameterType::composite:
    case SearchParameterType::special:
      break;
  }
  return {};
}

}  // namespace

std::string_view code(Modifier modifier) noexcept {
  for (const auto& [known, name] : names) {
    if (known == modifier) return name;
  }
  return modifier == Modifier::type ? "type" : "";
}

std::optional<Modifier> findModifier(std::string_view text) noexcept {
  for (const auto& [modifier, name] : names) {
    if (name == text) return modifier;
  }
  if (findResourceType(text) != nullptr) return Modifier::type;
  return std::nullopt;
}

bool takes(const SearchParameter& parameter, Modifier modifier) noexcept {
  const auto allowed = modifiers(parameter);
  return modifier == Modifier::none || std::find(allowed.begin(), allowed.end(), modifier) != allowed.end();
}

std::string modifiersOf(const SearchParameter& parameter) {
  const auto allowed = modifiers(parameter);
  std::string text;
  for (std::size_t i = 0; i < allowed.size(); ++i) {
    if (i > 0) text += i + 1 == allowed.size() ? " and " : ", ";
    if (allowed[i] == Modifier::type) {
      text += "a resource type (':Patient')";
    } else {
      text.append("':").append(code(allowed[i])).append("'");
    }
  }
  return text;
}

}  // namespace fhir::search
