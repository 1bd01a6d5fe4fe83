// Source: where code systems and value sets are looked up by their canonicals.
//
// Threading: read by many threads at once. Ownership: what it gives lives as long as the source does.
#pragma once

#include <span>
#include <string_view>

#include "fhir/terminology/code_system.h"
#include "fhir/terminology/value_set.h"

namespace fhir::terminology {

class Source {
 public:
  virtual ~Source() = default;
  // `canonical`: url or url|version; without a version the newest. nullptr when it is not here.
  virtual const CodeSystem* codeSystem(std::string_view canonical) const = 0;
  virtual const ValueSet* valueSet(std::string_view canonical) const = 0;

 protected:
  Source() = default;
  Source(const Source&) = default;
  Source& operator=(const Source&) = default;
};

// All that R4's own package defines, but for its examples: FHIR's code systems, the tables of version 2 and
// 3, and the value sets over them. A resource is made ready when it is first asked for. Static storage.
const Source& r4() noexcept;
// Their canonical urls, sorted.
std::span<const std::string_view> r4CodeSystems() noexcept;
std::span<const std::string_view> r4ValueSets() noexcept;
// Whether R4 defines a value set or the whole of a code system under this url. Of some it has only examples.
bool isDefinedByR4(std::string_view url) noexcept;

}  // namespace fhir::terminology
