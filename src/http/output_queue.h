// OutputQueue: bytes that wait to be sent, in order. Small pieces are joined, large ones are moved, none is
// copied twice.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>

namespace http {

class OutputQueue {
 public:
  void append(std::string&& bytes);
  void append(std::string_view bytes);
  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }
  // The first bytes; as many as lie together. Valid until the next call that changes the queue.
  std::string_view front() const noexcept;
  // The piece behind front(); empty when there is none.
  std::string_view second() const noexcept;
  void consume(std::size_t count) noexcept;
  void clear() noexcept;

 private:
  std::deque<std::string> pieces_;
  std::size_t offset_ = 0;  // into the first piece
  std::size_t size_ = 0;
};

}  // namespace http
