#include "fhir/fhirpath/values.h"

#include <algorithm>
#include <array>
#include <utility>

namespace fhir::fhirpath {
namespace {

constexpr std::string_view ucumSystem = "http://unitsofmeasure.org";

using TypeKinds = std::array<std::pair<const TypeDefinition*, Kind>, 26>;

const TypeKinds& typeKinds() noexcept {
  static const TypeKinds kinds{
      {{findType("string"), Kind::string},       {findType("code"), Kind::string},
       {findType("uri"), Kind::string},          {findType("boolean"), Kind::boolean},
       {findType("dateTime"), Kind::dateTime},   {findType("decimal"), Kind::decimal},
       {findType("Quantity"), Kind::quantity},   {findType("date"), Kind::date},
       {findType("instant"), Kind::dateTime},    {findType("id"), Kind::string},
       {findType("integer"), Kind::integer},     {findType("positiveInt"), Kind::integer},
       {findType("unsignedInt"), Kind::integer}, {findType("markdown"), Kind::string},
       {findType("canonical"), Kind::string},    {findType("url"), Kind::string},
       {findType("time"), Kind::time},           {findType("oid"), Kind::string},
       {findType("uuid"), Kind::string},         {findType("base64Binary"), Kind::string},
       {findType("xhtml"), Kind::string},        {findType("Age"), Kind::quantity},
       {findType("Duration"), Kind::quantity},   {findType("Distance"), Kind::quantity},
       {findType("Count"), Kind::quantity},      {findType("SimpleQuantity"), Kind::quantity}}};
  return kinds;
}

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

Item makeItem(const Element& element) noexcept {
  return Item{Kind::element, &element, element.text, {}};
}

Item makeBoolean(bool value) noexcept {
  return Item{Kind::boolean, nullptr, value ? "true" : "false", {}};
}

std::optional<Kind> systemKind(const TypeDefinition& type) noexcept {
  if (type.kind == TypeKind::resource || type.kind == TypeKind::backbone) return std::nullopt;
  for (const auto& [candidate, kind] : typeKinds())
    if (candidate == &type) return kind;
  return std::nullopt;
}

std::string_view systemName(Kind kind) noexcept {
  static constexpr std::array<std::string_view, 9> names{
      "Element", "Boolean", "String", "Integer", "Decimal", "Date", "DateTime", "Time", "Quantity"};
  return names[static_cast<std::size_t>(kind)];
}

Item toSystem(const Item& item) noexcept {
  if (item.kind != Kind::element || !item.element || !item.element->type) return item;
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
