// What every codec says about faults in a resource's structure: what is wrong and how to mend it. No message
// repeats a value of the resource.
//
// Threading: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "fhir/definitions/definitions.h"

namespace fhir {

// 'name'
std::string quote(std::string_view name);
// A name for use in a path or message: as it is when it is a short identifier, else empty.
std::string_view presentable(std::string_view name) noexcept;

std::string unknownElement(const TypeDefinition& owner, std::string_view name);
// The element of the type that somebody meant who wrote this name; empty when none is near.
std::string_view nearestElement(const TypeDefinition& owner, std::string_view name);
std::string unknownResourceType(std::string_view name);
std::string secondChoice(const Property& first, const Property& second);
// `text`: the value that isValid(property, text) refuses. Of a narrative it is said what must be mended, and
// where.
std::string wrongValue(const Property&, std::string_view text);

}  // namespace fhir
