// HL7's official examples keep to the specification, but for those that docs/validation.md lists.
//
// HV_EXAMPLES_DIR names the folder of the package (tools/definitions/fetch prints it); without it nothing is
// tested and the program ends with 77. `--all` prints every fault, warnings too.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <set>
#include <string>

#include "fhir/json/json.h"
#include "fhir/validation/validator.h"

namespace {

namespace fs = std::filesystem;

std::string contentOf(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

bool isDefinition(const std::string& type) {
  static const std::set<std::string> types = {
      "CodeSystem",      "CompartmentDefinition", "ConceptMap", "OperationDefinition",
      "SearchParameter", "StructureDefinition",   "ValueSet"};
  return types.contains(type);
}

}  // namespace

int main(int argc, char** argv) {
  const char* folder = std::getenv("HV_EXAMPLES_DIR");
  if (!folder || !fs::exists(folder)) {
    std::cout << "SKIPPED: official examples not present\n";
    return 77;
  }
  const bool all = argc > 1 && std::string(argv[1]) == "--all";
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() != ".json") continue;
    const std::string name = entry.path().filename().string();
    const auto resource = fhir::json::parse(contentOf(entry.path()));
    if (!resource) continue;
    fhir::validation::Options options;
    if (!all) options.least = fhir::Severity::error;
    const fhir::Outcome outcome = fhir::validation::validate(*resource, options);
    for (const fhir::Issue& issue : outcome.issues()) {
      std::cout << (isDefinition(std::string(resource->typeName())) ? "D " : "E ") << name << "\t" << fhir::code(issue.severity) << "\t" << issue.expression << "\t"
                << issue.diagnostics << "\n";
    }
  }
}
