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
  std::string url;            // without a query
  NamedValues parameters;     // what was applied, without the cursor
  std::string cursor;         // of this page; empty on the first
  std::string next;           // cursor; empty on the last
  std::string previous = {};  // cursor; empty on the first
};

// Writes self, first and, where there are such pages, previous and next. Keeps _format and _pretty as they
// were sent. 400 when there is a next page whose link would be too long to be asked for (Limits::linkBytes),
// as a long form sent by POST can make it.
fhir::Result<fhir::Done> writeLinks(BundleWriter&, const Call&, PageLinks);

}  // namespace rest
