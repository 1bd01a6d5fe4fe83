// Which of the platform's own profiles (schemas/fhir) a resource from one of its tables must keep to.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/model/resource.h"
#include "tests/rest/api_fixture.h"

namespace emission {

class PlatformProfiles {
 public:
  // Reads which ids stand, or stood, in the tables.
  explicit PlatformProfiles(const fixture::Server&);

  // Empty for a resource of the generic store.
  std::vector<std::string> of(const fhir::Resource&) const;

 private:
  std::map<std::string, std::set<std::string>, std::less<>> ids_;  // by type
};

// Fails the test for each resource of the Bundle that has an error against the profiles of its table; counts
// the checks by profile.
void checkEntries(const fixture::Server&, const PlatformProfiles&, const std::string& target,
                  const fhir::Resource& answer, std::map<std::string, int>& checks);

// Every profile of the folder but the extensions', by its id.
std::set<std::string> allProfiles(const fixture::Server&);

}  // namespace emission
