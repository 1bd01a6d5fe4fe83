// The audit trail's events among the AuditEvents of the store: read, searched, and never written.
//
// docs/audit.md, "AuditEvent". Threading: as Call.
#pragma once

#include <optional>
#include <string_view>

#include "fhir/model/outcome.h"
#include "fhir/search/query.h"
#include "src/rest/call.h"

namespace rest {

bool isAuditEvent(const fhir::TypeDefinition*) noexcept;

// Whether the caller may ask for events of the trail, whatever of the store; for what takes no other target.
bool mayAskTrail(const allowed::Decision&, const Target&);

// The event of the trail that has this id, as the caller sees it; nullopt for another type, too.
fhir::Result<std::optional<store::StoredResource>> findTrailEvent(const Call&, const fhir::TypeDefinition&,
                                                                  std::string_view id);

// 403 for an event of the trail that a request would change or whose id it would give to another resource.
fhir::Result<fhir::Done> checkNoTrailEvent(const Surroundings&, const Target&);

// Session::search, with the events of the trail between those of the store, the newest first unless asked
// otherwise. A search that has nothing of the trail says so in query.ignored. Pages have no way back.
fhir::Result<store::SearchPage> searchWithTrail(const Call&, fhir::search::SearchQuery&);

}  // namespace rest
