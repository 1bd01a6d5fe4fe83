// Expansion: a value set with all its codes, or a page of them.
//
// Specification: operation ValueSet/$expand (https://hl7.org/fhir/R4/valueset-operation-expand.html). The
// order is that of the rules and of the code systems, so that pages fit together. Threading: pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/terminology/composition.h"

namespace fhir::terminology {

struct ExpansionRequest {
  std::string filter;  // words; each begins a word of the display, of a designation or the code
  std::optional<std::size_t> offset, count;
  bool includeDesignations = false;
  std::vector<std::string> designations;  // only those of this language or use, "system|code" or "language"
  bool includeDefinition = false;         // ValueSet.compose
  bool activeOnly = false;
  bool excludeNotForUI = false;  // leaves abstract codes out
  bool isNested = false;         // excludeNested = false
  std::string displayLanguage;
  std::vector<std::string> excludedSystems;  // canonicals
  SystemVersions versions;
  std::string identifier;  // of this expansion, a uri
  std::string timestamp;   // a dateTime
};

// Codes that one answer lists; more are asked for in pages (count).
inline constexpr std::size_t maxExpansion = 20'000;

// The value set with `expansion`. Fails with 422: `too-costly` for a whole that is too large for one answer,
// `not-found` and `not-supported` where it depends on what is not here. Never a part without saying so.
Result<Resource> expand(const Source&, const ValueSet&, const ExpansionRequest&);

}  // namespace fhir::terminology
