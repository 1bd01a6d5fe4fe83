// The conninfo that every connection of the server is made with.
//
// Threading: a pure function.
#pragma once

#include <string>

#include "fhir/model/outcome.h"
#include "src/store/connection.h"

namespace store {

// The caller's URL or key=value list with the server's own settings: time zone, time limits, the statement
// timeout. Failure::unavailable when it is not understood.
fhir::Result<std::string> connectionString(const ConnectionOptions& options);

}  // namespace store
