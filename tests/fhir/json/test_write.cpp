#include <boost/test/unit_test.hpp>
#include <string>

#include "fhir/json/json.h"

using namespace fhir;

namespace {

Resource read(std::string_view text) {
  Result<Resource> result = json::parse(text);
  BOOST_REQUIRE_MESSAGE(result.ok(), text);
  return *std::move(result);
}

void comesBack(std::string_view text) {
  BOOST_TEST(json::toString(read(text)) == text);
}

std::string member(const Resource& resource, std::string_view name) {
  std::string out;
  return json::writeMember(resource.root(), name, out) ? out : "none";
}

}  // namespace

BOOST_AUTO_TEST_CASE(what_was_sent_comes_back) {
  comesBack(R"({"resourceType":"Patient"})");
  comesBack(
      R"({"resourceType":"Patient","id":"a","active":false,"name":[{"family":"A","given":["B","C"]}]})");
  comesBack(
      R"({"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":1.50}})");
  comesBack(
      R"({"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":-0.00e+10}})");
  comesBack(
      "{\"resourceType\":\"Patient\",\"name\":[{\"family\":\"\\\"\\\\/"
      "\\n\\r\\t\xc3\xa9\xf0\x9f\x8f\xa5\"}]}");
  comesBack(
      R"({"resourceType":"Bundle","type":"batch","entry":[{"resource":{"resourceType":"Patient","id":"a"}}]})");
  comesBack(
      R"({"resourceType":"Patient","contained":[{"resourceType":"Practitioner","id":"p"},{"resourceType":"Binary",)"
      R"("contentType":"a/b"}],"generalPractitioner":[{"reference":"#p"}]})");
}

BOOST_AUTO_TEST_CASE(ids_and_extensions_of_primitives_come_back) {
  constexpr std::string_view extension = R"({"extension":[{"url":"u","valueCode":"c"}]})";
  const std::string e(extension);
  comesBack(R"({"resourceType":"Patient","birthDate":"2015","_birthDate":{"id":"a"}})");
  comesBack(R"({"resourceType":"Patient","_birthDate":)" + e + "}");
  comesBack(R"({"resourceType":"Patient","id":"a","_id":)" + e + "}");
  comesBack(R"({"resourceType":"Patient","name":[{"given":["A",null,"C"],"_given":[null,)" + e +
            R"(,{"id":"x"}]}]})");
  comesBack(R"({"resourceType":"Patient","name":[{"_given":[)" + e + "," + e + "]}]}");
  comesBack(R"({"resourceType":"Patient","deceasedBoolean":false,"_deceasedBoolean":)" + e + "}");
  comesBack(
      R"({"resourceType":"Patient","_gender":{"extension":[{"url":"u","_valueString":{"id":"deep"}}]}})");
}

BOOST_AUTO_TEST_CASE(a_sibling_that_comes_first_is_joined_with_its_value) {
  const Resource patient = read(R"({"resourceType":"Patient","_birthDate":{"id":"a"},"birthDate":"2015",)"
                                R"("name":[{"_given":[null,{"id":"x"}],"family":"F","given":["A","B"]}]})");
  BOOST_TEST(
      json::toString(patient) ==
      R"({"resourceType":"Patient","name":[{"family":"F","given":["A","B"],"_given":[null,{"id":"x"}]}],)"
      R"("birthDate":"2015","_birthDate":{"id":"a"}})");
  const Element* birthDate = patient.root().child("birthDate");
  BOOST_TEST(birthDate->text == "2015");
  BOOST_TEST(birthDate->childText("id") == "a");
  BOOST_TEST(birthDate->next == nullptr);
}

BOOST_AUTO_TEST_CASE(one_member_is_written_without_a_comma) {
  const Resource patient = read(
      R"({"resourceType":"Patient","active":true,"name":[{"family":"A"},{"family":"B"}],"birthDate":"2015",)"
      R"("_birthDate":{"id":"a"},"_gender":{"id":"b"}})");
  BOOST_TEST(member(patient, "active") == R"("active":true)");
  BOOST_TEST(member(patient, "name") == R"("name":[{"family":"A"},{"family":"B"}])");
  BOOST_TEST(member(patient, "birthDate") == R"("birthDate":"2015","_birthDate":{"id":"a"})");
  BOOST_TEST(member(patient, "gender") == R"("_gender":{"id":"b"})");
  BOOST_TEST(member(patient, "address") == "none");
}

BOOST_AUTO_TEST_CASE(a_single_element_is_written_as_its_bare_value) {
  const Resource patient =
      read(R"({"resourceType":"Patient","active":true,"birthDate":"2015","maritalStatus":{"text":"x"}})");
  const auto text = [&](std::string_view name) {
    std::string out;
    json::write(*patient.root().child(name), out);
    return out;
  };
  BOOST_TEST(text("active") == "true");
  BOOST_TEST(text("birthDate") == "\"2015\"");
  BOOST_TEST(text("maritalStatus") == R"({"text":"x"})");
}

BOOST_AUTO_TEST_CASE(pretty_text_is_indented_by_two_and_reads_the_same) {
  const std::string compact =
      R"({"resourceType":"Patient","active":true,"name":[{"family":"a{b,c:\"[","given":["B","C"]}]})";
  constexpr std::string_view pretty =
      "{\n"
      "  \"resourceType\": \"Patient\",\n"
      "  \"active\": true,\n"
      "  \"name\": [\n"
      "    {\n"
      "      \"family\": \"a{b,c:\\\"[\",\n"
      "      \"given\": [\n"
      "        \"B\",\n"
      "        \"C\"\n"
      "      ]\n"
      "    }\n"
      "  ]\n"
      "}";
  BOOST_TEST(json::toString(read(compact), {.pretty = true}) == pretty);
  BOOST_TEST(json::prettyPrint(compact) == pretty);
  BOOST_TEST(json::prettyPrint(pretty) == pretty);
  BOOST_TEST(json::prettyPrint(R"({ "a" : [ ] , "b" : { } })") == "{\n  \"a\": [],\n  \"b\": {}\n}");
  BOOST_TEST(json::prettyPrint("") == "");
  BOOST_TEST(json::prettyPrint("\"unterminated\\") == "\"unterminated\\");
}

BOOST_AUTO_TEST_CASE(strings_are_written_with_their_quotes) {
  std::string out = "x";
  json::writeString("a\"b", out);
  BOOST_TEST(out == "x\"a\\\"b\"");
}
