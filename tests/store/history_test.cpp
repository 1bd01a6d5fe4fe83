#include <boost/test/unit_test.hpp>
#include <map>

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
