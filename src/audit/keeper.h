// Keeper: keeps the audit trail while a server runs: checkpoints, and the partitions of coming months.
//
// Several servers on one database share the work. Threading: a thread of its own with a connection of its
// own, from the construction to the destruction, which waits for it. Errors: while the database is away it
// goes on trying.
#pragma once

#include <chrono>
#include <thread>

#include "src/audit/keys.h"
#include "src/store/connection.h"

namespace audit {

class Keeper {
 public:
  // Makes a checkpoint every `interval` in which something was written; without a key that signs, none.
  Keeper(store::ConnectionOptions, Keys, std::chrono::milliseconds interval);

 private:
  std::jthread thread_;
};

}  // namespace audit
