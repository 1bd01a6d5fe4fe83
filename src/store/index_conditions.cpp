#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "fhir/search/canonical_quantity.h"
#include "fhir/search/hierarchy.h"
#include "fhir/search/index.h"
#include "fhir/search/words.h"
#include "src/store/index_rows.h"
#include "src/store/key.h"
#include "src/store/sealing.h"
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

// Its first kStringHead characters.
std::string headOf(const std::string& text) {
  std::size_t characters = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool begins = (static_cast<unsigned char>(text[i]) & 0xC0U) != 0x80U;
    if (begins && characters++ == kStringHead) return text.substr(0, i);
  }
  return text;
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

// Of a long text the index has the head.
void stringCondition(Modifier modifier, const Value& value, SqlText& out) {
  const std::string folded = fhir::search::fold(value.text);
  if (modifier == Modifier::contains) {
    out << "i.value_norm LIKE ";
    out.bind("%" + likePattern(folded) + "%");
    return;
  }
  const std::string head = headOf(folded);
  out << "(";
  prefixCondition("left(i.value_norm, 600)", head, out);
  if (modifier == Modifier::exact) {
    out << " AND i.value = ";
    out.bind(value.text);
  } else if (head.size() < folded.size()) {
    out << " AND i.value_norm LIKE ";
    out.bind(likePattern(folded) + "%");
  }
  out << ")";
}

// The resource itself and, step by step, what names it as what it is a part of (or what it names). A
// resource that is a part of itself ends the walk, too.
void hierarchyCondition(const Registry& registry, Modifier modifier, const Value& value, SqlText& out) {
  const fhir::TypeDefinition& type = *fhir::findResourceType(value.targetType);
  const std::string partOf = std::to_string(registry.number(type, *fhir::search::partOfParameter(type)));
  const std::string named = quoteLiteral(type.name);
  const bool below = modifier == Modifier::below;
  out << "(i.target_type = " << named << " AND i.target_key IN (WITH RECURSIVE tree (key) AS (SELECT ";
  out.bind(keyOf(type.name, value.targetId).uuid, "uuid")
      << " UNION SELECT " << (below ? "p.key" : "p.target_key")
      << " FROM tree t JOIN fhir.idx_reference p ON " << (below ? "p.target_key" : "p.key")
      << " = t.key AND p.parameter = " << partOf << " AND p.target_type = " << named
      << ") SELECT key FROM tree))";
}

void referenceCondition(const Registry& registry, const Criterion& criterion, const Value& value,
                        SqlText& out) {
  if (criterion.modifier == Modifier::above || criterion.modifier == Modifier::below)
    return hierarchyCondition(registry, criterion.modifier, value, out);
  if (criterion.modifier == Modifier::identifier) {
    return tokenCondition(value, "i.identifier_system", "i.identifier_value", out);
  }
  if (value.targetId.empty()) {
    out << "(i.url = ";
    out.bind(value.text);
    if (!value.code.empty()) {
      out << " AND i.version = ";
      out.bind(value.code);
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

void indexedToken(Modifier modifier, const Value& value, SqlText& out) {
  switch (modifier) {
    case Modifier::text:
      return prefixCondition("i.text_lower", fhir::search::fold(value.code.empty() ? value.text : value.code),
                             out);
    case Modifier::ofType:
      out << "(i.type_value = ";
      out.bind(value.code) << " AND i.type_code = ";
      out.bind(value.typeCode);
      if (value.system) {
        out << " AND i.type_system = ";
        out.bind(*value.system);
      }
      out << ")";
      return;
    case Modifier::in:
    case Modifier::notIn:
    case Modifier::above:
    case Modifier::below:
      return codesCondition(value, "i.system", "i.code", out);
    default:
      return tokenCondition(value, "i.system", "i.code", out);
  }
}

// A value that index tables have as a hash; rows of before the encryption have it as it is. Nothing when the
// keys cannot be had now, whatever is around it.
void hashedToken(const Registry& registry, const fhir::SearchParameter& parameter, const Value& value,
                 SqlText& out) {
  const auto blinds = registry.blindsOf(parameter);
  if (!blinds) {
    out << "NULL::boolean";
    return;
  }
  if (blinds->empty() || value.code.empty()) return tokenCondition(value, "i.system", "i.code", out);
  ArrayLiteral codes;
  if (!value.code.starts_with('~')) codes.add(value.code);
  for (const auto& blind : *blinds) codes.add(hashedValue(*blind, value.code));
  out << "(i.code = ANY (";
  out.bind(codes.text(), "text[]") << ")";
  if (value.system) {
    out << " AND i.system";
    if (value.system->empty()) {
      out << " IS NULL";
    } else {
      out << " = ";
      out.bind(*value.system);
    }
  }
  out << ")";
}

// What no hash answers; refused (search.cpp) while there are keys.
bool asksOther(Modifier modifier) {
  return modifier != Modifier::none && modifier != Modifier::not_ && modifier != Modifier::missing;
}

// A unit of UCUM finds every unit that it can be compared with.
void indexedQuantity(const Value& value, SqlText& out) {
  const auto canonical = fhir::search::canonicalQuantity(value.system.value_or(""), value.unit, value.number);
  out << "(";
  if (canonical) {
    out << "i.canonical_unit = ";
    out.bind(canonical->unit) << " AND ";
    Value inCanonical = value;
    inCanonical.number = canonical->number;
    indexedNumberCondition(inCanonical, "i.canonical_value", "i.canonical_low", "i.canonical_high", out);
  } else {
    indexedNumberCondition(value, "i.value", "i.low", "i.high", out);
    quantityUnit(value, "i.system", "i.code", "i.unit", out);
  }
  out << ")";
}

// A box that an index finds, then the distance on the sphere (haversine), in kilometres.
void nearCondition(const fhir::search::Near& near, SqlText& out) {
  constexpr double kilometresPerDegree = 111.19;
  constexpr double pi = 3.14159265358979323846;
  const double latitudes = near.kilometres / kilometresPerDegree;
  const double shrink = std::cos(std::min(std::abs(near.latitude) + latitudes, 89.9) * pi / 180);
  const double longitudes = latitudes / shrink;
  const auto number = [](double n) { return fmt::format("{:.9f}", n); };
  const auto bind = [&](double n) -> SqlText& { return out.bind(number(n), "double precision"); };
  out << "(i.latitude BETWEEN ";
  bind(near.latitude - latitudes) << " AND ";
  bind(near.latitude + latitudes);
  // Beyond the date line the box has two parts; then, and near a pole, any longitude may be near.
  if (near.longitude - longitudes >= -180 && near.longitude + longitudes <= 180) {
    out << " AND i.longitude BETWEEN ";
    bind(near.longitude - longitudes) << " AND ";
    bind(near.longitude + longitudes);
  }
  out << " AND 2 * 6371.0088 * asin(least(1, sqrt(power(sin(radians(i.latitude - ";
  bind(near.latitude) << ") / 2), 2) + cos(radians(i.latitude)) * cos(radians(";
  bind(near.latitude) << ")) * power(sin(radians(i.longitude - ";
  bind(near.longitude) << ") / 2), 2)))) <= ";
  bind(near.kilometres) << ")";
}

}  // namespace

std::string_view indexTable(const fhir::SearchParameter& parameter) noexcept {
  if (fhir::search::isFullText(parameter)) return "fhir.idx_words";
  switch (parameter.type) {
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
    case SearchParameterType::special:
      return "fhir.idx_position";
    default:
      return "fhir.idx_uri";
  }
}

namespace {

// A parameter's number as the rows' index tables have it.
std::string numberIn(const RowSet& rows, ParameterId number) {
  return std::to_string(rowNumber(number, rows.place == Place::contained));
}

std::string isOneOf(const RowSet& rows, std::string_view row,
                    const std::function<ParameterId(const fhir::TypeDefinition&)>& numberFor) {
  const std::string column = std::string(row) + ".parameter";
  const auto number = [&](const TypePlan& plan) { return numberIn(rows, numberFor(plan.type())); };
  if (rows.plans.size() == 1) return column + " = " + number(rows.plan());
  ArrayLiteral numbers;
  for (const TypePlan* plan : rows.plans) numbers.add(number(*plan));
  return column + " = ANY (" + quoteLiteral(numbers.text()) + ")";
}

}  // namespace

std::string parameterOf(const RowSet& rows, std::string_view row) {
  return (rows.place == Place::contained ? "-" : "") + std::string(row) + ".parameter";
}

std::string parameterIs(const Registry& registry, const RowSet& rows, const fhir::SearchParameter& parameter,
                        std::string_view row) {
  return isOneOf(rows, row, [&](const auto& type) { return registry.number(type, parameter); });
}

std::string componentIs(const Registry& registry, const RowSet& rows, const fhir::SearchParameter& composite,
                        std::size_t component) {
  return isOneOf(rows, "i", [&](const auto& type) {
    return registry.number(type, componentCode(composite, component));
  });
}

void indexValueCondition(const Registry& registry, const Criterion& criterion, const Value& value,
                         SqlText& out) {
  switch (criterion.parameter->type) {
    case SearchParameterType::token:
      if (isBlind(*criterion.parameter) && !asksOther(criterion.modifier))
        return hashedToken(registry, *criterion.parameter, value, out);
      return indexedToken(criterion.modifier, value, out);
    case SearchParameterType::string:
      return stringCondition(criterion.modifier, value, out);
    case SearchParameterType::date:
      return dateRangeCondition("i.low", "i.high", value, out);
    case SearchParameterType::reference:
      return referenceCondition(registry, criterion, value, out);
    case SearchParameterType::quantity:
      return indexedQuantity(value, out);
    case SearchParameterType::number:
      return indexedNumberCondition(value, "i.value", "i.low", "i.high", out);
    case SearchParameterType::special:
      return nearCondition(value.near, out);
    default:
      return uriCondition(criterion, value, out);
  }
}

namespace {

// "r.id IN (SELECT i.key": a key is unique in its type only, and of several types the row's own counts.
void openKeys(const RowSet& rows, std::string_view table, SqlText& out) {
  if (rows.plans.size() == 1) {
    out << "r.id IN (SELECT i.key FROM " << table << " i WHERE ";
  } else {
    out << "(r.resource_type, r.id) IN (SELECT p.resource_type, i.key FROM " << table
        << " i JOIN fhir.parameter p ON p.id = " << parameterOf(rows, "i") << " WHERE ";
  }
}

// "EXISTS (...": some value of the row. The end keeps PostgreSQL from reading all values of the
// parameter instead: a page looks at the rows that it shows, each by its key.
constexpr std::string_view kExistsEnd = " OFFSET 0)";

void openExists(const Registry& registry, const RowSet& rows, const Criterion& criterion, SqlText& out) {
  out << "EXISTS (SELECT FROM " << indexTable(*criterion.parameter) << " i WHERE ";
  if (rows.plans.size() > 1)
    out << "EXISTS (SELECT FROM fhir.parameter p WHERE p.id = " << parameterOf(rows, "i")
        << " AND p.resource_type = r.resource_type) AND ";
  out << parameterIs(registry, rows, *criterion.parameter) << " AND i.key = r.id";
}

// A word of any of the types, each by its own number.
void wordCondition(const Registry& registry, const RowSet& rows, const Criterion& criterion,
                   const Value& value, SqlText& out) {
  const auto blinds = registry.blindsOf(*criterion.parameter);
  if (!blinds) {
    out << "NULL::boolean";
    return;
  }
  std::string query;
  const auto add = [&](const std::string& number, const std::string& word) {
    query.append(query.empty() ? "" : " | ").append(lexeme(number, word)).append(value.begins ? ":*" : "");
  };
  for (const TypePlan* plan : rows.plans) {
    const std::string number = numberIn(rows, registry.number(plan->type(), *criterion.parameter));
    add(number, value.text);
    for (const auto& blind : *blinds) add(number, hashedWord(*blind, value.text));
  }
  out << "i.words @@ ";
  out.bind(std::move(query), "tsquery");
}

}  // namespace

void indexCondition(const Registry& registry, const RowSet& rows, const Criterion& criterion, SqlText& out) {
  const bool isText = fhir::search::isFullText(*criterion.parameter);
  const auto anyValue = [&] {
    anyOf(criterion.values, out, [&](const Value& value) {
      isText ? wordCondition(registry, rows, criterion, value, out)
             : indexValueCondition(registry, criterion, value, out);
    });
  };
  if (criterion.modifier == Modifier::missing) {
    anyOf(criterion.values, out, [&](const Value& value) {
      if (value.missing) out << "NOT ";
      openExists(registry, rows, criterion, out);
      out << kExistsEnd;
    });
    return;
  }
  if (criterion.modifier == Modifier::not_ || criterion.modifier == Modifier::notIn) {
    out << "NOT ";
    openExists(registry, rows, criterion, out);
    out << " AND ";
    anyValue();
    out << kExistsEnd;
    return;
  }
  openKeys(rows, indexTable(*criterion.parameter), out);
  out << parameterIs(registry, rows, *criterion.parameter) << " AND ";
  anyValue();
  out << ")";
}

}  // namespace store
