#include "src/store/key.h"
#include "src/store/value_conditions.h"

namespace store {

using fhir::search::Criterion;
using fhir::search::Modifier;
using fhir::search::Value;

namespace {

// What is contained has an id, and no version or time of its own.
void containedCondition(const Criterion& criterion, SqlText& out) {
  const bool hasValue = criterion.parameter->code == "_id";
  if (criterion.modifier == Modifier::missing) {
    out << (criterion.values.front().missing == hasValue ? "false" : "true");
    return;
  }
  if (criterion.modifier == Modifier::not_) out << "NOT ";
  if (!hasValue) {
    out << "false";
    return;
  }
  ArrayLiteral ids;
  for (const Value& value : criterion.values) {
    if (value.targetType.empty()) ids.add(value.code.empty() ? value.text : value.code);
  }
  out << "r.fhir_id = ANY (";
  out.bind(ids.text(), "text[]") << ")";
}

}  // namespace

// An id leads to a key, and the row there has that very id.
void rowCondition(const RowSet& rows, const Criterion& criterion, SqlText& out) {
  if (rows.place == Place::contained) return containedCondition(criterion, out);
  // Every resource has both.
  if (criterion.modifier == Modifier::missing) {
    out << (criterion.values.front().missing ? "false" : "true");
    return;
  }
  if (criterion.modifier == Modifier::not_) out << "NOT ";
  if (criterion.parameter->code == "_lastUpdated") {
    return anyOf(criterion.values, out,
                 [&](const Value& value) { instantCondition("r.updated_at", value, out); });
  }
  ArrayLiteral keys;
  ArrayLiteral ids;
  for (const Value& value : criterion.values) {
    const std::string& id = value.code.empty() ? value.text : value.code;
    ids.add(id);
    for (const TypePlan* plan : rows.plans) keys.add(keyOf(plan->name(), id).uuid);
  }
  out << "(r.id = ANY (";
  out.bind(keys.text(), "uuid[]") << ") AND coalesce(r.fhir_id, r.id::text) = ANY (";
  out.bind(ids.text(), "text[]") << "))";
}

}  // namespace store
