// ValueSet: one value set in memory, made from its resource: the rules it is composed by, and the expansion
// that it brings along.
//
// Specification: ValueSet (https://hl7.org/fhir/R4/valueset.html). Threading: immutable. Ownership: all views
// are of the resource that it holds.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fhir/model/outcome.h"
#include "fhir/model/resource.h"

namespace fhir::fhirpath {
class Regex;
}

namespace fhir::terminology {

enum class FilterOperator : std::uint8_t {
  equal,
  isA,
  descendentOf,
  isNotA,
  regex,
  in,
  notIn,
  generalizes,
  exists,
  unknown,  // none of R4's
};

struct Filter {
  std::string_view property, value;
  FilterOperator op = FilterOperator::unknown;
  std::shared_ptr<const fhirpath::Regex> pattern;  // op regex; nullptr when it is broken
};

struct ListedConcept {
  std::string_view code, display;
  const Element* element = nullptr;  // its designations
};

// ValueSet.compose.include or .exclude.
struct Inclusion {
  const Element* element = nullptr;
  std::string_view system, version;  // without system: only what valueSets name
  std::vector<ListedConcept> concepts;
  std::vector<std::size_t> sorted;  // positions in `concepts`, in the order of their codes
  std::vector<Filter> filters;
  std::vector<std::string_view> valueSets;  // a code must be in all of them

  const ListedConcept* find(std::string_view code) const noexcept;
};

// A code of ValueSet.expansion.
struct ExpandedCode {
  std::string_view system, version, code, display;
  bool isAbstract = false, isInactive = false;
  const Element* element = nullptr;
};

class ValueSet {
 public:
  // Fails (unprocessable) for a listed concept without code, and for a resource without url unless `needsUrl`
  // is false: one that is only looked at.
  static Result<std::shared_ptr<const ValueSet>> read(Resource, bool needsUrl = true);

  std::string url, version;
  bool hasCompose = false;
  bool excludesInactive = false;  // compose.inactive = false
  std::vector<Inclusion> includes, excludes;
  std::vector<ExpandedCode> expansion;
  bool isExpansionComplete = false;

  const Element& root() const noexcept { return resource_.root(); }

 private:
  explicit ValueSet(Resource resource) : resource_(std::move(resource)) {}
  Resource resource_;
};

}  // namespace fhir::terminology
