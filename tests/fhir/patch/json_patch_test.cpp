#include <boost/test/unit_test.hpp>
#include <string>

#include "fhir/json/json.h"
#include "fhir/patch/patch.h"

namespace {

using fhir::Failure;
using fhir::IssueType;
using fhir::patch::applyJsonPatch;
using fhir::patch::applyJsonPatchToResource;

const std::string patient =
    R"({"resourceType":"Patient","id":"p1","active":true,"name":[{"family":"A","given":["B","C"]}],)"
    R"("gender":"female","birthDate":"1970-01-01","multipleBirthInteger":2})";

std::string patched(const std::string& document, const std::string& patch) {
  const auto result = applyJsonPatch(document, patch);
  BOOST_REQUIRE_MESSAGE(result.ok(), (result ? "" : result.outcome().toJson()));
  return *result;
}

// The one issue that a patch must give.
fhir::Issue refused(const std::string& document, const std::string& patch, Failure failure,
                    const fhir::patch::Limits& limits = {}) {
  const auto result = applyJsonPatch(document, patch, limits);
  BOOST_REQUIRE_MESSAGE(!result.ok(), patch);
  BOOST_TEST((result.outcome().failure() == failure), result.outcome().toJson());
  return result.outcome().issues().front();
}

fhir::Outcome refusedResource(const std::string& patch, Failure failure) {
  const auto result = applyJsonPatchToResource(patient, patch);
  BOOST_REQUIRE_MESSAGE(!result.ok(), patch);
  BOOST_TEST((result.outcome().failure() == failure), result.outcome().toJson());
  return result.outcome();
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(json_patch)

BOOST_AUTO_TEST_CASE(each_operation_does_what_the_rfc_says) {
  BOOST_TEST(patched(R"({"a":[1,3]})", R"([{"op":"add","path":"/a/1","value":2}])") == R"({"a":[1,2,3]})");
  BOOST_TEST(patched(R"({"a":1,"b":2})", R"([{"op":"add","path":"/a","value":3}])") == R"({"a":3,"b":2})");
  BOOST_TEST(patched(R"({"a":1})", R"([{"op":"add","path":"","value":[1.50]}])") == "[1.50]");
  BOOST_TEST(patched(R"({"a":1,"b":2})", R"([{"op":"remove","path":"/a"}])") == R"({"b":2})");
  BOOST_TEST(patched("[1,2]", R"([{"op":"replace","path":"/0","value":{"x":null}}])") == R"([{"x":null},2])");
  BOOST_TEST(patched("[1,2]", R"([{"op":"replace","path":"","value":0}])") == "0");
  BOOST_TEST(patched("[1,2,3]", R"([{"op":"move","from":"/0","path":"/2"}])") == "[2,3,1]");
  BOOST_TEST(patched("[1,2,3]", R"([{"op":"move","from":"/1","path":"/1"}])") == "[1,2,3]");
  BOOST_TEST(patched("[[1],2]", R"([{"op":"copy","from":"/0","path":"/-"}])") == "[[1],2,[1]]");
  BOOST_TEST(patched("[[1]]", R"([{"op":"copy","from":"","path":"/0/-"}])") == "[[1,[[1]]]]");
  BOOST_TEST(patched("[1]", R"([{"op":"test","path":"/0","value":1.0}])") == "[1]");
  BOOST_TEST(
      patched(
          R"({"":1,"a/b":2,"m~n":3})",
          R"([{"op":"remove","path":"/"},{"op":"remove","path":"/a~1b"},{"op":"remove","path":"/m~0n"}])") ==
      "{}");
}

BOOST_AUTO_TEST_CASE(what_cannot_be_applied_is_422_and_names_operation_and_path) {
  for (const char* operation :
       {R"({"op":"remove","path":"/x"})", R"({"op":"remove","path":""})",
        R"({"op":"replace","path":"/x","value":1})", R"({"op":"add","path":"/a/5","value":1})",
        R"({"op":"add","path":"/a/01","value":1})", R"({"op":"add","path":"/a/x","value":1})",
        R"({"op":"add","path":"/b/x","value":1})", R"({"op":"remove","path":"/a/-"})",
        R"({"op":"remove","path":"/a/99999999999999999999"})", R"({"op":"move","from":"/a","path":"/a/0"})",
        R"({"op":"move","from":"/x","path":"/x"})", R"({"op":"copy","from":"/x","path":"/y"})",
        R"({"op":"test","path":"/b","value":"1"})", R"({"op":"test","path":"/x","value":null})"}) {
    const auto issue = refused(R"({"a":[1,2],"b":1})",
                               R"([{"op":"test","path":"/b","value":1},)" + std::string(operation) + "]",
                               Failure::unprocessable);
    BOOST_TEST(has(issue.diagnostics, "Operation 1 ("), issue.diagnostics);
  }
  const auto issue = refused("{}", R"([{"op":"remove","path":"/x/y"}])", Failure::unprocessable);
  BOOST_TEST(has(issue.diagnostics, "Operation 0 (remove, path '/x/y')"), issue.diagnostics);
}

BOOST_AUTO_TEST_CASE(what_is_no_patch_is_400) {
  for (const char* patch :
       {"", "{}", "[", "null", "[1]", "[{}]", R"([{"op":"add","path":"/a"}])",
        R"([{"op":"nothing","path":"/a"}])", R"([{"op":1,"path":"/a"}])", R"([{"op":"remove"}])",
        R"([{"op":"remove","path":"a"}])", R"([{"op":"remove","path":"/~2"}])",
        R"([{"op":"remove","path":"/~"}])", R"([{"op":"remove","path":1}])", R"([{"op":"move","path":"/a"}])",
        R"([{"op":"copy","path":"/a","from":"b"}])", R"([{"op":"remove","op":"add","path":"/a"}])"})
    refused(R"({"a":1})", patch, Failure::badRequest);
}

BOOST_AUTO_TEST_CASE(a_patch_is_read_whole_before_anything_is_applied) {
  const auto issue =
      refused("{}", R"([{"op":"remove","path":"/x"},{"op":"rename","path":"/a"}])", Failure::badRequest);
  BOOST_TEST(has(issue.diagnostics, "Operation 1"), issue.diagnostics);
}

BOOST_AUTO_TEST_CASE(a_bomb_of_copies_is_refused_soon) {
  std::string patch = R"([{"op":"add","path":"/a","value":[1]})";
  for (int i = 0; i < 900; ++i) patch += R"(,{"op":"copy","from":"/a","path":"/a/-"})";
  patch += "]";
  BOOST_TEST((refused("{}", patch, Failure::unprocessable).type == IssueType::tooCostly));

  std::string deep = R"([{"op":"add","path":"/a","value":{}})";
  for (int i = 0; i < 200; ++i)
    deep += R"(,{"op":"move","from":"/a","path":"/b"},{"op":"add","path":"/a","value":{}},)"
            R"({"op":"move","from":"/b","path":"/a/x"})";
  deep += "]";
  BOOST_TEST((refused("{}", deep, Failure::unprocessable).type == IssueType::tooCostly));
}

BOOST_AUTO_TEST_CASE(the_number_of_operations_and_steps_is_bounded) {
  const std::string two = R"([{"op":"add","path":"/a","value":1},{"op":"add","path":"/a","value":1}])";
  BOOST_TEST((refused("{}", two, Failure::unprocessable, {.maxOperations = 1}).type == IssueType::tooCostly));
  const std::string front = R"([{"op":"add","path":"/0","value":1}])";
  BOOST_TEST(
      (refused("[1,2,3]", front, Failure::unprocessable, {.maxSteps = 2}).type == IssueType::tooCostly));
  BOOST_TEST((
      refused("[1]", R"([{"op":"add","path":"/-","value":"12345"}])", Failure::unprocessable, {.maxBytes = 5})
          .type == IssueType::tooCostly));
}

BOOST_AUTO_TEST_CASE(a_resource_is_patched_and_stays_exact) {
  const auto result = applyJsonPatchToResource(
      patient,
      R"([{"op":"replace","path":"/name/0/family","value":"Z"},{"op":"add","path":"/name/0/given/-","value":"D"},)"
      R"({"op":"remove","path":"/gender"},{"op":"add","path":"/_birthDate","value":{"id":"x"}}])");
  BOOST_REQUIRE_MESSAGE(result.ok(), (result ? "" : result.outcome().toJson()));
  BOOST_TEST(
      fhir::json::toString(*result) ==
      R"({"resourceType":"Patient","id":"p1","active":true,"name":[{"family":"Z","given":["B","C","D"]}],)"
      R"("birthDate":"1970-01-01","_birthDate":{"id":"x"},"multipleBirthInteger":2})");
}

BOOST_AUTO_TEST_CASE(a_result_that_is_no_valid_resource_is_422_with_every_fault) {
  const auto outcome = refusedResource(
      R"([{"op":"add","path":"/nmae","value":1},{"op":"replace","path":"/birthDate","value":"1970-13-01"}])",
      Failure::unprocessable);
  BOOST_TEST(outcome.issues().size() == 3U);
  BOOST_TEST(outcome.issues()[1].expression == "Patient.birthDate");
  BOOST_TEST(outcome.issues()[2].expression == "Patient.nmae");
  refusedResource(R"([{"op":"remove","path":"/name/0"}])", Failure::unprocessable);  // an empty array
  refusedResource(R"([{"op":"replace","path":"","value":[]}])", Failure::unprocessable);
}

BOOST_AUTO_TEST_CASE(type_and_id_cannot_be_patched) {
  BOOST_TEST(refusedResource(R"([{"op":"replace","path":"/id","value":"p2"}])", Failure::unprocessable)
                 .issues()[0]
                 .expression == "Patient.id");
  refusedResource(R"([{"op":"remove","path":"/id"}])", Failure::unprocessable);
  refusedResource(R"([{"op":"remove","path":"/resourceType"}])", Failure::unprocessable);
  refusedResource(R"([{"op":"replace","path":"","value":{"resourceType":"Basic","id":"p1"}}])",
                  Failure::unprocessable);
}

BOOST_AUTO_TEST_CASE(a_fault_in_a_resource_has_the_fhirpath_of_its_place_and_no_value) {
  const auto expression = [](const std::string& path) {
    return refusedResource(R"([{"op":"test","path":")" + path + R"(","value":"secret?"}])",
                           Failure::unprocessable)
        .issues()[0]
        .expression;
  };
  BOOST_TEST(expression("/name/0/given/1") == "Patient.name[0].given[1]");
  BOOST_TEST(expression("/multipleBirthInteger") == "Patient.multipleBirth");
  BOOST_TEST(expression("/_birthDate/id") == "Patient.birthDate.id");
  BOOST_TEST(expression("/name/x/y") == "Patient.name");
  const auto outcome =
      refusedResource(R"([{"op":"test","path":"/birthDate","value":"x"}])", Failure::unprocessable);
  BOOST_TEST(!has(outcome.toJson(), "1970"));
}

BOOST_AUTO_TEST_SUITE_END()
