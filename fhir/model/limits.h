// How much of one document a codec takes.
#pragma once

#include <cstddef>
#include <string>

namespace fhir {

// The same for every format, so that what one lets in another can give out.
struct ParseLimits {
  std::size_t maxDepth = 100;           // nested objects and arrays, counted as the JSON format has them
  std::size_t maxElements = 2'000'000;  // elements of one document
  std::size_t maxIssues = 100;          // faults reported; a last issue says how many more there were
  bool checkValues = true;              // false (JSON): primitives are not held to the format of their type
};

// For what this server wrote itself: checked when it was taken in, or a row of the platform, whose texts may
// be longer than FHIR takes in. A page is deeper than the resources in it, and has many.
inline constexpr ParseLimits ownLimits{.maxDepth = 110, .maxElements = 2'000'000'000, .checkValues = false};

}  // namespace fhir
