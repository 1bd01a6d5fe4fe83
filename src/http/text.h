// Characters and lists of HTTP's own grammar (RFC 9110, section 5.6; RFC 3986, section 2.1).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace http::text {

bool isTokenCharacter(char c) noexcept;             // tchar
bool isToken(std::string_view text) noexcept;       // 1*tchar
bool isFieldValue(std::string_view text) noexcept;  // no CR, LF, NUL or other control but HTAB
bool isUtf8(std::string_view text) noexcept;        // well formed: no overlong form, no surrogate
bool equalsIgnoringCase(std::string_view a, std::string_view b) noexcept;  // ASCII
std::string_view trim(std::string_view text) noexcept;                     // SP and HTAB at both ends

// Takes the part before the next `separator` that is not inside a quoted string, trimmed; `rest` keeps what
// follows.
std::string_view nextElement(std::string_view& rest, char separator = ',') noexcept;

// Whether a comma-separated list of tokens has this one (case-insensitive).
bool listHas(std::string_view list, std::string_view token) noexcept;

enum class Plus { IsPlus, IsSpace };
// nullopt when an escape is broken, stands for NUL, or the outcome is not UTF-8.
std::optional<std::string> percentDecode(std::string_view text, Plus plus);

// uri-host [":" port] (RFC 9110, section 7.2), not empty, no user information.
bool isHost(std::string_view text) noexcept;

}  // namespace http::text
