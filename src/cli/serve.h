// serve: the server as one process: the edge, the API and the store, until a signal ends it.
//
//   SIGTERM, SIGINT  stop accepting, finish what is in flight (drain-timeout), exit 0
//   SIGHUP           read the TLS certificate and key again
//
// Threading: runs in the caller's thread until the end; blocks the three signals for the process.
#pragma once

#include <optional>
#include <string>

#include "fhir/model/outcome.h"
#include "fhir/validation/validator.h"
#include "src/platform/configuration.h"
#include "src/store/store.h"

namespace cli {

// What the store is opened with; `baseUrl` is the public base.
store::StoreOptions storeOptions(const platform::Configuration&, std::string baseUrl);

// What a resource is checked for before it is written; nullopt: nothing but its structure.
std::optional<fhir::validation::Options> writeRules(const platform::Configuration&);

// Fails when it cannot begin to serve: address in use (Failure::conflict), database away
// (Failure::unavailable), a wrong mapping file (Failure::badRequest). `announce` prints a line that says
// where the server is.
fhir::Result<fhir::Done> serve(const platform::Configuration&, bool announce);

}  // namespace cli
