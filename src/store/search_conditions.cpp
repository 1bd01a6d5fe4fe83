#include "src/store/search_conditions.h"

#include "src/store/key.h"
#include "src/store/value_conditions.h"

namespace store {

using fhir::search::Criterion;
using fhir::search::Modifier;
using fhir::search::Value;

void anyOf(const std::vector<Value>& values, SqlText& out, const std::function<void(const Value&)>& one) {
  out << "(";
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i != 0) out << " OR ";
    one(values[i]);
  }
  if (values.empty()) out << "false";
  out << ")";
}

void tokenCondition(const Value& value, std::string_view system, std::string_view code, SqlText& out) {
  out << "(";
  if (!value.code.empty()) {
    out << code << " = ";
    out.bind(value.code);
  }
  if (value.system) {
    if (!value.code.empty()) out << " AND ";
    out << system;
    if (value.system->empty()) {
      out << " IS NULL";
    } else {
      out << " = ";
      out.bind(*value.system);
    }
  }
  out << ")";
}

void appendRowCondition(const fhir::TypeDefinition& type, const Criterion& criterion, SqlText& out) {
  out << " AND ";
  if (criterion.modifier == Modifier::not_) out << "NOT ";
  if (criterion.parameter->code == "_lastUpdated") {
    return anyOf(criterion.values, out,
                 [&](const Value& value) { instantCondition("r.updated_at", value, out); });
  }
  anyOf(criterion.values, out, [&](const Value& value) {
    const std::string& id = value.code.empty() ? value.text : value.code;
    const Key key = keyOf(type.name, id);
    out << "(r.id = ";
    out.bind(key.uuid, "uuid");
    if (key.fhirId) {
      out << " AND r.fhir_id = ";
      out.bind(*key.fhirId) << ")";
    } else {
      out << " AND r.fhir_id IS NULL)";
    }
  });
}

}  // namespace store
