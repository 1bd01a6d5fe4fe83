// Columns: the columns that a mapping file names, collected while it is compiled.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "src/store/mapping/mapping.h"
#include "src/store/mapping/program.h"
#include "src/store/mapping/source.h"

namespace store::mapping {

class Columns {
 public:
  // The column's place; added when it is new. `expression`: the element it holds, for messages.
  // Two elements may share a column when they agree on its type; otherwise a complaint and noColumn.
  Column add(std::string_view name, std::string_view sqlType, std::string_view expression, std::size_t line,
             Complaints& complaints);
  // noColumn after a complaint with the nearest known name.
  Column find(std::string_view name, std::size_t line, Complaints& complaints) const;

  MappedColumn& at(Column column) { return columns_[static_cast<std::size_t>(column)]; }
  std::size_t size() const noexcept { return columns_.size(); }
  std::vector<MappedColumn> takeColumns() { return std::move(columns_); }
  std::vector<std::string> takeExpressions() { return std::move(expressions_); }

 private:
  std::vector<MappedColumn> columns_;
  std::vector<std::string> expressions_;
};

}  // namespace store::mapping
