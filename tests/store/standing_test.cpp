// What stands of whole types, and the mark that changes with it.
#include <array>
#include <boost/test/unit_test.hpp>
#include <utility>

#include "tests/store/fixture.h"

using fixture::StoreFixture;

namespace {

const std::array kTypes{fhir::findResourceType("ValueSet"), fhir::findResourceType("CodeSystem")};

struct Marked : StoreFixture {
  std::string mark() {
    auto found = session.changeMark(kTypes);
    BOOST_REQUIRE(found.ok());
    return *found;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(standing, Marked)

BOOST_AUTO_TEST_CASE(the_mark_is_another_one_after_each_write_of_the_types_and_of_them_alone) {
  std::string before = mark();
  const auto changed = [&] {
    const std::string former = std::exchange(before, mark());
    return former != before;
  };
  put(R"({"resourceType":"ValueSet","id":"v","status":"draft"})");
  BOOST_TEST(changed());
  put(R"({"resourceType":"ValueSet","id":"v","status":"active"})");
  BOOST_TEST(changed());
  put(R"({"resourceType":"ValueSet","id":"v","status":"active"})");  // makes no version
  BOOST_TEST(!changed());
  create(R"({"resourceType":"Patient"})");
  create(R"({"resourceType":"ConceptMap","status":"draft"})");
  BOOST_TEST(!changed());
  BOOST_TEST(session.remove(type("ValueSet"), "v").ok());
  BOOST_TEST(changed());
  database.run(
      "UPDATE fhir.resource SET fhir_residual = '{\"resourceType\":\"ValueSet\"}' WHERE fhir_id = 'v'");
  BOOST_TEST(changed());
}

BOOST_AUTO_TEST_CASE(what_stands_is_told_with_id_and_version_and_what_is_deleted_is_not) {
  put(R"({"resourceType":"ValueSet","id":"v","status":"draft"})");
  put(R"({"resourceType":"ValueSet","id":"v","status":"active"})");
  put(R"({"resourceType":"CodeSystem","id":"gone","status":"draft","content":"complete"})");
  BOOST_TEST(session.remove(type("CodeSystem"), "gone").ok());
  const auto found = session.standing(kTypes);
  BOOST_REQUIRE(found.ok());
  BOOST_REQUIRE(found->size() == 1U);
  BOOST_TEST(found->front().type->name == "ValueSet");
  BOOST_TEST(found->front().id == "v");
  BOOST_TEST(found->front().versionId == 2);
  BOOST_TEST(found->front().updatedMilliseconds > 1'700'000'000'000);
}

BOOST_AUTO_TEST_SUITE_END()
