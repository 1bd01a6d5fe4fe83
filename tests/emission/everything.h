// Everything that a server answers with: each page of each type's search and history, of the system's
// history, its CapabilityStatement, and the OperationOutcomes of its refusals.
#pragma once

#include <functional>
#include <string>

#include "fhir/model/resource.h"
#include "tests/rest/api_fixture.h"

namespace emission {

struct Seen {
  std::size_t answers = 0;
  std::size_t resources = 0;  // in Bundles, former versions too
};

// Calls `visit` with the target and the body of each answer. Fails the test for an answer of another status
// than it must have.
Seen everything(fixture::Server&,
                const std::function<void(const std::string&, const fhir::Resource&)>& visit);

}  // namespace emission
