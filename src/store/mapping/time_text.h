// FHIR's dates and times <-> PostgreSQL's own text of date and timestamptz (DateStyle ISO, TimeZone UTC).
//
// Threading: pure functions. No allocation beyond the result.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace store::mapping {

// A whole date, "2024-02-29"; nullopt for partial and impossible dates.
std::optional<std::string> toDate(std::string_view fhir);
// A dateTime or instant with a time and zone: "2024-01-01T10:00:00.50Z" -> "2024-01-01 10:00:00.5+00". Digits
// beyond the microsecond are cut. nullopt for dates, for a leap second, and where the year in UTC is not 1 to
// 9999.
std::optional<std::string> toTimestamp(std::string_view fhir);

// Append the FHIR text without quotes; false (and nothing appended) for what FHIR cannot say: infinity, BC,
// year 10000.
bool appendDate(std::string_view date, std::string& out);
bool appendInstant(std::string_view timestamp, std::string& out);

}  // namespace store::mapping
