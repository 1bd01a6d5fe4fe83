// The parameters that say what a search's answer looks like: _count, _sort, _total, _summary, _elements,
// _cursor.
//
// Specification: Search, "Managing Returned Resources" (https://hl7.org/fhir/R4/search.html#return).
// Threading: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "fhir/model/outcome.h"
#include "fhir/search/query.h"

namespace fhir::search {

struct ResultContext {
  const TypeDefinition& type;
  const Catalog& catalog;
  const ParseOptions& options;
};

// What a result parameter is here.
enum class ResultParameter : unsigned char {
  none,         // no result parameter: a search parameter, or unknown
  applied,      // one that readResultParameter takes
  format,       // of the representation (_format, _pretty): not the search's
  unsupported,  // R4 has it, this server does not
};
ResultParameter classify(std::string_view name) noexcept;

// The part of `value` that counts, ready for the self link (a _count above the limit becomes the limit), or
// the issues: type notSupported for what lenient handling may leave out, another for a malformed value.
Result<std::string> readResultParameter(std::string_view name, std::string_view value, const ResultContext&,
                                        SearchQuery& query);

}  // namespace fhir::search
