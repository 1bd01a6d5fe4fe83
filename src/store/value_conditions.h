// One value of a criterion against what a row has: the comparisons that columns and index tables share.
//
// Prefixes (https://hl7.org/fhir/R4/search.html#prefix) compare the range of the value asked for, S = [low,
// high), with the range T that the row has:
//
//   eq  S contains T                  ne  not eq
//   gt  T goes on above S             lt  T begins below S
//   ge  gt, or S contains T           le  lt, or S contains T
//   sa  T lies wholly above S         eb  T lies wholly below S
//   ap  S, a little wider, overlaps T
//
// Dates: S and T are the times that their precision covers. Numbers: eq and ne take S by the digits sent
// ("5.4" is [5.35, 5.45)), the others take the exact number ("ap" with a tenth of it to both sides); T is the
// exact number of the row, whatever its digits, or the range between two numbers without its ends (Range,
// "<5").
//
// Each condition on a range bounds both of its ends where the prefix does, so that one index finds it.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "src/store/search_conditions.h"

namespace store {

// (a OR b OR c); an empty list is false.
void anyOf(const std::vector<fhir::search::Value>& values, SqlText& out,
           const std::function<void(const fhir::search::Value&)>& one);

// --- date_conditions.cpp ---
// T is [low, high), two columns of type timestamptz.
void dateRangeCondition(std::string_view low, std::string_view high, const fhir::search::Value&, SqlText&);
// T is an instant, a column of type timestamptz.
void instantCondition(std::string_view column, const fhir::search::Value&, SqlText&);
// T is a day of UTC, a column of type date.
void dayCondition(std::string_view column, const fhir::search::Value&, SqlText&);

// --- number_conditions.cpp ---
// T is a number, a column of type numeric.
void numberCondition(std::string_view column, const fhir::search::Value&, SqlText&);
// T is a row of an index table: its number, or, when it has none, the range between low and high.
void indexedNumberCondition(const fhir::search::Value&, std::string_view number, std::string_view low,
                            std::string_view high, SqlText&);
// " AND ..." when the value names a unit: by its code and, when the value names one, its system; else by code
// or unit.
void quantityUnit(const fhir::search::Value&, std::string_view system, std::string_view code,
                  std::string_view unit, SqlText&);

// system|code against two columns.
void tokenCondition(const fhir::search::Value&, std::string_view system, std::string_view code, SqlText&);
// One of Value::codes against two columns.
void codesCondition(const fhir::search::Value&, std::string_view system, std::string_view code, SqlText&);

}  // namespace store
