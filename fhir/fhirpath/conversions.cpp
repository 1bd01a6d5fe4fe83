// FHIRPath N1, section 5.5 Conversion: toX() and convertsToX().
#include <array>
#include <string>

#include "fhir/fhirpath/calls.h"
#include "fhir/fhirpath/characters.h"
#include "fhir/fhirpath/ucum.h"
#include "fhir/fhirpath/values.h"

namespace fhir::fhirpath::calls {
namespace {

Item copy(const Call& call, Kind kind, std::string_view text) {
  return call.evaluator.makeText(kind, text);
}

std::optional<Item> toBoolean(const Item& item) {
  if (item.kind == Kind::boolean) return item;
  if (isNumber(item)) {
    const auto value = number(item);
    if (value && compare(*value, Decimal(1, 0)) == 0) return makeBoolean(true);
    if (value && value->isZero()) return makeBoolean(false);
  }
  if (item.kind != Kind::string) return std::nullopt;
  static constexpr std::array<std::string_view, 6> yes{"true", "t", "yes", "y", "1", "1.0"};
  static constexpr std::array<std::string_view, 6> no{"false", "f", "no", "n", "0", "0.0"};
  const std::string text = fhirpath::lower(item.text);
  for (const std::string_view word : yes)
    if (text == word) return makeBoolean(true);
  for (const std::string_view word : no)
    if (text == word) return makeBoolean(false);
  return std::nullopt;
}

std::optional<Item> toInteger(const Call& call, const Item& item) {
  if (item.kind == Kind::integer) return item;
  if (item.kind == Kind::boolean) return copy(call, Kind::integer, item.text == "true" ? "1" : "0");
  if (item.kind != Kind::string) return std::nullopt;
  const auto value = Decimal::parse(item.text);
  const auto whole = value && value->scale() == 0 ? value->integer() : std::nullopt;
  if (!whole || *whole > INT32_MAX || *whole < INT32_MIN) return std::nullopt;
  return call.evaluator.makeInteger(*whole);
}

std::optional<Item> toDecimal(const Call& call, const Item& item) {
  if (item.kind == Kind::decimal) return item;
  if (item.kind == Kind::integer) return Item{Kind::decimal, item.element, item.text, {}};
  if (item.kind == Kind::boolean) return copy(call, Kind::decimal, item.text == "true" ? "1.0" : "0.0");
  if (item.kind != Kind::string || item.text.find_first_of("eE") != std::string_view::npos)
    return std::nullopt;
  const auto value = Decimal::parse(item.text);
  return value ? std::optional<Item>(call.evaluator.makeDecimal(*value)) : std::nullopt;
}

// "1", "1.5 'mg'", "4 days".
std::optional<Item> parseQuantity(const Call& call, std::string_view text) {
  text = fhirpath::trim(text);
  const std::size_t end = std::min(text.find_first_not_of("+-.0123456789"), text.size());
  const auto value = Decimal::parse(text.substr(0, end));
  if (!value) return std::nullopt;
  std::string_view unit = fhirpath::trim(text.substr(end));
  if (unit.empty()) return call.evaluator.makeQuantity(*value, "1");
  if (unit.size() > 2 && unit.starts_with('\'') && unit.ends_with('\''))
    return call.evaluator.makeQuantity(*value, unit.substr(1, unit.size() - 2));
  if (!calendarUnit(unit)) return std::nullopt;
  return call.evaluator.makeQuantity(*value, unit);
}

std::optional<Item> toQuantity(const Call& call, const Item& item) {
  switch (item.kind) {
    case Kind::quantity:
      return item;
    case Kind::integer:
    case Kind::decimal:
      return Item{Kind::quantity, item.element, item.text, "1"};
    case Kind::boolean:
      return Item{Kind::quantity, nullptr, item.text == "true" ? "1.0" : "0.0", "1"};
    case Kind::string:
      return parseQuantity(call, item.text);
    default:
      return std::nullopt;
  }
}

std::optional<Item> toString(const Call& call, const Item& item) {
  if (item.kind == Kind::element) return std::nullopt;
  if (item.kind != Kind::quantity) return Item{Kind::string, item.element, item.text, {}};
  const bool word = calendarUnit(item.unit).has_value();
  std::string text(item.text);
  text.append(word ? " " : " '").append(item.unit).append(word ? "" : "'");
  return copy(call, Kind::string, text);
}

std::optional<Item> toTemporal(const Call& call, const Item& item, Kind kind) {
  if (item.kind == kind) return item;
  std::optional<Temporal> value;
  if (item.kind == Kind::string) {
    value = kind == Kind::date       ? Temporal::parseDate(item.text)
            : kind == Kind::dateTime ? Temporal::parseDateTime(item.text)
                                     : Temporal::parseTime(item.text);
    if (!value && kind == Kind::date)
      if (const auto instant = Temporal::parseDateTime(item.text)) value = instant->date();
  } else if (item.kind == Kind::date && kind == Kind::dateTime) {
    value = temporal(item);
  } else if (item.kind == Kind::dateTime && kind == Kind::date) {
    value = temporal(item);
    if (value) value = value->date();
  }
  return value ? std::optional<Item>(copy(call, kind, value->toString())) : std::nullopt;
}

std::optional<Item> converted(const Call& call, const Item& item) {
  switch (call.node.function) {
    case Function::toBoolean:
    case Function::convertsToBoolean:
      return toBoolean(item);
    case Function::toInteger:
    case Function::convertsToInteger:
      return toInteger(call, item);
    case Function::toDecimal:
    case Function::convertsToDecimal:
      return toDecimal(call, item);
    case Function::toQuantity:
    case Function::convertsToQuantity:
      return toQuantity(call, item);
    case Function::toDate:
    case Function::convertsToDate:
      return toTemporal(call, item, Kind::date);
    case Function::toDateTime:
    case Function::convertsToDateTime:
      return toTemporal(call, item, Kind::dateTime);
    case Function::toTime:
    case Function::convertsToTime:
      return toTemporal(call, item, Kind::time);
    default:
      return toString(call, item);
  }
}

// With a unit as the argument of toQuantity and convertsToQuantity.
bool resultOf(const Call& call, std::optional<Item>& out) {
  std::optional<Item> unit;
  if (!call.single(0, Kind::string, unit)) return false;
  out = converted(call, toSystem(call.input.front()));
  if (!out || !unit || call.argumentCount() == 0) return true;
  const auto value = number(*out);
  const auto other = value ? ucum::convert({*value, out->unit}, unit->text) : std::nullopt;
  out = other ? std::optional<Item>(call.evaluator.makeQuantity(*other, unit->text)) : std::nullopt;
  return true;
}

}  // namespace

bool convert(const Call& call, Collection& out) {
  if (!call.requireSingle()) return false;
  if (call.input.empty()) return true;
  std::optional<Item> result;
  if (!resultOf(call, result)) return false;
  if (result) out.push_back(*result);
  return true;
}

bool convertsTo(const Call& call, Collection& out) {
  if (!call.requireSingle()) return false;
  if (call.input.empty()) return true;
  std::optional<Item> result;
  if (!resultOf(call, result)) return false;
  out.push_back(makeBoolean(result.has_value()));
  return true;
}

}  // namespace fhir::fhirpath::calls
