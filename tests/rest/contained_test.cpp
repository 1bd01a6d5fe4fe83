// _contained and _containedType over HTTP: what an entry is, how it is named, and what is refused.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "tests/rest/api_fixture.h"

using namespace fixture;

namespace {

const std::string kSystem = "http://x.example/held";

std::string medication(const std::string& id, const std::string& code) {
  return R"({"resourceType":"Medication","id":")" + id + R"(","text":{"status":"generated",
    "div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">m</div>"},"code":{"coding":[{"system":")" +
         kSystem + R"(","code":")" + code + R"("}]},"status":"active"})";
}

struct Held {
  Held() {
    server().put("Medication/held-own", medication("held-own", "k"));
    server().put("List/held",
                 R"({"resourceType":"List","id":"held","contained":[)" + medication("m1", "k") + "," +
                     medication("m2", "k") +
                     R"(],"status":"current","mode":"working","entry":[{"item":{"reference":"#m1"}},
                                  {"item":{"reference":"#m2"}}]})");
  }
};

const std::string kOf = "/Medication?code=" + kSystem + "%7Ck";

http::Response ask(const std::string& rest, std::initializer_list<http::Header> headers = {}) {
  return server().ask("GET", kOf + rest, headers);
}

std::vector<std::string> urls(const http::Response& response) {
  BOOST_REQUIRE(checkedStatus(response) == 200);
  std::vector<std::string> out;
  const int entries = countAt(response, "Bundle.entry");
  for (int i = 0; i < entries; ++i) {
    const std::string entry = "Bundle.entry[" + std::to_string(i) + "].";
    BOOST_TEST(at(response, entry + "search.mode") == "match");
    out.push_back(at(response, entry + "fullUrl").substr(kBase.size() + 1));
  }
  std::sort(out.begin(), out.end());
  return out;
}

using Urls = std::vector<std::string>;

}  // namespace

BOOST_FIXTURE_TEST_SUITE(contained_search, Held)

BOOST_AUTO_TEST_CASE(the_entry_is_the_container_or_the_contained_resource_under_its_address) {
  BOOST_TEST((urls(ask("")) == Urls{"Medication/held-own"}));
  BOOST_TEST((urls(ask("&_contained=false")) == Urls{"Medication/held-own"}));
  const auto container = ask("&_contained=true");
  BOOST_TEST((urls(container) == Urls{"List/held"}));
  BOOST_TEST(at(container, "Bundle.total") == "1");
  BOOST_TEST(at(container, "Bundle.entry.resource.meta.versionId") == "1");
  BOOST_TEST(countAt(container, "Bundle.entry.resource.contained") == 2);
  BOOST_TEST((urls(ask("&_contained=true&_containedType=container")) == Urls{"List/held"}));
  BOOST_TEST((urls(ask("&_contained=both")) == Urls{"List/held", "Medication/held-own"}));
  const auto alone = ask("&_contained=true&_containedType=contained");
  BOOST_TEST((urls(alone) == Urls{"List/held#m1", "List/held#m2"}));
  BOOST_TEST(at(alone, "Bundle.entry.where(fullUrl.endsWith('#m1')).resource.id") == "m1");
  BOOST_TEST(countAt(alone, "Bundle.entry.resource.meta") == 0);
  BOOST_TEST(at(alone, "Bundle.total") == "2");
  BOOST_TEST((urls(ask("&_contained=both&_containedType=contained")) ==
              Urls{"List/held#m1", "List/held#m2", "Medication/held-own"}));
}

BOOST_AUTO_TEST_CASE(post_batch_and_a_page_at_a_time_answer_the_same) {
  const auto posted =
      server().ask("POST", "/Medication/_search", {{"Content-Type", "application/x-www-form-urlencoded"}},
                   "code=" + kSystem + "%7Ck&_contained=true&_containedType=contained");
  BOOST_TEST((urls(posted) == Urls{"List/held#m1", "List/held#m2"}));
  const auto batch = server().ask("POST", "", {},
                                  R"({"resourceType":"Bundle","type":"batch","entry":[{"request":
    {"method":"GET","url":")" + kOf.substr(1) +
                                      R"(&_contained=true"}}]})");
  BOOST_TEST(at(batch, "Bundle.entry.resource.entry.fullUrl") == std::string(kBase) + "/List/held");
  Urls all;
  auto page = ask("&_contained=both&_containedType=contained&_count=1");
  for (;;) {
    for (const std::string& url : urls(page)) all.push_back(url);
    const std::string next = link(page, "next");
    if (next.empty()) break;
    page = server().ask("GET", next);
  }
  std::sort(all.begin(), all.end());
  BOOST_TEST((all == Urls{"List/held#m1", "List/held#m2", "Medication/held-own"}));
}

BOOST_AUTO_TEST_CASE(the_self_link_says_what_was_applied) {
  const auto self = [](const http::Response& response) { return link(response, "self"); };
  BOOST_TEST(self(ask("&_contained=both&_containedType=contained"))
                 .find("_contained=both&_containedType=contained") != std::string::npos);
  const auto lenient = ask("&_containedType=contained", {{"Prefer", "handling=lenient"}});
  BOOST_TEST((checkedStatus(lenient) == 200));
  BOOST_TEST(self(lenient).find("_containedType") == std::string::npos);
  BOOST_TEST(at(lenient, "Bundle.entry.where(search.mode = 'outcome').resource.issue.expression") ==
             "_containedType");
}

BOOST_AUTO_TEST_CASE(views_shape_the_entry_whichever_it_is) {
  const auto summary = ask("&_contained=true&_containedType=contained&_summary=true");
  BOOST_TEST(countAt(summary, "Bundle.entry.resource.code") == 2);
  BOOST_TEST(countAt(summary, "Bundle.entry.resource.text") == 0);
  BOOST_TEST(countAt(ask("&_contained=true&_containedType=contained&_elements=status"),
                     "Bundle.entry.resource.code") == 0);
  BOOST_TEST(countAt(ask("&_contained=true&_summary=text"), "Bundle.entry.resource.mode") == 1);
  BOOST_TEST(at(ask("&_contained=both&_summary=count"), "Bundle.total") == "2");
  BOOST_TEST(checkedStatus(ask("&_contained=true&_format=xml")) == 200);
}

BOOST_AUTO_TEST_CASE(what_says_nothing_is_refused_by_name) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"&_contained=yes", "_contained"},
      {"&_contained:exact=true", "_contained:exact"},
      {"&_contained=true&_contained=both", "_contained"},
      {"&_contained=true&_containedType=all", "_containedType"},
      {"&_containedType=container", "_containedType"},
      {"&_containedType=contained&_contained=false", "_containedType"},
      {"&_contained=true&_containedType=contained&_revinclude=Provenance:target", "_revinclude"},
  };
  for (const auto& [query, expression] : cases) {
    const auto response = ask(query);
    BOOST_TEST(checkedStatus(response) == 400, query);
    BOOST_TEST(at(response, "OperationOutcome.issue.expression") == expression, query);
  }
  BOOST_TEST(checkedStatus(server().ask("GET", "/Observation/$lastn?patient=x&_contained=true")) == 400);
  // A cursor is of the search that it was made for.
  const std::string next = link(ask("&_contained=both&_containedType=contained&_count=1"), "next");
  std::string other = next;
  other.replace(other.find("_contained=both"), 15, "_contained=true");
  BOOST_TEST(checkedStatus(server().ask("GET", other)) == 400);
}

BOOST_AUTO_TEST_CASE(a_contained_resource_cannot_be_read_by_its_id) {
  BOOST_TEST(checkedStatus(server().ask("GET", "/Medication/m1")) == 404);
  BOOST_TEST(checkedStatus(server().ask("GET", "/Medication/held%23m1")) >= 400);
}

BOOST_AUTO_TEST_SUITE_END()
