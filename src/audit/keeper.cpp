#include "src/audit/keeper.h"

#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <utility>

#include "src/audit/checkpoint.h"
#include "src/platform/log.h"

namespace audit {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::hours kDay{24};

class Work {
 public:
  Work(store::ConnectionOptions options, Keys keys)
      : connection_(std::move(options)), keys_(std::move(keys)) {}

  bool run() {
    if (Clock::now() >= partitionsDue_) {
      auto made = connection_.run("SELECT fhir.make_audit_partitions()");
      if (!made) return false;
      if (made->number(0, 0) > 0)
        platform::log::info("audit partitions made", {{"count", made->number(0, 0)}});
      partitionsDue_ = Clock::now() + kDay;
    }
    if (!keys_.canSign()) return true;
    const auto made = makeCheckpoint(connection_, keys_);
    if (!made) return false;
    // The log is a place outside the database that knows what was signed.
    if (*made)
      platform::log::info("audit checkpoint",
                          {{"number", (*made)->number}, {"sha256", hashOf((*made)->statement)}});
    return true;
  }

 private:
  store::Connection connection_;
  Keys keys_;
  Clock::time_point partitionsDue_ = Clock::now();
};

}  // namespace

Keeper::Keeper(store::ConnectionOptions options, Keys keys, std::chrono::milliseconds interval) {
  if (!keys.canSign())
    platform::log::warning("no signed checkpoints of the audit trail: audit-key names no private key");
  thread_ = std::jthread(
      [options = std::move(options), keys = std::move(keys), interval](const std::stop_token& stop) mutable {
        Work work(std::move(options), std::move(keys));
        std::mutex mutex;
        std::condition_variable_any sleep;
        bool wasAway = false;
        std::unique_lock lock(mutex);
        do {
          const bool isAway = !work.run();
          if (isAway && !wasAway) platform::log::warning("the audit trail cannot be looked after; trying on");
          wasAway = isAway;
        } while (!sleep.wait_for(lock, stop, interval, [&] { return stop.stop_requested(); }));
      });
}

}  // namespace audit
