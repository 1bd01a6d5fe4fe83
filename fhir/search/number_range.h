// Decimals as search sees them: exact, with the range that their precision implies.
//
// Specification: Search, "Number" and "Quantity" (https://hl7.org/fhir/R4/search.html#number).
// Threading: pure functions.
#pragma once

#include <optional>
#include <string_view>

#include "fhir/search/query.h"

namespace fhir::search {

// nullopt when `text` is not a FHIR decimal, or has more than 64 characters or an exponent beyond +-100.
//
// The range is half a unit of the last digit to both sides: "100" covers [99.5, 100.5), "5.40"
// [5.395, 5.405), "1.0e2" [95, 105). A mantissa of one digit with an exponent counts as having two, as the
// specification's own example has it: "1e2" covers [95, 105). `value` is the text as it stands; `low` and
// `high` are written without exponent.
std::optional<NumberRange> numberRange(std::string_view text);

}  // namespace fhir::search
