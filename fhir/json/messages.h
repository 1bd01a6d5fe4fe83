// What the parser says about a fault: what is wrong and how to mend it. No message repeats a value of the
// resource.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "fhir/definitions/definitions.h"

namespace fhir::json {

enum class Found : std::uint8_t { string, number, boolean, null, object, array };

std::string unknownElement(const TypeDefinition& owner, std::string_view name);
std::string unknownResourceType(std::string_view name);
std::string missingResourceType();
std::string duplicateMember(std::string_view name);
std::string secondChoice(const Property& first, const Property& second);
std::string wrongType(const Property& property, bool sibling, Found found);
std::string wrongValue(const Property& property);
std::string arrayExpected(const Property& property, bool sibling);
std::string singleExpected(const Property& property, bool sibling);

// A name for use in a path or message: as it is when it is a short identifier, else empty.
std::string_view presentable(std::string_view name) noexcept;

}  // namespace fhir::json
