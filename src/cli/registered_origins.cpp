#include "src/cli/registered_origins.h"

#include "src/smart/client.h"
#include "src/smart/url.h"

namespace cli {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::seconds kKept{5};
constexpr std::size_t kMostKept = 1000;

}  // namespace

bool RegisteredOrigins::has(const std::string& origin) {
  if (!smart::isOrigin(origin)) return false;
  {
    const std::lock_guard lock(mutex_);
    const auto found = verdicts_.find(origin);
    if (found != verdicts_.end() && Clock::now() < found->second.until) return found->second.registered;
  }
  const auto connection = connections_.borrow();
  const auto asked = smart::isRegisteredOrigin(*connection, origin);
  if (!asked) return false;
  const std::lock_guard lock(mutex_);
  // Whoever sends many origins makes it forget, and no more.
  if (verdicts_.size() >= kMostKept) verdicts_.clear();
  verdicts_.insert_or_assign(origin, Verdict{*asked, Clock::now() + kKept});
  return *asked;
}

}  // namespace cli
