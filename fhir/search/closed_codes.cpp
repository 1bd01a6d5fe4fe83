#include "fhir/search/closed_codes.h"

#include <span>
#include <string_view>

#include "fhir/search/nearest.h"

namespace fhir::search {
namespace {

// The one element that "Patient.contact.gender" stands for; nullptr for any other kind of expression.
const ElementDefinition* elementOf(const TypeDefinition& type, std::string_view expression) {
  const auto next = [&] {
    const auto dot = expression.find('.');
    const auto name = expression.substr(0, dot);
    expression = dot == std::string_view::npos ? std::string_view{} : expression.substr(dot + 1);
    return name;
  };
  if (!type.is(next())) return nullptr;
  const TypeDefinition* at = &type;
  const ElementDefinition* element = nullptr;
  while (!expression.empty()) {
    element = at->findElement(next());
    if (element == nullptr || element->types.size() != 1) return nullptr;
    at = element->types.front().type;
  }
  return element;
}

std::string listOf(std::span<const std::string_view> codes) {
  std::string text;
  for (const auto code : codes) text.append(text.empty() ? "'" : ", '").append(code).append("'");
  return text;
}

std::optional<std::string> codeFault(const CodeList& list, const Value& value) {
  constexpr std::size_t mostListed = 20;
  if (!list.contains(value.code)) {
    if (list.codes.size() > mostListed) {
      return "is no code of " + std::string(list.valueSet) + "." +
             didYouMean(nearest(value.code, list.codes));
    }
    return "is none of the codes there are: " + listOf(list.codes) + ".";
  }
  const auto system = list.systemOf(value.code);
  if (value.system && !value.system->empty() && !system.empty() && *value.system != system) {
    return "has another system than its code: " + std::string(system) + ".";
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> closedCodeFault(const TypeDefinition& type, const SearchParameter& parameter,
                                           const Value& value) {
  if (value.code.empty()) return std::nullopt;
  const auto* element = elementOf(type, parameter.expression);
  if (element == nullptr) return std::nullopt;
  const auto primitive = element->types.front().type->primitive;
  if (primitive == Primitive::boolean && value.code != "true" && value.code != "false") {
    return "is neither 'true' nor 'false'.";
  }
  if (primitive != Primitive::code || element->bindingStrength != BindingStrength::required)
    return std::nullopt;
  const auto* codes = findCodes(element->valueSet);
  return codes != nullptr ? codeFault(*codes, value) : std::nullopt;
}

}  // namespace fhir::search
