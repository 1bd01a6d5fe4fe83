#include <boost/test/unit_test.hpp>

#include "fhir/json/json.h"
#include "src/rules/rules.h"
#include "tests/rules/temporary_folder.h"

using platform::Validation;
using rules::Rules;
using rules::test::profileJson;
using rules::test::TemporaryFolder;

namespace {

const std::string kUrl = "http://example.org/StructureDefinition/named";

struct Folder {
  Folder() { folder.write("named.json", profileJson(kUrl, "2.0")); }
  TemporaryFolder folder;

  // How many errors stand against writing a resource.
  std::size_t errors(Validation level, const std::string& json,
                     std::vector<std::string> required = {}) const {
    const auto rules =
        Rules::load({.level = level, .folders = {folder.path()}, .required = std::move(required)});
    BOOST_REQUIRE(rules.ok());
    const auto resource = fhir::json::parse(json);
    BOOST_REQUIRE(resource.ok());
    return (*rules)->checkWrite(*resource, fhir::Severity::error).issues().size();
  }
};

const std::string kDeclared =
    R"({"resourceType":"Patient","meta":{"profile":[")" + kUrl + R"("]},"gender":"f"})";

}  // namespace

BOOST_FIXTURE_TEST_SUITE(levels, Folder)

BOOST_AUTO_TEST_CASE(each_level_checks_what_the_one_before_checks_and_more) {
  BOOST_TEST(errors(Validation::structure, kDeclared) == 0U);
  BOOST_TEST(errors(Validation::base, kDeclared) == 1U);
  BOOST_TEST(errors(Validation::profiles, kDeclared) == 2U);
}

BOOST_AUTO_TEST_CASE(a_required_profile_counts_without_being_declared_for_its_type_alone) {
  const std::string patient = R"({"resourceType":"Patient"})";
  BOOST_TEST(errors(Validation::profiles, patient) == 0U);
  BOOST_TEST(errors(Validation::profiles, patient, {kUrl}) == 1U);
  BOOST_TEST(errors(Validation::profiles, patient, {kUrl + "|2.0"}) == 1U);
  BOOST_TEST(errors(Validation::profiles, R"({"resourceType":"Practitioner"})", {kUrl}) == 0U);
}

BOOST_AUTO_TEST_CASE(a_required_profile_that_no_folder_holds_stops_the_start) {
  for (const auto& profile : {kUrl + "|1.0", std::string("http://example.org/none")}) {
    const auto rules = Rules::load({.folders = {folder.path()}, .required = {profile}});
    BOOST_REQUIRE(!rules.ok());
    BOOST_TEST(rules.outcome().issues().front().diagnostics.find(profile) != std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(what_the_folders_hold_is_supported_with_its_version) {
  const auto rules = Rules::load({.folders = {folder.path()}, .required = {}});
  BOOST_REQUIRE(rules.ok());
  const auto supported = (*rules)->supported(*fhir::findResourceType("Patient"));
  BOOST_REQUIRE(supported.size() == 1U);
  BOOST_TEST(supported.front() == kUrl + "|2.0");
}

BOOST_AUTO_TEST_SUITE_END()
