// Whether a text may go on to the database and back into answers.
#pragma once

#include <string_view>

namespace fhir::search {

// Valid UTF-8 (no overlong forms, no surrogates) without control characters other than tab, CR and LF.
bool isPlainUtf8(std::string_view text) noexcept;

}  // namespace fhir::search
