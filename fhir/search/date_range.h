// Dates and instants as search sees them: the range of time that they cover.
//
// Specification: Search, "Date" (https://hl7.org/fhir/R4/search.html#date); Datatypes, date, dateTime and
// instant. Units: microseconds since 1970-01-01T00:00:00Z; DateRange::high is exclusive. Threading: pure
// functions.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

#include "fhir/search/query.h"

namespace fhir::search {

inline constexpr std::int64_t openStart = std::numeric_limits<std::int64_t>::min();
inline constexpr std::int64_t openEnd = std::numeric_limits<std::int64_t>::max();

// yyyy, yyyy-mm, yyyy-mm-dd, or yyyy-mm-ddThh:mm[:ss[.f...]] with Z, +hh:mm, -hh:mm or nothing.
// nullopt for anything else and for dates that do not exist.
//
// A date, or a time without zone, is taken as UTC. "2013" covers the year, "2013-01-14T10:00" the minute,
// "...:00.5" a tenth of a second; digits beyond the microsecond are cut off. Second 60 is the next minute's
// first.
std::optional<DateRange> dateRange(std::string_view text);

}  // namespace fhir::search
