#include "src/platform/log_sink.h"

#include <pthread.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <string_view>

namespace platform::log {
namespace {

constexpr std::chrono::milliseconds kLongestWait{50};
constexpr std::size_t kMostWaiting = 64 * 1024;

}  // namespace

BufferedSink::BufferedSink(int descriptor) : descriptor_(descriptor), writer_([this] { run(); }) {
  pthread_setname_np(writer_.native_handle(), "log");
}

BufferedSink::~BufferedSink() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  writer_.join();
}

void BufferedSink::sink_it_(const spdlog::details::log_msg& message) {
  const bool first = waiting_.empty();
  waiting_.append(message.payload.data(), message.payload.size()).push_back('\n');
  if (message.level >= spdlog::level::warn || waiting_.size() >= kMostWaiting) {
    flush_();
  } else if (first) {
    wake_.notify_one();
  }
}

void BufferedSink::flush_() {
  std::string_view rest = waiting_;
  while (!rest.empty()) {
    const ssize_t written = ::write(descriptor_, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) break;
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  waiting_.clear();
}

void BufferedSink::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    wake_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    wake_.wait_for(lock, kLongestWait, [this] { return stopping_; });
    flush_();
  }
  flush_();  // stopped before the first wait
}

}  // namespace platform::log
