// A FHIR date or dateTime as the time it covers: "2026-03" is the whole of March.
//
// Specification: Search, section 3.1.1.4.7, date; Datatypes, dateTime. A value without a zone is taken as
// UTC. Threading: pure functions.
#pragma once

#include <optional>
#include <string_view>

#include "src/platform/instant.h"

namespace rest {

struct Period {
  platform::Instant low;
  platform::Instant high;  // exclusive
};

// YYYY, YYYY-MM, YYYY-MM-DD, or with Thh:mm, Thh:mm:ss, Thh:mm:ss.sss and a zone. nullopt for anything else.
std::optional<Period> parsePeriod(std::string_view text);

}  // namespace rest
