// _text and _content over the API: found, declared, and refused with a way to mend it.
#include <boost/test/unit_test.hpp>

#include "tests/rest/api_fixture.h"

using namespace fixture;

namespace {

struct Data {
  Data() {
    server().put("Condition/ft-1", condition("ft-1", "Bone metastases"));
    server().put("Condition/ft-2", condition("ft-2", "Liver, no metastases"));
  }
  static std::string condition(const std::string& id, const std::string& shown) {
    return R"({"resourceType":"Condition","id":")" + id +
           R"(","text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\"><p>)" +
           shown + R"(</p></div>"},"code":{"text":"Fulltextwala"},"subject":{"display":"Somebody"}})";
  }
};

std::string found(const std::string& query, std::initializer_list<http::Header> headers = {}) {
  const auto response = server().ask("GET", "/Condition?" + query + "&_sort=_id", headers);
  BOOST_TEST(checkedStatus(response) == 200, query);
  std::string ids;
  for (int i = 0; i < countAt(response, "Bundle.entry.where(search.mode = 'match')"); ++i)
    ids += (i > 0 ? " " : "") + at(response, "Bundle.entry[" + std::to_string(i) + "].resource.id");
  return ids;
}

std::string fault(const std::string& query, std::initializer_list<http::Header> headers = {}) {
  const auto response = server().ask("GET", "/Condition?" + query, headers);
  BOOST_TEST(checkedStatus(response) == 400, query);
  return at(response, "OperationOutcome.issue.diagnostics");
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(full_text, Data)

BOOST_AUTO_TEST_CASE(words_are_found_and_said_in_the_self_link) {
  BOOST_TEST(found("_text=(bone%20OR%20liver)%20and%20metastases") == "ft-1 ft-2");
  BOOST_TEST(found("_text=metasta*%20not%20liver") == "ft-1");
  BOOST_TEST(found("_content=fulltextwala&_text=LIVER") == "ft-2");
  BOOST_TEST(found("_text=fulltextwala").empty());
  const auto response = server().ask("GET", "/Condition?_text=bone%20or%20liver&_total=accurate&_count=1");
  BOOST_TEST(at(response, "Bundle.total") == "2");
  BOOST_TEST(link(response, "self").starts_with("/Condition?_text=bone"));
  const auto next = server().ask("GET", link(response, "next"));
  BOOST_TEST(countAt(next, "Bundle.entry") == 1);
  BOOST_TEST(link(next, "next").empty());
}

BOOST_AUTO_TEST_CASE(what_it_does_not_know_is_refused_lenient_or_not) {
  for (const auto* handling : {"handling=strict", "handling=lenient"}) {
    BOOST_TEST(fault("_text=%22bone%20metastases%22", {{"Prefer", handling}}).find("Leave the quotes out") !=
               std::string::npos);
    BOOST_TEST(fault("_content=(bone", {{"Prefer", handling}}).find("')'") != std::string::npos);
    BOOST_TEST(fault("_text:exact=bone", {{"Prefer", handling}}).find("':missing'") != std::string::npos);
  }
  BOOST_TEST(checkedStatus(server().ask("GET", "/Condition?_text=")) == 400);
  BOOST_TEST(found("_text=&_id=ft-1", {{"Prefer", "handling=lenient"}}) == "ft-1");
  // A Bundle has no narrative.
  BOOST_TEST(checkedStatus(server().ask("GET", "/Bundle?_text=bone")) == 400);
}

BOOST_AUTO_TEST_CASE(a_condition_of_a_write_may_ask_for_words) {
  const auto created = server().ask("POST", "/Condition", {{"If-None-Exist", "_content=fulltextwala%20bone"}},
                                    Data::condition("ft-3", "Bone"));
  BOOST_TEST(created.status == 200);
  BOOST_TEST(at(created, "Condition.id") == "ft-1");
}

BOOST_AUTO_TEST_CASE(they_are_declared_for_the_types_that_have_them) {
  const auto response = server().ask("GET", "/metadata");
  const auto declared = [&](const std::string& type, const std::string& name) {
    return countAt(response, "CapabilityStatement.rest.resource.where(type = '" + type +
                                 "').searchParam.where(name = '" + name + "' and type = 'string')");
  };
  for (const auto* type : {"Patient", "Condition"}) {
    BOOST_TEST(declared(type, "_text") == 1, type);
    BOOST_TEST(declared(type, "_content") == 1, type);
  }
  for (const auto* type : {"Bundle", "Binary"}) {
    BOOST_TEST(declared(type, "_text") == 0, type);
    BOOST_TEST(declared(type, "_content") == 1, type);
  }
}

BOOST_AUTO_TEST_SUITE_END()
