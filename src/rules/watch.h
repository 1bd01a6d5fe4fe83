// Watch: follows the definitions that other processes store in the same database.
//
// Threading: a thread of its own with a session of its own, from the construction to the destruction, which
// waits for it. Errors: while the database is away it goes on trying.
#pragma once

#include <chrono>
#include <thread>

#include "src/rules/rules.h"
#include "src/store/store.h"

namespace rules {

class Watch {
 public:
  // Looks every `interval`: one statement over an index. Both must outlive it.
  Watch(Rules&, const store::Store&, std::chrono::milliseconds interval = std::chrono::seconds(2));

 private:
  std::jthread thread_;
};

}  // namespace rules
