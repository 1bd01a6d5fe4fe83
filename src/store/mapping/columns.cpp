#include "src/store/mapping/columns.h"

#include <algorithm>

namespace store::mapping {

Column Columns::add(std::string_view name, std::string_view sqlType, std::string_view expression,
                    std::size_t line, Complaints& complaints) {
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (columns_[i].name != name) continue;
    if (columns_[i].sqlType != sqlType) {
      complaints.add(line, "column '" + std::string(name) + "' is " + columns_[i].sqlType +
                               " elsewhere and " + std::string(sqlType) + " here");
      return noColumn;
    }
    return static_cast<Column>(i);
  }
  MappedColumn column;
  column.name = name;
  column.sqlType = sqlType;
  columns_.push_back(std::move(column));
  expressions_.emplace_back(expression);
  return static_cast<Column>(columns_.size() - 1);
}

Column Columns::find(std::string_view name, std::size_t line, Complaints& complaints) const {
  std::vector<std::string_view> names;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (columns_[i].name == name) return static_cast<Column>(i);
    names.push_back(columns_[i].name);
  }
  complaints.add(line,
                 "no element here has the column '" + std::string(name) + "'" + suggestion(name, names));
  return noColumn;
}

}  // namespace store::mapping
