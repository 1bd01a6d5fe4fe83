// The resource that a request names by type and id.
//
// Threading: as Call.
#pragma once

#include <string_view>

#include "fhir/definitions/definitions.h"
#include "fhir/model/outcome.h"
#include "src/rest/call.h"
#include "src/store/store.h"

namespace rest {

// 404. An illegal id or version names nothing, so it is answered like any other that is not there.
fhir::Outcome noneOf(const fhir::TypeDefinition&, bool ofVersion = false);

// What the store has found; 404 for nothing, 410 for what was deleted.
fhir::Result<store::StoredResource> present(fhir::Result<std::optional<store::StoredResource>> found,
                                            const fhir::TypeDefinition&, bool ofVersion = false);

// The current version of the resource; 404, 410.
fhir::Result<store::StoredResource> readNamed(Call&, const fhir::TypeDefinition&, std::string_view id);
// That of the target; in the version that the target names, if it names one.
fhir::Result<store::StoredResource> readNamed(Call&);

}  // namespace rest
