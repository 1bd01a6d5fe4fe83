#include "src/store/known_units.h"

namespace store {

ConditionSql::Units KnownUnits::units() {
  return [this](std::string_view table, std::string_view column) { return of(table, column); };
}

const std::vector<std::string>& KnownUnits::of(std::string_view table, std::string_view column) {
  const std::string name(column);
  const auto [known, isNew] = known_.try_emplace({std::string(table), name});
  if (!isNew) return known->second;
  const OwnStatements own(connection_);
  // From one unit to the next greater one, each found by the index.
  const std::string where =
      " FROM public." + std::string(table) + " WHERE " + name + " IS NOT NULL AND NOT is_deleted";
  auto rows =
      connection_.run("WITH RECURSIVE u (unit) AS ((SELECT " + name + where +
                      " ORDER BY 1 LIMIT 1) UNION ALL SELECT (SELECT " + name + where + " AND " + name +
                      " > u.unit ORDER BY 1 LIMIT 1) FROM u WHERE u.unit IS NOT NULL)"
                      " SELECT unit FROM u WHERE unit IS NOT NULL");
  if (!rows) {
    failure_ = std::move(rows).outcome();
    return known->second;
  }
  for (std::size_t row = 0; row < rows->size(); ++row) known->second.emplace_back(rows->text(row, 0));
  return known->second;
}

}  // namespace store
