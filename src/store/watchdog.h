// Watchdog: ends the wait for a database that no longer answers.
//
// PostgreSQL ends a slow statement itself. A host that is frozen or cut off says nothing, and libpq waits for
// its answer without end. The watchdog shuts such a connection's socket down: libpq then finds it lost.
//
// Threading: one Watchdog for many sockets, each of one thread. Errors: none; a descriptor that cannot be
// copied is not watched.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_set>

namespace store {

class Watchdog {
 public:
  Watchdog();
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  // A connection's socket, by a copy of its descriptor: it is never another's.
  class Socket {
   public:
    Socket(std::shared_ptr<Watchdog> watchdog, int descriptor);
    ~Socket();
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;

    void expectAnswer(std::chrono::milliseconds within) noexcept;
    void answered() noexcept { deadline_.store(0, std::memory_order_relaxed); }

   private:
    friend class Watchdog;
    using Clock = std::chrono::steady_clock;
    void endIfLate(Clock::time_point now) noexcept;

    std::shared_ptr<Watchdog> watchdog_;
    int descriptor_;
    std::atomic<Clock::rep> deadline_{0};  // 0: nothing is expected
  };

 private:
  void run();

  std::mutex mutex_;  // guards what follows
  std::condition_variable wake_;
  std::unordered_set<Socket*> sockets_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace store
