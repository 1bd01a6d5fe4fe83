// The hash of names in the tables: a few loads and one multiplication, for names of some 3 to 40 bytes.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace fhir::detail {

template <class Word>
inline std::uint64_t load(const char* from) noexcept {
  Word word;
  std::memcpy(&word, from, sizeof word);
  return word;
}

inline std::uint32_t hashName(std::string_view name) noexcept {
  const std::size_t size = name.size();
  const char* begin = name.data();
  std::uint64_t head = 0;
  std::uint64_t tail = 0;
  if (size >= 8) {
    head = load<std::uint64_t>(begin);
    tail = load<std::uint64_t>(begin + size - 8);
    if (size > 16) head ^= load<std::uint64_t>(begin + size / 2 - 4) * 0x9E3779B97F4A7C15U;
  } else if (size >= 4) {
    head = load<std::uint32_t>(begin);
    tail = load<std::uint32_t>(begin + size - 4);
  } else if (size > 0) {
    head = load<std::uint8_t>(begin);
    tail = load<std::uint8_t>(begin + size / 2) << 8 | load<std::uint8_t>(begin + size - 1);
  }
  const std::uint64_t mixed = (head ^ (tail << 23 | tail >> 41) ^ size) * 0xD6E8FEB86659FD93U;
  return static_cast<std::uint32_t>(mixed >> 32);
}

}  // namespace fhir::detail
