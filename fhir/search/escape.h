// Escaping in the values of search parameters: \, \| \$ \\ stand for the character itself.
//
// Specification: Search, "Escaping Search Parameters" (https://hl7.org/fhir/R4/search.html#escaping).
// Threading: pure functions. Ownership: the views point into the text that was given.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace fhir::search {

// Whether each backslash is followed by one of , | $ and backslash.
bool escapesAreLegal(std::string_view raw) noexcept;
// Else: what is wrong, as the end of a sentence.
inline constexpr std::string_view illegalEscape =
    "has a '\\' that escapes none of , | $ and \\ (a '\\' itself is sent as '\\\\').";

// The parts between the separators that are not escaped, escapes still in them; one empty part for an empty
// text.
std::vector<std::string_view> splitUnescaped(std::string_view raw, char separator);

std::string unescape(std::string_view raw);
// The text as a value that stands for it: unescape(escape(text)) == text.
std::string escape(std::string_view text);

}  // namespace fhir::search
