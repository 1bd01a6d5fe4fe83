// ManyRows: an INSERT of many rows that fill the same columns: columns, the arrays of their values, and
// constants.
//
// Threading: one thread at a time. Ownership: the arrays must outlive run(). Errors: the database's.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "src/store/session_impl.h"

namespace store {

class ManyRows {
 public:
  // `cast`: what makes the column's value of an item.
  void column(std::string_view name, std::string_view type, ArrayLiteral& values, std::string_view cast = {});
  void constant(std::string_view name, std::string_view value);
  // Runs it with the index rows; the stamp of each key.
  fhir::Result<std::unordered_map<std::string, Stamp>> run(Connection& connection, std::string_view table,
                                                           IndexRows& index);

 private:
  std::string names_, arrays_, items_, values_, constants_;
  std::vector<Parameter> parameters_;
};

}  // namespace store
