#include "fhir/fhirpath/functions.h"

#include <algorithm>
#include <array>

namespace fhir::fhirpath {
namespace {

// In the order of the enumeration, which is that of the names.
constexpr std::array<FunctionInfo, 101> functions{{
    {"abs", Function::abs, 0, 0},
    {"aggregate", Function::aggregate, 1, 2},
    {"all", Function::all, 1, 1},
    {"allFalse", Function::allFalse, 0, 0},
    {"allTrue", Function::allTrue, 0, 0},
    {"anyFalse", Function::anyFalse, 0, 0},
    {"anyTrue", Function::anyTrue, 0, 0},
    {"as", Function::as, 1, 1},
    {"ceiling", Function::ceiling, 0, 0},
    {"checkModifiers", Function::checkModifiers, 0, anyNumber},
    {"children", Function::children, 0, 0},
    {"combine", Function::combine, 1, 1},
    {"comparable", Function::comparable, 1, 1},
    {"conformsTo", Function::conformsTo, 1, 1},
    {"contains", Function::contains, 1, 1},
    {"convertsToBoolean", Function::convertsToBoolean, 0, 0},
    {"convertsToDate", Function::convertsToDate, 0, 0},
    {"convertsToDateTime", Function::convertsToDateTime, 0, 0},
    {"convertsToDecimal", Function::convertsToDecimal, 0, 0},
    {"convertsToInteger", Function::convertsToInteger, 0, 0},
    {"convertsToQuantity", Function::convertsToQuantity, 0, 1},
    {"convertsToString", Function::convertsToString, 0, 0},
    {"convertsToTime", Function::convertsToTime, 0, 0},
    {"count", Function::count, 0, 0},
    {"decode", Function::decode, 1, 1},
    {"descendants", Function::descendants, 0, 0},
    {"distinct", Function::distinct, 0, 0},
    {"elementDefinition", Function::elementDefinition, 0, 0},
    {"empty", Function::empty, 0, 0},
    {"encode", Function::encode, 1, 1},
    {"endsWith", Function::endsWith, 1, 1},
    {"escape", Function::escape, 1, 1},
    {"exclude", Function::exclude, 1, 1},
    {"exists", Function::exists, 0, 1},
    {"exp", Function::exp, 0, 0},
    {"extension", Function::extension, 1, 1},
    {"first", Function::first, 0, 0},
    {"floor", Function::floor, 0, 0},
    {"getValue", Function::getValue, 0, 0},
    {"hasValue", Function::hasValue, 0, 0},
    {"highBoundary", Function::highBoundary, 0, 1},
    {"htmlChecks", Function::htmlChecks, 0, 0},
    {"iif", Function::iif, 2, 3},
    {"indexOf", Function::indexOf, 1, 1},
    {"intersect", Function::intersect, 1, 1},
    {"is", Function::is, 1, 1},
    {"isDistinct", Function::isDistinct, 0, 0},
    {"join", Function::join, 0, 1},
    {"last", Function::last, 0, 0},
    {"length", Function::length, 0, 0},
    {"ln", Function::ln, 0, 0},
    {"log", Function::log, 1, 1},
    {"lowBoundary", Function::lowBoundary, 0, 1},
    {"lower", Function::lower, 0, 0},
    {"matches", Function::matches, 1, 1},
    {"matchesFull", Function::matchesFull, 1, 1},
    {"memberOf", Function::memberOf, 1, 1},
    {"not", Function::not_, 0, 0},
    {"now", Function::now, 0, 0},
    {"ofType", Function::ofType, 1, 1},
    {"power", Function::power, 1, 1},
    {"precision", Function::precision, 0, 0},
    {"repeat", Function::repeat, 1, 1},
    {"replace", Function::replace, 2, 2},
    {"replaceMatches", Function::replaceMatches, 2, 2},
    {"resolve", Function::resolve, 0, 0},
    {"round", Function::round, 0, 1},
    {"select", Function::select, 1, 1},
    {"single", Function::single, 0, 0},
    {"skip", Function::skip, 1, 1},
    {"slice", Function::slice, 2, 2},
    {"sort", Function::sort, 0, anyNumber},
    {"split", Function::split, 1, 1},
    {"sqrt", Function::sqrt, 0, 0},
    {"startsWith", Function::startsWith, 1, 1},
    {"subsetOf", Function::subsetOf, 1, 1},
    {"substring", Function::substring, 1, 2},
    {"subsumedBy", Function::subsumedBy, 1, 1},
    {"subsumes", Function::subsumes, 1, 1},
    {"supersetOf", Function::supersetOf, 1, 1},
    {"tail", Function::tail, 0, 0},
    {"take", Function::take, 1, 1},
    {"timeOfDay", Function::timeOfDay, 0, 0},
    {"toBoolean", Function::toBoolean, 0, 0},
    {"toChars", Function::toChars, 0, 0},
    {"toDate", Function::toDate, 0, 0},
    {"toDateTime", Function::toDateTime, 0, 0},
    {"toDecimal", Function::toDecimal, 0, 0},
    {"toInteger", Function::toInteger, 0, 0},
    {"toQuantity", Function::toQuantity, 0, 1},
    {"toString", Function::toString, 0, 0},
    {"toTime", Function::toTime, 0, 0},
    {"today", Function::today, 0, 0},
    {"trace", Function::trace, 1, 2},
    {"trim", Function::trim, 0, 0},
    {"truncate", Function::truncate, 0, 0},
    {"type", Function::type, 0, 0},
    {"unescape", Function::unescape, 1, 1},
    {"union", Function::union_, 1, 1},
    {"upper", Function::upper, 0, 0},
    {"where", Function::where, 1, 1},
}};

static_assert(std::is_sorted(functions.begin(), functions.end(),
                             [](const FunctionInfo& a, const FunctionInfo& b) { return a.name < b.name; }));

}  // namespace

const FunctionInfo* findFunction(std::string_view name) noexcept {
  const auto found =
      std::lower_bound(functions.begin(), functions.end(), name,
                       [](const FunctionInfo& info, std::string_view key) { return info.name < key; });
  return found != functions.end() && found->name == name ? &*found : nullptr;
}

std::string_view name(Function function) noexcept {
  return functions[static_cast<std::size_t>(function)].name;
}

}  // namespace fhir::fhirpath
