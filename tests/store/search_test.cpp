#include <boost/test/unit_test.hpp>
#include <set>

#include "tests/store/fixture.h"

using fixture::StoreFixture;
using Ids = std::vector<std::string>;

BOOST_FIXTURE_TEST_SUITE(search_for, StoreFixture)

// The same Patients, whichever place they stand in: columns only, wholly indexed (a partial date), and by
// plain SQL.
BOOST_AUTO_TEST_CASE(a_birth_date_is_found_whatever_its_precision) {
  put(R"({"resourceType":"Patient","id":"day","birthDate":"1980-05-17"})");
  put(R"({"resourceType":"Patient","id":"month","birthDate":"1980-05"})");
  put(R"({"resourceType":"Patient","id":"year","birthDate":"1980"})");
  put(R"({"resourceType":"Patient","id":"none"})");
  const auto sorted = [&](std::string_view query) {
    Ids out = find("Patient", query);
    std::sort(out.begin(), out.end());
    return out;
  };
  BOOST_TEST((sorted("birthdate=1980-05-17") == Ids{"day"}));
  BOOST_TEST((sorted("birthdate=1980-05") == Ids{"day", "month"}));
  BOOST_TEST((sorted("birthdate=1980") == Ids{"day", "month", "year"}));
  BOOST_TEST((sorted("birthdate=gt1980-05-16") == Ids{"day", "month", "year"}));
  BOOST_TEST((sorted("birthdate=lt1980-05-17") == Ids{"month", "year"}));
  BOOST_TEST((sorted("birthdate=ge1981") == Ids{}));
  BOOST_TEST((sorted("birthdate=sa1979") == Ids{"day", "month", "year"}));
  BOOST_TEST((sorted("birthdate=eb1980-06") == Ids{"day", "month"}));
  BOOST_TEST((sorted("birthdate:missing=true") == Ids{"none"}));
  BOOST_TEST((sorted("birthdate:missing=false") == Ids{"day", "month", "year"}));
  BOOST_TEST((sorted("birthdate=1980-05-17,1980-05") == Ids{"day", "month"}));
}

BOOST_AUTO_TEST_CASE(names_are_found_without_case_and_accents_by_their_beginning) {
  put(R"({"resourceType":"Patient","id":"a","name":[{"family":"Müller","given":["Zoë"]}]})");
  put(R"({"resourceType":"Patient","id":"b","name":[{"family":"Mulligan"}]})");
  BOOST_TEST((find("Patient", "family=mull").size() == 2));
  BOOST_TEST((find("Patient", "family:exact=Müller") == Ids{"a"}));
  BOOST_TEST((find("Patient", "family:contains=llig") == Ids{"b"}));
  BOOST_TEST((find("Patient", "given=ZOE") == Ids{"a"}));
  BOOST_TEST((find("Patient", "name=zo&family=mu") == Ids{"a"}));
  BOOST_TEST((find("Patient", "family=%")).empty());
}

BOOST_AUTO_TEST_CASE(a_value_longer_than_what_is_indexed_is_refused_and_never_silently_missed) {
  const std::string value(300, 'x');
  put(R"({"resourceType":"Patient","id":"a","identifier":[{"value":")" + value + R"("}]})");
  const auto query = fhir::search::parse(type("Patient"), {{"identifier", value}}, store.catalog(), {});
  BOOST_REQUIRE(query.ok());
  const auto page = session.search(*query);
  BOOST_REQUIRE(!page.ok());
  BOOST_TEST((page.outcome().issues().front().type == fhir::IssueType::tooLong));
}

BOOST_AUTO_TEST_CASE(identifiers_are_found_by_system_and_value) {
  put(R"({"resourceType":"Patient","id":"a","identifier":[{"system":"urn:x","value":"1"}]})");
  put(R"({"resourceType":"Patient","id":"b","identifier":[{"system":"urn:y","value":"1"}]})");
  put(R"({"resourceType":"Patient","id":"c","identifier":[{"value":"1"}]})");
  BOOST_TEST((find("Patient", "identifier=1").size() == 3));
  BOOST_TEST((find("Patient", "identifier=urn:x|1") == Ids{"a"}));
  BOOST_TEST((find("Patient", "identifier=|1") == Ids{"c"}));
  BOOST_TEST((find("Patient", "identifier=urn:y|") == Ids{"b"}));
  BOOST_TEST((find("Patient", "identifier:not=urn:x|1").size() == 2));
}

BOOST_AUTO_TEST_CASE(observations_are_found_in_the_table_and_in_the_generic_store_alike) {
  put(R"({"resourceType":"Patient","id":"p"})");
  const auto observation = [&](std::string_view id, std::string_view category, std::string_view value) {
    put(R"({"resourceType":"Observation","id":")" + std::string(id) +
        R"(","status":"final","category":[{"coding":[{"system":
      "http://terminology.hl7.org/CodeSystem/observation-category","code":")" +
        std::string(category) + R"("}]}],"code":{"coding":[{"system":
      "http://loinc.org","code":"8867-4"}]},"subject":{"reference":"Patient/p"},"effectiveDateTime":"2026-03-0)" +
        std::string(value.substr(0, 1)) + R"(T10:00:00Z","valueQuantity":{"value":)" + std::string(value) +
        R"(,"unit":"beats","system":"http://unitsofmeasure.org","code":"/min"}})");
  };
  observation("v", "vital-signs", "1");
  observation("l", "laboratory", "2");
  observation("s", "survey", "3");
  BOOST_TEST(count("ehr_observations") == 2);
  BOOST_TEST((find("Observation", "patient=p").size() == 3));
  BOOST_TEST((find("Observation", "patient=Patient/p&code=http://loinc.org|8867-4").size() == 3));
  BOOST_TEST((find("Observation", "category=survey") == Ids{"s"}));
  BOOST_TEST((find("Observation", "category=vital-signs") == Ids{"v"}));
  BOOST_TEST((find("Observation", "value-quantity=gt1").size() == 2));
  BOOST_TEST((find("Observation", "value-quantity=2|http://unitsofmeasure.org|/min") == Ids{"l"}));
  BOOST_TEST((find("Observation", "date=ge2026-03-02").size() == 2));
  BOOST_TEST((find("Observation", "subject:Patient=p").size() == 3));
  BOOST_TEST((find("Observation", "patient=other")).empty());
  BOOST_TEST((find("Observation", "status:not=final")).empty());
  BOOST_TEST((find("Observation", "_id=v,s").size() == 2));
}

BOOST_AUTO_TEST_CASE(pages_are_whole_while_others_write) {
  std::set<std::string> expected;
  for (int i = 0; i < 25; ++i) expected.insert(create(R"({"resourceType":"Patient","gender":"other"})").id);
  Ids seen;
  std::string cursor;
  do {
    const auto page =
        search("Patient", "gender=other&_count=4" + (cursor.empty() ? "" : "&_cursor=" + cursor));
    for (const auto& match : page.matches) seen.push_back(match.id);
    cursor = page.next;
    create(R"({"resourceType":"Patient","gender":"male"})");
  } while (!cursor.empty());
  BOOST_TEST(seen.size() == 25U);
  BOOST_TEST((std::set<std::string>(seen.begin(), seen.end()) == expected));
  BOOST_TEST(search("Patient", "gender=other&_count=0").total.value() == 25U);
  BOOST_TEST(search("Patient", "gender=other&_count=2&_total=accurate").total.value() == 25U);
  BOOST_TEST(find("Patient", "_sort=-_lastUpdated&_count=4").size() == 32U);
}

BOOST_AUTO_TEST_CASE(other_types_are_found_by_their_parameters_too) {
  put(R"({"resourceType":"Condition","id":"c","subject":{"reference":"Patient/p"},"code":{"coding":[{"system":"urn:s","code":"x"}]}})");
  BOOST_TEST((find("Condition", "patient=p&code=urn:s|x") == Ids{"c"}));
  BOOST_TEST(session.remove(type("Condition"), "c").ok());
  BOOST_TEST(find("Condition", "patient=p").empty());
}

BOOST_AUTO_TEST_SUITE_END()
