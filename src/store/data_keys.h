// The wrapped keys of a database (fhir.data_key): read, made, wrapped anew.
//
// Threading: one thread at a time for one Connection. Errors: the database's and the provider's.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "src/keys/keyring.h"
#include "src/store/connection.h"
#include "src/store/store.h"

namespace store {

fhir::Result<std::vector<keys::StoredKey>> readDataKeys(Connection&);

// A keyring of the database with a connection of its own. When a provider is named and there are no keys,
// they are made.
fhir::Result<std::unique_ptr<keys::Keyring>> openKeyring(const StoreOptions&, const ConnectionOptions&);

// A new key of the use; false: there is a current one, and `replace` is false.
fhir::Result<bool> addDataKey(Connection&, keys::Provider&, keys::StoredKey::Use, bool replace);

// Wraps each key anew that the provider's current key did not wrap; how many these were.
fhir::Result<std::size_t> rewrapDataKeys(Connection&, keys::Provider&);

// How far all values are encrypted with the current key.
struct EncryptionProgress {
  bool isDone = true;
  std::string place;               // what is being walked through
  std::uint64_t rows = 0;          // that were looked at
  std::uint64_t failed = 0;        // of them, that could not be opened
  std::string startedAt, endedAt;  // as PostgreSQL writes them; empty: not yet
};
fhir::Result<std::optional<EncryptionProgress>> encryptionProgress(Connection&);

}  // namespace store
