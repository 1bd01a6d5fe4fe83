#include <boost/test/unit_test.hpp>
#include <set>

#include "tests/rest/api_fixture.h"

using namespace fixture;

namespace {

std::string patient(const std::string& id, const std::string& family) {
  return R"({"resourceType":"Patient","id":")" + id + R"(","name":[{"family":")" + family +
         R"(","given":["Asha"]}],"gender":"female"})";
}

struct WithPatients {
  WithPatients() {
    for (const auto* id : {"b-1", "b-2", "b-3"})
      server().put(std::string("Patient/") + id, patient(id, "Bundlewala"));
  }
};

struct WithVersions {
  WithVersions() {
    if (server().ask("GET", "/Patient/h-1").status != 404) return;
    server().put("Patient/h-1", patient("h-1", "One"));
    server().put("Patient/h-1", patient("h-1", "Two"));
    BOOST_TEST(server().ask("DELETE", "/Patient/h-1").status == 204);
    server().put("Patient/h-1", patient("h-1", "Four"));
  }
};

// The ids of all pages, following next.
std::multiset<std::string> idsOfAllPages(std::string target, std::string_view expression) {
  std::multiset<std::string> ids;
  for (int page = 0; !target.empty() && page < 20; ++page) {
    const auto response = server().ask("GET", target);
    BOOST_REQUIRE_MESSAGE(response.status == 200, response.body);
    for (int i = 0; i < countAt(response, "Bundle.entry"); ++i) {
      ids.insert(at(response, "Bundle.entry[" + std::to_string(i) + "]." + std::string(expression)));
    }
    target = link(response, "next");
  }
  return ids;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(searching, WithPatients)

BOOST_AUTO_TEST_CASE(a_search_is_a_searchset_with_full_urls_and_modes) {
  const auto response = server().ask("GET", "/Patient?family=Bundlewala");
  BOOST_TEST(checkedStatus(response) == 200);
  BOOST_TEST(at(response, "Bundle.type") == "searchset");
  BOOST_TEST(countAt(response, "Bundle.entry.where(search.mode = 'match')") == 3);
  BOOST_TEST(at(response, "Bundle.entry.fullUrl").starts_with(std::string(kBase) + "/Patient/b-"));
  BOOST_TEST(link(response, "self") == "/Patient?family=Bundlewala");
  BOOST_TEST(link(response, "next").empty());
}

BOOST_AUTO_TEST_CASE(post_search_takes_form_and_url_together) {
  const auto response =
      server().ask("POST", "/Patient/_search?family=Bundlewala",
                   {{"Content-Type", "application/x-www-form-urlencoded"}}, "_id=b-1%2Cb-2&_format=json");
  BOOST_TEST(checkedStatus(response) == 200);
  BOOST_TEST(countAt(response, "Bundle.entry") == 2);
  BOOST_TEST(link(response, "self").starts_with("/Patient?family=Bundlewala&_id=b-1,b-2"));
  BOOST_TEST(checkedStatus(server().ask("POST", "/Patient/_search", {}, "{}")) == 415);
  BOOST_TEST(checkedStatus(server().ask("POST", "/Patient/_search",
                                        {{"Content-Type", "application/x-www-form-urlencoded"}},
                                        "family=%zz")) == 400);
}

BOOST_AUTO_TEST_CASE(a_form_whose_links_nobody_could_follow_is_refused) {
  std::string form = "family=Bundlewala";
  for (int i = 0; i < 40; ++i) form += "," + std::to_string(i) + std::string(1700, 'x');
  const auto ask = [&](const std::string& count) {
    return server().ask("POST", "/Patient/_search", {{"Content-Type", "application/x-www-form-urlencoded"}},
                        form + "&_count=" + count);
  };
  BOOST_TEST(checkedStatus(ask("3")) == 200);
  BOOST_TEST(checkedStatus(ask("2")) == 400);
}

BOOST_AUTO_TEST_CASE(pages_give_each_match_once) {
  const auto ids = idsOfAllPages("/Patient?family=Bundlewala&_count=2&_pretty=true", "resource.id");
  BOOST_TEST(ids == (std::multiset<std::string>{"b-1", "b-2", "b-3"}), boost::test_tools::per_element());
  const auto first = server().ask("GET", "/Patient?family=Bundlewala&_count=2&_pretty=true");
  BOOST_TEST(link(first, "next").find("_pretty=true") != std::string::npos);
  const auto second = server().ask("GET", link(first, "next"));
  BOOST_TEST(link(second, "self") == link(first, "next"));
  BOOST_TEST(link(second, "first") == link(first, "self"));
}

BOOST_AUTO_TEST_CASE(an_unknown_parameter_is_refused_or_told_of) {
  const auto strict = server().ask("GET", "/Patient?famly=x");
  BOOST_TEST(checkedStatus(strict) == 400);
  BOOST_TEST(at(strict, "OperationOutcome.issue.diagnostics").find("famly") != std::string::npos);
  const auto lenient =
      server().ask("GET", "/Patient?famly=x&family=Bundlewala", {{"Prefer", "handling=lenient"}});
  BOOST_TEST(checkedStatus(lenient) == 200);
  BOOST_TEST(countAt(lenient, "Bundle.entry.where(search.mode = 'match')") == 3);
  BOOST_TEST(countAt(lenient, "Bundle.entry.where(search.mode = 'outcome')") == 1);
  BOOST_TEST(link(lenient, "self") == "/Patient?family=Bundlewala");
}

BOOST_AUTO_TEST_CASE(a_count_or_part_of_the_matches_can_be_asked_for) {
  const auto count = server().ask("GET", "/Patient?family=Bundlewala&_summary=count");
  BOOST_TEST(at(count, "Bundle.total") == "3");
  BOOST_TEST(countAt(count, "Bundle.entry") == 0);
  BOOST_TEST(checkedStatus(server().ask("GET", "/Patient?_summary=true&_elements=gender")) == 400);
  const auto part = server().ask("GET", "/Patient?family=Bundlewala&_elements=gender");
  BOOST_TEST(countAt(part, "Bundle.entry.resource.gender") == 3);
  BOOST_TEST(countAt(part, "Bundle.entry.resource.name") == 0);
  BOOST_TEST(countAt(part, "Bundle.entry.resource.meta.tag.where(code = 'SUBSETTED')") == 3);
}

BOOST_AUTO_TEST_CASE(a_cursor_of_somebody_s_making_is_400) {
  BOOST_TEST(checkedStatus(server().ask("GET", "/Patient?_cursor=abc")) == 400);
  BOOST_TEST(checkedStatus(server().ask("GET", "/Patient/_history?_cursor=abc")) == 400);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(histories, WithVersions)

BOOST_AUTO_TEST_CASE(a_history_has_every_version_newest_first) {
  const auto response = server().ask("GET", "/Patient/h-1/_history");
  BOOST_TEST(checkedStatus(response) == 200);
  BOOST_TEST(at(response, "Bundle.type") == "history");
  BOOST_TEST(at(response, "Bundle.total") == "4");
  BOOST_TEST(countAt(response, "Bundle.entry") == 4);
  BOOST_TEST(at(response, "Bundle.entry[0].response.etag") == "W/\"4\"");
  BOOST_TEST(at(response, "Bundle.entry[1].request.method") == "DELETE");
  BOOST_TEST(countAt(response, "Bundle.entry[1].resource") == 0);
  BOOST_TEST(at(response, "Bundle.entry[2].request.method") == "PUT");
  BOOST_TEST(at(response, "Bundle.entry[2].request.url") == "Patient/h-1");
  BOOST_TEST(at(response, "Bundle.entry[3].request.method") == "POST");
  BOOST_TEST(at(response, "Bundle.entry[3].resource.name.family") == "One");
  BOOST_TEST(at(response, "Bundle.entry[3].fullUrl") == std::string(kBase) + "/Patient/h-1");
}

BOOST_AUTO_TEST_CASE(the_history_of_what_never_was_is_404) {
  BOOST_TEST(checkedStatus(server().ask("GET", "/Patient/never-was/_history")) == 404);
  BOOST_TEST(checkedStatus(server().ask("GET", "/Patient/no_id/_history")) == 404);
}

BOOST_AUTO_TEST_CASE(pages_give_each_version_once) {
  const auto versions = idsOfAllPages("/Patient/h-1/_history?_count=1", "response.etag");
  BOOST_TEST(versions == (std::multiset<std::string>{"W/\"1\"", "W/\"2\"", "W/\"3\"", "W/\"4\""}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(type_and_system_have_histories_too) {
  BOOST_TEST(
      idsOfAllPages("/Patient/_history?_count=3", "fullUrl").count(std::string(kBase) + "/Patient/h-1") ==
      4U);
  BOOST_TEST(idsOfAllPages("/_history?_count=7", "fullUrl").count(std::string(kBase) + "/Patient/h-1") == 4U);
}

BOOST_AUTO_TEST_CASE(since_and_at_choose_by_time) {
  const auto second = at(server().ask("GET", "/Patient/h-1/_history/2"), "Patient.meta.lastUpdated");
  const auto since = server().ask("GET", "/Patient/h-1/_history?_since=" + second);
  BOOST_TEST(countAt(since, "Bundle.entry") == 3);
  BOOST_TEST(link(since, "self").find("_since=") != std::string::npos);
  const auto moment = server().ask("GET", "/Patient/h-1/_history?_at=" + second);
  BOOST_TEST(countAt(moment, "Bundle.entry.where(response.etag = 'W/\"2\"')") == 1);
  BOOST_TEST(countAt(moment, "Bundle.entry.where(response.etag = 'W/\"4\"')") == 0);
  BOOST_TEST(countAt(server().ask("GET", "/Patient/h-1/_history?_at=2000"), "Bundle.entry") == 0);
}

BOOST_AUTO_TEST_CASE(a_parameter_that_is_not_understood_is_400) {
  for (const auto* query : {"_since=yesterday", "_since=2026", "_at=ge2026", "_count=-1", "_count=x",
                            "_sort=x", "_since=2026-01-01T00:00:00Z&_since=2026-01-01T00:00:00Z", "name=x"}) {
    BOOST_TEST(checkedStatus(server().ask("GET", std::string("/Patient/h-1/_history?") + query)) == 400,
               query);
  }
}

BOOST_AUTO_TEST_CASE(a_count_of_none_tells_the_total) {
  const auto response = server().ask("GET", "/Patient/h-1/_history?_count=0");
  BOOST_TEST(at(response, "Bundle.total") == "4");
  BOOST_TEST(countAt(response, "Bundle.entry") == 0);
  BOOST_TEST(link(response, "next").empty());
  // Of a type and of all, too, and of a time.
  const auto sizeOf = [](const std::string& history) {
    return std::stoi(at(server().ask("GET", history + "_summary=count"), "Bundle.total"));
  };
  const int patients = sizeOf("/Patient/_history?");
  BOOST_TEST(patients >= 4);
  server().put("Patient/h-1", R"({"resourceType":"Patient","id":"h-1","gender":"other"})");
  BOOST_TEST(sizeOf("/Patient/_history?") == patients + 1);
  BOOST_TEST(sizeOf("/_history?") > patients);
  BOOST_TEST(sizeOf("/Patient/h-1/_history?_since=2100-01-01T00:00:00Z&") == 0);
}

BOOST_AUTO_TEST_SUITE_END()
