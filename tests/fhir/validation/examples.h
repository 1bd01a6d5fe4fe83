// HL7's official examples, where HV_EXAMPLES_DIR names the folder that tools/definitions/fetch prints.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

namespace fhir::validation::test {

// Whether the folder is there; says SKIPPED when it is not.
bool haveExamples();

struct Example {
  std::string name;  // of its file
  std::string text;
  bool isDefinition;  // one of the specification's own: StructureDefinition, ValueSet ...
};
void eachExample(const std::function<void(const Example&)>& visit);  // in the order of their names

}  // namespace fhir::validation::test
