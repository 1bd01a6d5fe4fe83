#include "src/http/output_queue.h"

#include <utility>

namespace http {
namespace {
constexpr std::size_t kJoinUpTo = 16 * 1024;
}

void OutputQueue::append(std::string&& bytes) {
  if (bytes.empty()) return;
  if (!pieces_.empty() && pieces_.back().size() + bytes.size() <= kJoinUpTo) {
    append(std::string_view(bytes));
    return;
  }
  size_ += bytes.size();
  pieces_.push_back(std::move(bytes));
}

void OutputQueue::append(std::string_view bytes) {
  if (bytes.empty()) return;
  size_ += bytes.size();
  if (!pieces_.empty() && pieces_.back().size() + bytes.size() <= kJoinUpTo) {
    pieces_.back().append(bytes);
  } else {
    pieces_.emplace_back(bytes);
  }
}

std::string_view OutputQueue::front() const noexcept {
  return pieces_.empty() ? std::string_view() : std::string_view(pieces_.front()).substr(offset_);
}

std::string_view OutputQueue::second() const noexcept {
  return pieces_.size() < 2 ? std::string_view() : std::string_view(pieces_[1]);
}

void OutputQueue::consume(std::size_t count) noexcept {
  size_ -= count;
  while (count > 0) {
    const std::size_t left = pieces_.front().size() - offset_;
    if (count < left) {
      offset_ += count;
      return;
    }
    count -= left;
    offset_ = 0;
    pieces_.pop_front();
  }
}

void OutputQueue::clear() noexcept {
  pieces_.clear();
  offset_ = size_ = 0;
}

}  // namespace http
