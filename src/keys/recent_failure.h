// RecentFailure: a provider that has just failed is not asked again for a second; whoever asks meanwhile
// hears the same. So many threads do not hammer what is down, nor wait for its timeout one after the other.
//
// Threading: safe for all threads.
#pragma once

#include <chrono>
#include <mutex>
#include <optional>

#include "fhir/model/outcome.h"

namespace keys {

class RecentFailure {
 public:
  std::optional<fhir::Outcome> now() const {
    const std::lock_guard lock(mutex_);
    if (Clock::now() >= until_) return std::nullopt;
    return outcome_;
  }
  void note(const fhir::Outcome& outcome) {
    const std::lock_guard lock(mutex_);
    outcome_ = outcome;
    until_ = Clock::now() + std::chrono::seconds(1);
  }

 private:
  using Clock = std::chrono::steady_clock;

  mutable std::mutex mutex_;
  fhir::Outcome outcome_;
  Clock::time_point until_ = Clock::time_point::min();
};

}  // namespace keys
