// The entries that libFuzzer calls (https://llvm.org/docs/LibFuzzer.html). `--dictionary` as the only
// argument prints the dictionary instead.
#include <algorithm>
#include <cstdlib>
#include <iostream>

#include "tests/fuzz/fuzz.h"

extern "C" {

std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t maxSize);

int LLVMFuzzerInitialize(int* count, char*** arguments) {
  if (*count == 2 && std::string_view((*arguments)[1]) == "--dictionary") {
    if (fuzz::target.words) std::cout << fuzz::dictionary(fuzz::target.words());
    std::cout.flush();
    std::exit(0);
  }
  return 0;
}

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::target.run({reinterpret_cast<const char*>(data), size});
  return 0;
}

// Half of the inputs come from those who know their kind, half from chance; some from both.
std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t maxSize,
                                    unsigned int seed) {
  fuzz::Random random(seed);
  if (!fuzz::target.mutate || random.oneIn(2)) return LLVMFuzzerMutate(data, size, maxSize);
  const std::string made = fuzz::target.mutate({reinterpret_cast<const char*>(data), size}, random);
  if (made.empty() || made.size() > maxSize) return LLVMFuzzerMutate(data, size, maxSize);
  std::copy(made.begin(), made.end(), data);
  return random.oneIn(4) ? LLVMFuzzerMutate(data, made.size(), maxSize) : made.size();
}
}
