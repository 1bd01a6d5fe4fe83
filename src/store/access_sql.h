// AccessSql: an Access as SQL about the row `r` of a statement.
//
// Threading: one thread at a time. Ownership: the Access outlives it.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "src/store/access.h"
#include "src/store/search_conditions.h"

namespace store {

// Of a row c of care_relationships.
inline constexpr std::string_view kIsCurrent =
    "c.starts_at <= now() AND coalesce(c.ends_at > now(), true) AND c.revoked_at IS NULL";

// "SELECT ... WHERE r.id = ?::uuid AND ...": `key` is the place of the key among the values.
struct RowByKey {
  SqlText text;
  std::size_t key = 0;
};

class AccessSql {
 public:
  explicit AccessSql(const View& view, ConditionSql::Units units = {})
      : registry_(view.registry), access_(view.access), units_(std::move(units)) {}

  // What an include brings is seen by the permission to read or by the one to search.
  enum class For : std::uint8_t { create, read, update, remove, search, include };

  // Appends " AND ..." when not all rows of the place are seen.
  void restrict(const RowSet&, For, SqlText&) const;
  // The same of versions, current and former, each judged by itself.
  void restrictVersions(const RowSet&, SqlText&) const;

  bool isOpen(const TypePlan&, For) const;
  bool isNothing(const TypePlan&, For) const;
  // Whether a row's own columns tell whether it is allowed, without the index.
  bool asksRowAlone(const TypePlan&, For) const;
  // Whether it may make a resource of the type under an id of its own: when nothing is hidden from it, or
  // only what an author keeps to himself. Then a free id and a hidden one differ in that alone.
  bool mayChooseId(const TypePlan&) const;
  // Whether rows are seen by conditions that former versions cannot be asked for.
  bool asksConditions(const TypePlan&) const;

  // One row of a place, if it is seen. Made once for an Access where no condition depends on what the tables
  // hold now.
  std::shared_ptr<const RowByKey> rowByKey(const RowSet&) const;

  // TypePlan::mappedColumns(), as far as they are shown.
  std::string mappedColumns(const TypePlan&) const;
  bool showsColumnsOnly(const TypePlan&) const;
  // Whether the parameter says nothing that is not shown.
  bool mayAsk(const TypePlan&, const fhir::SearchParameter&) const;

 private:
  // In `room` when it has to be made.
  const Sight& sightOf(const TypePlan&, For, Sight& room) const;
  // What one type's rows must fulfil; empty text: all are seen.
  SqlText conditionOf(const RowSet&, const Sight&, bool ofVersions) const;
  // The same, made once where that can be.
  std::shared_ptr<const SqlText> conditionOf(const RowSet&, For, bool ofVersions) const;
  AccessTexts& texts() const;
  void alternatives(const RowSet&, const std::vector<Way>&, bool ofVersions, SqlText&) const;
  void ofPersons(const RowSet&, const Way&, SqlText&) const;
  void asInDatabase(SqlText&) const;
  void conditions(const RowSet&, const std::vector<fhir::search::Condition>&, SqlText&) const;
  void restrict(const RowSet&, For, bool ofVersions, SqlText&) const;

  const Registry& registry_;
  const Access* access_;
  ConditionSql::Units units_;
};

}  // namespace store
