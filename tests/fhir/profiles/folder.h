// Folders of conformance resources and examples, where an environment variable names one.
#pragma once

#include <functional>
#include <string>

#include "fhir/json/json.h"
#include "fhir/profiles/profile_set.h"

namespace fhir::profiles::test {

// The folder that the variable names; empty, with SKIPPED said, when there is none.
std::string folderOf(const char* variable);

// Each JSON file of a resource that the codec takes, in the order of their names.
void eachResource(const std::string& folder,
                  const std::function<void(const std::string& file, Resource&&)>& visit);

struct Loading {
  int profiles = 0;                                     // StructureDefinitions that constrain a type
  std::vector<std::pair<std::string, Outcome>> faulty;  // file and faults
};
// Adds the StructureDefinitions, ValueSets and CodeSystems of a folder.
Loading addFolder(const std::string& folder, ProfileSetBuilder& builder);

}  // namespace fhir::profiles::test
