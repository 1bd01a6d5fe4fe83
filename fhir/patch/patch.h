// Patch: a change of a resource, described by operations, applied whole or not at all.
//
// Specifications: JSON Patch (RFC 6902) with JSON Pointer (RFC 6901); FHIRPath Patch
// (https://hl7.org/fhir/R4/fhirpatch.html).
// Errors: Failure::badRequest when the patch itself is malformed, Failure::unprocessable when it can't be
// applied or gives no valid resource. An issue names the operation (counted from 0) and its path; its
// expression is the FHIRPath of the place in the resource (JSON Patch) or in the Parameters (FHIRPath Patch).
// No issue repeats a value of the resource.
// Threading: pure functions. What is given is never changed.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "fhir/model/outcome.h"
#include "fhir/model/resource.h"

namespace fhir::patch {

// Bounds against patches made to exhaust the server, such as one that doubles what it copied before.
struct Limits {
  std::size_t maxOperations = 1000;
  std::size_t maxDepth = 100;               // nested objects and arrays, of the document and of the result
  std::size_t maxValues = 2'000'000;        // JSON values of the document and of all that is added to it
  std::size_t maxBytes = 64 * 1024 * 1024;  // of their texts and names
  // Items passed over to reach, insert or remove others (JSON Patch); steps of FHIRPath (FHIRPath Patch).
  std::size_t maxSteps = 10'000'000;
};

// RFC 6902 over any JSON document. Numbers keep every digit and are compared by value (1.0 equals 1); members
// keep their order, new ones come last.
Result<std::string> applyJsonPatch(std::string_view document, std::string_view patch, const Limits& = {});

// JSON Patch over a resource in FHIR's JSON format. The result has the structure of a resource, and its type
// and id are those it had.
Result<Resource> applyJsonPatchToResource(std::string_view resource, std::string_view patch,
                                          const Limits& = {});

// FHIRPath Patch; `patch` is a Parameters resource. The result as above.
Result<Resource> applyFhirPathPatch(const Resource& resource, const Resource& patch, const Limits& = {});

}  // namespace fhir::patch
