// Searchset: what all that answer with the Bundle of a search share.
//
// Specification: Search, "The response" (https://hl7.org/fhir/R4/search.html#return). Threading: as Call.
#pragma once

#include <string_view>
#include <vector>

#include "fhir/model/outcome.h"
#include "fhir/search/query.h"
#include "src/rest/bundle.h"
#include "src/rest/call.h"

namespace rest {

NamedValues namedValues(Parameters);
// What the client must know about the answer, as an entry of its own: what handling=lenient left out, and
// that there was more to include.
void writeOutcome(BundleWriter&, const fhir::search::SearchQuery&, bool includesCut);
// An entry for each, shown as asked for. `mode`: "match" or "include".
fhir::Result<fhir::Done> writeResources(BundleWriter&, const Call&, std::vector<store::StoredResource>,
                                        std::string_view mode);

}  // namespace rest
