#include "src/http/workers.h"

#include <pthread.h>
#include <sched.h>

#include <algorithm>

namespace http {
namespace {

constexpr Fault kBusy = {503, "all workers are busy"};

class Busy {
 public:
  explicit Busy(std::atomic<std::uint64_t>& count) : count_(count) {
    count_.fetch_add(1, std::memory_order_relaxed);
  }
  ~Busy() { count_.fetch_sub(1, std::memory_order_relaxed); }
  Busy(const Busy&) = delete;
  Busy& operator=(const Busy&) = delete;

 private:
  std::atomic<std::uint64_t>& count_;
};

// A worker that the database has just answered waits for its turn instead of pushing another thread off its
// processor: fewer switches for each request, and a tenth more requests when all processors are busy. Where
// the system does not allow it, nothing is lost but that.
void yieldToOthers() noexcept {
  const sched_param priority{};
  pthread_setschedparam(pthread_self(), SCHED_BATCH, &priority);
}

}  // namespace

Workers::Workers(Edge& edge) : edge_(edge) {}
Workers::~Workers() {
  stop();
}

void Workers::start() {
  for (unsigned worker = 0; worker < std::max(1U, edge_.options.workers); ++worker) {
    threads_.emplace_back([this, worker] { run(worker); });
  }
}

void Workers::submit(std::vector<Job>& jobs, Gzip& gzip) {
  if (jobs.empty()) return;
  std::vector<Job> refused;
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    for (Job& job : jobs) {
      if (queue_.size() < edge_.options.maxQueue && !stopping_) {
        queue_.push_back(std::move(job));
      } else {
        refused.push_back(std::move(job));
      }
    }
    wake = sleeping_ > 0 && !waking_ && !queue_.empty();
    if (wake) waking_ = true;
  }
  jobs.clear();
  if (wake) wake_.notify_one();
  refuse(refused, kBusy, gzip);
}

void Workers::expire(TimePoint now, Gzip& gzip) {
  std::vector<Job> expired;
  {
    const std::lock_guard lock(mutex_);
    while (!queue_.empty() && now - queue_.front().waitsSince >= edge_.options.queueDeadline) {
      expired.push_back(std::move(queue_.front()));
      queue_.pop_front();
    }
  }
  refuse(expired, kBusy, gzip);
}

void Workers::refuse(std::vector<Job>& jobs, const Fault& fault, Gzip& gzip) {
  for (Job& job : jobs) {
    auto replyTo = job.replyTo;
    replyTo->reply(std::move(job.replyTo), job.sequence, makeFault(edge_, gzip, job.request, fault));
  }
}

void Workers::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    queue_.clear();
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

std::size_t Workers::queued() const {
  const std::lock_guard lock(mutex_);
  return queue_.size();
}

// Each woken worker wakes the next when work is left. So a burst of short requests is served by the few
// workers that are awake already, and a burst of long ones brings up as many as are needed.
bool Workers::take(Job& job) {
  bool wakeNext = false;
  {
    std::unique_lock lock(mutex_);
    while (queue_.empty() && !stopping_) {
      ++sleeping_;
      wake_.wait(lock);
      --sleeping_;
      waking_ = false;
    }
    if (stopping_) return false;
    job = std::move(queue_.front());
    queue_.pop_front();
    wakeNext = !queue_.empty() && sleeping_ > 0 && !waking_;
    if (wakeNext) waking_ = true;
  }
  if (wakeNext) wake_.notify_one();
  return true;
}

void Workers::run(unsigned worker) {
  pthread_setname_np(pthread_self(), "http-worker");
  yieldToOthers();
  Gzip gzip;
  Job job;
  while (take(job)) {
    auto replyTo = std::move(job.replyTo);
    if (replyTo->gone()) {
      edge_.counters.dropped.fetch_add(1, std::memory_order_relaxed);
      continue;
    }
    Answer answer;
    {
      const Busy busy(edge_.counters.busyWorkers);
      answer = serve(edge_, gzip, job.request, worker);
    }
    ReplyAddress& address = *replyTo;
    address.reply(std::move(replyTo), job.sequence, std::move(answer));
  }
}

}  // namespace http
