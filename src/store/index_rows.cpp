#include "src/store/index_rows.h"

#include <algorithm>
#include <array>

namespace store {
namespace {

using namespace fhir::search;

enum TableIndex : std::size_t { token, string, date, reference, quantity, number, uri, position, text };

struct Definition {
  std::string_view name;     // fhir.idx_<name>
  std::string_view columns;  // those the arrays fill, in their order; parameter first, key last
  std::string_view arrays;   // one `?::type[]` for each
  std::size_t count;
};

constexpr std::array<Definition, 9> kTables{{
    {"token", "parameter, system, code, text_lower, type_system, type_code, type_value, item, key",
     "?::smallint[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::integer[], "
     "?::uuid[]",
     9},
    {"string", "parameter, value_norm, value, item, key",
     "?::smallint[], ?::text[], ?::text[], ?::integer[], ?::uuid[]", 5},
    {"date", "parameter, low, high, item, key",
     "?::smallint[], ?::timestamptz[], ?::timestamptz[], ?::integer[], ?::uuid[]", 5},
    {"reference",
     "parameter, target_type, target_id, target_key, identifier_system, identifier_value, url, version, "
     "item, key",
     "?::smallint[], ?::text[], ?::text[], ?::uuid[], ?::text[], ?::text[], ?::text[], ?::text[], "
     "?::integer[], "
     "?::uuid[]",
     10},
    {"quantity",
     "parameter, system, code, unit, value, low, high, canonical_unit, canonical_value, canonical_low, "
     "canonical_high, item, key",
     "?::smallint[], ?::text[], ?::text[], ?::text[], ?::numeric[], ?::numeric[], ?::numeric[], ?::text[], "
     "?::numeric[], ?::numeric[], ?::numeric[], ?::integer[], ?::uuid[]",
     13},
    {"number", "parameter, value, low, high, item, key",
     "?::smallint[], ?::numeric[], ?::numeric[], ?::numeric[], ?::integer[], ?::uuid[]", 6},
    {"uri", "parameter, value, key", "?::smallint[], ?::text[], ?::uuid[]", 3},
    {"position", "parameter, latitude, longitude, key",
     "?::smallint[], ?::double precision[], ?::double precision[], ?::uuid[]", 4},
    {"words", "parameter, words, key", "?::smallint[], ?::tsvector[], ?::uuid[]", 3},
}};

std::string_view cut(std::string_view text) {
  if (text.size() <= kLongestIndexed) return text;
  std::size_t end = kLongestIndexed;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U)
    --end;  // not inside a character
  return text.substr(0, end);
}

Parameter orNull(std::string_view text) {
  if (text.empty()) return std::nullopt;
  return cut(text);
}

template <std::size_t N>
void put(std::vector<ArrayLiteral>& columns, const std::array<Parameter, N>& values) {
  for (std::size_t i = 0; i < N; ++i) columns[i].add(values[i]);
}

}  // namespace

namespace {

// The texts of one value that the columns refer to.
struct Words {
  std::string parameter;
  std::string item;
  Parameter itemOrNull() const { return item.empty() ? Parameter() : Parameter(item); }
};

}  // namespace

// Whose values are added.
struct IndexRows::Owner {
  const Registry& registry;
  const fhir::TypeDefinition& type;
  bool isContained = false;

  std::string number(ParameterId number) const { return std::to_string(rowNumber(number, isContained)); }
};

namespace {

Words wordsOf(const auto& owner, const fhir::SearchParameter& parameter, Part part = {}) {
  if (part.component < 0) return {owner.number(owner.registry.number(owner.type, parameter)), {}};
  const auto code = componentCode(parameter, static_cast<std::size_t>(part.component));
  return {owner.number(owner.registry.number(owner.type, code)), std::to_string(part.item)};
}

}  // namespace

void IndexRows::add(const Registry& registry, const fhir::TypeDefinition& type, std::string_view key,
                    const Searchable& searchable) {
  addValues({registry, type}, key, searchable.values);
  for (const ContainedValues& each : searchable.contained) {
    const std::string own = containedKey(type.name, key, each.id);
    put<5>(contained_, {each.type->name, own, each.id, type.name, key});
    addValues({registry, *each.type, true}, own, each.values);
  }
}

void IndexRows::addValues(const Owner& owner, std::string_view key, const IndexValues& values) {
  for (const TokenValue& v : values.tokens) {
    const Words words = wordsOf(owner, *v.parameter, v.part);
    const std::string folded = fold(v.text);
    if (v.typeCode.empty()) {
      put<9>(tables_[token].columns, {words.parameter, orNull(v.system), orNull(v.code), orNull(folded),
                                      std::nullopt, std::nullopt, std::nullopt, words.itemOrNull(), key});
    } else {
      put<9>(tables_[token].columns,
             {words.parameter, std::nullopt, std::nullopt, std::nullopt, orNull(v.typeSystem),
              orNull(v.typeCode), orNull(v.code), words.itemOrNull(), key});
    }
  }
  for (const StringValue& v : values.strings) {
    const Words words = wordsOf(owner, *v.parameter, v.part);
    put<5>(tables_[string].columns, {words.parameter, v.normalized, v.value, words.itemOrNull(), key});
  }
  for (const DateValue& v : values.dates) {
    const Words words = wordsOf(owner, *v.parameter, v.part);
    put<5>(tables_[date].columns, {words.parameter, sqlFromMicroseconds(v.range.low),
                                   sqlFromMicroseconds(v.range.high), words.itemOrNull(), key});
  }
  for (const ReferenceValue& v : values.references) {
    const Words words = wordsOf(owner, *v.parameter, v.part);
    Parameter targetKey;
    std::string uuid;
    if (!v.targetType.empty() && !v.targetId.empty()) {
      uuid = keyOf(v.targetType, v.targetId).uuid;
      targetKey = uuid;
    }
    put<10>(tables_[reference].columns,
            {words.parameter, orNull(v.targetType), orNull(v.targetId), targetKey, orNull(v.identifierSystem),
             orNull(v.identifierValue), orNull(v.url), orNull(v.version), words.itemOrNull(), key});
  }
  addNumbers(owner, key, values);
  addTexts(owner, key, values);
}

// What is found by a number.
void IndexRows::addNumbers(const Owner& owner, std::string_view key, const IndexValues& values) {
  for (const QuantityValue& v : values.quantities) {
    const Words words = wordsOf(owner, *v.parameter, v.part);
    const CanonicalQuantity none;
    const CanonicalQuantity& canonical = v.canonical ? *v.canonical : none;
    put<13>(
        tables_[quantity].columns,
        {words.parameter, orNull(v.system), orNull(v.code), orNull(v.unit), orNull(v.number.value),
         orNull(v.number.low), orNull(v.number.high), orNull(canonical.unit), orNull(canonical.number.value),
         orNull(canonical.number.low), orNull(canonical.number.high), words.itemOrNull(), key});
  }
  for (const NumberValue& v : values.numbers) {
    const Words words = wordsOf(owner, *v.parameter, v.part);
    put<6>(tables_[number].columns, {words.parameter, orNull(v.number.value), orNull(v.number.low),
                                     orNull(v.number.high), words.itemOrNull(), key});
  }
  for (const UriValue& v : values.uris) {
    put<3>(tables_[uri].columns, {wordsOf(owner, *v.parameter).parameter, cut(v.value), key});
  }
  for (const PositionValue& v : values.positions) {
    put<4>(tables_[position].columns, {wordsOf(owner, *v.parameter).parameter, std::to_string(v.latitude),
                                       std::to_string(v.longitude), key});
  }
}

std::string lexeme(std::string_view parameterNumber, std::string_view word) {
  std::string out;
  out.reserve(parameterNumber.size() + word.size() + 3);
  return out.append("'").append(parameterNumber).append("/").append(word).append("'");
}

// Any row answers for any word, so that what is asked of several words is asked of several rows.
void IndexRows::addTexts(const Owner& owner, std::string_view key, const IndexValues& values) {
  for (const TextValue& v : values.texts) {
    const std::string parameter = wordsOf(owner, *v.parameter).parameter;
    std::string row;
    for (std::string_view rest = v.words; !rest.empty();) {
      const std::string_view word = rest.substr(0, rest.find(' '));
      row.append(row.empty() ? "" : " ").append(lexeme(parameter, word));
      rest.remove_prefix(std::min(word.size() + 1, rest.size()));
      if (!rest.empty() && row.size() < kWordsOfRow) continue;
      put<3>(tables_[text].columns, {parameter, row, key});
      row.clear();
    }
  }
}

void IndexRows::appendInserts(std::string_view gate, std::string& sql, std::vector<Parameter>& parameters) {
  for (std::size_t t = 0; t < kTableCount; ++t) {
    const Definition& definition = kTables[t];
    std::vector<ArrayLiteral>& columns = tables_[t].columns;
    if (columns[0].empty()) continue;
    sql += ", new_";
    sql += definition.name;
    sql += " AS (INSERT INTO fhir.idx_";
    sql += definition.name;
    sql += " (";
    sql += definition.columns;
    sql += ") SELECT u.* FROM unnest(";
    sql += definition.arrays;
    sql += ") u";
    if (!gate.empty()) {
      sql += ", ";
      sql += gate;
    }
    sql += ")";
    for (std::size_t i = 0; i < definition.count; ++i) parameters.emplace_back(columns[i].text());
  }
  if (!contained_[0].empty()) appendContained(gate, sql, parameters);
}

// A row that is there already says the same: its key was made of what it says.
void IndexRows::appendContained(std::string_view gate, std::string& sql, std::vector<Parameter>& parameters) {
  sql +=
      ", new_contained AS (INSERT INTO fhir.contained (resource_type, id, fhir_id, container_type, "
      "container_key) SELECT u.* FROM unnest(?::text[], ?::uuid[], ?::text[], ?::text[], ?::uuid[]) u";
  if (!gate.empty()) {
    sql += ", ";
    sql += gate;
  }
  sql += " ON CONFLICT DO NOTHING)";
  for (ArrayLiteral& column : contained_) parameters.emplace_back(column.text());
}

bool IndexRows::empty() const noexcept {
  for (const auto& table : tables_) {
    if (!table.columns[0].empty()) return false;
  }
  return true;
}

void appendIndexDeletes(std::string_view keys, std::string_view parameterNumbers, std::string& sql,
                        std::vector<Parameter>& parameters) {
  for (const Definition& definition : kTables) {
    sql += ", old_";
    sql += definition.name;
    sql += " AS (DELETE FROM fhir.idx_";
    sql += definition.name;
    sql += " WHERE key = ANY (?::uuid[]) AND parameter = ANY (?::smallint[]))";
    parameters.emplace_back(keys);
    parameters.emplace_back(parameterNumbers);
  }
}

const std::string& containedDeletes() {
  static const std::string statement = [] {
    std::string sql =
        "WITH gone AS (DELETE FROM fhir.contained WHERE container_type = ? AND container_key = ?::uuid "
        "RETURNING id)";
    for (const Definition& definition : kTables) {
      ((sql += ", old_") += definition.name) += " AS (DELETE FROM fhir.idx_";
      sql += definition.name;
      sql += " WHERE key = ANY (ARRAY(SELECT g.id FROM gone g)) AND parameter < 0)";
    }
    return sql + " SELECT 1";
  }();
  return statement;
}

void appendParameterDeletes(std::string_view number, std::size_t most, std::string& sql,
                            std::vector<Parameter>& parameters) {
  std::string sum;
  for (const Definition& definition : kTables) {
    if (definition.name == kTables[text].name) continue;  // only R4's own have words
    const std::string_view name = definition.name;
    sql.append(sql.empty() ? "WITH old_" : ", old_")
        .append(name)
        .append(" AS (DELETE FROM fhir.idx_")
        .append(name);
    sql.append(" WHERE ctid = ANY (ARRAY(SELECT i.ctid FROM fhir.idx_").append(name);
    sql.append(" i WHERE i.parameter = ?::smallint LIMIT ").append(std::to_string(most));
    sql.append(")) RETURNING 1)");
    sum.append(sum.empty() ? "(SELECT count(*) FROM old_" : " + (SELECT count(*) FROM old_")
        .append(name)
        .append(")");
    parameters.emplace_back(number);
  }
  sql += " SELECT " + sum;
}

fhir::Result<fhir::Done> checkComplete(const fhir::TypeDefinition& type, const Searchable& searchable) {
  std::vector<const fhir::SearchParameter*> failed = searchable.values.failed;
  for (const ContainedValues& each : searchable.contained)
    failed.insert(failed.end(), each.values.failed.begin(), each.values.failed.end());
  if (failed.empty()) return fhir::Done{};
  fhir::Outcome refused;
  refused.setFailure(fhir::Failure::unprocessable);
  for (const fhir::SearchParameter* parameter : failed) {
    refused.add(fhir::Severity::error, fhir::IssueType::tooCostly,
                "The resource is too large to be found by the search parameter " +
                    std::string(parameter->code) + ", so it is not stored. Divide it into smaller ones.",
                std::string(type.name));
  }
  return refused;
}

}  // namespace store
