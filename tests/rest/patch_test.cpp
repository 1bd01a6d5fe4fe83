#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "tests/rest/api_fixture.h"

namespace {

using namespace fixture;

const http::Header kJsonPatch{"Content-Type", "application/json-patch+json"};

std::string patient(const std::string& id) {
  return R"({"resourceType":"Patient","id":")" + id +
         R"(","active":true,"name":[{"family":"A","given":["B"]}],"gender":"female","birthDate":"1970-01-01"})";
}

std::string replaceGender(const std::string& value) {
  return R"([{"op":"replace","path":"/gender","value":")" + value + R"("}])";
}

std::string fhirPathPatch(const std::string& path, const std::string& value) {
  return R"({"resourceType":"Parameters","parameter":[{"name":"operation","part":[)"
         R"({"name":"type","valueCode":"replace"},{"name":"path","valueString":")" +
         path + R"("},{"name":"value",)" + value + "}]}]}";
}

http::Response patched(const std::string& id, const std::string& body,
                       std::initializer_list<http::Header> headers = {kJsonPatch}) {
  return server().ask("PATCH", "/Patient/" + id, headers, body);
}

int statusOf(const std::string& id, const std::string& body,
             std::initializer_list<http::Header> headers = {kJsonPatch}) {
  return checkedStatus(patched(id, body, headers));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(patching)

BOOST_AUTO_TEST_CASE(a_json_patch_makes_the_next_version) {
  server().put("Patient/pa-1", patient("pa-1"));
  const auto response = patched("pa-1", replaceGender("male"));
  BOOST_TEST(checkedStatus(response) == 200);
  BOOST_TEST(header(response, "ETag") == "W/\"2\"");
  BOOST_TEST(header(response, "Content-Location") == std::string(kBase) + "/Patient/pa-1/_history/2");
  BOOST_TEST(at(response, "Patient.gender") == "male");
  BOOST_TEST(at(server().ask("GET", "/Patient/pa-1"), "Patient.gender") == "male");
}

BOOST_AUTO_TEST_CASE(a_fhirpath_patch_comes_as_parameters_in_any_type_of_json) {
  server().put("Patient/pa-2", patient("pa-2"));
  int version = 1;
  for (const auto* type : {"application/fhir+json", "application/json", "text/json; charset=utf-8"}) {
    const auto family = "F" + std::to_string(++version);
    const auto response =
        patched("pa-2", fhirPathPatch("Patient.name.family", R"("valueString":")" + family + '"'),
                {{"Content-Type", type}});
    BOOST_TEST(checkedStatus(response) == 200);
    BOOST_TEST(at(response, "Patient.name.family") == family);
    BOOST_TEST(at(response, "Patient.meta.versionId") == std::to_string(version));
  }
}

BOOST_AUTO_TEST_CASE(a_patch_that_changes_nothing_makes_no_version) {
  server().put("Patient/pa-3", patient("pa-3"));
  const auto response = patched("pa-3", R"([{"op":"test","path":"/gender","value":"female"}])");
  BOOST_TEST(checkedStatus(response) == 200);
  BOOST_TEST(header(response, "ETag") == "W/\"1\"");
}

BOOST_AUTO_TEST_CASE(version_and_time_stay_the_servers) {
  server().put("Patient/pa-4", patient("pa-4"));
  const auto response =
      patched("pa-4", R"([{"op":"replace","path":"/meta/versionId","value":"77"},)"
                      R"({"op":"replace","path":"/meta/lastUpdated","value":"1999-01-01T00:00:00Z"},)"
                      R"({"op":"replace","path":"/gender","value":"other"}])");
  BOOST_TEST(checkedStatus(response) == 200);
  BOOST_TEST(at(response, "Patient.meta.versionId") == "2");
  BOOST_TEST(at(response, "Patient.meta.lastUpdated") > "2020");
  const auto without = patched("pa-4", R"([{"op":"remove","path":"/meta"}])");
  BOOST_TEST(checkedStatus(without) == 200);
  BOOST_TEST(at(without, "Patient.meta.versionId") == "2");
}

BOOST_AUTO_TEST_CASE(what_is_no_patch_is_400) {
  server().put("Patient/pa-5", patient("pa-5"));
  for (const auto* body : {"", "{", "{}", R"([{"op":"nothing","path":"/gender"}])"})
    BOOST_TEST(statusOf("pa-5", body) == 400, body);
  const http::Header fhirJson{"Content-Type", "application/fhir+json"};
  BOOST_TEST(statusOf("pa-5", "", {fhirJson}) == 400);
  BOOST_TEST(statusOf("pa-5", patient("pa-5"), {fhirJson}) == 400);
  BOOST_TEST(statusOf("pa-5", fhirPathPatch("Patient.(", R"("valueString":"x")"), {fhirJson}) == 400);
  BOOST_TEST(header(server().ask("GET", "/Patient/pa-5"), "ETag") == "W/\"1\"");
}

BOOST_AUTO_TEST_CASE(what_cannot_be_applied_is_422_and_changes_nothing) {
  server().put("Patient/pa-6", patient("pa-6"));
  for (const auto* body :
       {R"([{"op":"replace","path":"/active","value":false},{"op":"remove","path":"/deceasedBoolean"}])",
        R"([{"op":"test","path":"/gender","value":"male"}])",
        R"([{"op":"replace","path":"/id","value":"other"}])",
        R"([{"op":"replace","path":"/resourceType","value":"Basic"}])",
        R"([{"op":"replace","path":"/birthDate","value":"yesterday"}])",
        R"([{"op":"add","path":"/nothing","value":1}])"})
    BOOST_TEST(statusOf("pa-6", body) == 422, body);
  BOOST_TEST(statusOf("pa-6", fhirPathPatch("Patient.address", R"("valueString":"x")"),
                      {{"Content-Type", "application/fhir+json"}}) == 422);
  const auto read = server().ask("GET", "/Patient/pa-6");
  BOOST_TEST(header(read, "ETag") == "W/\"1\"");
  BOOST_TEST(at(read, "Patient.active") == "true");
}

BOOST_AUTO_TEST_CASE(a_fault_names_operation_and_place) {
  server().put("Patient/pa-7", patient("pa-7"));
  const auto response = patched("pa-7", R"([{"op":"test","path":"/name/0/given/0","value":"x"}])");
  BOOST_TEST(at(response, "OperationOutcome.issue.expression") == "Patient.name[0].given[0]");
  BOOST_TEST(at(response, "OperationOutcome.issue.diagnostics").find("Operation 0 (test") == 0U);
}

BOOST_AUTO_TEST_CASE(what_is_not_there_is_404_and_what_was_deleted_410) {
  BOOST_TEST(statusOf("pa-absent", replaceGender("male")) == 404);
  BOOST_TEST(statusOf("no_id", replaceGender("male")) == 404);
  BOOST_TEST(statusOf("pa-absent", replaceGender("male"), {kJsonPatch, {"If-Match", "W/\"1\""}}) == 404);
  server().put("Patient/pa-8", patient("pa-8"));
  BOOST_TEST(server().ask("DELETE", "/Patient/pa-8").status == 204);
  BOOST_TEST(statusOf("pa-8", replaceGender("male")) == 410);
}

BOOST_AUTO_TEST_CASE(if_match_names_the_version_to_patch) {
  server().put("Patient/pa-9", patient("pa-9"));
  BOOST_TEST(statusOf("pa-9", replaceGender("male"), {kJsonPatch, {"If-Match", "W/\"2\""}}) == 412);
  BOOST_TEST(statusOf("pa-9", replaceGender("male"), {kJsonPatch, {"If-Match", "W/\"1\""}}) == 200);
  BOOST_TEST(statusOf("pa-9", replaceGender("other"), {kJsonPatch, {"If-Match", "W/\"1\", W/\"2\""}}) == 200);
  BOOST_TEST(statusOf("pa-9", replaceGender("male"), {kJsonPatch, {"If-Match", "*"}}) == 200);
  BOOST_TEST(statusOf("pa-9", replaceGender("male"), {kJsonPatch, {"If-Match", "4"}}) == 400);
  BOOST_TEST(statusOf("pa-9", replaceGender("male"), {kJsonPatch, {"If-None-Match", "*"}}) == 400);
}

BOOST_AUTO_TEST_CASE(another_type_of_content_is_415) {
  server().put("Patient/pa-10", patient("pa-10"));
  for (const auto* type :
       {"text/plain", "application/merge-patch+json", "application/json-patch+json; charset=latin1",
        "application/json-patch+json; fhirVersion=3.0", "json"})
    BOOST_TEST(statusOf("pa-10", replaceGender("male"), {{"Content-Type", type}}) == 415, type);
}

BOOST_AUTO_TEST_CASE(prefer_decides_what_comes_back) {
  server().put("Patient/pa-11", patient("pa-11"));
  const auto minimal = patched("pa-11", replaceGender("male"), {kJsonPatch, {"Prefer", "return=minimal"}});
  BOOST_TEST(minimal.status == 200);
  BOOST_TEST(minimal.body.empty());
  BOOST_TEST(header(minimal, "ETag") == "W/\"2\"");
  const auto outcome =
      patched("pa-11", replaceGender("other"), {kJsonPatch, {"Prefer", "return=OperationOutcome"}});
  BOOST_TEST(at(outcome, "OperationOutcome.issue.severity") == "information");
}

BOOST_AUTO_TEST_CASE(the_capability_statement_declares_patch) {
  const auto response = server().ask("GET", "/metadata");
  BOOST_TEST(at(response, "CapabilityStatement.patchFormat[0]") == "application/json-patch+json");
  BOOST_TEST(
      countAt(response,
              "CapabilityStatement.rest.resource.where(type='Patient').interaction.where(code='patch')") ==
      1);
}

std::string addIdentifier(const std::string& type, const std::string& value) {
  return R"({"resourceType":"Parameters","parameter":[{"name":"operation","part":[)"
         R"({"name":"type","valueCode":"add"},{"name":"path","valueString":")" +
         type +
         R"("},{"name":"name","valueString":"identifier"},{"name":"value","valueIdentifier":{"value":")" +
         value + R"("}}]}]})";
}

BOOST_AUTO_TEST_CASE(of_patches_by_16_clients_at_once_none_is_lost) {
  constexpr int clients = Server::kWorkers;
  constexpr int rounds = 5;
  server().put("Patient/pa-crowd", patient("pa-crowd"));
  server().put("Basic/pa-crowd", R"({"resourceType":"Basic","id":"pa-crowd","code":{"text":"x"}})");
  for (const std::string type : {"Patient", "Basic"}) {
    const std::string url = "/" + type + "/pa-crowd";
    for (int round = 0; round < rounds; ++round) {
      std::vector<std::string> bodies;
      for (int client = 0; client < clients; ++client)
        bodies.push_back(addIdentifier(type, std::to_string(round) + "-" + std::to_string(client)));
      const auto statuses = server().askAtOnce("PATCH", url, {}, bodies);
      BOOST_TEST(statuses == std::vector<int>(clients, 200), boost::test_tools::per_element());
    }
    const auto read = server().ask("GET", url);
    BOOST_TEST(countAt(read, type + ".identifier.value.distinct()") == clients * rounds);
    BOOST_TEST(header(read, "ETag") == "W/\"" + std::to_string(clients * rounds + 1) + "\"");
  }
}

BOOST_AUTO_TEST_SUITE_END()
