// EncryptionWatch: encrypts in the background what the platform wrote with plain SQL, and everything after a
// new key.
//
// Several servers on one database share the work: one at a time does it. Threading: a thread of its own with
// a session of its own, from the construction to the destruction, which waits for it. Errors: while the
// database or a key is away it goes on trying, and says so once.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <thread>

#include "src/store/store.h"

namespace store {

class EncryptionWatch {
 public:
  // At most `rowsPerSecond`, so that who is served does not wait; 0: as many as it can. The store must
  // outlive it.
  EncryptionWatch(const Store&, std::uint32_t rowsPerSecond,
                  std::chrono::milliseconds interval = std::chrono::seconds(1));

 private:
  std::jthread thread_;
};

}  // namespace store
