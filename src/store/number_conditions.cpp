#include <string>

#include "src/store/value_conditions.h"

namespace store {
namespace {

using fhir::search::NumberRange;
using fhir::search::Prefix;
using fhir::search::Value;

SqlText& compare(std::string_view column, std::string_view op, const std::string& bound, SqlText& out) {
  out << column << " " << op << " ";
  return out.bind(bound, "numeric");
}

// The value and a tenth of it: "abs" keeps the bounds in order for a negative one.
SqlText& nearly(std::string_view column, std::string_view op, std::string_view sign, const std::string& value,
                SqlText& out) {
  compare(column, op, value, out) << " " << sign << " abs(";
  return out.bind(value, "numeric") << ") * 0.1";
}

// A range without its ends.
void rangeCondition(std::string_view low, std::string_view high, const Value& value, SqlText& out) {
  const NumberRange& n = value.number;
  switch (value.prefix) {
    case Prefix::eq:
      compare(low, ">=", n.low, out) << " AND ";
      compare(low, "<", n.high, out) << " AND ";  // follows from the others, and bounds the index
      compare(high, "<=", n.high, out);
      return;
    case Prefix::ne:
      out << "(";
      compare(low, "<", n.low, out) << " OR ";
      compare(high, ">", n.high, out) << ")";
      return;
    case Prefix::gt:
    case Prefix::ge:
      compare(high, ">", n.value, out);
      return;
    case Prefix::lt:
    case Prefix::le:
      compare(low, "<", n.value, out);
      return;
    case Prefix::sa:
      compare(low, ">=", n.value, out);
      return;
    case Prefix::eb:
      compare(high, "<=", n.value, out);
      return;
    case Prefix::ap:
      nearly(high, ">", "-", n.value, out) << " AND ";
      nearly(low, "<", "+", n.value, out);
      return;
  }
}

}  // namespace

void numberCondition(std::string_view column, const Value& value, SqlText& out) {
  const NumberRange& n = value.number;
  switch (value.prefix) {
    case Prefix::eq:
      out << "(";
      compare(column, ">=", n.low, out) << " AND ";
      compare(column, "<", n.high, out) << ")";
      return;
    case Prefix::ne:
      out << "(";
      compare(column, "<", n.low, out) << " OR ";
      compare(column, ">=", n.high, out) << ")";
      return;
    case Prefix::gt:
    case Prefix::sa:
      compare(column, ">", n.value, out);
      return;
    case Prefix::lt:
    case Prefix::eb:
      compare(column, "<", n.value, out);
      return;
    case Prefix::ge:
      compare(column, ">=", n.value, out);
      return;
    case Prefix::le:
      compare(column, "<=", n.value, out);
      return;
    case Prefix::ap:
      out << "(";
      nearly(column, ">=", "-", n.value, out) << " AND ";
      nearly(column, "<=", "+", n.value, out) << ")";
      return;
  }
}

void indexedNumberCondition(const Value& value, std::string_view number, std::string_view low,
                            std::string_view high, SqlText& out) {
  out << "(";
  numberCondition(number, value, out);
  out << " OR (" << number << " IS NULL AND ";
  rangeCondition(low, high, value, out);
  out << "))";
}

void quantityUnit(const Value& value, std::string_view system, std::string_view code, std::string_view unit,
                  SqlText& out) {
  if (value.unit.empty()) return;
  if (value.system && !value.system->empty()) {
    if (!system.empty()) {
      out << " AND " << system << " = ";
      out.bind(*value.system);
    }
    out << " AND " << code << " = ";
    out.bind(value.unit);
    return;
  }
  out << " AND (" << code << " = ";
  out.bind(value.unit) << " OR " << unit << " = ";
  out.bind(value.unit) << ")";
}

}  // namespace store
