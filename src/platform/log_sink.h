// BufferedSink: where the log's lines go, many of them with one system call.
//
// A line waits at most 50 ms for others; a warning, an error and a full buffer (64 KiB) write at once, with
// all lines before them. The destructor writes what is left. A killed process loses what waited.
//
// Threading: spdlog's sinks lock their calls; a thread of its own writes what waited long enough. Errors of
// the descriptor are dropped, with the lines that met them.
#pragma once

#include <spdlog/sinks/base_sink.h>

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

namespace platform::log {

class BufferedSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  // The descriptor stays the caller's and must outlive the sink.
  explicit BufferedSink(int descriptor);
  ~BufferedSink() override;
  BufferedSink(const BufferedSink&) = delete;
  BufferedSink& operator=(const BufferedSink&) = delete;

 private:
  void sink_it_(const spdlog::details::log_msg& message) override;
  void flush_() override;
  void run();

  int descriptor_;
  std::string waiting_;
  bool stopping_ = false;
  std::condition_variable wake_;  // with base_sink's mutex_
  std::thread writer_;            // last: it uses all above
};

}  // namespace platform::log
