#include "src/store/search_order.h"

#include "src/store/key.h"

namespace store {
namespace {

using fhir::SearchParameterType;
using fhir::search::SortKey;

// What a parameter is sorted by in its index table: an expression over the table's row; an index has the rows
// in this order.
std::string sortedBy(SearchParameterType type, bool descending, std::string_view row) {
  const std::string r(row);
  switch (type) {
    case SearchParameterType::date:
      return r + (descending ? ".high" : ".low");
    case SearchParameterType::string:
      return "left(" + r + ".value_norm, 600)";
    case SearchParameterType::token:
      return r + ".code";
    case SearchParameterType::reference:
      // R4 defines no order of references, so any one that an index has; that of URLs is by their hash.
      return "coalesce(" + r + ".target_key, md5(" + r + ".url)::uuid)";
    default:
      return r + ".value";
  }
}

std::string_view sortedAs(SearchParameterType type) {
  switch (type) {
    case SearchParameterType::date:
      return "timestamptz";
    case SearchParameterType::number:
    case SearchParameterType::quantity:
      return "numeric";
    case SearchParameterType::reference:
      return "uuid";
    default:
      return "text";
  }
}

// A coded column in the order of FHIR's codes, as an index table has them.
std::string codeExpression(const ColumnSearch& search) {
  const std::string column = "r." + search.columns[0];
  if (search.codes.empty()) return column + "::text";
  std::string text = "CASE " + column + "::text";
  for (const auto& [code, value] : search.codes) {
    text += " WHEN " + quoteLiteral(value) + " THEN " + quoteLiteral(code);
  }
  return text + " END";
}

OrderKey columnKey(const ColumnSearch& search, bool descending) {
  const std::string first = "r." + search.columns[0];
  switch (search.kind) {
    case ColumnSearch::Kind::date:
      return {first, "timestamptz", descending, true, {}, {}, {}};
    case ColumnSearch::Kind::dateTime:
      return {first, "timestamptz", descending, true, {}, {}, {}};
    case ColumnSearch::Kind::period:
      return {descending ? "r." + search.columns[1] : first, "timestamptz", descending, true, {}, {}, {}};
    case ColumnSearch::Kind::quantity:
      return {first, "numeric", descending, true, {}, {}, {}};
    case ColumnSearch::Kind::coding:
      return {"r." + search.columns[1], "text", descending, true, {}, {}, {}};
    case ColumnSearch::Kind::code:
      return {codeExpression(search), "text", descending, true, {}, {}, {}};
    case ColumnSearch::Kind::reference:
      return {first, "uuid", descending, true, {}, {}, {}};
    default:
      return {first + "::text", "text", descending, true, {}, {}, {}};
  }
}

OrderKey indexKey(const Registry& registry, const RowSet& rows, const SortKey& sort, bool isFirst) {
  const std::string value = sortedBy(sort.parameter->type, sort.descending, "s");
  const std::string table(indexTable(*sort.parameter));
  const std::string parameter = parameterIs(registry, rows, *sort.parameter, "s");
  const bool several = rows.plans.size() > 1;
  const std::string ofType =
      several ? " AND EXISTS (SELECT FROM fhir.parameter p WHERE p.id = " + parameterOf(rows, "s") +
                    " AND p.resource_type = r.resource_type)"
              : "";
  OrderKey key;
  key.type = sortedAs(sort.parameter->type);
  key.descending = sort.descending;
  if (!isFirst || several) {
    // Not min() and max(): a uuid has none.
    key.expression = "(SELECT " + value + " FROM " + table + " s WHERE " + parameter + ofType +
                     " AND s.key = r.id AND " + value + " IS NOT NULL ORDER BY 1" +
                     (sort.descending ? " DESC" : "") + " LIMIT 1)";
    return key;
  }
  key.expression = value;
  key.leading = table;
  key.leadingWhere = parameter + " AND " + value + " IS NOT NULL AND NOT EXISTS (SELECT FROM " + table +
                     " t WHERE " + parameterIs(registry, rows, *sort.parameter, "t") +
                     " AND t.key = s.key AND (" + sortedBy(sort.parameter->type, sort.descending, "t") +
                     ", t.ctid) " + (sort.descending ? ">" : "<") + " (" + value + ", s.ctid))";
  key.without = "NOT EXISTS (SELECT FROM " + table + " s WHERE " + parameter + " AND s.key = r.id AND " +
                value + " IS NOT NULL OFFSET 0)";  // looked for row by row
  return key;
}

}  // namespace

OrderKey orderKey(const Registry& registry, const RowSet& rows, const SortKey& sort, bool isFirst) {
  if (rows.place == Place::contained) {
    // What is contained has no time of its own.
    if (sort.parameter->code == "_lastUpdated")
      return {"NULL::timestamptz", "timestamptz", sort.descending, true, {}, {}, {}};
    if (sort.parameter->code == "_id") return {"r.fhir_id", "text", sort.descending, false, {}, {}, {}};
  }
  if (sort.parameter->code == "_lastUpdated")
    return {"r.updated_at", "timestamptz", sort.descending, false, {}, {}, {}};
  if (sort.parameter->code == "_id")
    return {"coalesce(r.fhir_id, r.id::text)", "text", sort.descending, false, {}, {}, {}};
  if (rows.place == Place::columns) {
    if (const ColumnSearch* search = columnSearch(rows.plan(), *sort.parameter))
      return columnKey(*search, sort.descending);
  }
  return indexKey(registry, rows, sort, isFirst);
}

namespace {

void bindValue(const std::string& value, std::string_view type, SqlText& out) {
  out.bind(value, type);
  if (type == "text") out << " COLLATE \"C\"";
}

}  // namespace

void afterCondition(const std::vector<OrderKey>& keys, std::size_t first, const PagePosition& position,
                    bool keysDescend, std::string_view typeExpression, SqlText& out) {
  if (first == keys.size()) {
    const std::string_view op = keysDescend != position.backward ? " < " : " > ";
    if (typeExpression.empty()) {
      out << "r.id" << op;
      out.bind(position.key, "uuid");
      return;
    }
    out << "(r.id, " << typeExpression << ")" << op << "(";
    out.bind(position.key, "uuid") << ", ";
    out.bind(position.type, "text") << " COLLATE \"C\")";
    return;
  }
  const OrderKey& key = keys[first];
  const std::string expression = key.expression + (key.type == "text" ? " COLLATE \"C\"" : "");
  const std::string_view op = key.descending != position.backward ? " < " : " > ";
  const auto& value = position.values[first];
  const auto rest = [&] { afterCondition(keys, first + 1, position, keysDescend, typeExpression, out); };
  if (!value) {
    out << "((" << expression << " IS NULL AND ";
    rest();
    out << ")" << (position.backward ? " OR " + expression + " IS NOT NULL" : std::string()) << ")";
    return;
  }
  // The first comparison bounds an index; the second says it exactly.
  out << "(";
  if (!key.nullable) {
    out << expression << (op == " < " ? " <= " : " >= ");
    bindValue(*value, key.type, out);
    out << " AND (";
  }
  out << expression << op;
  bindValue(*value, key.type, out);
  if (key.nullable && !position.backward) out << " OR " << expression << " IS NULL";
  out << " OR (" << expression << " = ";
  bindValue(*value, key.type, out);
  out << " AND ";
  rest();
  out << (key.nullable ? "))" : ")))");
}

}  // namespace store
