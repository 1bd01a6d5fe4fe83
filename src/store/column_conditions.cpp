#include <algorithm>

#include "fhir/fhirpath/ucum.h"
#include "fhir/search/canonical_quantity.h"
#include "src/store/key.h"
#include "src/store/sealing.h"
#include "src/store/value_conditions.h"

namespace store {
namespace {

using fhir::SearchParameterType;
using fhir::search::Criterion;
using fhir::search::Modifier;
using fhir::search::Value;

void columnReference(const Mapping& mapping, const ColumnSearch& search, const Criterion& criterion,
                     const Value& value, SqlText& out) {
  const std::string& column = search.columns[0];
  std::string_view targetType;
  for (const MappedColumn& mapped : mapping.columns()) {
    if (mapped.name == column) targetType = mapped.targetType;
  }
  const std::string& asked = value.targetType.empty() ? criterion.typeModifier : value.targetType;
  if (value.targetId.empty() || (!asked.empty() && asked != targetType)) {
    out << "false";
    return;
  }
  out << "r." << column << " = ";
  out.bind(keyOf(targetType, value.targetId).uuid, "uuid");
}

constexpr std::string_view kUcum = "http://unitsofmeasure.org";

// A row's unit code is UCUM's. A unit of UCUM finds what it can be compared with: the number asked for, in
// each such unit that rows have.
void columnQuantity(const Mapping& mapping, const ColumnSearch& search, const Value& value,
                    const ConditionSql::Units& units, SqlText& out) {
  const bool named = value.system && !value.system->empty();
  if (named && *value.system != kUcum) {
    out << "false";
    return;
  }
  const std::string number = "r." + search.columns[0];
  const std::string code = "r." + search.columns[1];
  if (!named || value.unit.empty() || !fhir::ucum::isUnit(value.unit)) {
    out << "(";
    numberCondition(number, value, out);
    quantityUnit(value, {}, code, "r." + search.columns[2], out);
    out << ")";
    return;
  }
  out << "(false";
  for (const std::string& unit : units(mapping.table(), search.columns[1])) {
    const auto converted = fhir::search::inUnit(value, unit);
    if (!converted) continue;
    out << " OR (" << code << " = ";
    out.bind(unit) << " AND ";
    numberCondition(number, *converted, out);
    out << ")";
  }
  out << ")";
}

std::string_view typeOf(const Mapping& mapping, std::string_view column) {
  for (const MappedColumn& mapped : mapping.columns()) {
    if (mapped.name == column) return mapped.sqlType;
  }
  return "text";
}

const MappedColumn* mappedColumn(const Mapping& mapping, std::string_view name) {
  for (const MappedColumn& column : mapping.columns()) {
    if (column.name == name) return &column;
  }
  return nullptr;
}

// An encrypted column has the hash in it; what the platform wrote may stand there as it is.
void encryptedCode(const Registry& registry, const ColumnSearch& search, const Value& value, SqlText& out) {
  const auto blinds = registry.blindsOf(*search.parameter);
  if (!blinds) {
    out << "NULL::boolean";
    return;
  }
  const std::string column = "r." + search.columns[0];
  out << "(" << column << " = ";
  out.bind(value.code);
  if (!blinds->empty()) {
    ArrayLiteral hashes;
    for (const auto& blind : *blinds) hashes.add(hashedColumn(*blind, value.code));
    out << " OR (" << column << " LIKE 'hv1:%' AND split_part(" << column << ", ':', 3) = ANY (";
    out.bind(hashes.text(), "text[]") << "))";
  }
  out << ")";
}

void columnCode(const Registry& registry, const Mapping& mapping, const ColumnSearch& search,
                const Value& value, SqlText& out) {
  const bool otherSystem = value.system && *value.system != search.codeSystem;
  const auto found = std::find_if(search.codes.begin(), search.codes.end(),
                                  [&](const auto& c) { return c.first == value.code; });
  const bool anyCode = value.code.empty();
  // Of several codes with one value in the column it says the first; rows that mean another are wholly
  // indexed.
  const bool isSaid = search.codes.empty() ||
                      (found != search.codes.end() &&
                       found == std::find_if(search.codes.begin(), search.codes.end(),
                                             [&](const auto& c) { return c.second == found->second; }));
  if (otherSystem || (!anyCode && !isSaid)) {
    out << "false";
    return;
  }
  if (anyCode) {
    out << "r." << search.columns[0] << " IS NOT NULL";
    return;
  }
  if (mappedColumn(mapping, search.columns[0])->encrypted) return encryptedCode(registry, search, value, out);
  // A code of the list is a value of the column's own type, so its index serves.
  out << "r." << search.columns[0] << " = ";
  out.bind(search.codes.empty() ? value.code : found->second, typeOf(mapping, search.columns[0]));
}

// Of a modifier that asks terminology, each code that is meant.
std::vector<Value> plainValues(const Criterion& criterion) {
  if (criterion.parameter->type != SearchParameterType::token || !asksTerminology(criterion.modifier))
    return criterion.values;
  std::vector<Value> out;
  for (const Value& value : criterion.values) {
    for (const Value::Codes& each : *value.codes) {
      for (const std::string& code : each.codes) {
        Value& plain = out.emplace_back();
        plain.system = each.system;
        plain.code = code;
      }
    }
  }
  return out;
}

}  // namespace

bool answersModifier(const ColumnSearch& search, Modifier modifier) noexcept {
  switch (modifier) {
    case Modifier::none:
    case Modifier::missing:
      return true;
    case Modifier::not_:
    case Modifier::in:
    case Modifier::notIn:
    case Modifier::above:
    case Modifier::below:
      return search.parameter->type == SearchParameterType::token;
    case Modifier::type:
      return search.kind == ColumnSearch::Kind::reference;
    default:
      return false;
  }
}

void columnCondition(const Registry& registry, const Mapping& mapping, const ColumnSearch& search,
                     const Criterion& criterion, const ConditionSql::Units& units, SqlText& out) {
  if (criterion.modifier == Modifier::missing) {
    anyOf(criterion.values, out, [&](const Value& value) {
      out << "(";
      for (std::size_t i = 0; i < search.columns.size(); ++i) {
        if (i != 0) out << (value.missing ? " AND " : " OR ");
        out << "r." << search.columns[i] << (value.missing ? " IS NULL" : " IS NOT NULL");
      }
      out << ")";
    });
    return;
  }
  const bool isNegated = criterion.modifier == Modifier::not_ || criterion.modifier == Modifier::notIn;
  if (isNegated) out << "NOT coalesce(";
  const auto column = [&](std::size_t i) { return "r." + search.columns[i]; };
  const bool isCoding = search.kind == ColumnSearch::Kind::coding;
  if (search.parameter->type == SearchParameterType::token && asksTerminology(criterion.modifier) &&
      isCoding) {
    anyOf(criterion.values, out,
          [&](const Value& value) { codesCondition(value, column(0), column(1), out); });
    if (isNegated) out << ", false)";
    return;
  }
  anyOf(plainValues(criterion), out, [&](const Value& value) {
    switch (search.kind) {
      case ColumnSearch::Kind::date:
        return dayCondition(column(0), value, out);
      case ColumnSearch::Kind::dateTime:
        return instantCondition(column(0), value, out);
      case ColumnSearch::Kind::period:
        return dateRangeCondition(column(0), column(1), value, out);
      case ColumnSearch::Kind::code:
        return columnCode(registry, mapping, search, value, out);
      case ColumnSearch::Kind::coding:
        return tokenCondition(value, column(0), column(1), out);
      case ColumnSearch::Kind::reference:
        return columnReference(mapping, search, criterion, value, out);
      case ColumnSearch::Kind::boolean:
        out << column(0) << "::text = ";
        out.bind(value.code);
        return;
      case ColumnSearch::Kind::quantity:
        return columnQuantity(mapping, search, value, units, out);
      case ColumnSearch::Kind::string:
        out << column(0) << " = ";
        out.bind(value.text);
        return;
    }
  });
  if (isNegated) out << ", false)";
}

}  // namespace store
