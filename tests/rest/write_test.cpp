#include <boost/test/unit_test.hpp>

#include "tests/rest/api_fixture.h"

using namespace fixture;

namespace {

std::string patient(const std::string& id, const std::string& gender = "female") {
  return R"({"resourceType":"Patient","id":")" + id + R"(","gender":")" + gender + R"("})";
}

const std::string kNew = R"({"resourceType":"Patient","gender":"male","birthDate":"2001-02-03"})";

int statusOfPut(const std::string& id, std::initializer_list<http::Header> headers,
                const std::string& gender = "female") {
  return checkedStatus(server().ask("PUT", "/Patient/" + id, headers, patient(id, gender)));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(creating)

BOOST_AUTO_TEST_CASE(a_create_tells_where_the_new_resource_is) {
  const auto response = server().ask("POST", "/Patient", {}, kNew);
  BOOST_TEST(checkedStatus(response) == 201);
  const auto id = at(response, "Patient.id");
  BOOST_TEST(!id.empty());
  BOOST_TEST(header(response, "Location") == std::string(kBase) + "/Patient/" + id + "/_history/1");
  BOOST_TEST(header(response, "ETag") == "W/\"1\"");
  BOOST_TEST(!header(response, "Last-Modified").empty());
  BOOST_TEST(server().ask("GET", "/Patient/" + id).body == response.body);
}

BOOST_AUTO_TEST_CASE(an_id_in_the_body_does_not_count) {
  const auto response = server().ask("POST", "/Patient", {}, patient("my-own"));
  BOOST_TEST(response.status == 201);
  BOOST_TEST(at(response, "Patient.id") != "my-own");
  BOOST_TEST(server().ask("GET", "/Patient/my-own").status == 404);
}

BOOST_AUTO_TEST_CASE(prefer_return_decides_the_body) {
  const auto minimal = server().ask("POST", "/Patient", {{"Prefer", "return=minimal"}}, kNew);
  BOOST_TEST(minimal.status == 201);
  BOOST_TEST(minimal.body.empty());
  BOOST_TEST(!header(minimal, "Location").empty());
  const auto outcome = server().ask("POST", "/Patient", {{"Prefer", "return=OperationOutcome"}}, kNew);
  BOOST_TEST(outcome.status == 201);
  BOOST_TEST(at(outcome, "OperationOutcome.issue.severity") == "information");
  const auto whole = server().ask("POST", "/Patient", {{"Prefer", "return=representation"}}, kNew);
  BOOST_TEST(at(whole, "Patient.gender") == "male");
}

BOOST_AUTO_TEST_CASE(a_body_that_is_no_resource_of_the_type_is_400) {
  for (const auto* body : {"{", "[]", "{\"resourceType\":\"Practitioner\"}", "{\"gender\":\"male\"}",
                           "{\"resourceType\":\"Patient\",\"nmae\":[]}"}) {
    BOOST_TEST(checkedStatus(server().ask("POST", "/Patient", {}, body)) == 400, body);
  }
  BOOST_TEST(checkedStatus(server().ask("POST", "/Patient", {{"Content-Type", "application/fhir+json"}})) ==
             400);
}

BOOST_AUTO_TEST_CASE(every_fault_of_a_body_is_named) {
  const auto response =
      server().ask("POST", "/Patient", {},
                   R"({"resourceType":"Patient","birthDate":"1980-13-01","foo":1,"active":"yes"})");
  BOOST_TEST(checkedStatus(response) == 400);
  BOOST_TEST(countAt(response, "OperationOutcome.issue") >= 3);
}

BOOST_AUTO_TEST_CASE(another_content_type_is_415) {
  for (const auto* type : {"application/fhir+turtle", "text/plain", "application/json; charset=latin1",
                           "application/fhir+json; fhirVersion=3.0"}) {
    BOOST_TEST(checkedStatus(server().ask("POST", "/Patient", {{"Content-Type", type}}, kNew)) == 415, type);
  }
}

BOOST_AUTO_TEST_CASE(a_condition_on_create_is_never_ignored) {
  BOOST_TEST(checkedStatus(server().ask("POST", "/Patient", {{"If-Match", "W/\"1\""}}, kNew)) == 400);
  BOOST_TEST(checkedStatus(server().ask("POST", "/Patient?identifier=a", {}, kNew)) == 400);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(updating)

BOOST_AUTO_TEST_CASE(an_update_makes_the_next_version) {
  server().put("Patient/up-1", patient("up-1"));
  const auto response = server().ask("PUT", "/Patient/up-1", {}, patient("up-1", "other"));
  BOOST_TEST(checkedStatus(response) == 200);
  BOOST_TEST(header(response, "ETag") == "W/\"2\"");
  BOOST_TEST(header(response, "Location").empty());
  BOOST_TEST(at(response, "Patient.gender") == "other");
}

BOOST_AUTO_TEST_CASE(an_update_that_changes_nothing_makes_no_version) {
  server().put("Patient/up-same", patient("up-same"));
  const auto response = server().ask("PUT", "/Patient/up-same", {}, patient("up-same"));
  BOOST_TEST(response.status == 200);
  BOOST_TEST(header(response, "ETag") == "W/\"1\"");
}

BOOST_AUTO_TEST_CASE(an_update_creates_under_any_legal_id) {
  for (const std::string id : {"A.b-9", "x", "0a8b3c7e-7d53-4f0e-8f2b-9d1f0f6f6a11"}) {
    const auto response = server().ask("PUT", "/Patient/" + id, {}, patient(id));
    BOOST_TEST(checkedStatus(response) == 201, id);
    BOOST_TEST(header(response, "Location") == std::string(kBase) + "/Patient/" + id + "/_history/1");
  }
  BOOST_TEST(checkedStatus(server().ask("PUT", "/Patient/no_id", {}, patient("x"))) == 400);
}

BOOST_AUTO_TEST_CASE(the_body_has_the_id_of_the_url) {
  BOOST_TEST(checkedStatus(server().ask("PUT", "/Patient/up-2", {}, patient("other"))) == 400);
  BOOST_TEST(checkedStatus(server().ask("PUT", "/Patient/up-2", {}, kNew)) == 400);
  BOOST_TEST(server().ask("GET", "/Patient/up-2").status == 404);
}

BOOST_AUTO_TEST_CASE(if_match_names_the_version_to_change) {
  server().put("Patient/up-3", patient("up-3"));
  BOOST_TEST(statusOfPut("up-3", {{"If-Match", "W/\"1\""}}, "male") == 200);
  BOOST_TEST(statusOfPut("up-3", {{"If-Match", "W/\"1\""}}, "other") == 412);
  BOOST_TEST(statusOfPut("up-3", {{"If-Match", "\"2\""}}, "other") == 200);
  BOOST_TEST(statusOfPut("up-3", {{"If-Match", "W/\"1\", W/\"3\""}}, "female") == 200);
  BOOST_TEST(statusOfPut("up-3", {{"If-Match", "W/\"1\", W/\"3\""}}, "male") == 412);
  BOOST_TEST(statusOfPut("up-3", {{"If-Match", "W/\"abc\""}}, "male") == 412);
  BOOST_TEST(statusOfPut("up-3", {{"If-Match", "4"}}, "male") == 400);
  BOOST_TEST(at(server().ask("GET", "/Patient/up-3"), "Patient.gender") == "female");
}

BOOST_AUTO_TEST_CASE(if_match_of_what_is_not_there_is_412) {
  BOOST_TEST(statusOfPut("up-absent", {{"If-Match", "W/\"1\""}}) == 412);
  BOOST_TEST(statusOfPut("up-absent", {{"If-Match", "*"}}) == 412);
  BOOST_TEST(server().ask("GET", "/Patient/up-absent").status == 404);
}

BOOST_AUTO_TEST_CASE(existence_can_be_the_condition) {
  BOOST_TEST(statusOfPut("up-4", {{"If-None-Match", "*"}}) == 201);
  BOOST_TEST(statusOfPut("up-4", {{"If-None-Match", "*"}}, "male") == 412);
  BOOST_TEST(statusOfPut("up-4", {{"If-Match", "*"}}, "other") == 200);
  const auto response = server().ask("GET", "/Patient/up-4");
  BOOST_TEST(at(response, "Patient.gender") == "other");
  BOOST_TEST(header(response, "ETag") == "W/\"2\"");
}

BOOST_AUTO_TEST_CASE(of_several_conditional_writes_at_once_one_wins_and_the_others_are_412) {
  const std::vector<int> oneCreates{201, 412, 412, 412};
  const std::vector<int> oneUpdates{200, 412, 412, 412};
  for (int round = 0; round < 10; ++round) {
    const auto id = "race-" + std::to_string(round);
    BOOST_TEST(
        server().askAtOnce("PUT", "/Patient/" + id, {{"If-None-Match", "*"}}, patient(id)) == oneCreates,
        boost::test_tools::per_element());
    BOOST_TEST(server().askAtOnce("PUT", "/Patient/" + id, {{"If-Match", "W/\"1\""}}, patient(id, "other")) ==
                   oneUpdates,
               boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(of_several_creates_under_one_id_at_once_none_fails) {
  for (int round = 0; round < 10; ++round) {
    const auto id = "crowd-" + std::to_string(round);
    for (const auto* type : {"Patient", "Basic"}) {
      auto body = patient(id);
      if (std::string_view(type) == "Basic") {
        body = R"({"resourceType":"Basic","id":")" + id + R"(","code":{"text":"x"}})";
      }
      const auto statuses = server().askAtOnce("PUT", "/" + std::string(type) + "/" + id, {}, body);
      BOOST_TEST(statuses == (std::vector<int>{200, 200, 200, 201}), boost::test_tools::per_element());
    }
  }
}

BOOST_AUTO_TEST_CASE(what_is_not_supported_is_said) {
  BOOST_TEST(checkedStatus(server().ask("GET", "/Patient/up-1/$document")) == 501);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(deleting)

BOOST_AUTO_TEST_CASE(a_delete_is_204_each_time) {
  server().put("Patient/del-1", patient("del-1"));
  BOOST_TEST(server().ask("DELETE", "/Patient/del-1").status == 204);
  BOOST_TEST(server().ask("DELETE", "/Patient/del-1").status == 204);
  BOOST_TEST(server().ask("DELETE", "/Patient/never-was").status == 204);
  BOOST_TEST(server().ask("GET", "/Patient/del-1").status == 410);
  BOOST_TEST(server().ask("GET", "/Patient/never-was").status == 404);
}

BOOST_AUTO_TEST_CASE(a_delete_can_answer_with_an_outcome) {
  server().put("Patient/del-2", patient("del-2"));
  const auto response = server().ask("DELETE", "/Patient/del-2", {{"Prefer", "return=OperationOutcome"}});
  BOOST_TEST(response.status == 200);
  BOOST_TEST(at(response, "OperationOutcome.issue.severity") == "information");
}

BOOST_AUTO_TEST_CASE(a_delete_may_name_the_version) {
  server().put("Patient/del-3", patient("del-3"));
  BOOST_TEST(checkedStatus(server().ask("DELETE", "/Patient/del-3", {{"If-Match", "W/\"9\""}})) == 412);
  BOOST_TEST(server().ask("GET", "/Patient/del-3").status == 200);
  BOOST_TEST(checkedStatus(server().ask("DELETE", "/Patient/never-was", {{"If-Match", "*"}})) == 412);
  BOOST_TEST(checkedStatus(server().ask("DELETE", "/Patient/del-3?_cascade=delete")) == 400);
  BOOST_TEST(server().ask("DELETE", "/Patient/del-3", {{"If-Match", "W/\"1\""}}).status == 204);
}

BOOST_AUTO_TEST_CASE(an_update_brings_a_deleted_resource_back) {
  server().put("Patient/del-4", patient("del-4"));
  BOOST_TEST(server().ask("DELETE", "/Patient/del-4").status == 204);
  const auto response = server().ask("PUT", "/Patient/del-4", {}, patient("del-4"));
  BOOST_TEST(response.status == 201);
  BOOST_TEST(header(response, "ETag") == "W/\"3\"");
}

BOOST_AUTO_TEST_SUITE_END()
