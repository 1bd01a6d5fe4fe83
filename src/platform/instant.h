// Instants: points in time as RFC 3339 and FHIR's `instant` write them, always in UTC on the way out.
//
// Specification: FHIR R4, Datatypes, section 2.24.0.1 Primitive Types, instant. Threading: pure functions.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace platform {

using Instant = std::chrono::sys_time<std::chrono::microseconds>;

Instant now() noexcept;

// "2026-01-02T03:04:05.678Z"; cut off, not rounded, to milliseconds. Years 0001 to 9999.
std::string formatMilliseconds(Instant);
// "2026-01-02T03:04:05.678901Z"
std::string formatMicroseconds(Instant);

// Date, 'T', time with seconds, any number of decimals (cut off after six), 'Z' or an offset up to 14:00.
// nullopt when the text is anything else or no real date. A leap second (:60) counts as the first moment
// after it.
std::optional<Instant> parseInstant(std::string_view text);

}  // namespace platform
