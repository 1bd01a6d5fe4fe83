// JobQueue: the requests that wait for a worker, and which of them a worker takes at once.
//
// A worker takes the first that waits. When that and those behind it are joinable, it takes a run of them, at
// most kLongestRun and no more than leaves as much to each idle worker that could help. The rest of the run
// waits in the worker's hand like all others: it expires with them, and when the worker takes longer than
// kPatience for one request, the rest goes back to the front of the queue.
//
// Threading: none of its own; Workers guards it. Time is handed in, never read.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
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
  // Of a joinable job: never changed, since the worker that prepares its run reads it while another may serve
  // it.
  std::shared_ptr<Request> request;
  std::shared_ptr<ReplyAddress> replyTo;
  std::uint64_t sequence = 0;
  TimePoint waitsSince;
  bool joinable = false;
};

class JobQueue {
 public:
  static constexpr std::size_t kLongestRun = 8;
  static constexpr std::chrono::milliseconds kPatience{10};
  // A worker that has been at a joinable request for less than this will soon be back.
  static constexpr std::chrono::milliseconds kSoon{2};

  // `atOnce`: so many workers that will soon be back keep the machine busy; one more takes work from them,
  // and no time.
  JobQueue(unsigned workers, unsigned atOnce, std::size_t capacity);

  // False, and the job stays with the caller, when `capacity` jobs wait already.
  bool push(Job& job);

  struct Taken {
    Job job;
    bool beginsRun = false;  // the worker begins something new: what it prepared before is over
    // Then: the requests of the run, the job's own among them, whose clients are still there.
    std::vector<std::shared_ptr<const Request>> run;
  };
  // The worker's next job; nullopt when none waits for it. `idle`: how many other workers have nothing to do.
  std::optional<Taken> take(unsigned worker, std::size_t idle, TimePoint now);

  // Takes out all that have waited for `deadline` and longer.
  std::vector<Job> expire(TimePoint now, std::chrono::milliseconds deadline);
  void clear();

  std::size_t size() const noexcept { return queue_.size() + inHands_; }
  // Whether an idle worker should take from the queue now, and not leave it to those that will be back soon.
  bool needsHelp(TimePoint now) const noexcept;

 private:
  struct Hand {
    std::deque<Job> jobs;   // the rest of a run
    bool joinable = false;  // what the worker is at
    TimePoint since;        // when it took that
  };

  // How many more workers may be at joinable requests before they only take work from each other.
  std::size_t wanted(TimePoint now) const noexcept;
  // Of the run that begins at the front of the queue. `helpers`: how many others come for the rest.
  std::size_t runLength(std::size_t helpers) const noexcept;
  // Takes the hands of slow workers back.
  void relieve(TimePoint now);
  Job takeFirst();

  const unsigned atOnce_;
  const std::size_t capacity_;
  std::deque<Job> queue_;
  std::size_t notJoinable_ = 0;  // of those in the queue
  std::vector<Hand> hands_;      // by worker
  std::size_t inHands_ = 0;
};

}  // namespace http
