#include <boost/test/unit_test.hpp>

#include "tests/rest/api_fixture.h"

using namespace fixture;

namespace {

const std::string kPatient =
    R"({"resourceType":"Patient","id":"read-1","name":[{"family":"Rao","given":["Asha"]}],"birthDate":"1980-05-01"})";

struct WithPatient {
  WithPatient() { server().put("Patient/read-1", kPatient); }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(reading, WithPatient)

BOOST_AUTO_TEST_CASE(a_read_gives_the_resource_and_its_version) {
  const auto response = server().ask("GET", "/Patient/read-1");
  BOOST_TEST(response.status == 200);
  BOOST_TEST(header(response, "Content-Type") == "application/fhir+json; charset=utf-8");
  BOOST_TEST(header(response, "ETag") == "W/\"1\"");
  BOOST_TEST(header(response, "Last-Modified").ends_with(" GMT"));
  BOOST_TEST(header(response, "Content-Location") == std::string(kBase) + "/Patient/read-1/_history/1");
  BOOST_TEST(at(response, "Patient.name.family") == "Rao");
  BOOST_TEST(at(response, "Patient.meta.versionId") == "1");
}

BOOST_AUTO_TEST_CASE(head_has_the_headers_of_get) {
  const auto response = server().ask("HEAD", "/Patient/read-1");
  BOOST_TEST(response.status == 200);
  BOOST_TEST(header(response, "ETag") == "W/\"1\"");
}

BOOST_AUTO_TEST_CASE(what_is_not_there_is_404) {
  BOOST_TEST(checkedStatus(server().ask("GET", "/Patient/nobody")) == 404);
  BOOST_TEST(checkedStatus(server().ask("GET", "/Patient/no%20id")) == 404);
  BOOST_TEST(checkedStatus(server().ask("GET", "/Practitioner/read-1")) == 404);
  BOOST_TEST(checkedStatus(server().ask("GET", "/Nothing/1")) == 404);
  BOOST_TEST(checkedStatus(server().askOutside("GET", "/elsewhere")) == 404);
}

BOOST_AUTO_TEST_CASE(a_deleted_resource_is_410) {
  server().put("Patient/read-gone", R"({"resourceType":"Patient","id":"read-gone","gender":"female"})");
  BOOST_TEST(server().ask("DELETE", "/Patient/read-gone").status == 204);
  BOOST_TEST(checkedStatus(server().ask("GET", "/Patient/read-gone")) == 410);
}

BOOST_AUTO_TEST_CASE(an_unchanged_resource_is_304_without_a_body) {
  const auto date = header(server().ask("GET", "/Patient/read-1"), "Last-Modified");
  for (const auto& condition : {http::Header{"If-None-Match", "W/\"1\""}, http::Header{"If-None-Match", "*"},
                                http::Header{"If-Modified-Since", date}}) {
    const auto response = server().ask("GET", "/Patient/read-1", {condition});
    BOOST_TEST(response.status == 304, condition.name);
    BOOST_TEST(header(response, "Vary") == "Accept");
    BOOST_TEST(response.body.empty());
    BOOST_TEST(header(response, "ETag") == "W/\"1\"");
  }
  BOOST_TEST(server().ask("GET", "/Patient/read-1", {{"If-None-Match", "W/\"7\""}}).status == 200);
  BOOST_TEST(checkedStatus(server().ask("GET", "/Patient/nobody", {{"If-None-Match", "*"}})) == 404);
}

BOOST_AUTO_TEST_CASE(a_version_is_read_by_its_number) {
  server().put("Patient/read-2", R"({"resourceType":"Patient","id":"read-2","gender":"female"})");
  server().put("Patient/read-2", R"({"resourceType":"Patient","id":"read-2","gender":"other"})");
  BOOST_TEST(at(server().ask("GET", "/Patient/read-2/_history/1"), "Patient.gender") == "female");
  BOOST_TEST(at(server().ask("GET", "/Patient/read-2/_history/2"), "Patient.gender") == "other");
  BOOST_TEST(header(server().ask("GET", "/Patient/read-2/_history/1"), "ETag") == "W/\"1\"");
  for (const auto* version : {"3", "0", "-1", "x", "01"}) {
    BOOST_TEST(checkedStatus(server().ask("GET", std::string("/Patient/read-2/_history/") + version)) == 404);
  }
  BOOST_TEST(server().ask("DELETE", "/Patient/read-2").status == 204);
  BOOST_TEST(checkedStatus(server().ask("GET", "/Patient/read-2/_history/3")) == 410);
  BOOST_TEST(server().ask("GET", "/Patient/read-2/_history/2").status == 200);
}

BOOST_AUTO_TEST_CASE(a_read_of_a_version_that_is_not_current_is_412) {
  server().put("Patient/if-match", R"({"resourceType":"Patient","id":"if-match"})");
  BOOST_TEST(server().ask("GET", "/Patient/if-match", {{"If-Match", "W/\"1\""}}).status == 200);
  BOOST_TEST(checkedStatus(server().ask("GET", "/Patient/if-match", {{"If-Match", "W/\"2\""}})) == 412);
}

BOOST_AUTO_TEST_CASE(summary_and_elements_show_a_part) {
  const auto elements = server().ask("GET", "/Patient/read-1?_elements=birthDate");
  BOOST_TEST(elements.status == 200);
  BOOST_TEST(at(elements, "Patient.birthDate") == "1980-05-01");
  BOOST_TEST(countAt(elements, "Patient.name") == 0);
  BOOST_TEST(at(elements, "Patient.meta.tag.code") == "SUBSETTED");
  BOOST_TEST(countAt(server().ask("GET", "/Patient/read-1?_summary=text"), "Patient.name") == 0);
  BOOST_TEST(checkedStatus(server().ask("GET", "/Patient/read-1?_summary=count")) == 400);
  BOOST_TEST(checkedStatus(server().ask("GET", "/Patient/read-1?_elements=nothing")) == 400);
}

BOOST_AUTO_TEST_CASE(pretty_is_for_people) {
  BOOST_TEST(server().ask("GET", "/Patient/read-1?_pretty=true").body.find('\n') != std::string::npos);
  BOOST_TEST(server().ask("GET", "/Patient/read-1").body.find('\n') == std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_unknown_parameter_is_400_unless_lenient) {
  const auto strict = server().ask("GET", "/Patient/read-1?name=x");
  BOOST_TEST(checkedStatus(strict) == 400);
  BOOST_TEST(at(strict, "OperationOutcome.issue.expression") == "name");
  const auto lenient = server().ask("GET", "/Patient/read-1?name=x", {{"Prefer", "handling=lenient"}});
  BOOST_TEST(lenient.status == 200);
  BOOST_TEST(header(lenient, "Warning").find("name") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(another_format_is_406) {
  BOOST_TEST(checkedStatus(server().ask("GET", "/Patient/read-1", {{"Accept", "text/turtle"}})) == 406);
  BOOST_TEST(checkedStatus(server().ask("GET", "/Patient/read-1?_format=ttl")) == 406);
  const auto json = server().ask("GET", "/Patient/read-1?_format=application/json");
  BOOST_TEST(header(json, "Content-Type") == "application/json; charset=utf-8");
}

BOOST_AUTO_TEST_CASE(types_without_a_table_are_read_alike) {
  server().put("Condition/read-c",
               R"({"resourceType":"Condition","id":"read-c","subject":{"reference":"Patient/read-1"}})");
  const auto response = server().ask("GET", "/Condition/read-c");
  BOOST_TEST(response.status == 200);
  BOOST_TEST(at(response, "Condition.subject.reference") == "Patient/read-1");
}

BOOST_AUTO_TEST_SUITE_END()
