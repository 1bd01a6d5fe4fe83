// A text as a JSON string (RFC 8259, section 7), for every room that writes JSON.
#pragma once

#include <string>
#include <string_view>

namespace fhir {

// Appends `text` (valid UTF-8) with its quotes; escapes quotes, backslashes and control characters only.
void appendJsonString(std::string_view text, std::string& out);

// Whether any byte is a control character (below U+0020). Word by word.
bool hasControl(std::string_view text) noexcept;

}  // namespace fhir
