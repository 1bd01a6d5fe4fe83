// Limits: how much one request may ask of the API, beside what the edge limits.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace rest {

struct Limits {
  std::uint32_t conditionalDelete =
      100;                         // resources that one conditional delete may delete; 1: never several
  std::uint32_t entries = 10'000;  // of a batch or transaction
  std::size_t entriesBytes = 64 * 1024 * 1024;  // of their answers together
  std::size_t linkBytes = 64 * 1024;  // of a page's URL, which must be a request's target afterwards
  std::chrono::milliseconds entriesTime{60'000};  // of all of them together
};

}  // namespace rest
