#include <optional>
#include <utility>

#include "fhir/search/conversion.h"
#include "fhir/search/number_range.h"

namespace fhir::search {
namespace {

constexpr std::string_view below = "-Infinity";
constexpr std::string_view above = "Infinity";
constexpr std::string_view currencies = "urn:iso:std:iso:4217";

// "<5" is anything below 5: a range without a value of its own.
std::optional<NumberRange> numberOf(const Element& quantity) {
  auto range = numberRange(quantity.childText("value"));
  const auto comparator = quantity.childText("comparator");
  if (!range || comparator.empty()) return range;
  if (comparator == "<")
    range = {{}, std::string(below), std::move(range->value)};
  else if (comparator == "<=")
    range = {{}, std::string(below), std::move(range->high)};
  else if (comparator == ">")
    range = {{}, std::move(range->value), std::string(above)};
  else if (comparator == ">=")
    range = {{}, std::move(range->low), std::string(above)};
  return range;
}

// The numbers of Range.low and Range.high; either may be missing.
std::optional<NumberRange> spanOf(const Element* low, const Element* high) {
  const auto from = low != nullptr ? numberRange(low->childText("value")) : std::nullopt;
  const auto to = high != nullptr ? numberRange(high->childText("value")) : std::nullopt;
  if (!from && !to) return std::nullopt;
  return NumberRange{{}, from ? from->low : std::string(below), to ? to->high : std::string(above)};
}

void addQuantity(const Element& quantity, NumberRange number, const SearchParameter& parameter,
                 IndexValues& values) {
  auto canonical = canonicalQuantity(quantity.childText("system"), quantity.childText("code"), number);
  values.quantities.push_back(
      {&parameter, std::string(quantity.childText("system")), std::string(quantity.childText("code")),
       std::string(quantity.childText("unit")), std::move(number), std::move(canonical)});
}

}  // namespace

void addQuantities(const fhirpath::Item& item, const SearchParameter& parameter, IndexValues& values) {
  if (!isComplex(item)) return;
  const auto& element = *item.element;
  if (element.type->is("Quantity")) {
    if (auto number = numberOf(element)) addQuantity(element, std::move(*number), parameter, values);
  } else if (element.type->name == "Range") {
    const auto* low = element.child("low");
    const auto* high = element.child("high");
    if (auto number = spanOf(low, high)) {
      addQuantity(low != nullptr ? *low : *high, std::move(*number), parameter, values);
    }
  } else if (element.type->name == "Money") {
    if (auto number = numberRange(element.childText("value"))) {
      const auto currency = element.childText("currency");
      values.quantities.push_back({&parameter,
                                   std::string(currency.empty() ? std::string_view{} : currencies),
                                   std::string(currency), std::string(currency), std::move(*number)});
    }
  }
}

void addNumbers(const fhirpath::Item& item, const SearchParameter& parameter, IndexValues& values) {
  std::optional<NumberRange> number;
  if (!isComplex(item)) {
    number = numberRange(item.text);
  } else if (item.element->type->is("Quantity")) {
    number = numberOf(*item.element);
  } else if (item.element->type->name == "Range") {
    number = spanOf(item.element->child("low"), item.element->child("high"));
  }
  if (number) values.numbers.push_back({&parameter, std::move(*number)});
}

}  // namespace fhir::search
