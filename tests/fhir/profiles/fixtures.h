// What the tests of profiles share: StructureDefinitions written short, and the faults that they find.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/model/resource.h"
#include "fhir/profiles/profile_set.h"

namespace fhir::profiles::test {

inline const std::string example = "http://example.org/fhir/";

// One element of a snapshot: `"path":"Patient.name"` and the id are made of `id` ("Patient.name:official"),
// `rest` is what follows: R"("min":1)".
std::string element(std::string_view id, std::string_view rest = {});

// A member "constraint" with these, each {key, severity, FHIRPath}.
struct Rule {
  std::string_view key;
  std::string_view severity;
  std::string_view expression;
};
std::string constraint(const std::vector<Rule>& rules);

// The JSON of a profile http://example.org/fhir/[name] of the type; its snapshot has the type itself and the
// elements. `more`: further members, R"("context":[...],)".
std::string profile(std::string_view name, std::string_view type, const std::vector<std::string>& elements,
                    std::string_view more = {});
// The same for an extension, with its url fixed.
std::string extension(std::string_view name, const std::vector<std::string>& elements,
                      std::string_view more = {});

Resource parse(std::string_view json);  // requires that it is one

// A set of these definitions, which must have no faults.
ProfileSet load(const std::vector<std::string>& definitions);

struct Asked {
  std::vector<std::string> profiles;  // names of example profiles, or canonicals
  Severity least = Severity::warning;
};
Outcome faultsOf(const ProfileSet&, std::string_view json, const Asked& asked = {});

// Each issue as "error Patient.name[0]", sorted; but for R4's wish that there be a narrative (dom-6).
std::vector<std::string> places(const Outcome&);
std::string told(const Outcome&);

// The issues are at these places and no other.
bool areAt(const Outcome&, std::vector<std::string> expected);

}  // namespace fhir::profiles::test

// BOOST_TEST with what was found instead.
#define EXPECT_FAULTS(outcome, ...)                                                        \
  do {                                                                                     \
    const fhir::Outcome& found_ = (outcome);                                               \
    BOOST_TEST(fhir::profiles::test::areAt(found_, std::vector<std::string>{__VA_ARGS__}), \
               "it says:" << fhir::profiles::test::told(found_));                          \
  } while (false)
