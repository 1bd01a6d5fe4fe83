#include "fhir/fhirpath/calls.h"

#include <array>

namespace fhir::fhirpath {
namespace {

using Handler = bool (*)(const Call&, Collection&);

// In the order of Function.
constexpr std::array<Handler, 101> handlers{
    calls::absolute,           // abs
    calls::aggregate,          // aggregate
    calls::all,                // all
    calls::quantified,         // allFalse
    calls::quantified,         // allTrue
    calls::quantified,         // anyFalse
    calls::quantified,         // anyTrue
    calls::typed,              // as
    calls::whole,              // ceiling
    calls::checkModifiers,     // checkModifiers
    calls::children,           // children
    calls::combine,            // combine
    calls::comparable,         // comparable
    calls::conformsTo,         // conformsTo
    calls::stringTest,         // contains
    calls::convertsTo,         // convertsToBoolean
    calls::convertsTo,         // convertsToDate
    calls::convertsTo,         // convertsToDateTime
    calls::convertsTo,         // convertsToDecimal
    calls::convertsTo,         // convertsToInteger
    calls::convertsTo,         // convertsToQuantity
    calls::convertsTo,         // convertsToString
    calls::convertsTo,         // convertsToTime
    calls::count,              // count
    calls::recoded,            // decode
    calls::descendants,        // descendants
    calls::distinct,           // distinct
    calls::elementDefinition,  // elementDefinition
    calls::empty,              // empty
    calls::recoded,            // encode
    calls::stringTest,         // endsWith
    calls::recoded,            // escape
    calls::exclude,            // exclude
    calls::exists,             // exists
    calls::real,               // exp
    calls::extension,          // extension
    calls::part,               // first
    calls::whole,              // floor
    calls::getValue,           // getValue
    calls::hasValue,           // hasValue
    calls::boundary,           // highBoundary
    calls::htmlChecks,         // htmlChecks
    calls::iif,                // iif
    calls::indexOf,            // indexOf
    calls::intersect,          // intersect
    calls::typed,              // is
    calls::isDistinct,         // isDistinct
    calls::join,               // join
    calls::part,               // last
    calls::length,             // length
    calls::real,               // ln
    calls::logarithm,          // log
    calls::boundary,           // lowBoundary
    calls::restyled,           // lower
    calls::stringTest,         // matches
    calls::stringTest,         // matchesFull
    calls::memberOf,           // memberOf
    calls::not_,               // not
    calls::clock,              // now
    calls::typed,              // ofType
    calls::power,              // power
    calls::precision,          // precision
    calls::repeat,             // repeat
    calls::replace,            // replace
    calls::replaceMatches,     // replaceMatches
    calls::resolve,            // resolve
    calls::round,              // round
    calls::select,             // select
    calls::single,             // single
    calls::part,               // skip
    calls::slice,              // slice
    calls::sort,               // sort
    calls::split,              // split
    calls::real,               // sqrt
    calls::stringTest,         // startsWith
    calls::subset,             // subsetOf
    calls::substring,          // substring
    calls::subsumption,        // subsumedBy
    calls::subsumption,        // subsumes
    calls::subset,             // supersetOf
    calls::part,               // tail
    calls::part,               // take
    calls::clock,              // timeOfDay
    calls::convert,            // toBoolean
    calls::toChars,            // toChars
    calls::convert,            // toDate
    calls::convert,            // toDateTime
    calls::convert,            // toDecimal
    calls::convert,            // toInteger
    calls::convert,            // toQuantity
    calls::convert,            // toString
    calls::convert,            // toTime
    calls::clock,              // today
    calls::trace,              // trace
    calls::restyled,           // trim
    calls::whole,              // truncate
    calls::type,               // type
    calls::recoded,            // unescape
    calls::union_,             // union
    calls::restyled,           // upper
    calls::where,              // where
};

}  // namespace

bool answer(const Call& call, Collection& out) {
  return handlers[static_cast<std::size_t>(call.node.function)](call, out);
}

}  // namespace fhir::fhirpath
