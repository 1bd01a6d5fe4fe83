// The parameters that say what a search's answer looks like: _count, _sort, _total, _summary, _elements,
// _include, _revinclude, _contained, _containedType, _cursor.
//
// Specification: Search, "Managing Returned Resources" (https://hl7.org/fhir/R4/search.html#return).
// Threading: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "fhir/model/outcome.h"
#include "fhir/search/problems.h"
#include "fhir/search/query.h"

namespace fhir::search {

struct ResultContext {
  const Catalog& catalog;
  const ParseOptions& options;
  Problems& problems;  // what lenient handling leaves out of a list is told there
};

// What a result parameter is here.
enum class ResultParameter : unsigned char {
  none,         // no result parameter: a search parameter, or unknown
  applied,      // one that readResultParameter takes
  include,      // one that readInclude takes
  format,       // of the representation (_format, _pretty): not the search's
  unsupported,  // R4 has it, this server does not
};
ResultParameter classify(std::string_view name) noexcept;

// The part of `value` that counts, ready for the self link (a _count above the limit becomes the limit), or
// the issues: type notSupported for what lenient handling may leave out, another for a malformed value.
Result<std::string> readResultParameter(std::string_view name, std::string_view value, const ResultContext&,
                                        SearchQuery& query);

// _include and _revinclude with their modifiers (:iterate, and :recurse as it was called before R4), in
// include.cpp. An include that could find nothing is an error too.
Result<Include> readInclude(std::string_view name, std::string_view value, const SearchQuery&,
                            const Catalog&);

}  // namespace fhir::search
