// WipedBytes: bytes that pass through ordinary memory on the way of a secret, zeroed before it is given back.
//
// Not locked: what stays is a Secret. A vector and not a string, which keeps short texts inside itself.
// Threading: value type.
#pragma once

#include <sodium.h>

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

namespace keys {

template <class T>
struct Wiping {
  using value_type = T;  // NOLINT(readability-identifier-naming): the allocator's required name

  Wiping() = default;
  template <class Other>
  Wiping(const Wiping<Other>&) noexcept {}  // NOLINT: allocators convert

  T* allocate(std::size_t count) { return std::allocator<T>().allocate(count); }
  void deallocate(T* memory, std::size_t count) noexcept {
    sodium_memzero(memory, count * sizeof(T));
    std::allocator<T>().deallocate(memory, count);
  }
  bool operator==(const Wiping&) const noexcept = default;
};

using WipedBytes = std::vector<char, Wiping<char>>;

inline std::string_view textOf(const WipedBytes& bytes) noexcept {
  return {bytes.data(), bytes.size()};
}

}  // namespace keys
