// Quantities with units of UCUM: which compare, and how.
//
// Specification: The Unified Code for Units of Measure, version 2.1 (base units, prefixes, the units in
// clinical use); calendar durations from FHIRPath N1, section 4.1.8. Values are kept exact: a unit's factor
// is a ratio of integers. Logarithmic and arbitrary units (pH, [iU] ...) compare only with themselves.
// Threading: pure functions.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include "fhir/fhirpath/decimal.h"

namespace fhir::ucum {

using fhirpath::Decimal;

struct Quantity {
  Decimal value;
  std::string_view unit;  // a UCUM code, "1", or a calendar word such as "days"
};

bool isUnit(std::string_view code);
// Whether the two measure the same thing. A calendar year or month is not one of UCUM's ("a", "mo").
bool comparable(std::string_view left, std::string_view right);
// nullopt when the units do not compare.
std::optional<std::strong_ordering> compare(const Quantity& left, const Quantity& right);
// Equal when rounded to the fewer decimals of the two, in the larger unit; calendar years and months count as
// UCUM's.
bool equivalent(const Quantity& left, const Quantity& right);

// The value in another unit: nullopt when the units do not compare or the digits do not suffice.
std::optional<Decimal> convert(const Quantity& quantity, std::string_view unit);

// The unit of the same dimension that is made of base units alone ("g.m-3" for "mg/dL", "1" without
// dimension), so that quantities that compare have one unit in common; nullopt for what is no unit.
std::optional<std::string> canonicalUnit(std::string_view code);

// `left` multiplied (or divided) by `right` as a unit expression; "1" where the units cancel out.
std::string multiplyUnits(std::string_view left, std::string_view right);
std::string divideUnits(std::string_view left, std::string_view right);

}  // namespace fhir::ucum
