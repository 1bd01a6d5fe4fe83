// SearchSql: the statements of a search: a page, and how many matches there are.
//
// A page is one statement: each place of each type gives its own first rows in the order asked for, the union
// the first of those. With _sort those that have a value of the first key are one phase and those that have
// none another, which is looked at only when the first leaves room.
//
// With _contained the places give keys first, and the resources that the page shows are read by them in the
// same statement (search_contained.cpp). What contains a match comes once: by the first of its matches in the
// order asked for, and not at all by them when it is a match itself.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "src/store/search_conditions.h"
#include "src/store/search_order.h"

namespace store {

// Columns of a page's rows; those of TypePlan are padded when there are several types. A page without matches
// is one row whose type is NULL.
struct PageColumns {
  static constexpr std::size_t stale = 0;  // whether rows wait to be indexed
  static constexpr std::size_t type = 2;   // its name
  static constexpr std::size_t resource = 3;
  std::size_t firstValue = 0;  // of the sort keys
  std::size_t key = 0;         // the row's place in the order, after the sort keys
  // With _contained, else 0: the type of the resource, and the id of the contained resource in it that is
  // meant; NULL when it is meant itself.
  std::size_t holder = 0;
  std::size_t inner = 0;
};

class SearchSql {
 public:
  SearchSql(const View&, const fhir::search::SearchQuery&, ConditionSql::Units);

  // `count` rows and one more, which tells that there are others.
  SqlText page(const std::optional<PagePosition>& position, std::uint32_t count);
  SqlText total();
  PageColumns columns() const noexcept;
  // Containers of many types, each with conditions of its own, are more than one statement can say.
  bool isTooWide() const noexcept;
  // The types whose rows a statement reads; known once it is made.
  const std::set<std::string_view>& types() const noexcept { return types_; }

 private:
  struct Branch {
    RowSet rows;
    const fhir::search::TypeSearch* search;
    std::vector<OrderKey> keys;
  };
  enum class Phase : std::uint8_t { all, withValue, withoutValue };

  std::vector<Branch> branches();
  void addContained(std::vector<Branch>&, bool shared) const;
  void phase(Phase, const std::optional<PagePosition>&, bool backward, std::uint32_t count,
             std::string_view gate, SqlText&);
  void branch(const Branch&, Phase, const std::optional<PagePosition>&, bool backward, std::uint32_t count,
              std::string_view gate, SqlText&);
  void orderBy(const std::vector<OrderKey>&, std::size_t first, bool backward, bool outer, SqlText&) const;
  std::string typeExpression(const RowSet&) const;
  std::string columnsOf(const RowSet&) const;
  bool keysDescend() const noexcept;
  void resources(SqlText&) const;

  // --- search_contained.cpp ---
  // Whether the rows are answered by what contains them.
  bool isGrouped(const Branch&) const noexcept;
  bool hasGroups() const noexcept;
  // The keys that lead to a row's resource.
  std::string holderColumns(const RowSet&) const;
  // The containers of a phase.
  void containers(Phase, const std::optional<PagePosition>&, bool backward, std::uint32_t count,
                  std::string_view gate, SqlText&);
  // All of them, in no order; or by their sort keys; or, without any, `most` from the position on.
  void groups(const std::optional<PagePosition>&, bool backward, std::optional<std::uint32_t> most, SqlText&);
  void group(const Branch&, const std::optional<PagePosition>&, bool backward,
             std::optional<std::uint32_t> most, SqlText&);
  void exceptMatches(std::string_view key, std::string_view type, SqlText&);
  // The resource that the row h leads to.
  std::string holder() const;
  // Containers that plain SQL changed must be indexed first, of whatever type.
  void addContainers();

  View view_;
  const Registry& registry_;
  const fhir::search::SearchQuery& query_;
  ConditionSql::Units units_;
  std::vector<Branch> branches_;
  bool byKeys_;            // with _contained
  std::size_t width_ = 0;  // mapped columns of the widest type
  std::set<std::string_view> types_;
};

// Whether the best plan depends on the values asked for (a range, a code that few or most have): then one
// that was made for any values may read all of a type, and each statement is planned for its own.
bool dependsOnValues(const fhir::search::SearchQuery&);

}  // namespace store
