// Permission: what a request may do at all, before anything is read or written.
//
// It is the first half of the access decision: by the types and permissions that it takes. The other half,
// which rows of them, the session's plans carry (store/access.h). Specification: SMART App Launch 2.2,
// "Scopes for requesting FHIR resources". Threading: pure functions. Errors: 403 that names the scope that is
// missing.
#pragma once

#include "fhir/model/outcome.h"
#include "fhir/search/query.h"
#include "src/rest/call.h"

namespace rest {

fhir::Result<fhir::Done> checkAllowed(const Surroundings&, const http::Request&, const Target&);

// Of a search across types: those that the caller may not search are left out when the request does not name
// them (`named`), else refused.
fhir::Result<fhir::Done> keepAllowed(const Call&, bool named, fhir::search::SearchQuery&);

}  // namespace rest
