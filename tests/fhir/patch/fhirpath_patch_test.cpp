#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "fhir/json/json.h"
#include "fhir/patch/patch.h"

namespace {

using fhir::Failure;
using fhir::IssueType;
using fhir::Resource;

const std::string patient =
    R"({"resourceType":"Patient","id":"p1","active":true,"name":[{"family":"A","given":["B","C","D"]},{"text":"E"}],)"
    R"("gender":"female","_gender":{"id":"g"},"multipleBirthInteger":2,"contact":[{"name":{"text":"F"}}]})";

Resource parsed(const std::string& json) {
  auto resource = fhir::json::parse(json);
  BOOST_REQUIRE_MESSAGE(resource.ok(), (resource ? "" : resource.outcome().toJson()));
  return *std::move(resource);
}

std::string part(const std::string& name, const std::string& value) {
  return R"({"name":")" + name + "\"," + value + "}";
}

std::string operation(const std::string& type, const std::string& path,
                      const std::vector<std::string>& more = {}) {
  std::string text = R"({"name":"operation","part":[)" + part("type", R"("valueCode":")" + type + "\"") +
                     "," + part("path", R"("valueString":")" + path + "\"");
  for (const std::string& each : more) text += "," + each;
  return text + "]}";
}

std::string parameters(const std::string& operations) {
  return R"({"resourceType":"Parameters","parameter":[)" + operations + "]}";
}

std::string add(const std::string& path, const std::string& name, const std::string& value) {
  return operation("add", path, {part("name", R"("valueString":")" + name + "\""), part("value", value)});
}

std::string patched(const std::string& operations, const std::string& resource = patient) {
  const auto result = fhir::patch::applyFhirPathPatch(parsed(resource), parsed(parameters(operations)));
  BOOST_REQUIRE_MESSAGE(result.ok(), (result ? "" : result.outcome().toJson()));
  return fhir::json::toString(*result);
}

fhir::Issue refused(const std::string& operations, Failure failure = Failure::unprocessable,
                    const fhir::patch::Limits& limits = {}) {
  const auto before = parsed(patient);
  const auto result = fhir::patch::applyFhirPathPatch(before, parsed(parameters(operations)), limits);
  BOOST_REQUIRE_MESSAGE(!result.ok(), operations);
  BOOST_TEST((result.outcome().failure() == failure), result.outcome().toJson());
  BOOST_TEST(fhir::json::toString(before) == patient);
  return result.outcome().issues().front();
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(fhirpath_patch)

BOOST_AUTO_TEST_CASE(add_appends_at_the_place_of_the_element) {
  BOOST_TEST(
      has(patched(add("Patient.name[0]", "given", R"("valueString":"X")")), R"("given":["B","C","D","X"])"));
  BOOST_TEST(has(patched(add("Patient", "birthDate", R"("valueDate":"1970-01-01")")),
                 R"("_gender":{"id":"g"},"birthDate":"1970-01-01")"));
}

BOOST_AUTO_TEST_CASE(a_choice_takes_the_type_of_the_value) {
  BOOST_TEST(
      has(patched(add("Patient", "deceased", R"("valueBoolean":false)")), R"("deceasedBoolean":false)"));
  BOOST_TEST(has(patched(add("Patient", "deceasedDateTime", R"("valueDateTime":"2020")")),
                 R"("deceasedDateTime":"2020")"));
  BOOST_TEST(
      has(patched(operation("replace", "Patient.multipleBirth", {part("value", R"("valueBoolean":true)")})),
          R"("multipleBirthBoolean":true)"));
  refused(add("Patient", "deceased", R"("valueString":"x")"));
  refused(add("Patient", "multipleBirthBoolean", R"("valueBoolean":true)"));
}

BOOST_AUTO_TEST_CASE(a_primitive_takes_the_type_of_its_element) {
  BOOST_TEST(has(patched(add("Patient", "birthDate", R"("valueString":"1970")")), R"("birthDate":"1970")"));
  BOOST_TEST(has(patched(operation("replace", "Patient.gender", {part("value", R"("valueString":"male")")})),
                 R"("gender":"male")"));
  BOOST_TEST(has(patched(add("Patient", "maritalStatus", R"("part":[{"name":"text","valueMarkdown":"x"}])")),
                 R"("maritalStatus":{"text":"x"})"));
  const auto issue = refused(add("Patient", "birthDate", R"("valueString":"in spring")"));
  BOOST_TEST(!has(issue.diagnostics, "in spring"));
  refused(add("Patient", "language", R"("valueBoolean":true)"));
}

BOOST_AUTO_TEST_CASE(ids_and_extensions_of_a_value_come_with_it) {
  const std::string value =
      R"("valueCode":"male","_valueCode":{"id":"n","extension":[{"url":"http://example.org/x","valueCode":"y"}]})";
  BOOST_TEST(has(
      patched(operation("replace", "Patient.gender", {part("value", value)})),
      R"("gender":"male","_gender":{"id":"n","extension":[{"url":"http://example.org/x","valueCode":"y"}]})"));
}

BOOST_AUTO_TEST_CASE(an_anonymous_type_is_given_part_by_part) {
  const std::string value =
      R"("part":[{"name":"name","part":[{"name":"given","valueString":"X"},{"name":"given","valueString":"Y"}]},)"
      R"({"name":"gender","valueCode":"male"}])";
  BOOST_TEST(has(patched(add("Patient", "contact", value)),
                 R"({"name":{"text":"F"}},{"name":{"given":["X","Y"]},"gender":"male"})"));
  refused(add("Patient", "contact",
              R"("part":[{"name":"gender","valueCode":"male"},{"name":"gender","valueCode":"male"}])"));
  refused(add("Patient", "contact", R"("part":[{"name":"nothing","valueCode":"male"}])"));
}

BOOST_AUTO_TEST_CASE(a_resource_can_be_a_value) {
  BOOST_TEST(has(patched(add("Patient", "contained",
                             R"("resource":{"resourceType":"Basic","id":"b","code":{"text":"x"}})")),
                 R"("contained":[{"resourceType":"Basic","id":"b","code":{"text":"x"}}])"));
  refused(add("Patient", "contained", R"("valueString":"x")"));
}

BOOST_AUTO_TEST_CASE(insert_and_move_keep_the_order_of_the_others) {
  const auto insert = [](const std::string& index) {
    return operation("insert", "Patient.name[0].given",
                     {part("index", "\"valueInteger\":" + index), part("value", R"("valueString":"X")")});
  };
  BOOST_TEST(has(patched(insert("0")), R"(["X","B","C","D"])"));
  BOOST_TEST(has(patched(insert("2")), R"(["B","C","X","D"])"));
  BOOST_TEST(has(patched(insert("3")), R"(["B","C","D","X"])"));
  refused(insert("4"));
  refused(insert("-1"), Failure::badRequest);
  const auto move = [](const std::string& source, const std::string& destination) {
    return operation("move", "Patient.name[0].given",
                     {part("source", "\"valueInteger\":" + source),
                      part("destination", "\"valueInteger\":" + destination)});
  };
  BOOST_TEST(has(patched(move("0", "2")), R"(["C","D","B"])"));
  BOOST_TEST(has(patched(move("2", "0")), R"(["D","B","C"])"));
  BOOST_TEST(has(patched(move("1", "1")), R"(["B","C","D"])"));
  refused(move("3", "0"));
  refused(move("0", "3"));
}

BOOST_AUTO_TEST_CASE(a_list_is_all_items_of_one_repeating_element) {
  const std::vector<std::string> more{part("index", "\"valueInteger\":0"),
                                      part("value", R"("valueString":"X")")};
  refused(operation("insert", "Patient.name.given[0]", more));
  refused(operation("insert", "Patient.name[0].given.tail()", more));
  refused(operation("insert", "Patient.gender", more));
  refused(operation("insert", "Patient.name[1].given", more));
}

BOOST_AUTO_TEST_CASE(deleting_the_only_child_deletes_the_parent) {
  BOOST_TEST(!has(patched(operation("delete", "Patient.contact.name.text")), "contact"));
  BOOST_TEST(has(patched(operation("delete", "Patient.name[0].given[1]")), R"(["B","D"])"));
  BOOST_TEST(patched(operation("delete", "Patient.birthDate")) == patient);
  refused(operation("delete", "Patient.name"));
}

BOOST_AUTO_TEST_CASE(a_path_must_lead_to_one_element_of_the_resource) {
  refused(add("Patient.maritalStatus", "text", R"("valueString":"x")"));
  refused(add("Patient.name", "text", R"("valueString":"x")"));
  refused(add("'x'", "text", R"("valueString":"x")"));
  refused(operation("replace", "Patient.name[0].given.count()", {part("value", R"("valueInteger":1)")}));
  refused(operation("replace", "Patient", {part("value", R"("valueInteger":1)")}));
  refused(operation("delete", "Patient"));
  refused(operation("delete", "Patient.nothing"));
}

BOOST_AUTO_TEST_CASE(a_patch_that_is_none_is_400) {
  for (const std::string& bad :
       {std::string(R"({"name":"operation"})"), std::string(R"({"name":"other","valueString":"x"})"),
        operation("rename", "Patient.name"), operation("delete", "Patient.("),
        operation("replace", "Patient.gender"),
        operation("add", "Patient", {part("value", R"("valueCode":"x")")}),
        operation("delete", "Patient.gender", {part("path", R"("valueString":"Patient.name")")}),
        operation("delete", "Patient.gender", {part("ifExists", R"("valueBoolean":true)")})})
    refused(bad, Failure::badRequest);
  const auto result = fhir::patch::applyFhirPathPatch(parsed(patient), parsed(patient));
  BOOST_REQUIRE(!result.ok());
  BOOST_TEST((result.outcome().failure() == Failure::badRequest));
}

BOOST_AUTO_TEST_CASE(a_fault_names_the_operation_and_changes_nothing) {
  const auto issue =
      refused(operation("delete", "Patient.gender") + "," + operation("delete", "Patient.name"));
  BOOST_TEST(has(issue.diagnostics, "Operation 1 (delete, path 'Patient.name')"), issue.diagnostics);
  BOOST_TEST(issue.expression == "Parameters.parameter[1]");
}

BOOST_AUTO_TEST_CASE(type_and_id_cannot_be_patched) {
  BOOST_TEST(refused(operation("replace", "Patient.id", {part("value", R"("valueId":"p2")")})).expression ==
             "Patient.id");
  refused(operation("delete", "Patient.id"));
}

BOOST_AUTO_TEST_CASE(all_paths_share_one_bound_of_steps) {
  std::string many = operation("delete", "Patient.descendants().where(false)");
  refused(many, Failure::unprocessable, {.maxSteps = 5});
  for (int i = 0; i < 4; ++i) many += "," + many;
  BOOST_TEST((refused(many, Failure::unprocessable, {.maxSteps = 100}).type == IssueType::tooCostly));
  BOOST_TEST((refused(many, Failure::unprocessable, {.maxOperations = 2}).type == IssueType::tooCostly));
}

BOOST_AUTO_TEST_CASE(a_patch_cannot_nest_without_end) {
  const std::string nested = R"("part":[{"name":"url","valueUri":"http://example.org/x"}])";
  std::string deeper = add("Patient", "extension", nested);
  for (int i = 0; i < 400; ++i) deeper += "," + add("Patient.repeat(extension).last()", "extension", nested);
  BOOST_TEST((refused(deeper).type == IssueType::tooCostly));
}

BOOST_AUTO_TEST_SUITE_END()
