#include "src/store/many_rows.h"

namespace store {

void ManyRows::column(std::string_view name, std::string_view type, ArrayLiteral& values,
                      std::string_view cast) {
  const std::string separator = names_.empty() ? "" : ", ";
  const std::string item = "c" + std::to_string(parameters_.size());
  names_.append(separator).append(name);
  arrays_.append(separator).append("?::").append(type).append("[]");
  items_.append(separator).append(item);
  values_.append(separator).append("u.").append(item).append(cast);
  parameters_.emplace_back(values.text());
}

void ManyRows::constant(std::string_view name, std::string_view value) {
  names_ += ", ";
  names_ += name;
  constants_ += ", " + quoteLiteral(value);
}

fhir::Result<std::unordered_map<std::string, Stamp>> ManyRows::run(Connection& connection,
                                                                   std::string_view table, IndexRows& index) {
  std::string sql = "WITH written AS (INSERT INTO " + std::string(table) + " AS r (" + names_ + ") SELECT " +
                    values_ + constants_ + " FROM unnest(" + arrays_ + ") u (" + items_ +
                    ") RETURNING r.id::text, r.version_id, r.updated_at)";
  index.appendInserts("", sql, parameters_);
  auto rows = connection.run(sql + " SELECT * FROM written", parameters_);
  if (!rows) return std::move(rows).outcome();
  std::unordered_map<std::string, Stamp> out;
  for (std::size_t row = 0; row < rows->size(); ++row) {
    out.emplace(rows->text(row, 0),
                Stamp{static_cast<VersionId>(rows->number(row, 1)), std::string(rows->text(row, 2))});
  }
  return out;
}

}  // namespace store
