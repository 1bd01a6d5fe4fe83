// Rows that the platform writes with plain SQL, of every kind that its tables allow.
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>

#include "fhir/validation/validator.h"
#include "tests/emission/everything.h"
#include "tests/emission/platform_profiles.h"

using namespace fixture;

namespace {

std::unique_ptr<Server>& rows() {
  static std::unique_ptr<Server> server;
  return server;
}

struct Written {
  Written() {
    rows() = std::make_unique<Server>();
    std::ifstream file(std::string(std::getenv("HV_SOURCE_DIR")) + "/tests/emission/rows.sql");
    rows()->database->run({std::istreambuf_iterator<char>(file), {}});
  }
  ~Written() { rows().reset(); }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(rows_of_plain_sql, *boost::unit_test::fixture<Written>())

BOOST_AUTO_TEST_CASE(whatever_a_row_holds_its_resource_keeps_to_the_base_specification) {
  const auto seen =
      emission::everything(*rows(), [](const std::string& target, const fhir::Resource& answer) {
        const auto outcome = fhir::validation::validate(answer, {.least = fhir::Severity::error});
        BOOST_TEST(!outcome.hasErrors(), target << ": " << outcome.toJson());
      });
  BOOST_TEST_MESSAGE(seen.answers << " answers, " << seen.resources << " resources");
  BOOST_TEST(seen.resources > 5000U);
}

BOOST_AUTO_TEST_CASE(whatever_a_row_holds_its_resource_keeps_to_the_profile_of_its_table) {
  const emission::PlatformProfiles profiles(*rows());
  std::map<std::string, int> checks;
  emission::everything(*rows(), [&](const std::string& target, const fhir::Resource& answer) {
    emission::checkEntries(*rows(), profiles, target, answer, checks);
  });
  for (const std::string& profile : emission::allProfiles(*rows())) BOOST_TEST(checks[profile] > 0, profile);
}

BOOST_AUTO_TEST_SUITE_END()
