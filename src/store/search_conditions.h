// Conditions: a search's conditions as SQL over the rows where a type's resources stand.
//
// A value of the client is always bound; what is written into the text comes from the mapping files and from
// this program. Specification: Search (https://hl7.org/fhir/R4/search.html).
//
// Every statement calls the row it judges `r` and an index table's row `i`; what is nested has names of its
// own.
#pragma once

#include <deque>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/search/query.h"
#include "src/store/access.h"
#include "src/store/connection.h"
#include "src/store/mapping/mapping.h"
#include "src/store/registry.h"

namespace store {

// SQL text with the values that its `?` take, in order. Owns the values.
class SqlText {
 public:
  SqlText& operator<<(std::string_view sql) {
    text_ += sql;
    return *this;
  }
  SqlText& bind(std::string value, std::string_view cast = {}) {
    values_.push_back(std::move(value));
    text_ += '?';
    if (!cast.empty()) {
      text_ += "::";
      text_ += cast;
    }
    return *this;
  }
  void append(const SqlText& other) {
    text_ += other.text_;
    values_.insert(values_.end(), other.values_.begin(), other.values_.end());
  }
  // For text that begins with `prefix`: the rest.
  SqlText withoutPrefix(std::string_view prefix) const {
    SqlText rest = *this;
    rest.text_.erase(0, prefix.size());
    return rest;
  }
  const std::string& text() const noexcept { return text_; }
  std::vector<Parameter> parameters() const { return {values_.begin(), values_.end()}; }

 private:
  std::string text_;
  std::deque<std::string> values_;
};

// Where a type's resources stand, each with its own way to answer a condition.
enum class Place : std::uint8_t {
  columns,  // rows of the type's table whose columns say all there is about the mapped parameters
  whole,    // rows of the table that are wholly indexed (fhir_indexed_whole): by index tables, and by columns
            // that always say all
  table,    // all rows of the table, for conditions that are answered alike for all of them: as `whole`
  generic,  // rows of the generic store: by index tables
  contained  // what stands inside resources of any type (fhir.contained): by index tables, below zero
};

// Rows of one place: of one type, or in the generic store and among what is contained of several.
struct RowSet {
  Place place = Place::generic;
  std::vector<const TypePlan*> plans;
  const TypePlan& plan() const noexcept { return *plans.front(); }
};

// What a statement is made over, and for whom. Everything that reads resources is given one, so that none
// forgets for whom it reads.
struct View {
  const Registry& registry;
  const Access* access;  // nullptr: the server itself, which sees everything
};

class ConditionSql {
 public:
  // The units (UCUM codes) that a column of a table has now.
  using Units = std::function<std::vector<std::string>(std::string_view table, std::string_view column)>;

  ConditionSql(const View& view, Units units, SqlText& out)
      : view_(view), registry_(view.registry), units_(std::move(units)), out_(out) {}

  // Found by a search, or brought by an include: what the rows must be seen by.
  enum class Found : std::uint8_t { bySearch, byInclude };
  // " FROM ... WHERE ..." of the rows that fulfil all conditions, are not deleted, and are seen.
  void from(const RowSet&, const std::vector<fhir::search::Condition>&, Found = Found::bySearch);
  // " AND ..." for each condition on the row r; nothing of what is seen.
  void and_(const RowSet&, const std::vector<fhir::search::Condition>&);
  // "SELECT r.id FROM ...": the keys of all resources of a type that fulfil the conditions, in a union of its
  // places.
  void keys(const TypePlan&, const std::vector<fhir::search::Condition>&);

  // The places of a type for these conditions and columns to sort by.
  std::vector<Place> places(const TypePlan&, const std::vector<fhir::search::Condition>&,
                            const std::vector<fhir::search::SortKey>& sort = {});
  // Whether some rows of the type's table answer something of them by a column, and others by the index.
  bool dividesTable(const TypePlan&, const std::vector<fhir::search::Condition>&) const;
  // The types whose rows were asked about.
  const std::set<std::string_view>& types() const noexcept { return types_; }

 private:
  void one(const RowSet&, const fhir::search::Condition&);
  void compare(const RowSet&, const fhir::search::Criterion&);
  void compareColumns(const RowSet&, const fhir::search::Criterion&);
  void composite(const RowSet&, const fhir::search::Criterion&);
  void compositeElements(const RowSet&, const fhir::search::Criterion&, const fhir::search::Value&);
  void follow(const RowSet&, const fhir::search::Chain&);
  void reverse(const RowSet&, const fhir::search::Has&);
  void combine(const RowSet&, const fhir::search::Logic&);
  void listed(const RowSet&, const fhir::search::InList&);
  bool dividesTable(const TypePlan&, const fhir::search::Condition&) const;
  // Of a row that is seen already: " FROM ... WHERE ..." without asking again.
  void fromSeen(const RowSet&, const std::vector<fhir::search::Condition>&);
  bool mayAsk(const TypePlan&, const fhir::SearchParameter&) const;
  bool showsColumnsOnly(const RowSet&) const;
  const ColumnSearch* columnOf(const RowSet&, const fhir::search::Criterion&) const;
  const MappedColumn* linkColumn(const RowSet&, const fhir::SearchParameter& link) const;

  View view_;
  const Registry& registry_;
  Units units_;
  SqlText& out_;
  std::set<std::string_view> types_;
};

// "EXISTS (...)": whether rows of these types wait to be indexed; the first column of every search's
// statement (Session::Impl::runIndexed).
std::string rowsWait(const std::set<std::string_view>& types);

// The column that answers a parameter of the type; nullptr when an index table does.
const ColumnSearch* columnSearch(const TypePlan&, const fhir::SearchParameter&) noexcept;
// Whether the modifier can be answered from columns; what cannot is in the index tables for rows of
// Place::columns too.
bool answersModifier(const ColumnSearch&, fhir::search::Modifier) noexcept;

// Whether the column answers it for all rows of the table.
bool alwaysAnswers(const ColumnSearch&, fhir::search::Modifier) noexcept;

// --- row_conditions.cpp: _id and _lastUpdated, columns that every place has ---
void rowCondition(const RowSet&, const fhir::search::Criterion&, SqlText&);

// --- column_conditions.cpp ---
void columnCondition(const Registry&, const Mapping&, const ColumnSearch&, const fhir::search::Criterion&,
                     const ConditionSql::Units&, SqlText&);

// --- index_conditions.cpp ---
std::string_view indexTable(const fhir::SearchParameter&) noexcept;
// r's key through the parameter's index table.
void indexCondition(const Registry&, const RowSet&, const fhir::search::Criterion&, SqlText&);
// One value against the row i of the parameter's index table.
void indexValueCondition(const Registry&, const fhir::search::Criterion&, const fhir::search::Value&,
                         SqlText&);
// The row's parameter as fhir.parameter has it: what is contained has its numbers below zero.
std::string parameterOf(const RowSet&, std::string_view row);
// "i.parameter = 17", or of several types "i.parameter = ANY ('{17,42}')".
// `row`: the name of the index table's row.
std::string parameterIs(const Registry&, const RowSet&, const fhir::SearchParameter&,
                        std::string_view row = "i");
// The same of a composite's component.
std::string componentIs(const Registry&, const RowSet&, const fhir::SearchParameter& composite,
                        std::size_t component);

}  // namespace store
