// The request target (RFC 9112, section 3.2) as path segments, parameters and, in absolute form, the host.
#pragma once

#include <string_view>

#include "src/http/message.h"

namespace http {

// Fills segments and query, and host when the target is in absolute form. False when the target is malformed.
bool parseTarget(Request& request);

}  // namespace http
