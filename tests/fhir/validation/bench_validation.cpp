// What validation costs beside a bare RapidJSON parse and write. Nothing is asserted: it prints.
//
//   bench_validation bare|parse|errors|all FILE [ROUNDS]
//
// bare: RapidJSON alone, text -> Document -> text. parse: text -> Resource -> text. errors: the same with the
// validation that a write does. all: with warnings too. FILE is a resource, or NDJSON. It prints nanoseconds
// for each resource; under `valgrind --tool=callgrind` or `perf stat -e instructions` two numbers of rounds
// give instructions.
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/json/json.h"
#include "fhir/validation/validator.h"
#include "rapidjson/document.h"
#include "rapidjson/stringbuffer.h"
#include "rapidjson/writer.h"

namespace {

using Clock = std::chrono::steady_clock;

std::size_t bare(const std::string& text) {
  rapidjson::Document document;
  document.Parse<rapidjson::kParseFullPrecisionFlag>(text.data(), text.size());
  rapidjson::StringBuffer out;
  rapidjson::Writer<rapidjson::StringBuffer> writer(out);
  document.Accept(writer);
  return out.GetSize();
}

std::size_t ours(const std::string& text, const fhir::validation::Options* options) {
  const auto resource = fhir::json::parse(text);
  if (!resource) return 0;
  if (options && fhir::validation::validate(*resource, *options).hasErrors()) return 0;
  std::string out;
  fhir::json::write(resource->root(), out);
  return out.size();
}

std::vector<std::string> resourcesOf(const char* file) {
  std::ifstream in(file, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  if (!std::string_view(file).ends_with(".ndjson")) return {std::move(text)};
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    if (end > at) lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::cout << "bench_validation bare|parse|errors|all FILE [ROUNDS]\n";
    return 2;
  }
  const std::string_view mode = argv[1];
  const std::vector<std::string> resources = resourcesOf(argv[2]);
  const int rounds = argc > 3 ? std::atoi(argv[3]) : 1000;
  fhir::validation::Options options;
  if (mode == "errors") options.least = fhir::Severity::error;
  const bool validates = mode == "errors" || mode == "all";
  const auto once = [&](const std::string& text) {
    return mode == "bare" ? bare(text) : ours(text, validates ? &options : nullptr);
  };
  for (const std::string& text : resources)
    if (once(text) == 0) {
      std::cout << "a resource is at fault\n";
      return 1;
    }
  std::size_t bytes = 0;
  const auto start = Clock::now();
  for (int i = 0; i < rounds; ++i)
    for (const std::string& text : resources) bytes += once(text);
  const std::chrono::duration<double, std::nano> took = Clock::now() - start;
  const double count = static_cast<double>(resources.size()) * rounds;
  std::cout << mode << ": " << took.count() / count << " ns for each of " << resources.size()
            << " resources, " << static_cast<double>(bytes) / count << " bytes\n";
}
