// Links: what a reference inside a resource points to inside the same resource: what it contains, or the
// entries of the Bundle it stands in.
//
// Specification: References (https://hl7.org/fhir/R4/references.html#contained) and Bundle, "Resolving
// references in Bundles" (https://hl7.org/fhir/R4/bundle.html#references). Threading: one thread; the
// resource must outlive it. Cost: a Bundle's entries are indexed at the first question.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "fhir/model/resource.h"

namespace fhir::validation {

class Links {
 public:
  explicit Links(const Element& root) : root_(root) {}

  const Element& root() const noexcept { return root_; }
  // The root of the resource that `reference`, as it stands somewhere at or below `from`, points to; nullptr
  // when it points outside.
  const Element* resolve(const Element& from, std::string_view reference) const;

 private:
  void indexEntries() const;

  const Element& root_;
  mutable bool indexed_ = false;
  mutable std::unordered_map<std::string, const Element*> entries_;  // by fullUrl, and by Type/id
};

// The resource that the element is in (a contained one is a resource of its own).
const Element& resourceOf(const Element&) noexcept;
// The same, but of a contained resource the one that contains it: FHIRPath's %rootResource.
const Element& containerOf(const Element&) noexcept;
// The Bundle.entry that the element is in, the innermost; nullptr outside a Bundle.
const Element* entryOf(const Element&) noexcept;

}  // namespace fhir::validation
