// The demo data of ./run, loaded as it loads them, and read over the API.
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <map>
#include <memory>

#include "fhir/validation/validator.h"
#include "tests/emission/everything.h"
#include "tests/emission/platform_profiles.h"

using namespace fixture;

namespace {

std::unique_ptr<Server>& demo() {
  static std::unique_ptr<Server> server;
  return server;
}

std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? "'\\''" : std::string(1, c);
  return out + "'";
}

struct Loaded {
  Loaded() {
    demo() = std::make_unique<Server>();
    load();
    load();  // a second run changes nothing
  }
  ~Loaded() { demo().reset(); }

  static void load() {
    const auto& database = *demo()->database;
    const std::string command = quoted(std::string(std::getenv("HV_SOURCE_DIR")) + "/demo/load") + " " +
                                quoted(database.url()) + " " +
                                quoted(std::string(std::getenv("HV_BINARY_DIR")) + "/bin/hvfhir") + " " +
                                quoted(database.urlFor(demo()->kRole));
    BOOST_REQUIRE(std::system(command.c_str()) == 0);
  }
};

// How many a search finds, over all pages.
int count(const std::string& target) {
  int found = 0;
  for (std::string page = target; !page.empty();) {
    const auto response = demo()->ask("GET", page);
    BOOST_REQUIRE_MESSAGE(response.status == 200, response.body);
    found += countAt(response, "Bundle.entry");
    page = link(response, "next");
  }
  return found;
}

std::string first(const std::string& target, const std::string& expression) {
  return at(demo()->ask("GET", target), "Bundle.entry.resource." + expression);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(demo_data, *boost::unit_test::fixture<Loaded>())

BOOST_AUTO_TEST_CASE(the_clinic_and_the_synthea_patients_are_there_in_every_type) {
  const std::map<std::string, int> wanted{{"Patient", 8 + 5},
                                          {"Practitioner", 3 + 15},
                                          {"PractitionerRole", 3},
                                          {"Appointment", 12},
                                          {"Observation", 15 + 317},
                                          {"DocumentReference", 5},
                                          {"DiagnosticReport", 2 + 51},
                                          {"MedicationRequest", 8 + 27},
                                          {"AllergyIntolerance", 9},
                                          {"Condition", 72},
                                          {"Encounter", 88},
                                          {"Immunization", 19},
                                          {"Organization", 15},
                                          {"Procedure", 123}};
  for (const auto& [type, number] : wanted) BOOST_TEST(count("/" + type + "?_count=100") == number, type);
}

BOOST_AUTO_TEST_CASE(a_patient_of_the_clinic_reads_as_the_platform_wrote_it) {
  const std::string savitri = "/Patient?phone=" + http::percentEncode("+91 00000 00021");
  BOOST_TEST(first(savitri, "name.text") == "Savitri Udaharan");
  BOOST_TEST(first(savitri, "birthDate") == "1958-03-14");
  BOOST_TEST(first(savitri, "meta.versionId") == "2");  // her number changed
  BOOST_TEST(first(savitri, "extension.where(url.endsWith('/medical-summary')).value")
                 .starts_with("Type 2 diabetes"));
}

BOOST_AUTO_TEST_CASE(the_observations_inside_a_record_are_resources_of_their_own) {
  const std::string pressure =
      "/Observation?code=http://loinc.org|85354-9&patient=00000003-0000-4000-8000-000000000001";
  BOOST_TEST(count(pressure) == 1);
  BOOST_TEST(first(pressure, "component.where(code.coding.code = '8480-6').value.value") == "148");
  BOOST_TEST(first(pressure, "interpretation.coding.code") == "H");
  BOOST_TEST(first("/Observation?code=http://loinc.org|29463-7&patient=00000003-0000-4000-8000-000000000001",
                   "value.value") == "68.50");
}

BOOST_AUTO_TEST_CASE(the_medications_of_a_prescription_share_a_group) {
  const auto response = demo()->ask("GET", "/MedicationRequest?patient=00000003-0000-4000-8000-000000000001");
  BOOST_TEST(countAt(response, "Bundle.entry.resource.groupIdentifier.value") == 2);
  BOOST_TEST(countAt(response, "Bundle.entry.resource.groupIdentifier.value.distinct()") == 1);
  BOOST_TEST(countAt(response, "Bundle.entry.resource.where(medication.coding.code = 'A10BA02')") == 1);
}

BOOST_AUTO_TEST_CASE(what_was_deleted_is_gone_and_in_the_history) {
  const std::string record = "/DocumentReference/00000005-0000-4000-8000-000000000014";
  BOOST_TEST(checkedStatus(demo()->ask("GET", record)) == 410);
  BOOST_TEST(countAt(demo()->ask("GET", record + "/_history"), "Bundle.entry") == 2);
}

BOOST_AUTO_TEST_CASE(a_synthea_patient_has_conditions_and_vital_signs) {
  const auto patient = first("/Patient?identifier=https://github.com/synthetichealth/synthea|", "id");
  BOOST_REQUIRE(!patient.empty());
  BOOST_TEST(count("/Condition?patient=" + patient) > 0);
  BOOST_TEST(count("/Observation?category=vital-signs&patient=" + patient) > 0);
}

BOOST_AUTO_TEST_CASE(vital_signs_and_laboratory_results_are_told_apart) {
  BOOST_TEST(count("/Observation?category=vital-signs&_count=500") == 89);
  BOOST_TEST(count("/Observation?category=laboratory&_count=500") == 190);
}

BOOST_AUTO_TEST_CASE(what_the_server_emits_keeps_to_the_base_specification) {
  const auto seen =
      emission::everything(*demo(), [](const std::string& target, const fhir::Resource& resource) {
        const auto outcome = fhir::validation::validate(resource, {.least = fhir::Severity::error});
        BOOST_TEST(!outcome.hasErrors(), target << ": " << outcome.toJson());
      });
  BOOST_TEST_MESSAGE(seen.answers << " answers, " << seen.resources << " resources");
  BOOST_TEST(seen.resources > 1000U);
}

BOOST_AUTO_TEST_CASE(what_comes_from_a_table_keeps_to_the_profile_of_its_table) {
  const emission::PlatformProfiles profiles(*demo());
  std::map<std::string, int> checks;
  emission::everything(*demo(), [&](const std::string& target, const fhir::Resource& answer) {
    emission::checkEntries(*demo(), profiles, target, answer, checks);
  });
  for (const std::string& profile : emission::allProfiles(*demo())) BOOST_TEST(checks[profile] > 0, profile);
}

BOOST_AUTO_TEST_SUITE_END()
