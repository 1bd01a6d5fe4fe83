// Items as System values: what FHIR's primitives and quantities mean to FHIRPath.
//
// Specification: https://hl7.org/fhir/R4/fhirpath.html#types (Polymorphism, Using FHIR types in expressions).
#pragma once

#include <optional>
#include <string_view>

#include "fhir/fhirpath/decimal.h"
#include "fhir/fhirpath/fhirpath.h"
#include "fhir/fhirpath/temporal.h"

namespace fhir::fhirpath {

inline Item makeItem(const Element& element) noexcept {
  return Item{Kind::element, &element, element.text, {}};
}
inline Item makeBoolean(bool value) noexcept {
  return Item{Kind::boolean, nullptr, value ? std::string_view("true") : std::string_view("false"), {}};
}

// What type() answers: the name as a string, its namespace in `unit`.
inline bool isTypeInfo(const Item& item) noexcept {
  return item.kind == Kind::string && !item.unit.empty();
}

// The kind of System value that values of a FHIR type turn into; nullopt for complex types other than
// Quantity.
std::optional<Kind> systemKind(const TypeDefinition& type) noexcept;
std::string_view systemName(Kind kind) noexcept;  // "Boolean"

// The item as a System value: an element that has one becomes it, everything else stays as it is.
Item elementToSystem(const Item& item) noexcept;
inline Item toSystem(const Item& item) noexcept {
  return item.kind == Kind::element && item.element && item.element->type ? elementToSystem(item) : item;
}

inline bool isNumber(const Item& item) noexcept {
  return item.kind == Kind::integer || item.kind == Kind::decimal;
}
std::optional<Decimal> number(const Item& item) noexcept;     // integers, decimals, quantities
std::optional<Temporal> temporal(const Item& item) noexcept;  // dates, dateTimes, times
std::optional<bool> boolean(const Item& item) noexcept;       // booleans

}  // namespace fhir::fhirpath
