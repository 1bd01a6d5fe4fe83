// EntryAnswer: what came of an entry, and how it stands in the Bundle that answers a batch or transaction.
//
// Specification: Bundle.entry.response (https://hl7.org/fhir/R4/bundle.html). Threading: value type.
#pragma once

#include <string>

#include "fhir/model/outcome.h"
#include "src/http/message.h"
#include "src/rest/bundle.h"
#include "src/rest/entries.h"

namespace rest {

struct EntryAnswer {
  http::Response response;
  std::string lastUpdated;  // of the version that it is about; empty: of none
};

// A fault, already located.
EntryAnswer refusedEntry(const fhir::Outcome&);

// The resource of an answer is entry.resource; an OperationOutcome that tells of a write or a fault is
// entry.response.outcome.
void writeAnswer(BundleWriter&, const Entry&, const EntryAnswer&);

}  // namespace rest
