// Workers: the threads that call the Handler, and the queue before them.
//
// Threading: submit, expire and the accessors from any thread; stop() once.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "src/http/edge.h"
#include "src/http/held.h"
#include "src/http/job_queue.h"

namespace http {

class Workers {
 public:
  explicit Workers(Edge& edge);
  ~Workers();

  void start();
  // Empties `jobs`, whose clients wait since `now`. Those that need no worker are answered at once; those
  // that find the queue full are answered 503 at once, with `gzip` of the calling thread.
  void submit(std::vector<Job>& jobs, TimePoint now, Gzip& gzip);
  // Answers 503 to all that have waited longer than the queue's deadline.
  void expire(TimePoint now, Gzip& gzip);
  // Forgets what waits, lets running handlers finish, and answers that are held go.
  void stop();

  std::size_t queued() const;
  std::size_t held() const noexcept { return held_.now(); }

 private:
  void run(unsigned worker);
  std::optional<JobQueue::Taken> take(unsigned worker);
  void prepare(const JobQueue::Taken& taken, unsigned worker);
  void serveOne(Job job, Gzip& gzip, unsigned worker);
  // Under the lock: whether a sleeping worker is to be woken.
  bool mustWake(TimePoint now) noexcept;
  void sleep(std::unique_lock<std::mutex>& lock);
  void refuse(std::vector<Job>& jobs, const Fault& fault, Gzip& gzip);

  Edge& edge_;
  HeldCount held_;
  const unsigned count_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  JobQueue queue_;
  unsigned sleeping_ = 0;
  bool waking_ = false;    // a worker was woken and has not yet looked
  bool watching_ = false;  // one of those that sleep wakes by itself when the others are slow
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace http
