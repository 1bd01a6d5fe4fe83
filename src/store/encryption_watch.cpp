#include "src/store/encryption_watch.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <stop_token>

#include "src/platform/log.h"

namespace store {
namespace {

using namespace std::chrono;

constexpr std::size_t kRowsAtOnce = 100;

// How long these rows may take.
steady_clock::duration timeOf(std::size_t rows, std::uint32_t perSecond) {
  return perSecond == 0
             ? steady_clock::duration::zero()
             : duration_cast<steady_clock::duration>(duration<double>(1) * static_cast<double>(rows) /
                                                     static_cast<double>(perSecond));
}

}  // namespace

EncryptionWatch::EncryptionWatch(const Store& store, std::uint32_t rowsPerSecond, milliseconds interval)
    : thread_([&store, rowsPerSecond, interval](const std::stop_token& stop) {
        Session session = store.session();
        const std::size_t most =
            rowsPerSecond == 0 ? kRowsAtOnce : std::clamp<std::size_t>(rowsPerSecond / 10, 1, kRowsAtOnce);
        std::mutex mutex;
        std::condition_variable_any sleep;
        bool wasAway = false;
        std::unique_lock lock(mutex);
        while (!stop.stop_requested()) {
          const auto begun = steady_clock::now();
          const auto done = session.encryptSome(most);
          if (!done && !wasAway)
            platform::log::warning("stored values cannot be encrypted now; trying on",
                                   {{"reason", done.outcome().issues().front().diagnostics}});
          wasAway = !done;
          const auto rest = done && done->more
                                ? timeOf(done->rows, rowsPerSecond) - (steady_clock::now() - begun)
                                : steady_clock::duration(interval);
          if (rest > steady_clock::duration::zero()) sleep.wait_for(lock, stop, rest, [] { return false; });
        }
      }) {}

}  // namespace store
