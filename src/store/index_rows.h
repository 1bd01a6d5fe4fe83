// IndexRows: the search values of resources as rows of the index tables (schema fhir, idx_*), ready to be
// written.
//
// The rows of a contained resource have the number of each parameter below zero: so nothing that asks for a
// parameter of resources finds them.
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

// Bytes of a code, system, id or uri that are indexed; the rest is cut off, since an index entry has a limit.
// Strings are kept whole, and found by their first kStringHead characters.
inline constexpr std::size_t kLongestIndexed = 1024;
inline constexpr std::size_t kStringHead = 600;
// Bytes of words in one row of fhir.idx_words, about; a resource with more has several rows.
inline constexpr std::size_t kWordsOfRow = 64 * 1024;

// A word of _text or _content as idx_words has it, behind its parameter's number: so the words of each type
// and parameter are found by themselves. A quoted lexeme, for tsvector and tsquery.
std::string lexeme(std::string_view parameterNumber, std::string_view word);

class IndexRows {
 public:
  // Adds the values of one resource with this key, and the rows of what it contains.
  void add(const Registry&, const fhir::TypeDefinition&, std::string_view key, const Searchable&);

  // Appends common table expressions ", token AS (INSERT ...)" for the tables that have rows. `gate` is an
  // expression of the statement that must have a row for anything to be written ("written"), or empty. The
  // values are appended to `parameters` and point into this object.
  void appendInserts(std::string_view gate, std::string& sql, std::vector<Parameter>& parameters);

  bool empty() const noexcept;

 private:
  static constexpr std::size_t kTableCount = 9;
  static constexpr std::size_t kMaxColumns = 13;
  struct Owner;
  void addValues(const Owner&, std::string_view key, const fhir::search::IndexValues&);
  void addNumbers(const Owner&, std::string_view key, const fhir::search::IndexValues&);
  void addTexts(const Owner&, std::string_view key, const fhir::search::IndexValues&);
  void appendContained(std::string_view gate, std::string& sql, std::vector<Parameter>& parameters);

  struct Table {
    std::vector<ArrayLiteral> columns = std::vector<ArrayLiteral>(kMaxColumns);
  };
  std::vector<Table> tables_ = std::vector<Table>(kTableCount);
  std::vector<ArrayLiteral> contained_ = std::vector<ArrayLiteral>(5);  // rows of fhir.contained
};

// Appends ", old_token AS (DELETE ...)" for all index tables: `keys` and `parameterNumbers` are array
// literals.
void appendIndexDeletes(std::string_view keys, std::string_view parameterNumbers, std::string& sql,
                        std::vector<Parameter>& parameters);

// The statement that removes what the index tables have of the resources that one contains; parameters: its
// type and key.
const std::string& containedDeletes();

// A whole statement that deletes rows of one of a site's own parameters, by its number, at most so many of
// each index table. It tells how many there were.
void appendParameterDeletes(std::string_view number, std::size_t most, std::string& sql,
                            std::vector<Parameter>& parameters);

// Refuses (422) values that are not all there are, naming each parameter: what is stored must be found by
// every search.
fhir::Result<fhir::Done> checkComplete(const fhir::TypeDefinition&, const Searchable&);

}  // namespace store
