#include "fhir/search/composite_index.h"

#include <iterator>
#include <utility>

#include "fhir/search/composite.h"
#include "fhir/search/conversion.h"
#include "fhir/search/union_operands.h"

namespace fhir::search {
namespace {

template <class Values>
void moveAll(Values& from, const SearchParameter& composite, Part part, Values& to) {
  for (auto& value : from) {
    value.parameter = &composite;
    value.part = part;
  }
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

void take(IndexValues&& found, const SearchParameter& composite, Part part, IndexValues& values) {
  moveAll(found.tokens, composite, part, values.tokens);
  moveAll(found.strings, composite, part, values.strings);
  moveAll(found.dates, composite, part, values.dates);
  moveAll(found.references, composite, part, values.references);
  moveAll(found.quantities, composite, part, values.quantities);
  moveAll(found.numbers, composite, part, values.numbers);
}

}  // namespace

CompositeExpressions CompositeExpressions::compile(const TypeDefinition& type,
                                                   const SearchParameter& composite) {
  CompositeExpressions compiled;
  for (const auto operand : partsOf(type, composite).elements) {
    if (auto parsed = fhirpath::Expression::parse(operand, &type))
      compiled.elements.push_back(std::move(*parsed));
  }
  if (compiled.elements.empty()) return compiled;
  compiled.components = componentsOf(type, composite);
  for (const auto& component : composite.components) {
    auto& alternatives = compiled.values.emplace_back();
    for (const auto operand : unionOperands(component.expression)) {
      if (auto parsed = fhirpath::Expression::parse(operand)) alternatives.push_back(std::move(*parsed));
    }
  }
  return compiled;
}

bool addComposite(const CompositeExpressions& compiled, const SearchParameter& composite, const Element& root,
                  std::string_view baseUrl, fhirpath::Evaluation& evaluation, IndexValues& values) {
  std::int32_t number = 0;
  for (const auto& expression : compiled.elements) {
    const auto elements = evaluation.run(expression, root);
    if (!elements) return false;
    for (const auto& element : *elements) {
      if (element.element == nullptr) continue;
      for (std::size_t i = 0; i < compiled.components.size(); ++i) {
        IndexValues found;
        for (const auto& alternative : compiled.values[i]) {
          const auto items = evaluation.run(alternative, *element.element);
          if (!items) return false;
          for (const auto& item : *items) addValues(item, *compiled.components[i], baseUrl, found);
        }
        take(std::move(found), composite, {static_cast<std::int16_t>(i), number}, values);
      }
      ++number;
    }
  }
  return true;
}

}  // namespace fhir::search
