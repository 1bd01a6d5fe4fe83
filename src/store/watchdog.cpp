#include "src/store/watchdog.h"

#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include <utility>

namespace store {
namespace {

constexpr std::chrono::milliseconds kLooksEvery{250};

}  // namespace

Watchdog::Watchdog() : thread_([this] { run(); }) {}

Watchdog::~Watchdog() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void Watchdog::run() {
  pthread_setname_np(pthread_self(), "db-watchdog");
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, kLooksEvery, [this] { return stopping_; })) {
    const auto now = Socket::Clock::now();
    for (Socket* socket : sockets_) socket->endIfLate(now);
  }
}

Watchdog::Socket::Socket(std::shared_ptr<Watchdog> watchdog, int descriptor)
    : watchdog_(std::move(watchdog)), descriptor_(::dup(descriptor)) {
  const std::lock_guard lock(watchdog_->mutex_);
  watchdog_->sockets_.insert(this);
}

Watchdog::Socket::~Socket() {
  {
    const std::lock_guard lock(watchdog_->mutex_);
    watchdog_->sockets_.erase(this);
  }
  if (descriptor_ >= 0) ::close(descriptor_);
}

void Watchdog::Socket::expectAnswer(std::chrono::milliseconds within) noexcept {
  deadline_.store((Clock::now() + within).time_since_epoch().count(), std::memory_order_relaxed);
}

void Watchdog::Socket::endIfLate(Clock::time_point now) noexcept {
  Clock::rep deadline = deadline_.load(std::memory_order_relaxed);
  if (deadline == 0 || now.time_since_epoch().count() < deadline || descriptor_ < 0) return;
  if (deadline_.compare_exchange_strong(deadline, 0)) ::shutdown(descriptor_, SHUT_RDWR);
}

}  // namespace store
