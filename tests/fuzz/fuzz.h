// What every fuzzer of this folder is: one function that must hold for any bytes, and how to make better
// bytes than chance does.
//
// Threading: one thread. Errors: a broken promise ends the process, which is how libFuzzer knows a finding.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fuzz {

// The same numbers for the same seed.
class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}
  std::size_t below(std::size_t limit) { return limit == 0 ? 0 : engine_() % limit; }
  bool oneIn(std::size_t count) { return below(count) == 0; }
  template <class List>
  auto pick(const List& list) {
    return list[below(std::size(list))];
  }

 private:
  std::mt19937_64 engine_;
};

struct Target {
  // Does with the input what the server would, and requires what must hold.
  void (*run)(std::string_view input);
  // Another input that is still of the right kind; empty when it knows none. nullptr: chance alone.
  std::string (*mutate)(std::string_view input, Random& random);
  // Words that inputs are made of, for libFuzzer's dictionary.
  std::vector<std::string> (*words)();
};

// Each program defines its own.
extern const Target target;

// Says what was promised and ends the process, unless it holds.
void require(bool holds, std::string_view promise);
void requireSame(std::string_view one, std::string_view other, std::string_view promise);

// The words as a dictionary file of libFuzzer, one a line.
std::string dictionary(std::span<const std::string> words);

}  // namespace fuzz
