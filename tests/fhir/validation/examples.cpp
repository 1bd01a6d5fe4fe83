#include "tests/fhir/validation/examples.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <vector>

namespace fhir::validation::test {
namespace {

namespace fs = std::filesystem;

bool isDefinition(const std::string& file) {
  static constexpr std::array<std::string_view, 7> types = {
      "CodeSystem-",      "CompartmentDefinition-", "ConceptMap-", "OperationDefinition-",
      "SearchParameter-", "StructureDefinition-",   "ValueSet-"};
  return std::any_of(types.begin(), types.end(),
                     [&](std::string_view type) { return file.starts_with(type); });
}

}  // namespace

bool haveExamples() {
  const char* folder = std::getenv("HV_EXAMPLES_DIR");
  if (folder && fs::exists(folder)) return true;
  std::cout << "SKIPPED: HV_EXAMPLES_DIR names no folder of examples\n";
  return false;
}

void eachExample(const std::function<void(const Example&)>& visit) {
  std::vector<fs::path> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(std::getenv("HV_EXAMPLES_DIR")))
    if (entry.path().extension() == ".json" && entry.path().filename() != "package.json")
      files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  for (const fs::path& file : files) {
    std::ifstream in(file, std::ios::binary);
    const std::string name = file.filename().string();
    visit({name, {std::istreambuf_iterator<char>(in), {}}, isDefinition(name)});
  }
}

}  // namespace fhir::validation::test
