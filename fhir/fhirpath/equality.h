// = and ~ of items and collections. Specification: FHIRPath N1, section 6.1 Equality.
#pragma once

#include <compare>
#include <optional>

#include "fhir/fhirpath/evaluator.h"

namespace fhir::fhirpath {

// nullopt: the answer is open (precision, time zone, units that do not compare). Counts steps on `node`; when
// these run out the evaluator has failed and the answer means nothing.
std::optional<bool> equal(Evaluator& evaluator, const Node& node, const Item& left, const Item& right);
std::optional<bool> equal(Evaluator& evaluator, const Node& node, const Collection& left,
                          const Collection& right);
bool equivalent(Evaluator& evaluator, const Node& node, const Item& left, const Item& right);
bool equivalent(Evaluator& evaluator, const Node& node, const Collection& left, const Collection& right);

bool contains(Evaluator& evaluator, const Node& node, const Collection& items, const Item& item);

// Order of two System values of comparable kinds; nullopt when it is open. `comparable` tells whether the
// kinds are.
std::optional<std::strong_ordering> order(const Item& left, const Item& right, bool& comparable);

}  // namespace fhir::fhirpath
