#include "fhir/search/composite.h"

#include <algorithm>

#include "fhir/search/union_operands.h"

namespace fhir::search {
namespace {

// A parameter "combo-x" is x of the resource, or that of a component.
const SearchParameter* onResource(const TypeDefinition& type, const SearchParameter& component) {
  constexpr std::string_view combo = "combo-";
  if (!component.code.starts_with(combo)) return &component;
  const auto* alone = findSearchParameter(type, component.code.substr(combo.size()));
  return alone != nullptr ? alone : &component;
}

}  // namespace

std::vector<const SearchParameter*> componentsOf(const TypeDefinition& type,
                                                 const SearchParameter& composite) {
  std::vector<const SearchParameter*> found;
  const auto all = searchParameters(type);
  for (const auto& component : composite.components) {
    const auto known = std::find_if(all.begin(), all.end(),
                                    [&](const auto& each) { return each.url == component.definition; });
    if (known == all.end()) return {};
    found.push_back(&*known);
  }
  return found;
}

CompositeParts partsOf(const TypeDefinition& type, const SearchParameter& composite) {
  CompositeParts parts;
  for (const auto operand : unionOperands(composite.expression)) {
    if (operand != type.name) {
      parts.elements.push_back(operand);
      continue;
    }
    for (const auto* component : componentsOf(type, composite))
      parts.ofResource.push_back(onResource(type, *component));
  }
  return parts;
}

}  // namespace fhir::search
