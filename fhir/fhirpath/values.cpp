#include "fhir/fhirpath/values.h"

#include <array>

namespace fhir::fhirpath {
namespace {

constexpr std::string_view ucumSystem = "http://unitsofmeasure.org";

// A quantity whose unit FHIRPath can know: UCUM's, or none at all. UCUM's years and months are calendar ones
// here.
Item quantityOf(const Item& item) noexcept {
  std::string_view value;
  std::string_view unit;
  std::string_view system;
  std::string_view code;
  for (const Element* child = item.element->firstChild; child; child = child->next) {
    const std::string_view name = child->name();
    if (name == "value") value = child->text;
    if (name == "unit") unit = child->text;
    if (name == "system") system = child->text;
    if (name == "code") code = child->text;
    if (name == "comparator" && child->hasValue()) return item;
  }
  if (value.empty() || (!system.empty() && system != ucumSystem)) return item;
  if (!code.empty()) unit = code;
  if (unit == "a") unit = "year";
  if (unit == "mo") unit = "month";
  if (unit.empty()) unit = "1";
  return Item{Kind::quantity, item.element, value, unit};
}

}  // namespace

std::optional<Kind> systemKind(const TypeDefinition& type) noexcept {
  switch (type.primitive) {
    case Primitive::none:
      return type.kind == TypeKind::complex && type.is("Quantity") ? std::optional(Kind::quantity)
                                                                   : std::nullopt;
    case Primitive::boolean:
      return Kind::boolean;
    case Primitive::integer:
    case Primitive::positiveInt:
    case Primitive::unsignedInt:
      return Kind::integer;
    case Primitive::decimal:
      return Kind::decimal;
    case Primitive::date:
      return Kind::date;
    case Primitive::dateTime:
    case Primitive::instant:
      return Kind::dateTime;
    case Primitive::time:
      return Kind::time;
    default:
      return Kind::string;
  }
}

std::string_view systemName(Kind kind) noexcept {
  static constexpr std::array<std::string_view, 9> names{
      "Element", "Boolean", "String", "Integer", "Decimal", "Date", "DateTime", "Time", "Quantity"};
  return names[static_cast<std::size_t>(kind)];
}

Item elementToSystem(const Item& item) noexcept {
  const auto kind = systemKind(*item.element->type);
  if (!kind) return item;
  if (*kind == Kind::quantity) return quantityOf(item);
  if (!item.element->hasValue()) return item;
  return Item{*kind, item.element, item.element->text, {}};
}

std::optional<Decimal> number(const Item& item) noexcept {
  if (!isNumber(item) && item.kind != Kind::quantity) return std::nullopt;
  return Decimal::parse(item.text);
}

std::optional<Temporal> temporal(const Item& item) noexcept {
  if (item.kind == Kind::date) return Temporal::parseDate(item.text);
  if (item.kind == Kind::dateTime) return Temporal::parseDateTime(item.text);
  if (item.kind == Kind::time) return Temporal::parseTime(item.text);
  return std::nullopt;
}

std::optional<bool> boolean(const Item& item) noexcept {
  if (item.kind != Kind::boolean) return std::nullopt;
  return item.text == "true";
}

}  // namespace fhir::fhirpath
