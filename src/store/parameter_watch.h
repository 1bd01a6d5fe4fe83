// ParameterWatch: makes what stored SearchParameters define searchable, and builds indexes that are not
// complete.
//
// Several servers on one database share the work: one at a time builds. Threading: a thread of its own with a
// session of its own, from the construction to the destruction, which waits for it. Errors: while the
// database is away it goes on trying.
#pragma once

#include <chrono>
#include <thread>

#include "src/store/store.h"

namespace store {

class ParameterWatch {
 public:
  // Looks every `interval` for what has changed: two statements over small tables. The store must outlive it.
  explicit ParameterWatch(const Store&, std::chrono::milliseconds interval = std::chrono::seconds(1));

 private:
  std::jthread thread_;
};

}  // namespace store
