// A folder of profiles: its StructureDefinitions, ValueSets and CodeSystems, each in a file of its own, .json
// or .xml. Whatever else lies there (a package's index, other resources) is passed over; so are folders in
// it.
//
// Specification: FHIR packages (https://confluence.hl7.org/display/FHIR/NPM+Package+Specification), whose
// folder `package` is such a folder. Threading: pure but for the files.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "fhir/model/outcome.h"
#include "fhir/profiles/profile_set.h"

namespace rules {

// "http://...|1.0", or the url alone where there is no version; empty without a url.
std::string canonicalOf(const fhir::Resource& definition);

// The part before "|".
inline std::string_view urlOf(std::string_view canonical) noexcept {
  return canonical.substr(0, canonical.find('|'));
}

struct FolderFile {
  std::string name;
  std::string canonical;  // empty when the file is no resource, or the resource has none
  fhir::Outcome faults;   // with errors: it was left out
};

// Adds all of them, in the order of their names; of two with one canonical the later counts. Gives the files
// that held a definition. Fails (badRequest) when the folder can't be read or holds none.
fhir::Result<std::vector<FolderFile>> addFolder(const std::string& path, fhir::profiles::ProfileSetBuilder&);

// Tells in the log that a profile refers to what is not there.
void tellDangling(const fhir::profiles::ProfileSetBuilder::Dangling&);

}  // namespace rules
