// Texts in other codes: base64, hexadecimal, and the escapes of HTML and JSON.
//
// Threading: pure functions. Errors: nullopt for an unknown format or a text that is not of the format.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace fhir::fhirpath {

// Formats: "base64", "urlbase64", "hex".
std::optional<std::string> encodeText(std::string_view text, std::string_view format);
std::optional<std::string> decodeText(std::string_view text, std::string_view format);
// Formats: "html", "json".
std::optional<std::string> escapeText(std::string_view text, std::string_view format);
std::optional<std::string> unescapeText(std::string_view text, std::string_view format);

}  // namespace fhir::fhirpath
