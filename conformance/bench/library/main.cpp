#include <charconv>
#include <exception>
#include <iostream>

#include "conformance/bench/library/worker.h"

namespace {

constexpr std::string_view usage =
    R"(hv_bench_library [repeat N] fhirpath FOLDER | json FILE... | validation FILE...
FOLDER: HL7's FHIRPath suite. FILE: a resource as JSON. Asked by bench.mjs, as worker.h says;
with "repeat N" it runs each case N times, for a profiler.
)";

int wrongUsage() {
  std::cerr << usage;
  return 2;
}

int measure(std::vector<std::string> arguments, std::size_t repetitions) {
  if (arguments.size() < 2) return wrongUsage();
  const std::string what = std::move(arguments.front());
  arguments.erase(arguments.begin());
  if (what == "fhirpath" && arguments.size() == 1) return bench::measureFhirPath(arguments[0], repetitions);
  if (what == "json") return bench::measureJson(arguments, repetitions);
  if (what == "validation") return bench::measureValidation(arguments, repetitions);
  return wrongUsage();
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> arguments(argv + 1, argv + argc);
  std::size_t repetitions = 0;
  if (arguments.size() > 1 && arguments[0] == "repeat") {
    const std::string& number = arguments[1];
    if (std::from_chars(number.data(), number.data() + number.size(), repetitions).ec != std::errc{})
      return wrongUsage();
    arguments.erase(arguments.begin(), arguments.begin() + 2);
  }
  try {
    return measure(std::move(arguments), repetitions);
  } catch (const std::exception& error) {
    std::cerr << "hv_bench_library: " << error.what() << '\n';
    return 1;
  }
}
