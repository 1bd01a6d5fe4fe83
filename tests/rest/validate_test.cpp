// $validate, and what writes refuse.
#include <boost/test/unit_test.hpp>

#include "fhir/json/json.h"
#include "fhir/validation/validator.h"
#include "tests/rest/api_fixture.h"

using namespace fixture;

namespace {

const std::string kGood = R"({"resourceType":"Patient","id":"v1","gender":"female"})";
// Two faults of the base specification: pat-1, and a code that is none.
const std::string kBad = R"({"resourceType":"Patient","id":"v1","gender":"f","contact":[{"gender":"male"}]})";

std::string parameters(const std::string& resource, const std::string& more = {}) {
  return R"({"resourceType":"Parameters","parameter":[{"name":"resource","resource":)" + resource + "}" +
         more + "]}";
}

http::Response validate(const std::string& target, const std::string& body) {
  return server().ask("POST", target, {}, body);
}

bool isGood(const http::Response& response) {
  return checkedStatus(response) == 200 && countAt(response, "OperationOutcome.issue") >= 1 &&
         countAt(response, "OperationOutcome.issue.where(severity = 'error' or severity = 'fatal')") == 0;
}

// The answer tells of faults although its status is that of success.
int errorsOf(const http::Response& response) {
  BOOST_TEST(response.status == 200);
  return countAt(response, "OperationOutcome.issue.where(severity = 'error')");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(validating)

BOOST_AUTO_TEST_CASE(a_good_resource_has_no_errors) {
  BOOST_TEST(isGood(validate("/Patient/$validate", kGood)));
  BOOST_TEST(isGood(validate("/Patient/$validate", parameters(kGood))));
  for (const auto* mode : {"create", "update", "profile"})
    BOOST_TEST(isGood(validate(std::string("/Patient/$validate?mode=") + mode, kGood)), mode);
}

BOOST_AUTO_TEST_CASE(all_faults_are_told_with_their_places) {
  for (const auto& body : {kBad, parameters(kBad)}) {
    const auto response = validate("/Patient/$validate", body);
    BOOST_TEST(errorsOf(response) == 2);
    BOOST_TEST(countAt(response, "OperationOutcome.issue.where(expression = 'Patient.gender')") == 1);
    BOOST_TEST(countAt(response, "OperationOutcome.issue.where(expression = 'Patient.contact[0]')") == 1);
  }
}

BOOST_AUTO_TEST_CASE(a_structure_at_fault_is_an_answer_too) {
  const auto response =
      validate("/Patient/$validate", R"({"resourceType":"Patient","birthDate":"1980-13-01","foo":1})");
  BOOST_TEST(errorsOf(response) == 2);
}

BOOST_AUTO_TEST_CASE(what_is_no_resource_is_400) {
  for (const auto* body : {"{", "[]"})
    BOOST_TEST(checkedStatus(validate("/Patient/$validate", body)) == 400, body);
  BOOST_TEST(checkedStatus(server().ask("POST", "/Patient/$validate")) == 400);
  BOOST_TEST(checkedStatus(validate("/Patient/$validate?mode=guess", kGood)) == 400);
  BOOST_TEST(checkedStatus(validate("/Patient/$validate",
                                    parameters(kGood, R"(,{"name":"x","valueCode":"y"})"))) == 400);
  BOOST_TEST(checkedStatus(validate("/Patient/$validate?mod=create", kGood)) == 400);
  BOOST_TEST(checkedStatus(
                 server().ask("POST", "/Patient/$validate", {{"Content-Type", "text/plain"}}, kGood)) == 415);
}

BOOST_AUTO_TEST_CASE(a_resource_of_another_type_is_a_fault) {
  const auto response = validate("/Practitioner/$validate", kGood);
  BOOST_TEST(errorsOf(response) == 1);
  BOOST_TEST(at(response, "OperationOutcome.issue.expression") == "Patient");
}

BOOST_AUTO_TEST_CASE(mode_update_needs_the_id) {
  const std::string without = R"({"resourceType":"Patient","gender":"female"})";
  BOOST_TEST(errorsOf(validate("/Patient/$validate?mode=update", without)) == 1);
  BOOST_TEST(errorsOf(validate("/Patient/$validate",
                               parameters(without, R"(,{"name":"mode","valueCode":"update"})"))) == 1);
  BOOST_TEST(isGood(validate("/Patient/$validate?mode=create", without)));
}

BOOST_AUTO_TEST_CASE(an_instance_is_validated_as_it_is_stored) {
  server().put("Patient/v2", R"({"resourceType":"Patient","id":"v2","gender":"male"})");
  BOOST_TEST(isGood(server().ask("GET", "/Patient/v2/$validate")));
  BOOST_TEST(isGood(server().ask("POST", "/Patient/v2/$validate")));
  BOOST_TEST(isGood(server().ask("POST", "/Patient/v2/$validate?mode=delete")));
  BOOST_TEST(errorsOf(validate("/Patient/v2/$validate?mode=update", kGood)) == 1);
  BOOST_TEST(errorsOf(validate("/Patient/v2/$validate?mode=create",
                               R"({"resourceType":"Patient","id":"v2"})")) == 1);
  BOOST_TEST(checkedStatus(server().ask("GET", "/Patient/nobody/$validate")) == 404);
  BOOST_TEST(checkedStatus(server().ask("POST", "/Patient/$validate?mode=delete")) == 400);
  BOOST_TEST(server().ask("DELETE", "/Patient/v2").status == 204);
  BOOST_TEST(checkedStatus(server().ask("GET", "/Patient/v2/$validate")) == 410);
}

BOOST_AUTO_TEST_CASE(nothing_is_written) {
  BOOST_TEST(isGood(validate("/Patient/$validate?mode=create",
                             R"({"resourceType":"Patient","id":"never-written","gender":"other"})")));
  BOOST_TEST(server().ask("GET", "/Patient/never-written").status == 404);
}

BOOST_AUTO_TEST_CASE(a_type_is_validated_by_post_only) {
  const auto response = server().ask("GET", "/Patient/$validate");
  BOOST_TEST(checkedStatus(response) == 405);
  BOOST_TEST(header(response, "Allow") == "POST");
}

BOOST_AUTO_TEST_CASE(the_capability_statement_names_it_and_keeps_to_the_specification) {
  const auto response = server().ask("GET", "/metadata");
  BOOST_TEST(at(response, "CapabilityStatement.rest.resource.where(type = 'Patient').operation.definition") ==
             "http://hl7.org/fhir/OperationDefinition/Resource-validate");
  const auto outcome = fhir::validation::validate(resourceOf(response));
  BOOST_TEST(!outcome.hasErrors(), outcome.toJson());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(writes_are_validated)

BOOST_AUTO_TEST_CASE(a_write_that_breaks_the_specification_is_422_with_every_error) {
  for (const auto& response :
       {server().ask("POST", "/Patient", {}, kBad), server().ask("PUT", "/Patient/v1", {}, kBad)}) {
    BOOST_TEST(checkedStatus(response) == 422);
    BOOST_TEST(countAt(response, "OperationOutcome.issue") == 2);
  }
  BOOST_TEST(server().ask("GET", "/Patient/v1").status == 404);
}

BOOST_AUTO_TEST_CASE(warnings_do_not_refuse_and_are_told_on_request) {
  const std::string body =
      R"({"resourceType":"Patient","maritalStatus":{"coding":[{"system":"http://example.org/s","code":"x"}]}})";
  BOOST_TEST(server().ask("POST", "/Patient", {}, body).status == 201);
  const auto told = server().ask("POST", "/Patient", {{"Prefer", "return=OperationOutcome"}}, body);
  BOOST_TEST(told.status == 201);
  BOOST_TEST(countAt(told,
                     "OperationOutcome.issue.where(severity = 'warning' and expression = "
                     "'Patient.maritalStatus')") == 1);
}

BOOST_AUTO_TEST_CASE(no_answer_repeats_a_value_of_the_resource) {
  const auto response = validate(
      "/Patient/$validate",
      R"({"resourceType":"Patient","gender":"Secret","generalPractitioner":[{"reference":"Secret/Secret"}],)"
      R"("contact":[{"gender":"male"}],"extension":[{"url":"Secret","valueString":"Secret"}]})");
  BOOST_TEST(errorsOf(response) == 4);
  BOOST_TEST(response.body.find("Secret") == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
