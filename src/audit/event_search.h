// A search of AuditEvents, as far as the trail's are concerned: what narrows the walk along the trail, and
// which events are found.
//
// Specification: AuditEvent, Search Parameters (https://hl7.org/fhir/R4/auditevent.html#search). `patient` is
// of the trail whose data it was; what a patient did is found by `agent`. Threading: pure functions.
#pragma once

#include "fhir/model/outcome.h"
#include "fhir/search/query.h"
#include "src/audit/event.h"

namespace audit {

// 400, not-supported, naming each part of the query that the trail cannot answer.
fhir::Outcome unanswerable(const fhir::search::SearchQuery&);
// What of the query an index of the trail answers, or bounds; matches() judges all of it.
store::TrailQuery boundsOf(const fhir::search::SearchQuery&);
bool matches(const Event&, const fhir::search::SearchQuery&);

}  // namespace audit
