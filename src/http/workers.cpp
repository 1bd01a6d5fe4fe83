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

Workers::Workers(Edge& edge)
    : edge_(edge),
      count_(std::max(1U, edge.options.workers)),
      // While one of them waits for its round trip, the other side of it has the processor.
      queue_(count_, std::max(1U, std::thread::hardware_concurrency()), edge.options.maxQueue) {}
Workers::~Workers() {
  stop();
}

void Workers::start() {
  for (unsigned worker = 0; worker < count_; ++worker) {
    threads_.emplace_back([this, worker] { run(worker); });
  }
}

bool Workers::mustWake(TimePoint now) noexcept {
  if (sleeping_ == 0 || waking_) return false;
  // Without a watcher any waiting is reason enough: whoever wakes takes of it, or watches.
  waking_ = watching_ ? queue_.needsHelp(now) : queue_.size() > 0;
  return waking_;
}

void Workers::submit(std::vector<Job>& jobs, TimePoint now, Gzip& gzip) {
  std::erase_if(jobs, [&](Job& job) {
    auto answer = serveAtOnce(edge_, gzip, *job.request);
    if (!answer) return false;
    replyTo(std::move(job), *std::move(answer), edge_, held_);
    return true;
  });
  if (jobs.empty()) return;
  const auto& joinable = edge_.options.joining.joinable;
  for (Job& job : jobs) {
    job.waitsSince = now;
    job.joinable = joinable && job.request->body.empty() && joinable(*job.request);
  }
  std::vector<Job> refused;
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    for (Job& job : jobs) {
      if (stopping_ || !queue_.push(job)) refused.push_back(std::move(job));
    }
    wake = mustWake(now);
  }
  jobs.clear();
  if (wake) wake_.notify_one();
  refuse(refused, kBusy, gzip);
}

void Workers::expire(TimePoint now, Gzip& gzip) {
  std::vector<Job> expired;
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    expired = queue_.expire(now, edge_.options.queueDeadline);
    wake = mustWake(now);
  }
  if (wake) wake_.notify_one();
  refuse(expired, kBusy, gzip);
}

void Workers::refuse(std::vector<Job>& jobs, const Fault& fault, Gzip& gzip) {
  for (Job& job : jobs) {
    auto replyTo = job.replyTo;
    replyTo->reply(std::move(job.replyTo), job.sequence, makeFault(edge_, gzip, *job.request, fault));
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
  held_.waitForNone();
}

std::size_t Workers::queued() const {
  const std::lock_guard lock(mutex_);
  return queue_.size();
}

// Each woken worker wakes the next when there is work for it. So a burst of short requests is served by the
// few workers that are awake already, and a burst of long ones brings up as many as are needed. Of those that
// sleep one watches while anything waits: it sees when the others are slow.
std::optional<JobQueue::Taken> Workers::take(unsigned worker) {
  std::optional<JobQueue::Taken> taken;
  bool wakeNext = false;
  {
    std::unique_lock lock(mutex_);
    for (;;) {
      if (stopping_) return std::nullopt;
      const TimePoint now = std::chrono::steady_clock::now();
      taken = queue_.take(worker, sleeping_, now);
      if (taken) {
        wakeNext = mustWake(now);
        break;
      }
      sleep(lock);
    }
  }
  if (wakeNext) wake_.notify_one();
  return taken;
}

void Workers::sleep(std::unique_lock<std::mutex>& lock) {
  ++sleeping_;
  if (!watching_ && queue_.size() > 0) {
    watching_ = true;
    wake_.wait_for(lock, JobQueue::kPatience);
    watching_ = false;
  } else {
    wake_.wait(lock);
  }
  --sleeping_;
  waking_ = false;
}

void Workers::prepare(const JobQueue::Taken& taken, unsigned worker) {
  const Busy busy(edge_.counters.busyWorkers);
  try {
    std::vector<const Request*> requests;
    for (const auto& request : taken.run) requests.push_back(request.get());
    edge_.options.joining.prepare(requests, worker);
  } catch (...) {
    // It was a hint; each request is handled all the same.
  }
}

void Workers::serveOne(Job job, Gzip& gzip, unsigned worker) {
  if (job.replyTo->gone()) {
    edge_.counters.dropped.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  Answer answer;
  {
    const Busy busy(edge_.counters.busyWorkers);
    answer = serve(edge_, gzip, *job.request, worker);
  }
  replyTo(std::move(job), std::move(answer), edge_, held_);
}

void Workers::run(unsigned worker) {
  pthread_setname_np(pthread_self(), "http-worker");
  yieldToOthers();
  Gzip gzip;
  while (auto taken = take(worker)) {
    if (taken->beginsRun && edge_.options.joining.prepare) prepare(*taken, worker);
    serveOne(std::move(taken->job), gzip, worker);
  }
}

}  // namespace http
