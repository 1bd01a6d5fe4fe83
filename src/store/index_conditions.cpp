#include "fhir/search/index.h"
#include "src/store/key.h"
#include "src/store/value_conditions.h"

namespace store {
namespace {

using fhir::SearchParameterType;
using fhir::search::Criterion;
using fhir::search::Modifier;
using fhir::search::Value;

// A prefix as a range, so that a prepared plan uses the index.
void prefixCondition(std::string_view column, const std::string& prefix, SqlText& out) {
  out << "(" << column << " >= ";
  out.bind(prefix) << " AND " << column << " < ";
  out.bind(prefix + "\xF4\x8F\xBF\xBF") << ")";
}

// The URI itself and, for a URL, those above it in its path, each with and without its last slash.
std::vector<std::string_view> urisAbove(std::string_view uri) {
  std::vector<std::string_view> out{uri};
  const std::size_t scheme = uri.find("://");
  if (scheme == std::string_view::npos) return out;
  for (std::size_t slash = uri.find('/', scheme + 3); slash != std::string_view::npos;
       slash = uri.find('/', slash + 1)) {
    out.push_back(uri.substr(0, slash));
    out.push_back(uri.substr(0, slash + 1));
  }
  return out;
}

std::string likePattern(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '%' || c == '_' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

void stringCondition(Modifier modifier, const Value& value, SqlText& out) {
  if (modifier == Modifier::exact) {
    out << "i.value = ";
    out.bind(value.text);
    return;
  }
  if (modifier == Modifier::contains) {
    out << "i.value_norm LIKE ";
    out.bind("%" + likePattern(fhir::search::fold(value.text)) + "%");
    return;
  }
  prefixCondition("i.value_norm", fhir::search::fold(value.text), out);
}

void referenceCondition(const Criterion& criterion, const Value& value, SqlText& out) {
  if (criterion.modifier == Modifier::identifier) {
    return tokenCondition(value, "i.identifier_system", "i.identifier_value", out);
  }
  if (value.targetId.empty()) {
    const std::size_t bar = value.text.find('|');
    out << "(i.url = ";
    out.bind(value.text.substr(0, bar));
    if (bar != std::string::npos) {
      out << " AND i.version = ";
      out.bind(value.text.substr(bar + 1));
    }
    out << ")";
    return;
  }
  const std::string& type = value.targetType.empty() ? criterion.typeModifier : value.targetType;
  out << "(i.target_id = ";
  out.bind(value.targetId);
  if (!type.empty()) {
    out << " AND i.target_type = ";
    out.bind(type);
  }
  out << ")";
}

void uriCondition(const Criterion& criterion, const Value& value, SqlText& out) {
  if (criterion.modifier == Modifier::below) return prefixCondition("i.value", value.text, out);
  if (criterion.modifier == Modifier::above) {
    ArrayLiteral above;
    for (const std::string_view uri : urisAbove(value.text)) above.add(uri);
    out << "i.value = ANY (";
    out.bind(above.text(), "text[]") << ")";
    return;
  }
  out << "i.value = ";
  out.bind(value.text);
}

std::string_view indexTable(SearchParameterType type) {
  switch (type) {
    case SearchParameterType::token:
      return "fhir.idx_token";
    case SearchParameterType::string:
      return "fhir.idx_string";
    case SearchParameterType::date:
      return "fhir.idx_date";
    case SearchParameterType::reference:
      return "fhir.idx_reference";
    case SearchParameterType::quantity:
      return "fhir.idx_quantity";
    case SearchParameterType::number:
      return "fhir.idx_number";
    default:
      return "fhir.idx_uri";
  }
}

void indexValueCondition(const Criterion& criterion, const Value& value, SqlText& out) {
  switch (criterion.parameter->type) {
    case SearchParameterType::token:
      if (criterion.modifier == Modifier::text) {
        return prefixCondition("i.text_lower",
                               fhir::search::fold(value.code.empty() ? value.text : value.code), out);
      }
      return tokenCondition(value, "i.system", "i.code", out);
    case SearchParameterType::string:
      return stringCondition(criterion.modifier, value, out);
    case SearchParameterType::date:
      return dateRangeCondition("i.low", "i.high", value, out);
    case SearchParameterType::reference:
      return referenceCondition(criterion, value, out);
    case SearchParameterType::quantity:
      out << "(";
      indexedNumberCondition(value, out);
      quantityUnit(value, "i.system", "i.code", "i.unit", out);
      out << ")";
      return;
    case SearchParameterType::number:
      return indexedNumberCondition(value, out);
    default:
      return uriCondition(criterion, value, out);
  }
}

}  // namespace

void appendIndexCondition(const Registry& registry, const fhir::TypeDefinition& type,
                          const Criterion& criterion, SqlText& out) {
  const std::string source =
      "SELECT i.key FROM " + std::string(indexTable(criterion.parameter->type)) +
      " i WHERE i.parameter = " + std::to_string(registry.number(type, *criterion.parameter));
  out << " AND ";
  if (criterion.modifier == Modifier::missing) {
    anyOf(criterion.values, out, [&](const Value& value) {
      out << (value.missing ? "NOT EXISTS (" : "EXISTS (") << source << " AND i.key = r.id)";
    });
    return;
  }
  if (criterion.modifier == Modifier::not_) {
    out << "NOT EXISTS (" << source << " AND i.key = r.id AND ";
    anyOf(criterion.values, out, [&](const Value& value) { indexValueCondition(criterion, value, out); });
    out << ")";
    return;
  }
  out << "r.id IN (" << source << " AND ";
  anyOf(criterion.values, out, [&](const Value& value) { indexValueCondition(criterion, value, out); });
  out << ")";
}

}  // namespace store
