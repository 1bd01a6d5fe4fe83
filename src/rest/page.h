// Page links of search and history: https://hl7.org/fhir/R4/http.html#paging.
//
// A page is told by an opaque cursor of the store in the parameter _cursor, added to the parameters of the
// first page.
#pragma once

#include <string>
#include <string_view>

#include "src/rest/bundle.h"
#include "src/rest/call.h"

namespace rest {

inline constexpr std::string_view kCursorParameter = "_cursor";

struct PageLinks {
  std::string url;         // without a query
  NamedValues parameters;  // what was applied, without the cursor
  std::string cursor;      // of this page; empty on the first
  std::string next;        // cursor; empty on the last
};

// Writes self, first and, when there are more, next. Keeps _format and _pretty as they were sent.
void writeLinks(BundleWriter&, const Call&, PageLinks);

}  // namespace rest
