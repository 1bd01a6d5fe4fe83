// Growth: adds elements to a resource while it is read, each in constant time whatever the text holds.
//
// New elements become last children, in any order; a codec whose text may have them in another order than the
// element table's sorts each parent once it is complete. Resource::append, which keeps the order at each
// step, is for trees that are changed. Threading: one thread at a time. Ownership: elements live in the
// resource.
#pragma once

#include <cstddef>

#include "fhir/model/resource.h"

namespace fhir {

class Growth {
 public:
  explicit Growth(Resource& resource) : resource_(resource) {}

  // A new last child. `type` is needed only where the property's type is abstract.
  Element& append(Element& parent, const Property& property, const TypeDefinition* type = nullptr);
  std::size_t elements() const noexcept { return elements_; }  // appended so far

 private:
  Resource& resource_;
  std::size_t elements_ = 0;
  Element* spare_ = nullptr;  // elements allocated ahead
  Element* spareEnd_ = nullptr;
};

// Brings children into the order of the element table; those of one element keep theirs.
void sortChildren(Element& parent) noexcept;

// The first child of the property's element, whichever type of a choice it has.
Element* findChild(const Element& parent, const Property& property) noexcept;

// FHIRPath of the value of `property` that would be added to `parent` next.
std::string pathOfNext(const Element& parent, const Property& property);

}  // namespace fhir
