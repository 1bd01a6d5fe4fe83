// IncludeSql: the statement of one include and round: the links of all resources of the round, then what they
// lead to. https://hl7.org/fhir/R4/search.html#include
//
// Threading: one thread; an object makes one statement.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/search/query.h"
#include "src/store/registry.h"
#include "src/store/search_conditions.h"

namespace store {

using Keys =
    std::map<const fhir::TypeDefinition*, std::vector<std::string>>;  // of a round's resources, by type

// What the first round starts from, too, of a search that finds what is contained.
struct Inside {
  Keys matches;  // those that are the page's matches themselves, by type
  std::vector<const fhir::TypeDefinition*>
      sources;  // else the types that are searched in the round's resources
  bool empty() const noexcept { return matches.empty() && sources.empty(); }
};

class IncludeSql {
 public:
  IncludeSql(const View& view, const fhir::search::Include& include, ConditionSql::Units units)
      : view_(view), registry_(view.registry), include_(include), units_(std::move(units)) {}
  // The statement; nullopt when nothing of the round can have such links.
  std::optional<SqlText> make(const Keys& round, const Inside& inside, std::uint32_t most);
  // What the sources refer to, of the types, in the order of type and key after the position.
  SqlText makeReferred(const fhir::search::Referred& referred, const std::optional<ResourceName>& after,
                       std::uint32_t most);
  // Whose rows the statement reads.
  std::set<std::string_view> types() const;

 private:
  SqlText& link();
  void mayBe(std::string_view type);
  // " AND r.id ...": the row is one of the round, or one of the sources.
  void isFrom(const TypePlan& plan, const std::vector<std::string>& keys);
  void sourcesOf(const std::vector<fhir::search::TypeSearch>& sources);
  void pointedFromSources(const std::vector<fhir::search::TypeSearch>& sources);
  void pointedFrom(const fhir::TypeDefinition& source, const std::vector<std::string>& keys);
  // From what is contained in the round's resources.
  void pointedFromInside(const Keys& round, const Inside& inside);
  static SqlText isOneOf(const std::vector<std::string>& keys);
  // `isKey`: condition on the index table's row i.
  void throughIndex(const RowSet& rows, const SqlText& isKey);
  void throughColumn(const TypePlan& plan, const fhir::SearchParameter& parameter,
                     const std::vector<std::string>& keys);
  // The parameters `url` of the types that the links may lead to, as an array literal.
  std::string urlNumbers() const;
  // A canonical points to what has that url.
  void throughUrl(const std::string& numbers, const SqlText& isKey);
  void pointingTo(const fhir::TypeDefinition& target, const std::vector<std::string>& keys);
  void columnTo(const TypePlan& source, const fhir::SearchParameter& parameter,
                const fhir::TypeDefinition& target, const std::vector<std::string>& keys);
  // The resources at the other ends, each type's columns padded to those of the widest. `after`: in the order
  // of type and key, from there on; nullptr: in any order.
  void fetch(std::uint32_t most, const std::optional<ResourceName>* after);
  void source(const RowSet& rows);

  // The reference parameters that the include follows from a type, as far as they may be asked.
  std::vector<const fhir::SearchParameter*> parametersOf(const fhir::TypeDefinition& source) const;

  View view_;
  const Registry& registry_;
  const fhir::search::Include& include_;
  ConditionSql::Units units_;
  SqlText links_;
  bool first_ = true;
  bool fromSources_ = false;
  std::set<std::string_view> types_;  // that the links may lead to
  std::set<std::string_view> read_;   // of the sources, and what their conditions ask about
};

}  // namespace store
