// Text as characters (Unicode code points) rather than bytes, for the string functions.
//
// Threading: pure functions. Text that is not UTF-8 is taken byte by byte where it goes wrong.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace fhir::fhirpath {

// Bytes of the character that starts at text[0]; 0 for an empty text.
std::size_t characterSize(std::string_view text) noexcept;
char32_t decode(std::string_view character) noexcept;
void append(std::string& out, char32_t character);

std::size_t length(std::string_view text) noexcept;
// `count` characters from `start` (0-based), cut off at the end.
std::string_view substring(std::string_view text, std::size_t start, std::size_t count) noexcept;

// Case of Latin, Greek and Cyrillic letters.
std::string upper(std::string_view text);
std::string lower(std::string_view text);
// For ~: lower case, every run of white space one blank, none at the ends.
std::string normalized(std::string_view text);
std::string_view trim(std::string_view text) noexcept;

}  // namespace fhir::fhirpath
