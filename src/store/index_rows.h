// IndexRows: the search values of resources as rows of the index tables (schema fhir, idx_*), ready to be
// written.
//
// Threading: value type.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/search/index.h"
#include "src/store/connection.h"
#include "src/store/key.h"
#include "src/store/registry.h"

namespace store {

// Bytes of a value that are indexed; the rest is cut off, since an index entry has a limit.
inline constexpr std::size_t kLongestIndexed = 256;

class IndexRows {
 public:
  // Adds the values of one resource with this key.
  void add(const Registry&, const fhir::TypeDefinition&, std::string_view key,
           const fhir::search::IndexValues&);

  // Appends common table expressions ", token AS (INSERT ...)" for the tables that have rows. `gate` is an
  // expression of the statement that must have a row for anything to be written ("written"), or empty. The
  // values are appended to `parameters` and point into this object.
  void appendInserts(std::string_view gate, std::string& sql, std::vector<Parameter>& parameters);

  bool empty() const noexcept;

 private:
  static constexpr std::size_t kTableCount = 7;
  static constexpr std::size_t kMaxColumns = 10;
  struct Table {
    std::vector<ArrayLiteral> columns = std::vector<ArrayLiteral>(kMaxColumns);
  };
  std::vector<Table> tables_ = std::vector<Table>(kTableCount);
};

// Appends ", old_token AS (DELETE ...)" for all index tables: `keys` and `parameterNumbers` are array
// literals.
void appendIndexDeletes(std::string_view keys, std::string_view parameterNumbers, std::string& sql,
                        std::vector<Parameter>& parameters);

// Refuses (422) values that are not all there are, naming each parameter: what is stored must be found by
// every search.
fhir::Result<fhir::Done> checkComplete(const fhir::TypeDefinition&, const fhir::search::IndexValues&);

}  // namespace store
