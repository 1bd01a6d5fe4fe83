#define BOOST_TEST_MODULE json
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "fhir/json/json.h"
#include "tests/support/refusals.h"

using namespace fhir;
using support::faults;

namespace {

Outcome refused(std::string_view text, const json::Limits& limits = {}) {
  Result<Resource> result = json::parse(text, limits);
  BOOST_REQUIRE_MESSAGE(!result.ok(), "must be refused: " << text.substr(0, 200));
  BOOST_TEST(result.outcome().hasErrors());
  return std::move(result).outcome();
}

// A Patient with these members besides its type.
std::string patient(std::string_view members) {
  return R"({"resourceType":"Patient",)" + std::string(members) + "}";
}

std::string observation(std::string_view members) {
  return R"({"resourceType":"Observation","status":"final","code":{"text":"x"},)" + std::string(members) +
         "}";
}

void check(const std::vector<support::Refusal>& cases) {
  support::checkRefusals(cases, [](const std::string& text) { return refused(text); });
}

}  // namespace

BOOST_AUTO_TEST_CASE(what_is_not_json_is_refused_with_line_and_column) {
  check({
      {"", "invalid", "empty"},
      {"  \n ", "invalid", "empty"},
      {"hello", "invalid", "line 1, column 1"},
      {"{\"resourceType\":\"Patient\"", "invalid", "line 1, column 26"},
      {"{\"resourceType\":\"Patient\",\n \"active\": tru}", "invalid", "line 2, column"},
      {"{\"resourceType\":\"Patient\",\n\n}", "invalid", "line 3, column 1"},
      {"{\"resourceType\":\"Patient\"} x", "invalid", "line 1"},
      {"{\"resourceType\":\"Patient\"}{}", "invalid", "line 1"},
      {"{'resourceType':'Patient'}", "invalid", "line 1, column 2"},
      {patient(R"("active":True)"), "invalid", "not JSON"},
      {patient(R"("multipleBirthInteger":01)"), "invalid", "not JSON"},
      {patient(R"("multipleBirthInteger":+1)"), "invalid", "not JSON"},
      {observation(R"("valueQuantity":{"value":NaN})"), "invalid", "not JSON"},
      {observation(R"("valueQuantity":{"value":1.})"), "invalid", "not JSON"},
      {patient("\"gender\":\"a\nb\""), "invalid", "not JSON"},
      {patient("/* no */\"gender\":\"male\""), "invalid", "not JSON"},
      {patient(R"("gender":"male",)"), "invalid", "not JSON"},
      {patient(R"("gender" "male")"), "invalid", "not JSON"},
  });
}

BOOST_AUTO_TEST_CASE(text_that_is_not_clean_unicode_is_refused_with_its_place) {
  using namespace std::string_literals;
  check({
      {patient("\"gender\":\"\xff\""), "invalid", "UTF-8 at line 1, column 37"},
      {patient("\"gender\":\"\xc0\xaf\""), "invalid", "UTF-8"},
      {patient("\"gender\":\"\xed\xa0\x80\""), "invalid", "UTF-8"},
      {patient("\"gender\":\"\xf4\x90\x80\x80\""), "invalid", "UTF-8"},
      {patient("\"gender\":\"\xe2\x82\""), "invalid", "UTF-8"},
      {patient("\"gender\":\"\xe2"), "invalid", "UTF-8"},
      {patient("\"gender\":\"a\x1b\""), "invalid", "control character"},
      {patient("\"gender\":\"a\0b\""s), "invalid", "control character"},
      {patient(R"("gender":"\ud83c")"), "invalid", "surrogate"},
      {patient(R"("gender":"\udfe5")"), "invalid", "surrogate"},
      {patient(R"("gender":"\ud83cA")"), "invalid", "surrogate"},
      {patient(R"("gender":"\ud83c\ud83c")"), "invalid", "surrogate"},
  });
}

BOOST_AUTO_TEST_CASE(a_document_that_is_no_resource_is_refused) {
  check({
      {"[]", "structure", "must be a JSON object"},
      {"\"Patient\"", "structure", "must be a JSON object"},
      {"null", "structure", "must be a JSON object"},
      {"12", "structure", "must be a JSON object"},
      {"[{\"resourceType\":\"Patient\"}]", "structure", "must be a JSON object"},
      {"{}", "structure", "resourceType is missing"},
      {R"({"id":"1"})", "structure", "resourceType is missing"},
      {R"({"meta":{"resourceType":"Patient"}})", "structure", "resourceType is missing"},
      {R"({"resourceType":7})", "structure", "must be the name"},
      {R"({"resourceType":null})", "structure", "must be the name"},
      {R"({"resourceType":"Pateint","id":"1"})", "structure", "Did you mean 'Patient'?"},
      {R"({"resourceType":"patient"})", "structure", "Did you mean 'Patient'?"},
      {R"({"resourceType":"DomainResource"})", "structure", "no resource type 'DomainResource'"},
      {R"({"resourceType":"HumanName"})", "structure", "no resource type 'HumanName'"},
      {R"({"resourceType":"<script>"})", "structure", "must be the name"},
      {R"({"resourceType":"Patient","resourceType":"Patient"})", "structure Patient", "stands twice"},
  });
}

BOOST_AUTO_TEST_CASE(unknown_elements_are_refused_with_the_nearest_right_name) {
  check({
      {patient(R"("nmae":[])"), "structure Patient.nmae", "Did you mean 'name'?"},
      {patient(R"("birthdate":"2015")"), "structure Patient.birthdate", "Did you mean 'birthDate'?"},
      {patient(R"("name":[{"familly":"A"}])"), "structure Patient.name[0].familly", "Did you mean 'family'?"},
      {patient(R"("_birthdate":{"id":"a"})"), "structure Patient._birthdate", "Did you mean '_birthDate'?"},
      {patient(R"("shoeSizeInCentimetres":42)"), "structure Patient.shoeSizeInCentimetres", "extension"},
      {patient(R"("contact":[{"nam":{}}])"), "structure Patient.contact[0].nam",
       "Patient.contact has no element"},
      {observation(R"("value":{"text":"a"})"), "structure Observation.value", "'valueCodeableConcept'"},
      {observation(R"("valueMoney":{"value":1})"), "structure Observation.valueMoney",
       "no element 'valueMoney'"},
      {patient(R"("fhir_comments":["a"])"), "structure Patient.fhir_comments", "not part of FHIR R4"},
      {patient(R"("name":[{"resourceType":"HumanName"}])"), "structure Patient.name[0].resourceType",
       "HumanName"},
      {patient(R"("_name":[{"id":"a"}])"), "structure Patient._name", "for primitives only"},
      {patient(R"("_resourceType":{"id":"a"})"), "structure Patient._resourceType", "no element"},
      {patient(R"("name":[{"id":"a","_id":{"id":"b"}}])"), "structure Patient.name[0]._id", "no id"},
      {patient(
           R"("text":{"status":"empty","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\"/>","_div":{"id":"a"}})"),
       "structure Patient.text._div", "no id"},
      {patient(R"("":"a")"), "structure Patient", "no element of such a name"},
      {patient(R"("a b\"<":"a")"), "structure Patient", "no element of such a name"},
  });
}

BOOST_AUTO_TEST_CASE(values_of_the_wrong_json_type_are_refused) {
  check({
      {patient(R"("birthDate":1974)"), "structure Patient.birthDate", "found a number"},
      {patient(R"("active":"true")"), "structure Patient.active",
       "true or false, without quotes; found a string"},
      {patient(R"("active":1)"), "structure Patient.active", "found a number"},
      {patient(R"("multipleBirthInteger":"2")"), "structure Patient.multipleBirth",
       "JSON number, without quotes"},
      {patient(R"("gender":{"code":"male"})"), "structure Patient.gender", "found an object"},
      {patient(R"("gender":true)"), "structure Patient.gender", "found true or false"},
      {patient(R"("maritalStatus":"M")"), "structure Patient.maritalStatus", "an object (CodeableConcept)"},
      {patient(R"("name":["Ann"])"), "structure Patient.name[0]", "an object (HumanName); found a string"},
      {patient(R"("name":[{"family":"A"},7])"), "structure Patient.name[1]", "found a number"},
      {patient(R"("name":[[{"family":"A"}]])"), "structure Patient.name[0]", "found an array"},
      {patient(R"("name":[{"given":[["A"]]}])"), "structure Patient.name[0].given[0]", "found an array"},
      {patient(R"("name":[{"given":["A",{"b":1}]}])"), "structure Patient.name[0].given[1]",
       "found an object"},
      {patient(R"("_birthDate":"a")"), "structure Patient.birthDate",
       "'_birthDate' must be an object with an id"},
      {patient(R"("name":[{"_given":["a"]}])"), "structure Patient.name[0].given[0]",
       "'_given' must be an object"},
      {patient(R"("contained":["a"])"), "structure Patient.contained[0]", "an object (Resource)"},
  });
}

BOOST_AUTO_TEST_CASE(an_array_where_one_value_belongs_and_the_reverse_are_refused) {
  check({
      {patient(R"("name":{"family":"A"})"), "structure Patient.name", "write it as an array"},
      {patient(R"("name":[{"given":"A"}])"), "structure Patient.name[0].given", "write it as an array"},
      {patient(R"("gender":["male"])"), "structure Patient.gender", "without the brackets"},
      {patient(R"("maritalStatus":[{"text":"A"}])"), "structure Patient.maritalStatus",
       "without the brackets"},
      {patient(R"("name":[{"given":["A"],"_given":{"id":"a"}}])"), "structure Patient.name[0].given",
       "'_given' may repeat"},
      {patient(R"("birthDate":"2015","_birthDate":[{"id":"a"}])"), "structure Patient.birthDate",
       "'_birthDate' is a single"},
      {patient(R"("contained":{"resourceType":"Patient"})"), "structure Patient.contained",
       "write it as an array"},
  });
}

BOOST_AUTO_TEST_CASE(empty_arrays_objects_and_strings_are_refused) {
  check({
      {patient(R"("name":[])"), "structure Patient.name", "array must not be empty"},
      {patient(R"("name":[{}])"), "structure Patient.name[0]", "object must not be empty"},
      {patient(R"("maritalStatus":{})"), "structure Patient.maritalStatus", "object must not be empty"},
      {patient(R"("birthDate":"2015","_birthDate":{})"), "structure Patient.birthDate",
       "object must not be empty"},
      {patient(R"("gender":"")"), "value Patient.gender", "a code"},
      {patient(R"("name":[{"family":""}])"), "value Patient.name[0].family", "1 character"},
      {patient(R"("name":[{"given":[]}])"), "structure Patient.name[0].given", "array must not be empty"},
      {patient(R"("id":"")"), "value Patient.id", "1 to 64"},
  });
}

BOOST_AUTO_TEST_CASE(null_is_refused_where_it_aligns_nothing) {
  check({
      {patient(R"("gender":null)"), "structure Patient.gender", "Leave out what has no value"},
      {patient(R"("name":null)"), "structure Patient.name", "found null"},
      {patient(R"("name":[null])"), "structure Patient.name[0]", "found null"},
      {patient(R"("maritalStatus":null)"), "structure Patient.maritalStatus", "found null"},
      {patient(R"("_birthDate":null)"), "structure Patient.birthDate", "found null"},
      {patient(R"("name":[{"given":["A",null]}])"), "structure Patient.name[0].given[1]", "leave it out"},
      {patient(R"("name":[{"given":[null],"_given":[null]}])"), "structure Patient.name[0].given[0]",
       "leave it out"},
      {patient(R"("name":[{"_given":[null,{"id":"a"}]}])"), "structure Patient.name[0].given[0]",
       "leave it out"},
      {R"({"resourceType":"Patient","contained":[{"resourceType":null}]})", "structure Patient.contained[0]",
       "must be the name"},
  });
}

BOOST_AUTO_TEST_CASE(members_that_stand_twice_are_refused) {
  check({
      {patient(R"("gender":"male","gender":"male")"), "structure Patient.gender", "'gender' stands twice"},
      {patient(R"("name":[{"family":"A"}],"name":[{"family":"B"}])"), "structure Patient.name",
       "stands twice"},
      {patient(R"("birthDate":"2015","_birthDate":{"id":"a"},"_birthDate":{"id":"a"})"),
       "structure Patient.birthDate", "'_birthDate' stands twice"},
      {patient(R"("gender":"male","gen\u0064er":"male")"), "structure Patient.gender", "stands twice"},
  });
}

BOOST_AUTO_TEST_CASE(two_types_of_one_choice_are_refused) {
  check({
      {observation(R"("valueString":"a","valueInteger":1)"), "structure Observation.value",
       "'valueString' and 'valueInteger' are two types of one value"},
      {observation(R"("valueInteger":1,"subject":{"display":"a"},"valueQuantity":{"value":1})"),
       "structure Observation.value", "'valueInteger' and 'valueQuantity'"},
      {observation(R"("valueString":"a","_valueInteger":{"id":"a"})"), "structure Observation.value",
       "two types"},
      {observation(R"("_valueString":{"id":"a"},"valueInteger":1)"), "structure Observation.value",
       "two types"},
      {observation(R"("valueString":"a","valueString":"a")"), "structure Observation.value", "stands twice"},
  });
}

BOOST_AUTO_TEST_CASE(primitives_out_of_their_format_are_refused_with_an_example_of_a_right_one) {
  check({
      {patient(R"("birthDate":"2015-02-30")"), "value Patient.birthDate", "1974-12-25"},
      {patient(R"("birthDate":"25.12.1974")"), "value Patient.birthDate", "1974-12-25"},
      {patient(R"("deceasedDateTime":"2015-02-07T13:28")"), "value Patient.deceased",
       "2015-02-07T13:28:17+02:00"},
      {patient(R"("meta":{"lastUpdated":"2015-02-07"})"), "value Patient.meta.lastUpdated",
       "seconds and zone"},
      {patient(R"("multipleBirthInteger":2147483648)"), "value Patient.multipleBirth", "2147483647"},
      {patient(R"("multipleBirthInteger":1.5)"), "value Patient.multipleBirth", "whole number"},
      {patient(R"("telecom":[{"rank":0}])"), "value Patient.telecom[0].rank", "from 1"},
      {patient(R"("photo":[{"size":-1}])"), "value Patient.photo[0].size", "from 0"},
      {patient(R"("photo":[{"data":"a*=="}])"), "value Patient.photo[0].data", "base64"},
      {patient(R"("gender":" male")"), "value Patient.gender", "without spaces"},
      {patient(R"("gender":"ma  le")"), "value Patient.gender", "double spaces"},
      {patient(R"("id":"a_b")"), "value Patient.id", "letters, digits"},
      {patient(R"("implicitRules":"http://a b")"), "value Patient.implicitRules", "URI without spaces"},
      {patient(R"("name":[{"id":"a b","family":"A"}])"), "value Patient.name[0].id", "without spaces"},
      {patient(R"("name":[{"given":["A","b\u0007"]}])"), "value Patient.name[0].given[1]",
       "control characters"},
      {patient(R"("extension":[{"url":"a b","valueUuid":"urn:uuid:1"}])"),
       "value Patient.extension[0].url; value Patient.extension[0].value", "URI"},
      {patient(R"("extension":[{"url":"a","valueOid":"1.2.3"}])"), "value Patient.extension[0].value",
       "urn:oid:"},
      {patient(R"("extension":[{"url":"a","valueTime":"12:00"}])"), "value Patient.extension[0].value",
       "14:35:00"},
      {patient(R"("name":[{"family":")" + std::string(1024 * 1024 + 1, 'x') + "\"}]"),
       "too-long Patient.name[0].family", "1 MiB"},
  });
}

BOOST_AUTO_TEST_CASE(the_items_of_a_primitive_and_its_sibling_must_align) {
  check({
      {patient(R"("name":[{"given":["A","B"],"_given":[{"id":"a"}]}])"), "structure Patient.name[0].given",
       "equally many items"},
      {patient(R"("name":[{"given":["A"],"_given":[null,{"id":"a"}]}])"), "structure Patient.name[0].given",
       "equally many items"},
      {patient(R"("name":[{"_given":[{"id":"a"}],"given":["A","B"]}])"), "structure Patient.name[0].given",
       "equally many items"},
      {patient(R"("name":[{"_given":[{"id":"a"},{"id":"b"}],"given":["A"]}])"),
       "structure Patient.name[0].given", "equally many items"},
  });
}

BOOST_AUTO_TEST_CASE(faults_inside_contained_and_entry_resources_carry_their_path) {
  check({
      {patient(R"("contained":[{"resourceType":"Observation","statsu":"final"}])"),
       "structure Patient.contained[0].statsu", "Observation has no element 'statsu'"},
      {patient(R"("contained":[{"id":"a"}])"), "structure Patient.contained[0]", "resourceType is missing"},
      {patient(R"("contained":[{"id":"a","resourceType":"Obervation"}])"), "structure Patient.contained[0]",
       "Did you mean 'Observation'?"},
      {R"({"resourceType":"Bundle","type":"batch","entry":[{"resource":{"birthDate":"x","resourceType":"Patient"}}]})",
       "value Bundle.entry[0].resource.birthDate", "a date"},
      {R"({"resourceType":"Bundle","type":"batch","entry":[{"resource":[{"resourceType":"Patient"}]}]})",
       "structure Bundle.entry[0].resource", "without the brackets"},
      {R"({"resourceType":"Parameters","parameter":[{"name":"a","part":[{"name":"b","resource":{"resourceType":"X"}}]}]})",
       "structure Parameters.parameter[0].part[0].resource", "no resource type 'X'"},
      {patient(R"("contained":[{"resourceType":"Patient","resourceType":"Patient"}])"),
       "structure Patient.contained[0]", "stands twice"},
  });
}

BOOST_AUTO_TEST_CASE(all_faults_of_a_document_are_named_at_once) {
  const Outcome outcome = refused(patient(
      R"("nmae":[{"a":{"b":[1]}}],"birthDate":"2015-02-30","name":[{"given":["A",7],"family":""},{}],"gender":null,)"
      R"("contact":{"telecom":[{"rank":0}]},"active":"yes")"));
  BOOST_TEST(faults(outcome) ==
             "structure Patient.nmae; value Patient.birthDate; structure Patient.name[0].given[1]; "
             "value Patient.name[0].family; structure Patient.name[1]; structure Patient.gender; "
             "structure Patient.contact; value Patient.contact[0].telecom[0].rank; structure Patient.active");
  BOOST_CHECK(outcome.failure() == Failure::badRequest);
}

BOOST_AUTO_TEST_CASE(messages_never_repeat_a_value) {
  for (std::string_view members :
       {R"("birthDate":"secret")", R"("gender":" secret")", R"("active":"secret")", R"("name":"secret")",
        R"("name":[{"given":"secret "}],"contact":["secret"])", R"("id":"secret secret")"}) {
    const std::string text = refused(patient(members)).toJson();
    BOOST_TEST((text.find("secret") == std::string::npos), text);
  }
}

BOOST_AUTO_TEST_CASE(more_faults_than_the_limit_are_counted) {
  std::string members = "\"name\":[";
  for (int i = 0; i < 1000; ++i) members += "{\"x\":1},";
  members.back() = ']';
  const Outcome outcome = refused(patient(members));
  BOOST_REQUIRE(outcome.issues().size() == 101U);
  BOOST_TEST(outcome.issues()[99].expression == "Patient.name[99].x");
  BOOST_TEST(outcome.issues()[100].diagnostics == "There are 900 more faults, not listed here.");
}

BOOST_AUTO_TEST_CASE(bombs_of_depth_and_size_are_refused) {
  std::string deep = R"({"resourceType":"Patient")";
  for (int i = 0; i < 200'000; ++i) deep += R"(,"extension":[{"url":"a")";
  BOOST_TEST(faults(refused(deep)) == "too-costly");
  std::string unknown = R"({"resourceType":"Patient","x":)" + std::string(1'000'000, '[');
  BOOST_TEST(faults(refused(unknown)) == "too-costly");
  BOOST_TEST(faults(refused(std::string(1'000'000, '['))) == "structure");
  BOOST_TEST(faults(refused(std::string(1'000'000, '{'))) == "invalid");

  std::string wide = "\"name\":[{\"given\":[";
  for (int i = 0; i < 2000; ++i) wide += "\"a\",";
  wide.back() = ']';
  json::Limits limits;
  limits.maxElements = 1000;
  const Outcome outcome = refused(patient(wide + "}]"), limits);
  BOOST_TEST(faults(outcome) == "too-costly");
  BOOST_CHECK(outcome.failure() == Failure::payloadTooLarge);
}

BOOST_AUTO_TEST_CASE(a_document_as_deep_as_the_limit_is_read) {
  const auto nested = [](int levels) {
    std::string text = R"("extension":[{"url":"a")";
    std::string tail = R"(,"valueString":"b"}])";
    for (int i = 1; i < levels; ++i) {
      text += R"(,"extension":[{"url":"a")";
      tail += "}]";
    }
    return patient(text + tail);
  };
  BOOST_TEST(json::parse(nested(49)).ok());
  BOOST_TEST(!json::parse(nested(50)).ok());
}

BOOST_AUTO_TEST_CASE(resource_type_may_stand_anywhere_in_its_object) {
  const std::string_view texts[] = {
      R"({"id":"a","active":true,"resourceType":"Patient"})",
      R"({"text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">\"resourceType\":\"{[\\</div>"},"resourceType":"Patient"})",
      R"({"extension":[{"url":"a","valueString":"}"}] , "resourceType" : "Patient" , "id" : "a"})",
      R"({"contained":[{"status":"final","code":{"text":"x"},"resourceType":"Observation"}],"resourceType":"Patient"})",
  };
  for (std::string_view text : texts) {
    const Result<Resource> result = json::parse(text);
    BOOST_REQUIRE_MESSAGE(result.ok(), text);
    BOOST_TEST(result->typeName() == "Patient");
  }
  const Result<Resource> last = json::parse(texts[3]);
  BOOST_TEST(last->root().child("contained")->type == findType("Observation"));
}

BOOST_AUTO_TEST_CASE(a_byte_order_mark_and_white_space_around_are_allowed) {
  BOOST_TEST(json::parse("\xEF\xBB\xBF{\"resourceType\":\"Patient\"}").ok());
  BOOST_TEST(json::parse(" \r\n\t{ \"resourceType\" : \"Patient\" } \n").ok());
}

BOOST_AUTO_TEST_CASE(texts_are_unescaped_and_numbers_kept_as_written) {
  const Result<Resource> result = json::parse(observation(
      R"("valueQuantity":{"value":1.50,"unit":"\u00e9\n\"\ud83c\udfe5"},"note":[{"text":"a\tb"}])"));
  BOOST_REQUIRE(result.ok());
  const Element* value = result->root().child("valueQuantity");
  BOOST_TEST(value->childText("value") == "1.50");
  BOOST_TEST(value->childText("unit") == "\xc3\xa9\n\"\xf0\x9f\x8f\xa5");
  BOOST_TEST(value->path() == "Observation.value");
}

BOOST_AUTO_TEST_CASE(children_come_into_canonical_order_whatever_the_order_of_the_text) {
  const Result<Resource> result = json::parse(
      R"({"birthDate":"2015","name":[{"given":["A"],"family":"B"},{"family":"C"}],"_active":{"id":"x"},"id":"a",)"
      R"("active":true,"meta":{"tag":[{"code":"b","system":"c"}],"versionId":"1"},"resourceType":"Patient"})");
  BOOST_REQUIRE(result.ok());
  BOOST_TEST(
      json::toString(*result) ==
      R"({"resourceType":"Patient","id":"a","meta":{"versionId":"1","tag":[{"system":"c","code":"b"}]},)"
      R"("active":true,"_active":{"id":"x"},"name":[{"family":"B","given":["A"]},{"family":"C"}],"birthDate":"2015"})");
  for (const Element* each = result->root().firstChild; each; each = each->next)
    if (!each->next) BOOST_TEST(result->root().lastChild == each);
}

BOOST_AUTO_TEST_CASE(a_long_array_before_earlier_elements_costs_no_more_than_its_length) {
  std::string text = R"({"resourceType":"Bundle","signature":{"data":"AAAA"},"entry":[)";
  for (int i = 0; i < 100'000; ++i) text += R"({"fullUrl":"urn:a"},)";
  text.back() = ']';
  const Result<Resource> result = json::parse(text + R"(,"type":"collection"})");
  BOOST_REQUIRE(result.ok());
  BOOST_TEST(result->root().firstChild->name() == "type");
  BOOST_TEST(result->root().lastChild->name() == "signature");
}

BOOST_AUTO_TEST_CASE(no_type_has_more_elements_than_the_parser_counts) {
  std::vector<const TypeDefinition*> open(resourceTypes().begin(), resourceTypes().end());
  std::vector<const TypeDefinition*> seen;
  while (!open.empty()) {
    const TypeDefinition* type = open.back();
    open.pop_back();
    if (std::find(seen.begin(), seen.end(), type) != seen.end()) continue;
    seen.push_back(type);
    BOOST_TEST(type->elements.size() <= 64U, type->name);
    for (const Property& property : type->properties) open.push_back(property.type);
  }
}
