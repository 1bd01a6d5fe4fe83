#include <boost/test/unit_test.hpp>
#include <map>
#include <vector>

#include "tests/store/fixture.h"

using fixture::StoreFixture;

BOOST_FIXTURE_TEST_SUITE(history_of, StoreFixture)

BOOST_AUTO_TEST_CASE(all_types_come_newest_first_and_page_without_gap_or_double) {
  for (int i = 0; i < 7; ++i) {
    put(R"({"resourceType":"Patient","id":"p","multipleBirthInteger":)" + std::to_string(i) + "}");
    put(R"({"resourceType":"Basic","id":"b","code":{"text":")" + std::to_string(i) + "\"}}");
  }
  store::HistoryQuery query;
  query.count = 3;
  std::map<std::string, std::vector<int>> seen;  // versions by type
  std::string before = "9999";
  do {
    auto page = session.history(query);
    BOOST_REQUIRE(page.ok());
    for (const auto& entry : page->entries) {
      BOOST_TEST((entry.resource.lastUpdated <= before));
      before = entry.resource.lastUpdated;
      seen[std::string(entry.resource.type->name)].push_back(entry.resource.versionId);
    }
    query.cursor = page->next;
  } while (!query.cursor.empty());
  const std::vector<int> expected{7, 6, 5, 4, 3, 2, 1};
  BOOST_TEST(seen["Basic"] == expected);
  BOOST_TEST(seen["Patient"] == expected);
}

BOOST_AUTO_TEST_CASE(at_finds_the_version_that_was_current_then) {
  put(R"({"resourceType":"Patient","id":"p","gender":"male"})");
  put(R"({"resourceType":"Patient","id":"p","gender":"female"})");
  const std::string first = (*session.vread(type("Patient"), "p", 1))->lastUpdated;
  const std::string second = read("Patient", "p")->lastUpdated;
  store::HistoryQuery query;
  query.type = &type("Patient");
  query.id = "p";
  query.atLow = first;
  query.atHigh = second;
  auto page = session.history(query);
  BOOST_REQUIRE(page.ok() && page->entries.size() == 1);
  BOOST_TEST(page->entries[0].resource.versionId == 1);
  query.atLow = query.atHigh = {};
  query.since = second;
  page = session.history(query);
  BOOST_REQUIRE(page.ok() && page->entries.size() == 1);
  BOOST_TEST(page->entries[0].resource.versionId == 2);
}

BOOST_AUTO_TEST_CASE(at_follows_a_resource_between_its_table_and_the_generic_store) {
  put(R"({"resourceType":"Patient","id":"p"})");
  const std::string head =
      R"({"resourceType":"Observation","id":"o","status":"final","code":{"text":"Hb"},"category":[{"coding":[{"system":
    "http://terminology.hl7.org/CodeSystem/observation-category","code":"laboratory"}]}],"subject":{"reference":")";
  for (const char* subject : {"Patient/p", "Device/d", "Patient/p"}) {
    put(head + subject + R"("},"valueQuantity":{"value":1,"unit":"g/dL"}})");
  }
  BOOST_REQUIRE(count("fhir.resource WHERE resource_type = 'Observation'") == 0);
  BOOST_REQUIRE(count("history.resource WHERE resource_type = 'Observation'") == 1);
  for (const bool wholeSystem : {false, true}) {
    for (int version = 1; version <= 3; ++version) {
      store::HistoryQuery query;
      if (!wholeSystem) query.type = &type("Observation");
      query.atLow = (*session.vread(type("Observation"), "o", version))->lastUpdated;
      query.atHigh = "9999-01-01T00:00:00Z";
      if (version < 3) query.atHigh = (*session.vread(type("Observation"), "o", version + 1))->lastUpdated;
      const auto page = session.history(query);
      BOOST_REQUIRE(page.ok());
      std::vector<int> versions;
      for (const auto& entry : page->entries) {
        if (entry.resource.type->name == "Observation") versions.push_back(entry.resource.versionId);
      }
      BOOST_TEST(versions == std::vector<int>{version});
    }
  }
}

BOOST_AUTO_TEST_CASE(what_never_was_has_no_history) {
  store::HistoryQuery query;
  query.type = &type("Patient");
  query.id = "nobody";
  const auto page = session.history(query);
  BOOST_REQUIRE(page.ok());
  BOOST_TEST(!page->exists);
  BOOST_TEST(page->entries.empty());
}

BOOST_AUTO_TEST_SUITE_END()
