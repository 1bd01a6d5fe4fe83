#include "fhir/search/closed_codes.h"

#include <algorithm>
#include <array>
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

namespace {

// The codes of the element that a parameter stands for; nullptr when nothing is known of them, and for
// booleans.
const CodeList* codesOf(const ElementDefinition& element) {
  const bool isClosed = element.types.front().type->primitive == Primitive::code &&
                        element.bindingStrength == BindingStrength::required;
  return isClosed ? findCodes(element.valueSet) : nullptr;
}

bool isBoolean(const ElementDefinition& element) noexcept {
  return element.types.front().type->primitive == Primitive::boolean;
}

constexpr std::array<std::string_view, 2> truths{"true", "false"};

}  // namespace

std::span<const std::string_view> closedCodes(const TypeDefinition& type, const SearchParameter& parameter) {
  const auto* element = elementOf(type, parameter.expression);
  if (element == nullptr) return {};
  if (isBoolean(*element)) return truths;
  const auto* codes = codesOf(*element);
  return codes == nullptr ? std::span<const std::string_view>() : codes->codes;
}

std::optional<std::string> closedCodeFault(const TypeDefinition& type, const SearchParameter& parameter,
                                           const Value& value) {
  if (value.code.empty()) return std::nullopt;
  const auto* element = elementOf(type, parameter.expression);
  if (element == nullptr) return std::nullopt;
  if (isBoolean(*element) && std::find(truths.begin(), truths.end(), value.code) == truths.end())
    return "is neither 'true' nor 'false'.";
  const auto* codes = codesOf(*element);
  return codes != nullptr ? codeFault(*codes, value) : std::nullopt;
}

}  // namespace fhir::search
