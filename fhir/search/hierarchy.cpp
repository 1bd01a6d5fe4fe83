#include "fhir/search/hierarchy.h"

#include "fhir/search/targets.h"

namespace fhir::search {

const SearchParameter* partOfParameter(const TypeDefinition& type) {
  for (const std::string_view code : {"partof", "part-of"}) {
    const auto* parameter = findSearchParameter(type, code);
    if (parameter != nullptr && parameter->type == SearchParameterType::reference &&
        namesTarget(*parameter, type.name))
      return parameter;
  }
  return nullptr;
}

std::vector<const TypeDefinition*> hierarchiesOf(const SearchParameter& reference) {
  std::vector<const TypeDefinition*> types;
  if (reference.type != SearchParameterType::reference) return types;
  for (const auto* type : resourceTypes()) {
    if (mayPointTo(reference, type->name) && partOfParameter(*type) != nullptr) types.push_back(type);
  }
  return types;
}

}  // namespace fhir::search
