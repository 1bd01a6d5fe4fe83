// Order: _sort as SQL, and the position in it where a page begins.
//
// Specification: Search, "Sorting" (https://hl7.org/fhir/R4/search.html#sort). Of several values of a
// parameter the least counts in ascending order, the greatest in descending order. Resources without a value
// come last, either way. Of references R4 defines no order.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/search/query.h"
#include "src/store/registry.h"
#include "src/store/search_conditions.h"

namespace store {

// A page's cursor, opened: the values of the row that it begins after.
struct PagePosition {
  bool backward = false;                           // the page before that row, not after it
  std::vector<std::optional<std::string>> values;  // by sort key, as text
  std::string key;                                 // the row's key
  std::string type;                                // of a search across types: the row's type
};

// One key of the order over the rows of one place.
struct OrderKey {
  std::string expression;  // over r, or over the row s of an index table that leads the scan
  std::string_view type;   // "timestamptz", "numeric", "text" ...: what it and a cursor's value are cast to
  bool descending = false;
  bool nullable = true;
  // An index table that gives the rows in this order: " FROM fhir.idx_date s JOIN ..." is led by it. Empty:
  // none.
  std::string leading;       // "fhir.idx_date"
  std::string leadingWhere;  // conditions on s: its parameter, and that no other value of the row comes first
  std::string without;       // condition on r: it has no value there
};

// The key of a sort over the rows. Only the first of an order may lead the scan.
OrderKey orderKey(const Registry&, const RowSet&, const fhir::search::SortKey&, bool isFirst);

// The condition that a row comes after the position (or before it, backward), by these keys from `first` on,
// then the row's key and, across types, its type.
void afterCondition(const std::vector<OrderKey>& keys, std::size_t first, const PagePosition&,
                    bool keysDescend, std::string_view typeExpression, SqlText&);

}  // namespace store
