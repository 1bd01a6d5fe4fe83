// KnownUnits: which units (UCUM codes) the quantity columns have now, asked once for each column.
//
// Threading: belongs to one search. Errors: a question that the database does not answer is kept in
// failure(); a statement made meanwhile would find too little and must not run.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fhir/model/outcome.h"
#include "src/store/connection.h"
#include "src/store/search_conditions.h"

namespace store {

class KnownUnits {
 public:
  explicit KnownUnits(Connection& connection) : connection_(connection) {}
  KnownUnits(const KnownUnits&) = delete;
  KnownUnits& operator=(const KnownUnits&) = delete;

  // For ConditionSql; refers to this.
  ConditionSql::Units units();
  const std::optional<fhir::Outcome>& failure() const noexcept { return failure_; }

 private:
  const std::vector<std::string>& of(std::string_view table, std::string_view column);

  Connection& connection_;
  std::map<std::pair<std::string, std::string>, std::vector<std::string>> known_;  // by table and column
  std::optional<fhir::Outcome> failure_;
};

}  // namespace store
