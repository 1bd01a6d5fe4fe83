#include "src/store/search_conditions.h"

#include <algorithm>
#include <functional>

#include "fhir/search/index.h"
#include "src/store/key.h"

namespace store {
namespace {

using fhir::SearchParameterType;
using fhir::search::Criterion;
using fhir::search::Modifier;
using fhir::search::NumberRange;
using fhir::search::Prefix;
using fhir::search::Value;

constexpr std::int64_t kDay = 86'400'000'000;  // microseconds

// (a OR b OR c); an empty list is false.
void anyOf(const std::vector<Value>& values, SqlText& out, const std::function<void(const Value&)>& one) {
  out << "(";
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i != 0) out << " OR ";
    one(values[i]);
  }
  if (values.empty()) out << "false";
  out << ")";
}

std::int64_t floorDay(std::int64_t t) {
  return t >= 0 ? t / kDay : -((-t + kDay - 1) / kDay);
}
std::int64_t ceilDay(std::int64_t t) {
  return -floorDay(-t);
}

// A date literal: the instant's text has the day, and the era at its end.
std::string dayText(std::int64_t day) {
  const std::string instant = sqlFromMicroseconds(day * kDay);
  const bool beforeChrist = instant.ends_with(" BC");
  return instant.substr(0, instant.find(' ')) + (beforeChrist ? " BC" : "");
}

// A range of instants [low, high) that the row has, against the one that was asked for.
void dateRangeCondition(std::string_view low, std::string_view high, const Value& value, SqlText& out) {
  const auto compare = [&](std::string_view column, std::string_view op, std::int64_t bound) -> SqlText& {
    out << column << " " << op << " ";
    return out.bind(sqlFromMicroseconds(bound), "timestamptz");
  };
  const auto inside = [&] {
    out << "(";
    compare(low, ">=", value.date.low) << " AND ";
    compare(high, "<=", value.date.high) << ")";
  };
  switch (value.prefix) {
    case Prefix::eq:
      return inside();
    case Prefix::ne:
      out << "NOT ";
      return inside();
    case Prefix::gt:
      compare(high, ">", value.date.high);
      return;
    case Prefix::lt:
      compare(low, "<", value.date.low);
      return;
    case Prefix::ge:
      out << "(";
      compare(high, ">", value.date.high) << " OR ";
      inside();
      out << ")";
      return;
    case Prefix::le:
      out << "(";
      compare(low, "<", value.date.low) << " OR ";
      inside();
      out << ")";
      return;
    case Prefix::sa:
      compare(low, ">=", value.date.high);
      return;
    case Prefix::eb:
      compare(high, "<=", value.date.low);
      return;
    case Prefix::ap: {
      // A tenth of the range more on either side.
      const std::int64_t slack = (value.date.high - value.date.low) / 10;
      out << "(";
      compare(high, ">", value.date.low - slack) << " AND ";
      compare(low, "<", value.date.high + slack) << ")";
      return;
    }
  }
}

// An instant that the row has.
void instantCondition(std::string_view column, const Value& value, SqlText& out,
                      std::string_view cast = "timestamptz") {
  const auto compare = [&](std::string_view op, std::int64_t bound) -> SqlText& {
    out << column << " " << op << " ";
    return out.bind(sqlFromMicroseconds(bound), cast);
  };
  const auto [low, high] = value.date;
  switch (value.prefix) {
    case Prefix::eq:
      out << "(";
      compare(">=", low) << " AND ";
      compare("<", high) << ")";
      return;
    case Prefix::ne:
      out << "(";
      compare("<", low) << " OR ";
      compare(">=", high) << ")";
      return;
    case Prefix::gt:
    case Prefix::sa:
      compare(">=", high);
      return;
    case Prefix::lt:
    case Prefix::eb:
      compare("<", low);
      return;
    case Prefix::ge:
      compare(">=", low);
      return;
    case Prefix::le:
      compare("<", high);
      return;
    case Prefix::ap: {
      const std::int64_t slack = (high - low) / 10;
      out << "(";
      compare(">=", low - slack) << " AND ";
      compare("<", high + slack) << ")";
      return;
    }
  }
}

// A calendar date that the row has: the day [d, d+1) of UTC.
void dayCondition(std::string_view column, const Value& value, SqlText& out) {
  const auto compare = [&](std::string_view op, std::int64_t day) -> SqlText& {
    out << column << " " << op << " ";
    return out.bind(dayText(day), "date");
  };
  const auto [low, high] = value.date;
  switch (value.prefix) {
    case Prefix::eq:
      out << "(";
      compare(">=", ceilDay(low)) << " AND ";
      compare("<", floorDay(high)) << ")";
      return;
    case Prefix::ne:
      out << "(";
      compare("<", ceilDay(low)) << " OR ";
      compare(">=", floorDay(high)) << ")";
      return;
    case Prefix::gt:
      compare(">=", floorDay(high));
      return;
    case Prefix::lt:
      compare("<", ceilDay(low));
      return;
    case Prefix::ge:
      compare(">=", std::min(ceilDay(low), floorDay(high)));
      return;
    case Prefix::le:
      compare("<", std::max(ceilDay(low), floorDay(high)));
      return;
    case Prefix::sa:
      compare(">=", ceilDay(high));
      return;
    case Prefix::eb:
      compare("<", floorDay(low));
      return;
    case Prefix::ap: {
      const std::int64_t slack = (high - low) / 10;
      out << "(";
      compare(">=", floorDay(low - slack)) << " AND ";
      compare("<", ceilDay(high + slack)) << ")";
      return;
    }
  }
}

// A decimal with the range that its digits imply, against the one asked for. `value` is the exact column.
void numberCondition(std::string_view column, const Value& value, SqlText& out) {
  const auto compare = [&](std::string_view op, const std::string& bound) -> SqlText& {
    out << column << " " << op << " ";
    return out.bind(bound, "numeric");
  };
  const NumberRange& n = value.number;
  switch (value.prefix) {
    case Prefix::eq:
      out << "(";
      compare(">=", n.low) << " AND ";
      compare("<", n.high) << ")";
      return;
    case Prefix::ne:
      out << "(";
      compare("<", n.low) << " OR ";
      compare(">=", n.high) << ")";
      return;
    case Prefix::gt:
    case Prefix::sa:
      compare(">", n.value);
      return;
    case Prefix::lt:
    case Prefix::eb:
      compare("<", n.value);
      return;
    case Prefix::ge:
      compare(">=", n.value);
      return;
    case Prefix::le:
      compare("<=", n.value);
      return;
    case Prefix::ap:
      // Within a tenth of the value.
      out << "abs(" << column << " - ";
      out.bind(n.value, "numeric") << ") <= abs(";
      out.bind(n.value, "numeric") << ") * 0.1";
      return;
  }
}

void indexNumberCondition(const Value& value, SqlText& out) {
  // A range such as Range or a value without bounds stands as low and high; a plain value has both around it.
  const auto compare = [&](std::string_view column, std::string_view op,
                           const std::string& bound) -> SqlText& {
    out << column << " " << op << " ";
    return out.bind(bound, "numeric");
  };
  const NumberRange& n = value.number;
  const auto exact = [&](std::string_view op, std::string_view edge) {
    out << "CASE WHEN i.value IS NOT NULL THEN ";
    compare("i.value", op, n.value) << " ELSE ";
    compare(edge, op, n.value) << " END";
  };
  switch (value.prefix) {
    case Prefix::gt:
    case Prefix::sa:
      out << "(";
      compare("i.high", ">", n.value) << " AND ";
      exact(">", value.prefix == Prefix::sa ? "i.low" : "i.high");
      out << ")";
      return;
    case Prefix::lt:
    case Prefix::eb:
      out << "(";
      compare("i.low", "<", n.value) << " AND ";
      exact("<", value.prefix == Prefix::eb ? "i.high" : "i.low");
      out << ")";
      return;
    case Prefix::ge:
      out << "(";
      compare("i.high", ">=", n.value) << " AND ";
      exact(">=", "i.high");
      out << ")";
      return;
    case Prefix::le:
      out << "(";
      compare("i.low", "<=", n.value) << " AND ";
      exact("<=", "i.low");
      out << ")";
      return;
    default:
      numberCondition("coalesce(i.value, i.low)", value, out);
      return;
  }
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

// system|code against two columns.
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
  const std::string folded = likePattern(fhir::search::fold(value.text));
  if (modifier == Modifier::contains) {
    out << "i.value_norm LIKE ";
    out.bind("%" + folded + "%");
    return;
  }
  // A prefix as a range, so that a prepared plan uses the index.
  const std::string plain = fhir::search::fold(value.text);
  out << "(i.value_norm >= ";
  out.bind(plain) << " AND i.value_norm < ";
  out.bind(plain + "\xF4\x8F\xBF\xBF") << ")";
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
        const std::string plain = fhir::search::fold(value.code.empty() ? value.text : value.code);
        out << "(i.text_lower >= ";
        out.bind(plain) << " AND i.text_lower < ";
        out.bind(plain + "\xF4\x8F\xBF\xBF") << ")";
        return;
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
      indexNumberCondition(value, out);
      quantityUnit(value, "i.system", "i.code", "i.unit", out);
      out << ")";
      return;
    case SearchParameterType::number:
      return indexNumberCondition(value, out);
    default:
      if (criterion.modifier == Modifier::below) {
        out << "i.value LIKE ";
        out.bind(likePattern(value.text) + "%");
      } else if (criterion.modifier == Modifier::above) {
        out.bind(value.text) << " LIKE replace(replace(i.value, '%', '\\%'), '_', '\\_') || '%'";
      } else {
        out << "i.value = ";
        out.bind(value.text);
      }
  }
}

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
        out << "(";
        numberCondition(column(0), value, out);
        quantityUnit(value, {}, column(1), column(2), out);
        out << ")";
        return;
      case ColumnSearch::Kind::string:
        out << column(0) << " = ";
        out.bind(value.text);
        return;
    }
  });
  if (criterion.modifier == Modifier::not_) out << ", false)";
}

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
