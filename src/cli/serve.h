// serve: the server as one process: the edge, the API and the store, until a signal ends it.
//
//   SIGTERM, SIGINT  stop accepting, finish what is in flight (drain-timeout), exit 0
//   SIGHUP           read the TLS certificate and key again
//
// Threading: runs in the caller's thread until the end; blocks the three signals for the process.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "fhir/model/outcome.h"
#include "src/platform/configuration.h"
#include "src/rules/rules.h"
#include "src/store/store.h"

namespace cli {

// libpq knows whole seconds only.
std::chrono::seconds connectTimeout(const platform::Configuration&);

// Where the wrapping key of encrypted values is.
keys::ProviderOptions providerOptions(const platform::Configuration&);

// The store of this configuration; `baseUrl` is the public base. Fails when the database cannot be reached
// (Failure::unavailable, with libpq's reason), lacks a migration of this program (Failure::conflict), or when
// a mapping file or the place of the key is wrong (Failure::badRequest).
fhir::Result<store::Store> openStore(const platform::Configuration&, std::string baseUrl);

// What a resource is checked for before it is written, with the definitions that are stored now. Fails
// (badRequest) when a folder of profiles can't be used.
fhir::Result<std::unique_ptr<rules::Rules>> rulesOf(const platform::Configuration&, const store::Store&);

// Fails when it cannot begin to serve: address in use (Failure::conflict), or as openStore does. `announce`
// prints a line that says where the server is.
fhir::Result<fhir::Done> serve(const platform::Configuration&, bool announce);

}  // namespace cli
