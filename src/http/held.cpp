#include "src/http/held.h"

#include <utility>

namespace http {
namespace {

constexpr Fault kNotLetGo = {503, "what was asked could not be completed; try again later"};

}  // namespace

void HeldCount::begin() noexcept {
  const std::lock_guard lock(mutex_);
  ++count_;
}

void HeldCount::end() noexcept {
  const std::lock_guard lock(mutex_);
  if (--count_ == 0) none_.notify_all();
}

void HeldCount::waitForNone() {
  std::unique_lock lock(mutex_);
  none_.wait(lock, [&] { return count_ == 0; });
}

std::size_t HeldCount::now() const noexcept {
  const std::lock_guard lock(mutex_);
  return count_;
}

Held::Held(Edge& edge, HeldCount& count, Job job, Answer answer)
    : edge_(edge), count_(count), job_(std::move(job)), answer_(std::move(answer)) {
  count_.begin();
}

Held::~Held() {
  release(false);
}

void Held::release(bool goes) {
  auto replyTo = std::exchange(job_.replyTo, nullptr);
  if (!replyTo) return;
  if (!goes) {
    Gzip gzip;
    answer_ = makeFault(edge_, gzip, *job_.request, kNotLetGo);
  }
  ReplyAddress& address = *replyTo;
  address.reply(std::move(replyTo), job_.sequence, std::move(answer_));
  count_.end();  // the last use of what may end now
}

void replyTo(Job job, Answer answer, Edge& edge, HeldCount& count) {
  const auto hold = std::exchange(answer.hold, nullptr);
  if (!hold) {
    ReplyAddress& address = *job.replyTo;
    address.reply(std::move(job.replyTo), job.sequence, std::move(answer));
    return;
  }
  const auto held = std::make_shared<Held>(edge, count, std::move(job), std::move(answer));
  hold->wait([held](bool goes) { held->release(goes); });
}

}  // namespace http
