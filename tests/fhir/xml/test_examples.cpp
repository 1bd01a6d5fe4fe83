// HL7's official examples from JSON to XML and back, plain and pretty: the same, every digit of them.
//
// HV_EXAMPLES_DIR names the folder of the package (tools/definitions/fetch prints it); without it nothing is
// tested and the program ends with 77. That the JSON codec keeps everything is tests/fhir/json's to show.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

#include "fhir/json/json.h"
#include "fhir/xml/xml.h"

namespace {

namespace fs = std::filesystem;

std::string contentOf(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// What went wrong; empty when it came back the same.
std::string roundTrip(const fhir::Resource& resource, bool pretty) {
  const fhir::Result<fhir::Resource> back =
      fhir::xml::parse(fhir::xml::toString(resource, {.pretty = pretty}));
  if (!back) {
    const fhir::Issue& issue = back.outcome().issues()[0];
    return issue.expression + ": " + issue.diagnostics;
  }
  return fhir::json::toString(*back) == fhir::json::toString(resource) ? "" : "it differs";
}

}  // namespace

int main() {
  const char* folder = std::getenv("HV_EXAMPLES_DIR");
  if (!folder || !fs::exists(folder)) {
    std::cout << "SKIPPED: official examples not present\n";
    return 77;
  }
  int same = 0;
  int all = 0;
  int refused = 0;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() != ".json") continue;
    const std::string text = contentOf(entry.path());
    if (text.find("\"resourceType\"") == std::string::npos) continue;
    const fhir::Result<fhir::Resource> resource = fhir::json::parse(text);
    if (!resource) {
      ++refused;
      std::cout << "Not FHIR: " << entry.path().filename().string() << '\n';
      continue;
    }
    ++all;
    std::string fault = roundTrip(*resource, false);
    if (fault.empty()) fault = roundTrip(*resource, true);
    if (fault.empty()) {
      ++same;
    } else {
      std::cout << "FAILED " << entry.path().filename().string() << ": " << fault << '\n';
    }
  }
  std::cout << same << " of " << all << " examples and definitions came back the same, " << refused
            << " broken in themselves\n";
  constexpr int known = 1;  // tests/fhir/json says which
  return same == all && all > 0 && refused == known ? 0 : 1;
}
