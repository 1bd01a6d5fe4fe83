// Where a key of Vault's transit engine is: "https://host:8200/MOUNT/KEY"; the mount may have several
// segments.
//
// Threading: pure function. Errors: badRequest: https is for everywhere, http for loopback addresses alone;
// no user, query or fragment; mount and key of letters, digits, '.', '_' and '-'.
#pragma once

#include <string>

#include "fhir/model/outcome.h"

namespace keys {

struct VaultAddress {
  std::string origin;    // "https://host:8200"
  bool isPlain = false;  // http
  std::string mount;     // "transit"
  std::string key;
};

fhir::Result<VaultAddress> parseVaultAddress(const std::string& url);

}  // namespace keys
