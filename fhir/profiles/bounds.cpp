// minValue[x] and maxValue[x] as conditions of FHIRPath.
#include <array>
#include <utility>

#include "fhir/profiles/compile.h"

namespace fhir::profiles {
namespace {

const Element* valueOf(const Element& definition, std::string_view name) noexcept {
  const Element* value = definition.firstChild;
  while (value && value->property->element->name != name) value = value->next;
  return value;
}

// UCUM's units of time as the words that FHIRPath adds to dates.
std::string_view calendarWord(std::string_view code) noexcept {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 7> words{{{"a", "years"},
                                                                                       {"mo", "months"},
                                                                                       {"wk", "weeks"},
                                                                                       {"d", "days"},
                                                                                       {"h", "hours"},
                                                                                       {"min", "minutes"},
                                                                                       {"s", "seconds"}}};
  for (const auto& [unit, word] : words)
    if (unit == code) return word;
  return {};
}

bool isDate(const Node& node) noexcept {
  for (const TypeRule& rule : node.types)
    if (rule.type &&
        (rule.type->primitive == Primitive::date || rule.type->primitive == Primitive::dateTime ||
         rule.type->primitive == Primitive::instant))
      return true;
  return false;
}

// The bound as FHIRPath; empty when it cannot be written as such.
std::string literalOf(const Element& value, const Node& node, bool isMin) {
  const std::string text(value.text);
  switch (value.type->primitive) {
    case Primitive::date:
    case Primitive::instant:
      return "@" + text;
    case Primitive::dateTime:
      return "@" + text + (text.find('T') == std::string::npos ? "T" : "");
    case Primitive::time:
      return "@T" + text;
    case Primitive::none:
      break;
    default:
      return text.find_first_of("eE") == std::string::npos ? "(" + text + ")" : std::string{};
  }
  const std::string number(value.childText("value"));
  const std::string code(value.childText("code"));
  if (number.empty()) return {};
  if (!isDate(node)) return number + " '" + (code.empty() ? "1" : code) + "'";
  const std::string_view word = calendarWord(code);
  if (word.empty()) return {};
  return std::string("now() ") + (isMin ? "- " : "+ ") + number + " " + std::string(word);
}

std::string wordsOf(const Element& value, bool isMin) {
  std::string words = isMin ? "at least " : "at most ";
  if (value.type->isPrimitive()) return words.append(value.text);
  return words.append(value.childText("value")).append(" ").append(value.childText("code"));
}

std::optional<Bound> readBound(const Element& definition, std::string_view name, const Node& node,
                               LoadFaults& faults) {
  const bool isMin = name == "minValue";
  const Element* value = valueOf(definition, name);
  if (!value) return std::nullopt;
  const std::string literal = literalOf(*value, node, isMin);
  auto condition = fhirpath::Expression::parse(std::string("$this ") + (isMin ? ">= " : "<= ") + literal);
  if (literal.empty() || !condition) {
    faults.error(IssueType::value, *value,
                 "This bound can't be compared with a value. Write a number without exponent, a date, or a "
                 "quantity with a UCUM code.");
    return std::nullopt;
  }
  return Bound{*std::move(condition), value->type, wordsOf(*value, isMin)};
}

}  // namespace

void readBounds(const Element& definition, Node& node, LoadFaults& faults) {
  node.minValue = readBound(definition, "minValue", node, faults);
  node.maxValue = readBound(definition, "maxValue", node, faults);
}

}  // namespace fhir::profiles
