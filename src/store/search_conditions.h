// Conditions: one criterion of a search as SQL, over a column of the type's table or over an index table.
//
// A value of the client is always bound; what is written into the text comes from the mapping files and from
// this program. Specification: Search, "Prefixes" and the section of each parameter type
// (https://hl7.org/fhir/R4/search.html).
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/search/query.h"
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
  const std::string& text() const noexcept { return text_; }
  std::vector<Parameter> parameters() const { return {values_.begin(), values_.end()}; }

 private:
  std::string text_;
  std::deque<std::string> values_;
};

// A condition on the row r by _id or _lastUpdated: columns that every place has.
void appendRowCondition(const fhir::TypeDefinition&, const fhir::search::Criterion&, SqlText&);
// A condition on mapped columns of r.
void appendColumnCondition(const Mapping&, const ColumnSearch&, const fhir::search::Criterion&, SqlText&);
// A condition on r.id through the parameter's index table.
void appendIndexCondition(const Registry&, const fhir::TypeDefinition&, const fhir::search::Criterion&,
                          SqlText&);

// Whether the modifier of the criterion can be answered from columns; an index table answers all that the
// parser lets through.
bool answersModifier(const ColumnSearch&, const fhir::search::Criterion&) noexcept;

}  // namespace store
