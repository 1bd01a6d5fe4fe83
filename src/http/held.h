// Held: an answer that waits for its Hold while its worker serves others.
//
// It goes to the ReplyAddress that its request came from, and to no other, once: as it is, or a fault in its
// place. Threading: release() from any thread. Ownership: the Edge and the HeldCount must outlive it.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>

#include "src/http/job_queue.h"

namespace http {

// How many wait; for an orderly end.
class HeldCount {
 public:
  void begin() noexcept;
  void end() noexcept;
  void waitForNone();
  std::size_t now() const noexcept;

 private:
  mutable std::mutex mutex_;
  std::condition_variable none_;
  std::size_t count_ = 0;
};

class Held {
 public:
  Held(Edge& edge, HeldCount& count, Job job, Answer answer);
  ~Held();  // release(false), unless it has been released
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;

  void release(bool goes);

 private:
  Edge& edge_;
  HeldCount& count_;
  Job job_;  // without a ReplyAddress when it has gone
  Answer answer_;
};

// Replies to a job; with an answer that has a Hold when that lets it go.
void replyTo(Job job, Answer answer, Edge& edge, HeldCount& count);

}  // namespace http
