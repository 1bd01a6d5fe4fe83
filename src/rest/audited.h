// What the audit trail says of who writes in a request, and why: docs/audit.md.
#pragma once

#include "src/rest/call.h"

namespace rest {

// From now on the session's writes are noted as the caller's.
void noteCaller(const Surroundings&, const http::Request&, Interaction);

}  // namespace rest
