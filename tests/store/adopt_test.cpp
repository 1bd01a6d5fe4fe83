#include <boost/test/unit_test.hpp>

#include "tests/store/fixture.h"

using fixture::StoreFixture;

namespace {
const std::string kPulse =
    R"({"resourceType":"Observation","id":"pulse","status":"final","category":[{"coding":[{"system":
  "http://terminology.hl7.org/CodeSystem/observation-category","code":"vital-signs"}]}],"code":{"coding":[{"system":"http://loinc.org",
  "code":"8867-4"}]},"subject":{"reference":"Patient/late"},"performer":[{"reference":"Practitioner/later"}],
  "effectiveDateTime":"2026-03-01T10:00:00+05:30","valueQuantity":{"value":72,"unit":"/min","system":"http://unitsofmeasure.org","code":"/min"}})";
}

BOOST_FIXTURE_TEST_SUITE(adopt, StoreFixture)

BOOST_AUTO_TEST_CASE(an_observation_waits_for_its_patient_and_then_moves_with_id_and_version) {
  put(kPulse);
  put(kPulse.substr(0, kPulse.size() - 1) + R"(,"note":[{"text":"at rest"}]})");
  BOOST_TEST(count("ehr_observations") == 0);
  const auto before = read("Observation", "pulse");
  BOOST_TEST(find("Observation", "patient=late").size() == 1);
  put(R"({"resourceType":"Patient","id":"late"})");
  BOOST_TEST(count("ehr_observations") == 0);  // its performer is still missing
  put(R"({"resourceType":"Practitioner","id":"later"})");
  BOOST_TEST(count("ehr_observations") == 1);
  BOOST_TEST(count("electronic_health_records") == 1);
  BOOST_TEST(count("fhir.resource") == 0);
  BOOST_TEST(count("fhir.dangling_reference") == 0);
  const auto after = read("Observation", "pulse");
  BOOST_TEST(after->json == before->json);
  BOOST_TEST(after->versionId == 2);
  BOOST_TEST(after->lastUpdated == before->lastUpdated);
  BOOST_TEST(history("Observation", "pulse").size() == 2);
  BOOST_TEST(find("Observation", "patient=late&code=8867-4&date=2026-03-01").size() == 1);
}

BOOST_AUTO_TEST_CASE(what_waits_can_be_deleted_and_does_not_come_back) {
  put(kPulse);
  BOOST_TEST(session.remove(type("Observation"), "pulse").ok());
  put(R"({"resourceType":"Patient","id":"late"})");
  put(R"({"resourceType":"Practitioner","id":"later"})");
  BOOST_TEST(count("ehr_observations") == 0);
  BOOST_TEST(read("Observation", "pulse")->deleted);
}

BOOST_AUTO_TEST_SUITE_END()
