// The corpus of a fuzzer as a test: FOLDER...; every file in them must hold what the fuzzer promises, and so
// must what its own mutations make of them.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

#include "tests/fuzz/fuzz.h"

namespace {

namespace fs = std::filesystem;

constexpr int kMutations = 100;  // of each file

constexpr std::size_t kLongest = 16 * 1024;

// Also what becomes of it by its fuzzer's own mutations, one after the other; begins again when they lead
// nowhere. Tells how many inputs that were.
int runWithMutations(const fs::path& file, std::uint64_t seed) {
  std::ifstream in(file, std::ios::binary);
  const std::string original{std::istreambuf_iterator<char>(in), {}};
  fuzz::target.run(original);
  if (!fuzz::target.mutate) return 1;
  fuzz::Random random(seed);
  std::string input = original;
  int ran = 1;
  for (int i = 0; i < kMutations; ++i) {
    input = fuzz::target.mutate(input, random);
    if (input.empty() || input.size() > kLongest) {
      input = original;
      continue;
    }
    fuzz::target.run(input);
    ++ran;
  }
  return ran;
}

}  // namespace

int main(int count, char** arguments) {
  std::vector<fs::path> files;
  for (int i = 1; i < count; ++i)
    for (const fs::directory_entry& entry : fs::directory_iterator(arguments[i]))
      files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  int ran = 0;
  for (std::size_t i = 0; i < files.size(); ++i) {
    // Flushed, so that the last one is known when the process ends here.
    std::cout << files[i].filename().string() << std::endl;
    ran += runWithMutations(files[i], i);
  }
  std::cout << files.size() << " files, " << ran << " inputs: all hold\n";
  return files.empty() ? 1 : 0;
}
