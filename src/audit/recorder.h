// Recorder: writes accesses into the audit trail, many at a time, and says of each when its line is there for
// good.
//
// A thread of its own writes what has come while it wrote what came before: one row of audit_logs, committed
// with WAL on the disk. So nobody waits for more than two writes, and the more come at once, the less each
// costs. After a connection is lost the batch is written once more on a new one: its lines may then stand
// twice, with the same ids, and are never missing.
//
// Threading: record() and the counters from any thread. Ownership: it must outlive whoever may call record().
// Errors: what cannot be written is answered with false, and the next batch is tried on a new connection;
// what finds the queue full is answered with false at once.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "src/audit/access.h"
#include "src/store/connection.h"

namespace audit {

class Recorder {
 public:
  struct Options {
    store::ConnectionOptions connection;
    std::size_t mostWaiting = 10'000;  // accesses
    // While there is always something to write, the least time from the beginning of one row to that of the
    // next: each costs PostgreSQL as much as several reads.
    std::chrono::microseconds pace{2000};
  };
  // Whether its accesses are written down. Called once, on the Recorder's thread or the caller's of record().
  using Done = std::function<void(bool written)>;

  explicit Recorder(Options);
  ~Recorder();  // writes what waits
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  void record(std::vector<Access> accesses, Done done);

  std::uint64_t written() const noexcept { return written_.load(std::memory_order_relaxed); }  // accesses
  std::uint64_t failed() const noexcept { return failed_.load(std::memory_order_relaxed); }
  std::uint64_t rows() const noexcept { return rows_.load(std::memory_order_relaxed); }

 private:
  struct Waiting {
    std::vector<Access> accesses;
    Done done;
  };
  class Writer;

  bool enqueue(std::vector<Access>& accesses, Done& done);
  void run();
  std::vector<Waiting> take();  // of what waits, as much as makes a row; empty: it is over
  void finish(std::vector<Waiting>&, bool written);

  const Options options_;
  std::mutex mutex_;  // guards what follows
  std::condition_variable wake_;
  std::vector<Waiting> queue_;
  std::size_t waiting_ = 0;  // accesses in the queue
  bool asleep_ = false;
  bool stopping_ = false;

  std::atomic<std::uint64_t> written_{0}, failed_{0}, rows_{0};
  std::thread thread_;
};

}  // namespace audit
