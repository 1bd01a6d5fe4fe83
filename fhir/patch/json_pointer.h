// JSON Pointer (RFC 6901): where a value stands in a JSON document.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/definitions/definitions.h"

namespace fhir::patch {

using JsonPointer = std::vector<std::string>;  // its tokens, unescaped; none for the whole document

// nullopt when it is none: it must be empty or start with '/', and each '~' be followed by 0 or 1.
std::optional<JsonPointer> parsePointer(std::string_view text);

// The index that a token names in an array: digits without leading zeros.
std::optional<std::size_t> arrayIndex(std::string_view token) noexcept;

// The FHIRPath of the same place in a resource of the type, as far as the type has such a place:
// "Patient.name[0].family" for /name/0/family.
std::string fhirPath(const TypeDefinition& type, std::span<const std::string> pointer);

}  // namespace fhir::patch
