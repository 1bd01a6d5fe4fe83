// RuleWatch: holds the audit trail against rules while it grows, and tells of what they find: a row in
// notifications for each administrator with the duty audit, a log line and a number.
//
// Several servers on one database share the work: one at a time does it, and another goes on where it ends.
// Threading: a thread of its own with a connection of its own, from the construction to the destruction,
// which waits for it; the numbers may be asked for by any thread. Errors: while the database is away it goes
// on trying, and says so once; then it reads again what counts still.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <thread>
#include <vector>

#include "src/audit/rules.h"
#include "src/store/connection.h"

namespace audit {

class RuleWatch {
 public:
  struct Options {
    store::ConnectionOptions connection;
    Rules rules;
    std::chrono::milliseconds interval{2000};  // from one look to the next
    std::chrono::milliseconds settled{2000};   // what is younger is not looked at yet
    std::size_t mostKept = 1'000'000;  // moments and patients of all who are counted, some 150 bytes each
  };

  explicit RuleWatch(Options);
  ~RuleWatch();
  RuleWatch(const RuleWatch&) = delete;
  RuleWatch& operator=(const RuleWatch&) = delete;

  const Rules& rules() const noexcept { return options_.rules; }
  // How often this server told of the rule, by its place.
  std::uint64_t raised(std::size_t rule) const noexcept {
    return raised_[rule].load(std::memory_order_relaxed);
  }
  // Seconds: how old the newest row may be that was not looked at. 0 while another server watches.
  double behind() const noexcept;

 private:
  class Work;

  void run(const std::stop_token&);

  const Options options_;
  std::vector<std::atomic<std::uint64_t>> raised_;
  // Microseconds of the steady clock at which the watch would be on time; 0: another server watches.
  std::atomic<std::int64_t> seenUntil_;
  std::jthread thread_;
};

}  // namespace audit
