#include "src/store/parameter_watch.h"

#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <string>

#include "src/platform/log.h"

namespace store {
namespace {

// Whether there is more to do at once.
fhir::Result<bool> look(Session& session, std::string& seen) {
  const fhir::TypeDefinition* const types[] = {fhir::findResourceType("SearchParameter")};
  auto mark = session.changeMark(types);
  if (!mark) return std::move(mark).outcome();
  if (*mark != seen) {
    if (auto defined = session.defineParameters(); !defined) return std::move(defined).outcome();
    seen = *std::move(mark);
  }
  if (auto followed = session.followParameters(); !followed) return std::move(followed).outcome();
  return session.buildIndexes();
}

}  // namespace

ParameterWatch::ParameterWatch(const Store& store, std::chrono::milliseconds interval)
    : thread_([&store, interval](const std::stop_token& stop) {
        Session session = store.session();
        std::mutex mutex;
        std::condition_variable_any sleep;
        std::string seen;
        bool wasAway = false;
        std::unique_lock lock(mutex);
        while (!stop.stop_requested()) {
          const auto more = look(session, seen);
          if (!more && !wasAway) platform::log::warning("search indexes cannot be looked after; trying on");
          wasAway = !more;
          if (more && *more) continue;
          sleep.wait_for(lock, stop, interval, [] { return false; });
        }
      }) {}

}  // namespace store
