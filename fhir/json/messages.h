// What the parser says about a fault of JSON's own (fhir/model/messages.h has the others): what is wrong and
// how to mend it. No message repeats a value of the resource.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "fhir/definitions/definitions.h"

namespace fhir::json {

enum class Found : std::uint8_t { string, number, boolean, null, object, array };

std::string unknownMember(const TypeDefinition& owner, std::string_view name);
std::string missingResourceType();
std::string duplicateMember(std::string_view name);
std::string wrongType(const Property& property, bool sibling, Found found);
std::string arrayExpected(const Property& property, bool sibling);
std::string singleExpected(const Property& property, bool sibling);

}  // namespace fhir::json
