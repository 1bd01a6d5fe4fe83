#include "conformance/bench/library/worker.h"

#include <chrono>
#include <fstream>
#include <iostream>
#include <iterator>
#include <stdexcept>

namespace bench {
namespace {

using Nanoseconds = std::chrono::duration<double, std::nano>;

Nanoseconds timeOf(const Case& once, std::size_t repetitions) {
  const auto start = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < repetitions; ++i) once();
  return std::chrono::steady_clock::now() - start;
}

double nanosecondsOf(const Case& once, Nanoseconds least) {
  for (std::size_t repetitions = 1;; repetitions *= 2)
    if (const Nanoseconds took = timeOf(once, repetitions); took >= least)
      return took.count() / static_cast<double>(repetitions);
}

}  // namespace

int serve(std::string_view description, const std::vector<Case>& cases, std::size_t repetitions) {
  if (repetitions > 0) {
    for (const Case& once : cases) timeOf(once, repetitions);
    return 0;
  }
  std::cout << description << std::endl;
  std::size_t number = 0;
  double milliseconds = 0;
  while (std::cin >> number >> milliseconds)
    std::cout << nanosecondsOf(cases.at(number), Nanoseconds(milliseconds * 1e6)) << std::endl;
  return 0;
}

std::string readFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error(path + " cannot be read");
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace bench
