// Small things that statements of this room share. For its own files alone.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "src/store/connection.h"

namespace smart::sql {

// Arrays travel as JSON: as a value for json_array_elements_text(?::json), and from to_json(column).
std::string jsonArray(std::span<const std::string> texts);
std::vector<std::string> readJsonArray(std::string_view json);

inline std::string text(const store::Rows& rows, std::size_t column, std::size_t row = 0) {
  return std::string(rows.text(row, column));
}

inline std::optional<std::string> optionalText(const store::Rows& rows, std::size_t column,
                                               std::size_t row = 0) {
  if (rows.isNull(row, column)) return std::nullopt;
  return std::string(rows.text(row, column));
}

inline store::Parameter optional(const std::optional<std::string>& value) {
  return value ? store::Parameter(*value) : std::nullopt;
}

}  // namespace smart::sql
