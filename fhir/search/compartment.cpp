#include "fhir/search/compartment.h"

#include <utility>

namespace fhir::search {

Condition membership(const TypeDefinition& type, const Compartment& compartment) {
  Logic any{Logic::Operator::any, {}};
  for (const auto code : compartmentParameters(compartment.type, type.name)) {
    const auto* parameter = findSearchParameter(type, code);
    if (parameter == nullptr || parameter->type != SearchParameterType::reference) continue;
    Criterion criterion{parameter, Modifier::none, {}, {}};
    auto& value = criterion.values.emplace_back();
    value.targetType = compartment.type;
    value.targetId = compartment.id;
    any.conditions.push_back({std::move(criterion)});
  }
  if (type.name == compartment.type) {
    Criterion self{findSearchParameter(type, "_id"), Modifier::none, {}, {}};
    auto& value = self.values.emplace_back();
    value.code = compartment.id;
    value.targetType = compartment.type;  // no other that has the id in another resource
    any.conditions.push_back({std::move(self)});
  }
  return {std::move(any)};
}

}  // namespace fhir::search
