// The functions' implementations, by group, and the one door to them. Each appends its answer to `out` and
// returns false when the evaluator has failed. Those that serve several names look at call.node.function.
#pragma once

#include "fhir/fhirpath/evaluator.h"

namespace fhir::fhirpath {

bool answer(const Call& call, Collection& out);

namespace calls {

// collections.cpp: filtering, subsetting and combining
bool where(const Call& call, Collection& out);
bool select(const Call& call, Collection& out);
bool repeat(const Call& call, Collection& out);
bool aggregate(const Call& call, Collection& out);
bool part(const Call& call, Collection& out);
bool single(const Call& call, Collection& out);
bool union_(const Call& call, Collection& out);
bool combine(const Call& call, Collection& out);
bool intersect(const Call& call, Collection& out);
bool exclude(const Call& call, Collection& out);
bool distinct(const Call& call, Collection& out);
bool sort(const Call& call, Collection& out);

// questions.cpp: what is so about a collection
bool all(const Call& call, Collection& out);
bool quantified(const Call& call, Collection& out);
bool exists(const Call& call, Collection& out);
bool empty(const Call& call, Collection& out);
bool count(const Call& call, Collection& out);
bool not_(const Call& call, Collection& out);
bool isDistinct(const Call& call, Collection& out);
bool subset(const Call& call, Collection& out);
bool iif(const Call& call, Collection& out);
bool trace(const Call& call, Collection& out);
bool typed(const Call& call, Collection& out);
bool type(const Call& call, Collection& out);

// strings.cpp
bool stringTest(const Call& call, Collection& out);
bool restyled(const Call& call, Collection& out);
bool substring(const Call& call, Collection& out);
bool indexOf(const Call& call, Collection& out);
bool length(const Call& call, Collection& out);
bool replace(const Call& call, Collection& out);
bool replaceMatches(const Call& call, Collection& out);
bool toChars(const Call& call, Collection& out);
bool split(const Call& call, Collection& out);
bool join(const Call& call, Collection& out);
bool recoded(const Call& call, Collection& out);

// mathematics.cpp
bool absolute(const Call& call, Collection& out);
bool whole(const Call& call, Collection& out);
bool real(const Call& call, Collection& out);
bool logarithm(const Call& call, Collection& out);
bool power(const Call& call, Collection& out);
bool round(const Call& call, Collection& out);
bool boundary(const Call& call, Collection& out);
bool precision(const Call& call, Collection& out);
bool comparable(const Call& call, Collection& out);
bool clock(const Call& call, Collection& out);

// conversions.cpp
bool convert(const Call& call, Collection& out);
bool convertsTo(const Call& call, Collection& out);

// elements.cpp: the tree and FHIR's own functions
bool children(const Call& call, Collection& out);
bool descendants(const Call& call, Collection& out);
bool extension(const Call& call, Collection& out);
bool hasValue(const Call& call, Collection& out);
bool getValue(const Call& call, Collection& out);
bool resolve(const Call& call, Collection& out);
bool checkModifiers(const Call& call, Collection& out);
bool htmlChecks(const Call& call, Collection& out);

// terminology.cpp: what value sets, code systems and profiles say, asked of the environment
bool memberOf(const Call& call, Collection& out);
bool subsumption(const Call& call, Collection& out);
bool conformsTo(const Call& call, Collection& out);
bool slice(const Call& call, Collection& out);
bool elementDefinition(const Call& call, Collection& out);

}  // namespace calls
}  // namespace fhir::fhirpath
