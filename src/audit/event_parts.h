// What event.cpp and event_entities.cpp share.
#pragma once

#include "src/audit/event.h"

namespace audit {

inline constexpr std::string_view kUri = "urn:ietf:rfc:3986";

// A write that a trigger of the database has noted.
bool isWrite(const store::TrailEvent&) noexcept;
// Asked of the API, rather than done by SQL, an import or the command line.
bool isRest(const store::TrailEvent&) noexcept;
// Whose data it was, which resources, what was searched for, and the request: after the event's subtypes.
void addEntities(const store::TrailEvent&, Event&);

}  // namespace audit
