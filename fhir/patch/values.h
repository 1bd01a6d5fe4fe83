// How the part `value` of a FHIRPath Patch becomes an element: a data type, a primitive in the type of the
// element it is for, a resource, or an anonymous type given part by part.
#pragma once

#include <string_view>

#include "fhir/model/resource.h"
#include "fhir/patch/fault.h"

namespace fhir::patch {

// The property of `owner` that an element called `name` is with this value; a choice is told by the value's
// type. nullptr with a fault in `fault` when there is none.
const Property* propertyFor(const TypeDefinition& owner, std::string_view name, const Element& part,
                            Fault& fault);

// Appends the value of `part` to `parent` as an element of the property, which `propertyFor` found.
// `added` is the new element.
Fault appendValue(Resource& resource, Element& parent, const Property& property, const Element& part,
                  Element*& added);

}  // namespace fhir::patch
