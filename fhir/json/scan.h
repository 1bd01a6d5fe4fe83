// Looks at JSON text without parsing it.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace fhir::json {

// A place where a text can't be JSON whatever its structure: bytes that are not UTF-8, unescaped control
// characters other than white space, or half of a surrogate pair.
struct TextFault {
  std::size_t offset;
  std::string_view reason;
};
std::optional<TextFault> findTextFault(std::string_view text) noexcept;

// The value of the member "resourceType" of the object that `text` starts with, wherever in the object it
// stands. No value when there is no such member, or the text is no JSON object; an empty one when the value
// is no string.
std::optional<std::string_view> scanResourceType(std::string_view text) noexcept;

}  // namespace fhir::json
