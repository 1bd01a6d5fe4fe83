#include <boost/test/unit_test.hpp>

#include "tests/store/fixture.h"

using fixture::StoreFixture;
using store::Change;

BOOST_FIXTURE_TEST_SUITE(import_of, StoreFixture)

BOOST_AUTO_TEST_CASE(a_batch_in_any_order_ends_up_in_the_tables) {
  std::vector<fhir::Resource> batch;
  batch.push_back(
      resource(R"({"resourceType":"Observation","id":"o","status":"final","category":[{"coding":[{"system":
    "http://terminology.hl7.org/CodeSystem/observation-category","code":"vital-signs"}]}],"code":{"text":"x"},"subject":{"reference":"Patient/p"}})"));
  batch.push_back(resource(R"({"resourceType":"Patient","id":"p","name":[{"family":"A"}]})"));
  batch.push_back(resource(R"({"resourceType":"Condition","id":"c","subject":{"reference":"Patient/p"}})"));
  batch.push_back(resource(R"({"resourceType":"Patient","id":"p","name":[{"family":"B"}]})"));
  auto results = session.importBatch(std::move(batch), {"file", 4});
  BOOST_REQUIRE(results.ok() && results->size() == 4);
  for (const auto& result : *results) BOOST_TEST(result.ok());
  BOOST_TEST((*(*results)[3] == Change::updated));
  BOOST_TEST(count("ehr_observations") == 1);
  BOOST_TEST(count("fhir.resource") == 1);
  BOOST_TEST(read("Patient", "p")->versionId == 2);
  BOOST_TEST(find("Patient", "family=b").size() == 1);
  BOOST_TEST(find("Patient", "family=a").empty());
  BOOST_TEST(*session.importPosition("file") == 4);
  BOOST_TEST(*session.importPosition("other") == 0);
}

BOOST_AUTO_TEST_CASE(the_same_batch_again_changes_nothing) {
  for (const Change expected : {Change::created, Change::unchanged}) {
    std::vector<fhir::Resource> batch;
    for (int i = 0; i < 50; ++i)
      batch.push_back(resource(R"({"resourceType":"Patient","id":"p)" + std::to_string(i) +
                               R"(","birthDate":"1990-01-01"})"));
    auto results = session.importBatch(std::move(batch), {"file", 50});
    BOOST_REQUIRE(results.ok());
    for (const auto& result : *results) BOOST_TEST((result.ok() && *result == expected));
  }
  BOOST_TEST(count("patient_profile WHERE version_id = 1") == 50);
}

BOOST_AUTO_TEST_CASE(a_practitioner_is_found_by_its_identifier) {
  put(R"({"resourceType":"Practitioner","id":"d","identifier":[{"system":"urn:npi","value":"7"}]})");
  BOOST_TEST(session.findByIdentifier(type("Practitioner"), "urn:npi", "7")->value() == "d");
  BOOST_TEST(!session.findByIdentifier(type("Practitioner"), "urn:npi", "8")->has_value());
}

BOOST_AUTO_TEST_SUITE_END()
