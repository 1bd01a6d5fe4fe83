// The same tests on encrypted values: with HV_TEST_ENCRYPTED, the name of a key file, each store of a test
// encrypts.
#pragma once

#include <cstdlib>

#include "src/store/store.h"

namespace support {

inline bool isEncrypted() {
  return std::getenv("HV_TEST_ENCRYPTED") != nullptr;
}

inline void encrypt(store::StoreOptions& options) {
  if (const char* file = std::getenv("HV_TEST_ENCRYPTED"))
    options.encryption.uri = std::string("file:") + file;
}

}  // namespace support
