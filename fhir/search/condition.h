// One parameter of a query, name and value -> Condition: plain, chained, reversed (_has), words, _list or
// _filter.
//
// Specification: Search (https://hl7.org/fhir/R4/search.html), "Chained parameters" and "Reverse Chaining".
// Threading: one thread.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "fhir/definitions/definitions.h"
#include "fhir/search/problems.h"
#include "fhir/search/query.h"

namespace fhir::search {

class ConditionReader {
 public:
  ConditionReader(const Catalog& catalog, const ParseOptions& options, Problems& problems)
      : catalog_(catalog), options_(options), problems_(&problems) {}

  // A condition on resources of the type; nullopt after a problem was told (which lenient handling may leave
  // out).
  std::optional<Condition> read(const TypeDefinition& type, std::string_view name, std::string_view value);

  // A plain parameter with its modifier ("name:exact"), for filters too.
  std::optional<Criterion> readCriterion(const TypeDefinition& type, std::string_view name,
                                         std::string_view value);
  // The targets of a chain over `link` ("subject" or "subject:Patient"), each with what `inner` reads for it.
  // A type for which it reads nothing is no target; without any the first problem is told.
  using Inner = std::function<std::optional<Condition>(const TypeDefinition& target)>;
  std::optional<Condition> readChain(const TypeDefinition& type, std::string_view link, const Inner& inner);

  // What is read from now on is asked of the search's type of this number: each may have as many values and
  // words.
  void turnTo(std::size_t type) {
    if (counts_.size() <= type) counts_.resize(type + 1);
    type_ = type;
  }

  Problems& problems() noexcept { return *problems_; }
  const Catalog& catalog() const noexcept { return catalog_; }
  // The query asks for one more word of a text; false when there are too many, which is told.
  bool countWord();
  // One level deeper, of chains, _has and filters; false when that is too deep, which is told.
  bool enter();
  void leave() noexcept { --depth_; }

 private:
  std::optional<Condition> readHas(const TypeDefinition& type, std::string_view rest, std::string_view value);
  std::optional<Condition> readList(std::string_view value);
  const SearchParameter* findParameter(const TypeDefinition& type, std::string_view code);
  bool isTooMuch();  // of values or words, which is told
  const SearchParameter* findLink(const TypeDefinition& type, std::string_view code);
  bool readModifier(std::string_view modifier, Criterion& criterion);
  bool readHierarchies(const SearchParameter& reference);
  bool countValues(std::size_t more);
  bool readValues(const TypeDefinition& type, std::string_view value, Criterion& criterion);

  const Catalog& catalog_;
  const ParseOptions& options_;
  Problems* problems_;
  struct Counts {
    std::size_t values = 0;
    std::size_t words = 0;
  };
  std::vector<Counts> counts_{{}};  // of each type of the search
  std::size_t type_ = 0;
  std::size_t held_ = 0;     // values, in all
  std::size_t targets_ = 0;  // of chains, in all
  std::size_t depth_ = 0;
};

// _text and _content: https://hl7.org/fhir/R4/search.html#content
std::optional<Condition> readFullText(ConditionReader&, const SearchParameter&, std::string_view value);

// _filter: https://hl7.org/fhir/R4/search_filter.html
std::optional<Condition> readFilter(ConditionReader&, const TypeDefinition&, std::string_view filter);

}  // namespace fhir::search
