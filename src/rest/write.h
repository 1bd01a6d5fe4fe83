// What create, update and patch share, in the steps that a request takes alone and a transaction takes for
// many (docs/decisions/0301-conditions-and-bundles.md).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "fhir/model/outcome.h"
#include "fhir/model/resource.h"
#include "src/rest/call.h"
#include "src/rest/conditions.h"
#include "src/rest/criteria.h"
#include "src/store/store.h"

namespace rest {

// Whether the request has a body, or the entry a resource.
bool hasBody(const Call&) noexcept;
// The body as a resource; of an entry its resource, which is taken. 415, 400 when it is not the structure of
// one.
fhir::Result<fhir::Resource> bodyOfAnyType(const Call&);
// The body as a resource of the target's type. 415, 400 when it is not the structure of one, 400 for another
// type.
fhir::Result<fhir::Resource> bodyResource(const Call&);

// What a create or update asks, beside its resource.
struct Asked {
  WriteCondition condition;
  std::optional<Criteria> criteria;  // of If-None-Exist, or of the URL of an update
};

// Which resource a create or update is about.
struct Subject {
  std::string id;  // empty: a new one, which the store makes
  store::Precondition precondition;
  std::optional<store::StoredResource> kept;  // what a conditional create has found: it stays as it is
};

// How a create and an update differ.
struct WriteSteps {
  // From the headers and the URL alone.
  fhir::Result<Asked> (*ask)(const Call&);
  // With criteria: inside the transaction of the write, after exclude(). `id`: of the resource in the body,
  // may be empty. 412 when the condition does not hold or matches several, 400 or 409 for the wrong id.
  fhir::Result<Subject> (*find)(Call&, const Asked&, std::string_view id);
};
extern const WriteSteps createSteps;  // create.cpp
extern const WriteSteps updateSteps;  // update.cpp

// What the resource has to be, whatever is stored: of the target's type. 400 otherwise.
fhir::Result<fhir::Done> checkType(const Call&, const fhir::TypeDefinition& type);

// All steps of one request.
Answer write(Call&, const WriteSteps&);

struct Checked {
  std::optional<fhir::Outcome> refusal;  // 422 with every error
  fhir::Outcome warnings;  // looked for only where the client will see them (Prefer: return=OperationOutcome)
};
// Checks a resource against the rules for writes.
Checked checkRules(const Call&, const fhir::Resource&);

// 201 with Location for a created resource, else 200 (of a create with Location, too: its client has no id
// yet); the body as Prefer: return asks (default: the representation).
http::Response writtenAnswer(const Call&, store::Written, const fhir::Outcome& warnings = {});

// What If-Match and If-None-Match ask of the version that is written over. Reads the resource when If-Match
// names several versions. 412 when it can't hold.
fhir::Result<store::Precondition> preconditionOf(Call&, const WriteCondition&, std::string_view id);
// Whether they hold for the match of criteria; 412 when they do not.
fhir::Result<fhir::Done> checkMatch(const WriteCondition&, const std::optional<store::StoredResource>& match);

}  // namespace rest
