// Official examples, made wrong in every way an element can be wrong: each is refused, with the fault at its
// very FHIRPath. Each kind of fault is tried once at each element of each type that some example has.
#include <iostream>
#include <map>
#include <set>
#include <string>

#include "fhir/json/json.h"
#include "fhir/validation/validator.h"
#include "rapidjson/stringbuffer.h"
#include "rapidjson/writer.h"
#include "tests/fhir/validation/examples.h"
#include "tests/fhir/validation/mutations.h"

namespace {

using namespace fhir::validation::test;

constexpr std::size_t largest = 60'000;  // bytes of an example that is mutated

struct Count {
  int made = 0;
  int found = 0;
};

std::string textOf(const rapidjson::Document& document) {
  rapidjson::StringBuffer out;
  rapidjson::Writer<rapidjson::StringBuffer> writer(out);
  document.Accept(writer);
  return {out.GetString(), out.GetSize()};
}

fhir::Outcome faultsOf(const std::string& text) {
  const auto resource = fhir::json::parse(text);
  if (!resource) return resource.outcome();
  fhir::validation::Options options;
  options.least = fhir::Severity::error;
  return fhir::validation::validate(*resource, options);
}

bool isAt(const fhir::Outcome& faults, const std::string& path) {
  for (const fhir::Issue& issue : faults.issues())
    if (issue.severity <= fhir::Severity::error && issue.expression == path && !issue.diagnostics.empty())
      return true;
  return false;
}

class Table {
 public:
  void add(const Example& example) {
    rapidjson::Document document;
    document.Parse(example.text.c_str(), example.text.size());
    for (const Place& place : placesOf(document))
      for (const Mutation& mutation : mutations()) {
        const rapidjson::Value& value = *place.pointer.Get(document);
        if (!mutation.applies(place, value)) continue;
        const std::string element = std::string(place.owner->name) + "." + std::string(place.property->name);
        if (!tried_.emplace(mutation.name, element).second) continue;
        rapidjson::MemoryPoolAllocator<> memory;
        rapidjson::Document mutant(&memory);
        mutant.CopyFrom(document, mutant.GetAllocator());
        const std::string path = mutation.apply(place, mutant);
        judge(example, mutation, path, textOf(mutant));
      }
  }

  bool print() const {
    Count all;
    for (const auto& [name, count] : counts_) {
      std::cout << name << ": " << count.found << " of " << count.made << '\n';
      all.made += count.made;
      all.found += count.found;
    }
    for (const Mutation& mutation : mutations())
      if (!counts_.contains(mutation.name)) std::cout << "never made: " << mutation.name << '\n';
    std::cout << "refused at the very place: " << all.found << " of " << all.made << " mutants of "
              << counts_.size() << " kinds\n";
    return all.made > 0 && all.made == all.found && counts_.size() == mutations().size();
  }

 private:
  void judge(const Example& example, const Mutation& mutation, const std::string& path,
             const std::string& text) {
    Count& count = counts_[mutation.name];
    ++count.made;
    const fhir::Outcome faults = faultsOf(text);
    if (isAt(faults, path)) {
      ++count.found;
      return;
    }
    std::cout << "MISSED " << mutation.name << " at " << path << " of " << example.name << '\n';
    for (const fhir::Issue& issue : faults.issues())
      std::cout << "   " << issue.expression << ": " << issue.diagnostics << '\n';
  }

  std::set<std::pair<std::string_view, std::string>> tried_;
  std::map<std::string_view, Count> counts_;
};

}  // namespace

int main() {
  if (!haveExamples()) return 77;
  Table table;
  eachExample([&](const Example& example) {
    if (example.isDefinition || example.text.size() > largest || !faultsOf(example.text).empty()) return;
    table.add(example);
  });
  return table.print() ? 0 : 1;
}
