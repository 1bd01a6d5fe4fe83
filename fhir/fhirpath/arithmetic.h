// + - * / div and mod on two System values. Specification: FHIRPath N1, sections 6.6 Math and 6.7 Date/Time
// Arithmetic.
#pragma once

#include "fhir/fhirpath/evaluator.h"

namespace fhir::fhirpath {

// Appends the result, or nothing where it overflows or divides by zero; false for values the operator is not
// made for.
bool calculate(Evaluator& evaluator, const Node& node, const Item& left, const Item& right, Collection& out);

// An integer result of FHIRPath has 32 bits; nothing is appended for one that has more.
void pushInteger(Evaluator& evaluator, const std::optional<Decimal>& value, Collection& out);

}  // namespace fhir::fhirpath
