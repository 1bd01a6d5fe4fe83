// The operands of a FHIRPath union, "A | B | C".
//
// A search parameter takes what any of them finds, so each can be evaluated by itself: taking the duplicates
// out of thousands of codes, as the union does, costs the square of their number.
#pragma once

#include <string_view>
#include <vector>

namespace fhir::search {

// The texts between the bars outside parentheses and quotes. An expression that has anything else at its top,
// such as "A and B", comes back whole. The views point into `expression`.
std::vector<std::string_view> unionOperands(std::string_view expression);

}  // namespace fhir::search
