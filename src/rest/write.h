// What create, update and patch share: the resource in the body, and the answer that tells what was written.
#pragma once

#include <optional>

#include "fhir/model/outcome.h"
#include "fhir/model/resource.h"
#include "src/rest/call.h"
#include "src/rest/conditions.h"
#include "src/store/store.h"

namespace rest {

// The body as a resource. 415, 400 when it is not the structure of one.
fhir::Result<fhir::Resource> bodyOfAnyType(const Call&);
// The body as a resource of the target's type. 415, 400 when it is not the structure of one, 400 for another
// type.
fhir::Result<fhir::Resource> bodyResource(const Call&);

struct Checked {
  std::optional<fhir::Outcome> refusal;  // 422 with every error
  fhir::Outcome warnings;  // looked for only where the client will see them (Prefer: return=OperationOutcome)
};
// Checks a resource against the rules for writes.
Checked checkRules(const Call&, const fhir::Resource&);

// 201 with Location for a created resource, else 200; the body as Prefer: return asks (default: the
// representation).
http::Response writtenAnswer(const Call&, store::Written, const fhir::Outcome& warnings = {});

// The version that a write must find, of those that If-Match names; nullopt when it names none. Reads the
// resource when it names several. 412 when none of them can be the current one.
fhir::Result<std::optional<store::VersionId>> expectedVersion(Call&, const WriteCondition&);

}  // namespace rest
