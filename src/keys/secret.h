// Secret: the 32 bytes of a key, in memory of their own.
//
// Locked (never swapped out), left out of core dumps, between guard pages, and wiped when it ends
// (libsodium's sodium_malloc). Threading: immutable once made; safe to read from all threads. Errors:
// std::bad_alloc when the system gives no memory that can be locked (RLIMIT_MEMLOCK).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace keys {

class Secret {
 public:
  static constexpr std::size_t size = 32;

  static Secret random();                                     // from the operating system
  static Secret copyOf(std::span<const std::uint8_t, size>);  // the caller wipes its own copy

  std::span<const std::uint8_t, size> bytes() const noexcept {
    return std::span<const std::uint8_t, size>(bytes_.get(), size);
  }

 private:
  struct Free {
    void operator()(std::uint8_t*) const noexcept;
  };
  Secret();

  std::unique_ptr<std::uint8_t, Free> bytes_;
};

}  // namespace keys
