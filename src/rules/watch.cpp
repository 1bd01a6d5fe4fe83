#include "src/rules/watch.h"

#include <condition_variable>
#include <mutex>
#include <stop_token>

#include "src/platform/log.h"

namespace rules {

Watch::Watch(Rules& rules, const store::Store& store, std::chrono::milliseconds interval)
    : thread_([&rules, &store, interval](const std::stop_token& stop) {
        store::Session session = store.session();
        std::mutex mutex;
        std::condition_variable_any sleep;
        bool wasAway = false;
        std::unique_lock lock(mutex);
        while (!sleep.wait_for(lock, stop, interval, [&] { return stop.stop_requested(); })) {
          const bool isAway = !rules.refresh(session).ok();
          if (isAway && !wasAway) platform::log::warning("stored definitions cannot be looked at; trying on");
          wasAway = isAway;
        }
      }) {}

}  // namespace rules
