// MemoryBudget: the bytes that all connections of one Server hold for their clients, and whether there is
// room.
//
// A claim may be as large as what is still free. So one client alone may hold half of the budget, many large
// ones share it, and however many they are a part stays free for small requests.
//
// Threading: MemoryBudget is shared by all; a Lease belongs to one thread at a time. The budget outlives its
// leases.
#pragma once

#include <atomic>
#include <cstddef>
#include <utility>

namespace http {

class MemoryBudget {
 public:
  explicit MemoryBudget(std::size_t bytes) : bytes_(bytes) {}
  MemoryBudget(const MemoryBudget&) = delete;
  MemoryBudget& operator=(const MemoryBudget&) = delete;

  std::size_t held() const noexcept { return held_.load(std::memory_order_relaxed); }
  // 0 also when more is held than there should be.
  std::size_t free() const noexcept {
    const std::size_t held = this->held();
    return held < bytes_ ? bytes_ - held : 0;
  }

  // Bytes of the budget; given back when it ends.
  class Lease {
   public:
    Lease() = default;
    explicit Lease(MemoryBudget& budget, std::size_t bytes = 0) : budget_(&budget) { resize(bytes); }
    Lease(Lease&& other) noexcept
        : budget_(std::exchange(other.budget_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}
    Lease& operator=(Lease&& other) noexcept {
      std::swap(budget_, other.budget_);
      std::swap(bytes_, other.bytes_);
      return *this;
    }
    ~Lease() { resize(0); }

    // Never refuses: what is there already has to be counted. See isTooLarge().
    void resize(std::size_t bytes) noexcept {
      if (budget_ == nullptr || bytes == bytes_) return;
      if (bytes > bytes_) {
        budget_->held_.fetch_add(bytes - bytes_, std::memory_order_relaxed);
      } else {
        budget_->held_.fetch_sub(bytes_ - bytes, std::memory_order_relaxed);
      }
      bytes_ = bytes;
    }
    std::size_t bytes() const noexcept { return bytes_; }
    // Holds more than is still free for everybody else.
    bool isTooLarge() const noexcept { return budget_ != nullptr && bytes_ > budget_->free(); }

   private:
    MemoryBudget* budget_ = nullptr;
    std::size_t bytes_ = 0;
  };

 private:
  const std::size_t bytes_;
  std::atomic<std::size_t> held_{0};
};

}  // namespace http
