// The functions of FHIRPath that this library knows, by name and number of arguments.
//
// Specification: FHIRPath N1 sections 5 and 6.6, its additions in use since (encode, escape, trim, split,
// join, sort, matchesFull, boundaries, precision, comparable), and R4's own
// (https://hl7.org/fhir/R4/fhirpath.html#functions).
#pragma once

#include <cstdint>
#include <string_view>

namespace fhir::fhirpath {

enum class Function : std::uint8_t {
  abs,
  aggregate,
  all,
  allFalse,
  allTrue,
  anyFalse,
  anyTrue,
  as,
  ceiling,
  checkModifiers,
  children,
  combine,
  comparable,
  conformsTo,
  contains,
  convertsToBoolean,
  convertsToDate,
  convertsToDateTime,
  convertsToDecimal,
  convertsToInteger,
  convertsToQuantity,
  convertsToString,
  convertsToTime,
  count,
  decode,
  descendants,
  distinct,
  elementDefinition,
  empty,
  encode,
  endsWith,
  escape,
  exclude,
  exists,
  exp,
  extension,
  first,
  floor,
  getValue,
  hasValue,
  highBoundary,
  htmlChecks,
  iif,
  indexOf,
  intersect,
  is,
  isDistinct,
  join,
  last,
  length,
  ln,
  log,
  lowBoundary,
  lower,
  matches,
  matchesFull,
  memberOf,
  not_,
  now,
  ofType,
  power,
  precision,
  repeat,
  replace,
  replaceMatches,
  resolve,
  round,
  select,
  single,
  skip,
  slice,
  sort,
  split,
  sqrt,
  startsWith,
  subsetOf,
  substring,
  subsumedBy,
  subsumes,
  supersetOf,
  tail,
  take,
  timeOfDay,
  toBoolean,
  toChars,
  toDate,
  toDateTime,
  toDecimal,
  toInteger,
  toQuantity,
  toString,
  toTime,
  today,
  trace,
  trim,
  truncate,
  type,
  unescape,
  union_,
  upper,
  where,
};

inline constexpr std::uint8_t anyNumber = 255;

struct FunctionInfo {
  std::string_view name;
  Function id;
  std::uint8_t minArguments;
  std::uint8_t maxArguments;  // `anyNumber` for sort
};

// nullptr when there is no such function.
const FunctionInfo* findFunction(std::string_view name) noexcept;
std::string_view name(Function) noexcept;

}  // namespace fhir::fhirpath
