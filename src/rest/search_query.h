// The one way in which a request's parameters become a search: parsed, and its codes looked up.
//
// Threading: as Call.
#pragma once

#include "fhir/search/query.h"
#include "src/rest/bundle.h"
#include "src/rest/call.h"

namespace rest {

// As fhir::search::parse(). Of the modifiers :in, :not-in, :above and :below the codes are known then; 400
// when they cannot be told, naming the parameter. Inside a transaction what was known of terminology before
// it counts.
fhir::Result<fhir::search::SearchQuery> readQuery(const Call&, const fhir::search::Scope&,
                                                  const NamedValues& parameters, bool lenient);

}  // namespace rest
