// What audit_events.cpp and audit_pages.cpp share.
#pragma once

#include "src/audit/event.h"
#include "src/rest/call.h"

namespace rest {

// Adds what the caller may see of the trail; false: nothing of it.
bool narrowTo(const Surroundings&, store::Permission, store::TrailQuery&);
store::StoredResource storedOf(const audit::Event&);

}  // namespace rest
