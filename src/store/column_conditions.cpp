#include <algorithm>

#include "src/store/key.h"
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

// A row's unit code is UCUM's.
void columnQuantity(const ColumnSearch& search, const Value& value, SqlText& out) {
  if (value.system && *value.system != "http://unitsofmeasure.org") {
    out << "false";
    return;
  }
  out << "(";
  numberCondition("r." + search.columns[0], value, out);
  quantityUnit(value, {}, "r." + search.columns[1], "r." + search.columns[2], out);
  out << ")";
}

std::string_view typeOf(const Mapping& mapping, std::string_view column) {
  for (const MappedColumn& mapped : mapping.columns()) {
    if (mapped.name == column) return mapped.sqlType;
  }
  return "text";
}

void columnCode(const Mapping& mapping, const ColumnSearch& search, const Value& value, SqlText& out) {
  const bool otherSystem = value.system && *value.system != search.codeSystem;
  const auto found = std::find_if(search.codes.begin(), search.codes.end(),
                                  [&](const auto& c) { return c.first == value.code; });
  const bool anyCode = value.code.empty();
  if (otherSystem || (!anyCode && !search.codes.empty() && found == search.codes.end())) {
    out << "false";
    return;
  }
  if (anyCode) {
    out << "r." << search.columns[0] << " IS NOT NULL";
    return;
  }
  // A code of the list is a value of the column's own type, so its index serves.
  out << "r." << search.columns[0] << (search.codes.empty() ? "::text = " : " = ");
  out.bind(search.codes.empty() ? value.code : found->second,
           search.codes.empty() ? std::string_view("text") : typeOf(mapping, search.columns[0]));
}

}  // namespace

bool answersModifier(const ColumnSearch& search, const Criterion& criterion) noexcept {
  switch (criterion.modifier) {
    case Modifier::none:
    case Modifier::missing:
      return true;
    case Modifier::not_:
      return criterion.parameter->type == SearchParameterType::token;
    case Modifier::type:
      return search.kind == ColumnSearch::Kind::reference;
    default:
      return false;
  }
}

void appendColumnCondition(const Mapping& mapping, const ColumnSearch& search, const Criterion& criterion,
                           SqlText& out) {
  out << " AND ";
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
  if (criterion.modifier == Modifier::not_) out << "NOT coalesce(";
  const auto column = [&](std::size_t i) { return "r." + search.columns[i]; };
  anyOf(criterion.values, out, [&](const Value& value) {
    switch (search.kind) {
      case ColumnSearch::Kind::date:
        return dayCondition(column(0), value, out);
      case ColumnSearch::Kind::dateTime:
        return instantCondition(column(0), value, out);
      case ColumnSearch::Kind::period:
        return dateRangeCondition(column(0), column(1), value, out);
      case ColumnSearch::Kind::code:
        return columnCode(mapping, search, value, out);
      case ColumnSearch::Kind::coding:
        return tokenCondition(value, column(0), column(1), out);
      case ColumnSearch::Kind::reference:
        return columnReference(mapping, search, criterion, value, out);
      case ColumnSearch::Kind::boolean:
        out << column(0) << "::text = ";
        out.bind(value.code);
        return;
      case ColumnSearch::Kind::quantity:
        return columnQuantity(search, value, out);
      case ColumnSearch::Kind::string:
        out << column(0) << " = ";
        out.bind(value.text);
        return;
    }
  });
  if (criterion.modifier == Modifier::not_) out << ", false)";
}

}  // namespace store
