#include "src/store/index_rows.h"

#include <array>

namespace store {
namespace {

using namespace fhir::search;

enum TableIndex : std::size_t { token, string, date, reference, quantity, number, uri };

struct Definition {
  std::string_view name;     // fhir.idx_<name>
  std::string_view columns;  // those the arrays fill, in their order; parameter first, key last
  std::string_view arrays;   // one `?::type[]` for each
  std::size_t count;
};

constexpr std::array<Definition, 7> kTables{{
    {"token", "parameter, system, code, text_lower, key",
     "?::smallint[], ?::text[], ?::text[], ?::text[], ?::uuid[]", 5},
    {"string", "parameter, value_norm, value, key", "?::smallint[], ?::text[], ?::text[], ?::uuid[]", 4},
    {"date", "parameter, low, high, key", "?::smallint[], ?::timestamptz[], ?::timestamptz[], ?::uuid[]", 4},
    {"reference",
     "parameter, target_type, target_id, target_key, identifier_system, identifier_value, url, version, key",
     "?::smallint[], ?::text[], ?::text[], ?::uuid[], ?::text[], ?::text[], ?::text[], ?::text[], ?::uuid[]",
     9},
    {"quantity", "parameter, system, code, unit, value, low, high, key",
     "?::smallint[], ?::text[], ?::text[], ?::text[], ?::numeric[], ?::numeric[], ?::numeric[], ?::uuid[]",
     8},
    {"number", "parameter, value, low, high, key",
     "?::smallint[], ?::numeric[], ?::numeric[], ?::numeric[], ?::uuid[]", 5},
    {"uri", "parameter, value, key", "?::smallint[], ?::text[], ?::uuid[]", 3},
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

void IndexRows::add(const Registry& registry, const fhir::TypeDefinition& type, std::string_view key,
                    const IndexValues& values) {
  const auto idOf = [&](const fhir::SearchParameter* parameter) {
    return std::to_string(registry.number(type, *parameter));
  };
  for (const TokenValue& v : values.tokens) {
    const std::string text = fold(v.text);
    put<5>(tables_[token].columns, {idOf(v.parameter), orNull(v.system), orNull(v.code), orNull(text), key});
  }
  for (const StringValue& v : values.strings) {
    put<4>(tables_[string].columns, {idOf(v.parameter), cut(v.normalized), cut(v.value), key});
  }
  for (const DateValue& v : values.dates) {
    put<4>(tables_[date].columns,
           {idOf(v.parameter), sqlFromMicroseconds(v.range.low), sqlFromMicroseconds(v.range.high), key});
  }
  for (const ReferenceValue& v : values.references) {
    Parameter targetKey;
    std::string uuid;
    if (!v.targetType.empty() && !v.targetId.empty()) {
      uuid = keyOf(v.targetType, v.targetId).uuid;
      targetKey = uuid;
    }
    put<9>(tables_[reference].columns,
           {idOf(v.parameter), orNull(v.targetType), orNull(v.targetId), targetKey,
            orNull(v.identifierSystem), orNull(v.identifierValue), orNull(v.url), orNull(v.version), key});
  }
  for (const QuantityValue& v : values.quantities) {
    put<8>(tables_[quantity].columns,
           {idOf(v.parameter), orNull(v.system), orNull(v.code), orNull(v.unit), orNull(v.number.value),
            orNull(v.number.low), orNull(v.number.high), key});
  }
  for (const NumberValue& v : values.numbers) {
    put<5>(tables_[number].columns,
           {idOf(v.parameter), orNull(v.number.value), orNull(v.number.low), orNull(v.number.high), key});
  }
  for (const UriValue& v : values.uris) put<3>(tables_[uri].columns, {idOf(v.parameter), cut(v.value), key});
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

fhir::Result<fhir::Done> checkComplete(const fhir::TypeDefinition& type,
                                       const fhir::search::IndexValues& values) {
  if (values.failed.empty()) return fhir::Done{};
  fhir::Outcome refused;
  refused.setFailure(fhir::Failure::unprocessable);
  for (const fhir::SearchParameter* parameter : values.failed) {
    refused.add(fhir::Severity::error, fhir::IssueType::tooCostly,
                "The resource is too large to be found by the search parameter " +
                    std::string(parameter->code) + ", so it is not stored. Divide it into smaller ones.",
                std::string(type.name));
  }
  return refused;
}

}  // namespace store
