#include "src/http/job_queue.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace http {
namespace {

Job takeFront(std::deque<Job>& jobs) {
  Job job = std::move(jobs.front());
  jobs.pop_front();
  return job;
}

}  // namespace

JobQueue::JobQueue(unsigned workers, unsigned atOnce, std::size_t capacity)
    : atOnce_(atOnce), capacity_(capacity), hands_(workers) {}

bool JobQueue::push(Job& job) {
  if (size() >= capacity_) return false;
  if (!job.joinable) ++notJoinable_;
  queue_.push_back(std::move(job));
  return true;
}

Job JobQueue::takeFirst() {
  Job job = takeFront(queue_);
  if (!job.joinable) --notJoinable_;
  return job;
}

std::size_t JobQueue::wanted(TimePoint now) const noexcept {
  std::size_t wanted = atOnce_;
  for (const Hand& hand : hands_) {
    if (wanted == 0) break;
    if (hand.joinable && now - hand.since < kSoon) --wanted;
  }
  return wanted;
}

bool JobQueue::needsHelp(TimePoint now) const noexcept {
  return !queue_.empty() && (notJoinable_ > 0 || wanted(now) > 0);
}

std::size_t JobQueue::runLength(std::size_t helpers) const noexcept {
  const std::size_t fairShare = (queue_.size() + helpers) / (helpers + 1);
  const std::size_t most = std::min(fairShare, kLongestRun);
  std::size_t length = 0;
  while (length < most && queue_[length].joinable) ++length;
  return std::max<std::size_t>(length, 1);
}

std::optional<JobQueue::Taken> JobQueue::take(unsigned worker, std::size_t idle, TimePoint now) {
  Hand& hand = hands_[worker];
  hand.since = now;
  if (!hand.jobs.empty()) {
    --inHands_;
    return Taken{takeFront(hand.jobs), false, {}};
  }
  hand.joinable = false;
  relieve(now);
  if (queue_.empty()) return std::nullopt;

  hand.joinable = queue_.front().joinable;
  const std::size_t length = runLength(std::min(idle, wanted(now)));
  Taken taken{{}, true, {}};
  for (std::size_t i = 0; i < length; ++i) {
    if (!queue_[i].replyTo->gone()) taken.run.push_back(queue_[i].request);
  }
  taken.job = takeFirst();
  for (std::size_t i = 1; i < length; ++i) hand.jobs.push_back(takeFirst());
  inHands_ += length - 1;
  return taken;
}

std::vector<Job> JobQueue::expire(TimePoint now, std::chrono::milliseconds deadline) {
  std::vector<Job> expired;
  const auto isLate = [&](const std::deque<Job>& jobs) {
    return !jobs.empty() && now - jobs.front().waitsSince >= deadline;
  };
  for (Hand& hand : hands_) {
    for (; isLate(hand.jobs); --inHands_) expired.push_back(takeFront(hand.jobs));
  }
  while (isLate(queue_)) expired.push_back(takeFirst());
  return expired;
}

void JobQueue::relieve(TimePoint now) {
  if (inHands_ == 0) return;
  for (Hand& hand : hands_) {
    if (hand.jobs.empty() || now - hand.since < kPatience) continue;
    inHands_ -= hand.jobs.size();
    queue_.insert(queue_.begin(), std::make_move_iterator(hand.jobs.begin()),
                  std::make_move_iterator(hand.jobs.end()));
    hand.jobs.clear();
  }
}

void JobQueue::clear() {
  queue_.clear();
  notJoinable_ = 0;
  for (Hand& hand : hands_) hand.jobs.clear();
  inHands_ = 0;
}

}  // namespace http
