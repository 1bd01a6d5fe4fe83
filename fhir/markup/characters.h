// Characters of a text: whether they are UTF-8, whether XML can hold them, and where in the text they stand.
//
// Specification: Unicode 15, table 3-7; XML 1.0 (5th edition), section 2.2. Threading: pure functions.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace fhir::markup {

// A place in a text and what is wrong there; `reason` is static text.
struct Fault {
  std::size_t offset;
  std::string_view reason;
};

// The length of the well-formed UTF-8 sequence that starts with a byte above 0x7F; 0 when it is none (no
// overlong forms, no surrogates, nothing above U+10FFFF).
int sequenceLength(const unsigned char* at, const unsigned char* end) noexcept;

// Whether XML 1.0 can hold the character: no control but tab and line ends, no surrogate, not U+FFFE, U+FFFF.
bool isXmlCharacter(char32_t character) noexcept;

// The first place where a text is not UTF-8 or has a character that XML cannot hold.
std::optional<Fault> findCharacterFault(std::string_view text) noexcept;

struct Position {
  std::size_t line;    // from 1
  std::size_t column;  // from 1, in bytes
};
Position positionOf(std::string_view text, std::size_t offset) noexcept;

constexpr bool isBlank(char c) noexcept {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
bool isBlank(std::string_view text) noexcept;

}  // namespace fhir::markup
