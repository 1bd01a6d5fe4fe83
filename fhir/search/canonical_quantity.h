// Quantities of UCUM in units that compare, so that 5.4 g/L is found by 540 mg/dL.
//
// Specification: Search, "Quantity" (https://hl7.org/fhir/R4/search.html#quantity). Threading: pure
// functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "fhir/search/query.h"

namespace fhir::search {

struct CanonicalQuantity {
  std::string unit;  // of base units alone
  NumberRange number;
};

// nullopt when `system` is not UCUM's, `code` is none of its units, or the digits do not suffice.
std::optional<CanonicalQuantity> canonicalQuantity(std::string_view system, std::string_view code,
                                                   const NumberRange& number);

// The number of a quantity asked for, in another unit; nullopt when the units do not compare.
std::optional<Value> inUnit(const Value& value, std::string_view unit);

}  // namespace fhir::search
