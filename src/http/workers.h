// Workers: the threads that call the Handler, and the queue before them.
//
// Threading: submit, expire and the accessors from any thread; stop() once.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "src/http/answer.h"
#include "src/http/edge.h"

namespace http {

// Where an answer goes. Belongs to one reactor thread; others may hold it and read `gone`, nothing else. An
// answer is bound to this object, never to a descriptor or an address: it can't reach a connection that came
// later.
class ReplyAddress {
 public:
  virtual ~ReplyAddress() = default;
  virtual void reply(std::shared_ptr<ReplyAddress> self, std::uint64_t sequence,
                     Answer answer) = 0;  // any thread
  bool gone() const noexcept { return gone_.load(std::memory_order_relaxed); }

 protected:
  std::atomic<bool> gone_{false};
};

struct Job {
  Request request;
  std::shared_ptr<ReplyAddress> replyTo;
  std::uint64_t sequence = 0;
  TimePoint waitsSince;
};

class Workers {
 public:
  explicit Workers(Edge& edge);
  ~Workers();

  void start();
  // Empties `jobs`. Those that find the queue full are answered 503 at once, with `gzip` of the calling
  // thread.
  void submit(std::vector<Job>& jobs, Gzip& gzip);
  // Answers 503 to all that have waited longer than the queue's deadline.
  void expire(TimePoint now, Gzip& gzip);
  // Forgets what waits, lets running handlers finish.
  void stop();

  std::size_t queued() const;

 private:
  void run(unsigned worker);
  bool take(Job& job);
  void refuse(std::vector<Job>& jobs, const Fault& fault, Gzip& gzip);

  Edge& edge_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> queue_;
  unsigned sleeping_ = 0;
  bool waking_ = false;  // a worker was woken and has not yet looked
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace http
