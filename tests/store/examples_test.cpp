// Lossless: every official example that a server stores comes back as it was sent, from the tables and from
// the generic store. Both texts are compared in canonical form; that the codec itself loses nothing is
// tests/fhir/json's.
//
// HV_EXAMPLES_DIR names the folder of HL7's package (tools/definitions/fetch prints it).
#define BOOST_TEST_MODULE store_examples
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <set>

#include "fhir/json/json.h"
#include "tests/store/fixture.h"

namespace {

namespace files = std::filesystem;

struct SkipWithoutExamples {
  SkipWithoutExamples() {
    if (std::getenv("HV_EXAMPLES_DIR") != nullptr && support::haveDatabase()) return;
    std::cout << "SKIPPED: needs HV_EXAMPLES_DIR and HV_TEST_DATABASE_URL\n";
    std::exit(77);
  }
};
BOOST_TEST_GLOBAL_FIXTURE(SkipWithoutExamples);

// The definitions of the standard itself, which the package holds beside the examples.
const std::set<std::string_view> kDefinitions{
    "StructureDefinition", "SearchParameter",       "ValueSet",  "CodeSystem",
    "OperationDefinition", "CompartmentDefinition", "ConceptMap"};

std::string contentOf(const files::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

struct Tally {
  int sent = 0, same = 0;
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(every_official_example_comes_back_as_it_was_put, fixture::StoreFixture) {
  std::map<std::string, Tally> tallies;
  for (const auto& entry : files::directory_iterator(std::getenv("HV_EXAMPLES_DIR"))) {
    const std::string name = entry.path().filename().string();
    if (entry.path().extension() != ".json" || name == "package.json" || name.starts_with(".")) continue;
    auto parsed = fhir::json::parse(contentOf(entry.path()));
    if (!parsed || kDefinitions.contains(parsed->typeName()) || parsed->id().empty()) continue;
    const std::string sent = fhir::json::toString(*parsed);
    const std::string typeName(parsed->typeName());
    const std::string id(parsed->id());
    Tally& tally = tallies[typeName];
    ++tally.sent;
    auto written = session.update(*std::move(parsed), id);
    if (!written) {
      BOOST_ERROR(name << ": " << written.outcome().toJson());
      continue;
    }
    const auto found = read(typeName, id);
    const bool same = found && fixture::content(found->json) == fixture::content(sent);
    BOOST_CHECK_MESSAGE(same, name << " comes back as " << (found ? found->json : "nothing"));
    if (found)
      BOOST_CHECK_MESSAGE(found->json == written->resource.json,
                          name << ": the answer to the write is not what is read");
    tally.same += same ? 1 : 0;
  }
  int sent = 0;
  int same = 0;
  for (const auto& [type, tally] : tallies) {
    std::cout << "  " << type << ": " << tally.same << " of " << tally.sent << "\n";
    sent += tally.sent;
    same += tally.same;
  }
  std::cout << "Official examples: " << same << " of " << sent << " came back the same, of " << tallies.size()
            << " types; rows in platform tables: "
            << count(
                   "(SELECT id FROM patient_profile UNION ALL SELECT id FROM doctor_profile UNION ALL SELECT "
                   "id FROM doctor_roles UNION ALL"
                   " SELECT id FROM appointments UNION ALL SELECT id FROM ehr_observations UNION ALL SELECT "
                   "id FROM prescription_medications"
                   " UNION ALL SELECT id FROM electronic_health_records WHERE record_type IN ('note', "
                   "'imaging')) t")
            << "\n";
  BOOST_TEST(sent >= 700);
}
