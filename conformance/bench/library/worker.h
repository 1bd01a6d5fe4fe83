// A program that measures cases for the driver (bench.mjs), so that two programs can be measured in turn.
//
// By lines: it writes one line of JSON about its cases; then for each line "CASE MILLISECONDS" that it reads
// it repeats that case for at least so long and writes the nanoseconds that one repetition took. It ends with
// its input. The programs in other languages (fhirpath_js.mjs, ValidationBench.java) speak the same.
//
// For a profiler there is no asking: each case is repeated so many times, and that is all.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

using Case = std::function<void()>;

// `repetitions`: for a profiler; 0: answers until the input ends. `description`: JSON without line ends.
int serve(std::string_view description, const std::vector<Case>& cases, std::size_t repetitions);

// The bytes of a file; throws std::runtime_error when it cannot be read.
std::string readFile(const std::string& path);

// What each subcommand measures; the return value is the exit code.
int measureFhirPath(const std::string& folder, std::size_t repetitions);
int measureJson(const std::vector<std::string>& files, std::size_t repetitions);
int measureValidation(const std::vector<std::string>& files, std::size_t repetitions);

}  // namespace bench
