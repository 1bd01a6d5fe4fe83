// Each rule of an ElementDefinition: what keeps to it has no fault, what breaks it has one at its very place.
#define BOOST_TEST_MODULE profile_elements
#include <boost/test/unit_test.hpp>

#include "tests/fhir/profiles/fixtures.h"

using namespace fhir::profiles::test;

namespace {

fhir::Outcome patient(const std::vector<std::string>& elements, const std::string& members,
                      fhir::Severity least = fhir::Severity::warning) {
  return faultsOf(load({profile("p", "Patient", elements)}), R"({"resourceType":"Patient",)" + members + "}",
                  {{"p"}, least});
}

fhir::Outcome observation(const std::vector<std::string>& elements, const std::string& members) {
  return faultsOf(load({profile("o", "Observation", elements)}),
                  R"({"resourceType":"Observation","status":"final","code":{"text":"a"},)" + members + "}",
                  {{"o"}});
}

}  // namespace

BOOST_AUTO_TEST_CASE(an_element_that_is_required_must_be_there) {
  const std::vector<std::string> rules{element("Patient.identifier", R"("min":2)"),
                                       element("Patient.identifier.system", R"("min":1)")};
  EXPECT_FAULTS(patient(rules, R"("identifier":[{"system":"urn:a"},{"system":"urn:b"}])"));
  EXPECT_FAULTS(patient(rules, R"("identifier":[{"system":"urn:a"}])"), "error Patient.identifier");
  EXPECT_FAULTS(patient(rules, R"("identifier":[{"system":"urn:a"},{"value":"b"}])"),
                "error Patient.identifier[1].system");
}

BOOST_AUTO_TEST_CASE(no_more_may_be_there_than_the_maximum) {
  const std::vector<std::string> rules{element("Patient.name", R"("max":"2")"),
                                       element("Patient.photo", R"("max":"0")")};
  EXPECT_FAULTS(patient(rules, R"("name":[{"text":"a"},{"text":"b"}])"));
  EXPECT_FAULTS(patient(rules, R"("name":[{"text":"a"},{"text":"b"},{"text":"c"},{"text":"d"}])"),
                "error Patient.name[2]");
  EXPECT_FAULTS(patient(rules, R"("photo":[{"title":"a"}])"), "error Patient.photo[0]");
}

BOOST_AUTO_TEST_CASE(a_choice_that_is_narrowed_takes_its_types_only) {
  const std::vector<std::string> rules{
      element("Observation.value[x]", R"("min":1,"type":[{"code":"Quantity"},{"code":"string"}])")};
  EXPECT_FAULTS(observation(rules, R"("valueQuantity":{"value":1})"));
  EXPECT_FAULTS(observation(rules, R"("valueString":"a")"));
  EXPECT_FAULTS(observation(rules, R"("valueBoolean":true)"), "error Observation.value");
  EXPECT_FAULTS(observation(rules, R"("method":{"text":"a"})"), "error Observation.value");
}

BOOST_AUTO_TEST_CASE(children_of_a_narrowed_choice_are_checked) {
  const std::vector<std::string> rules{element("Observation.value[x]", R"("type":[{"code":"Quantity"}])"),
                                       element("Observation.value[x].unit", R"("min":1)")};
  EXPECT_FAULTS(observation(rules, R"("valueQuantity":{"value":1,"unit":"kg"})"));
  EXPECT_FAULTS(observation(rules, R"("valueQuantity":{"value":1})"), "error Observation.value.unit");
}

BOOST_AUTO_TEST_CASE(a_path_may_name_the_one_type_of_a_choice) {
  const std::vector<std::string> rules{
      element("Observation.valueQuantity", R"("type":[{"code":"Quantity"}])"),
      element("Observation.valueQuantity.unit", R"("min":1)")};
  EXPECT_FAULTS(observation(rules, R"("valueQuantity":{"value":1,"unit":"kg"})"));
  EXPECT_FAULTS(observation(rules, R"("valueQuantity":{"value":1})"), "error Observation.value.unit");
  EXPECT_FAULTS(observation(rules, R"("valueString":"a")"), "error Observation.value");
}

BOOST_AUTO_TEST_CASE(a_fixed_value_is_exactly_that) {
  const std::vector<std::string> rules{
      element("Patient.active", R"("fixedBoolean":true)"),
      element("Patient.maritalStatus",
              R"("fixedCodeableConcept":{"coding":[{"system":"urn:s","code":"M"}]})")};
  EXPECT_FAULTS(patient(rules, R"("active":true,"maritalStatus":{"coding":[{"system":"urn:s","code":"M"}]})",
                        fhir::Severity::error));
  EXPECT_FAULTS(patient(rules, R"("active":false)"), "error Patient.active");
  EXPECT_FAULTS(patient(rules, R"("maritalStatus":{"coding":[{"system":"urn:s","code":"M"}],"text":"more"})",
                        fhir::Severity::error),
                "error Patient.maritalStatus");
  EXPECT_FAULTS(patient(rules, R"("maritalStatus":{"coding":[{"system":"urn:s"}]})", fhir::Severity::error),
                "error Patient.maritalStatus");
}

BOOST_AUTO_TEST_CASE(a_pattern_is_in_the_value) {
  const std::vector<std::string> rules{
      element("Observation.code", R"("patternCodeableConcept":{"coding":[{"system":"urn:s","code":"M"}]})")};
  const auto codes = [&](const std::string& code) {
    return faultsOf(load({profile("o", "Observation", rules)}),
                    R"({"resourceType":"Observation","status":"final","code":)" + code + "}", {{"o"}});
  };
  EXPECT_FAULTS(
      codes(R"({"coding":[{"code":"x"},{"system":"urn:s","code":"M","display":"more"}],"text":"more"})"));
  EXPECT_FAULTS(codes(R"({"coding":[{"system":"urn:s"},{"code":"M"}]})"), "error Observation.code");
  EXPECT_FAULTS(codes(R"({"text":"M"})"), "error Observation.code");
}

BOOST_AUTO_TEST_CASE(a_value_is_within_its_bounds) {
  const std::vector<std::string> dates{
      element("Patient.birthDate", R"("minValueDate":"1900-01-01","maxValueDate":"2000-12-31")")};
  EXPECT_FAULTS(patient(dates, R"("birthDate":"1974-12-25")"));
  EXPECT_FAULTS(patient(dates, R"("birthDate":"1899-12-31")"), "error Patient.birthDate");
  EXPECT_FAULTS(patient(dates, R"("birthDate":"2001")"), "error Patient.birthDate");
  const std::vector<std::string> numbers{
      element("Patient.multipleBirth[x]",
              R"("type":[{"code":"integer"},{"code":"boolean"}],"minValueInteger":2,"maxValueInteger":9)")};
  EXPECT_FAULTS(patient(numbers, R"("multipleBirthInteger":2)"));
  EXPECT_FAULTS(patient(numbers, R"("multipleBirthBoolean":true)"));
  EXPECT_FAULTS(patient(numbers, R"("multipleBirthInteger":1)"), "error Patient.multipleBirth");
  EXPECT_FAULTS(patient(numbers, R"("multipleBirthInteger":10)"), "error Patient.multipleBirth");
}

BOOST_AUTO_TEST_CASE(a_quantity_is_compared_in_its_own_unit) {
  const std::vector<std::string> rules{element(
      "Observation.value[x]",
      R"("type":[{"code":"Quantity"}],"minValueQuantity":{"value":10,"system":"http://unitsofmeasure.org","code":"g"})")};
  const auto quantity = [&](const std::string& value, const std::string& unit) {
    return observation(rules, R"("valueQuantity":{"value":)" + value +
                                  R"(,"system":"http://unitsofmeasure.org","code":")" + unit + "\"}");
  };
  EXPECT_FAULTS(quantity("10", "g"));
  EXPECT_FAULTS(quantity("0.01", "kg"));
  EXPECT_FAULTS(quantity("100", "mg"), "error Observation.value");
  EXPECT_FAULTS(quantity("100", "cm"), "error Observation.value");
}

BOOST_AUTO_TEST_CASE(a_bound_may_be_a_time_before_now) {
  const std::vector<std::string> rules{
      element("Patient.birthDate",
              R"("minValueQuantity":{"value":150,"system":"http://unitsofmeasure.org","code":"a"})")};
  EXPECT_FAULTS(patient(rules, R"("birthDate":"1974-12-25")"));
  EXPECT_FAULTS(patient(rules, R"("birthDate":"1774-12-25")"), "error Patient.birthDate");
}

BOOST_AUTO_TEST_CASE(a_length_is_counted_in_characters) {
  const std::vector<std::string> rules{element("Patient.name", {}),
                                       element("Patient.name.family", R"("maxLength":4)")};
  EXPECT_FAULTS(patient(rules, R"("name":[{"family":"Ñuñé"}])"));
  EXPECT_FAULTS(patient(rules, R"("name":[{"text":"a"},{"family":"Ñuñéz"}])"),
                "error Patient.name[1].family");
}

BOOST_AUTO_TEST_CASE(a_rule_of_the_profile_is_judged_with_its_severity) {
  const std::string rule = constraint(
      {{"a-1", "error", "family.exists() and given.exists()"}, {"a-2", "warning", "use.exists()"}});
  const std::vector<std::string> rules{element("Patient.name", rule)};
  EXPECT_FAULTS(patient(rules, R"("name":[{"use":"usual","family":"a","given":["b"]}])"));
  EXPECT_FAULTS(patient(rules, R"("name":[{"family":"a","given":["b"]},{"use":"usual","family":"a"}])"),
                "error Patient.name[1]", "warning Patient.name[0]");
}

BOOST_AUTO_TEST_CASE(a_rule_of_the_root_is_judged) {
  const std::vector<std::string> rules{
      element("Patient", constraint({{"a-1", "error", "name.exists() or identifier.exists()"}}))};
  EXPECT_FAULTS(patient(rules, R"("name":[{"text":"a"}])"));
  EXPECT_FAULTS(patient(rules, R"("active":true)"), "error Patient");
}

BOOST_AUTO_TEST_CASE(what_must_be_supported_is_told_as_information_when_asked) {
  const std::vector<std::string> rules{element("Patient.name", R"("mustSupport":true)"),
                                       element("Patient.name.family", R"("mustSupport":true)")};
  EXPECT_FAULTS(patient(rules, R"("active":true)", fhir::Severity::information), "information Patient.name");
  EXPECT_FAULTS(patient(rules, R"("name":[{"text":"a"}])", fhir::Severity::information),
                "information Patient.name[0].family");
  EXPECT_FAULTS(patient(rules, R"("active":true)"));
}

BOOST_AUTO_TEST_CASE(elements_with_inline_children_and_content_by_reference_are_walked) {
  const std::vector<std::string> rules{
      element("Observation.component", {}),
      element("Observation.component.referenceRange", R"("contentReference":"#Observation.referenceRange")"),
      element("Observation.component.referenceRange.text", R"("min":1)")};
  EXPECT_FAULTS(observation(
      rules,
      R"("referenceRange":[{"low":{"value":1}}],"component":[{"code":{"text":"b"},"referenceRange":[{"text":"c"}]}])"));
  EXPECT_FAULTS(
      observation(rules, R"("component":[{"code":{"text":"b"},"referenceRange":[{"low":{"value":1}}]}])"),
      "error Observation.component[0].referenceRange[0].text");
}

BOOST_AUTO_TEST_CASE(a_profile_of_a_data_type_is_checked_where_a_type_names_it) {
  const auto set = load(
      {profile("national", "Identifier",
               {element("Identifier.system", R"("min":1,"fixedUri":"urn:n")"),
                element("Identifier.value", R"("min":1)")}),
       profile(
           "p", "Patient",
           {element("Patient.identifier",
                    R"("type":[{"code":"Identifier","profile":["http://example.org/fhir/national"]}])")})});
  const auto faults = [&](const std::string& identifier) {
    return faultsOf(set, R"({"resourceType":"Patient","identifier":[)" + identifier + "]}", {{"p"}});
  };
  EXPECT_FAULTS(faults(R"({"system":"urn:n","value":"1"})"));
  EXPECT_FAULTS(faults(R"({"system":"urn:n","value":"1"},{"system":"urn:m"})"),
                "error Patient.identifier[1].system", "error Patient.identifier[1].value");
}

BOOST_AUTO_TEST_CASE(of_several_profiles_of_a_type_one_is_enough) {
  const auto set = load(
      {profile("a", "Identifier", {element("Identifier.system", R"("min":1,"fixedUri":"urn:a")")}),
       profile("b", "Identifier", {element("Identifier.system", R"("min":1,"fixedUri":"urn:b")")}),
       profile(
           "p", "Patient",
           {element(
               "Patient.identifier",
               R"("type":[{"code":"Identifier","profile":["http://example.org/fhir/a","http://example.org/fhir/b"]}])")})});
  const std::string both =
      R"({"resourceType":"Patient","identifier":[{"system":"urn:b"},{"system":"urn:a"}]})";
  EXPECT_FAULTS(faultsOf(set, both, {{"p"}}));
  EXPECT_FAULTS(faultsOf(set, R"({"resourceType":"Patient","identifier":[{"system":"urn:c"}]})", {{"p"}}),
                "error Patient.identifier[0]");
}

BOOST_AUTO_TEST_CASE(no_message_repeats_a_value_of_the_resource) {
  const std::vector<std::string> rules{element("Patient.name", R"("max":"1")"),
                                       element("Patient.name.family", R"("maxLength":2,"fixedString":"b")"),
                                       element("Patient.active", R"("fixedBoolean":true)")};
  const fhir::Outcome faults =
      patient(rules, R"("active":false,"name":[{"family":"Sokolov-9317"},{"family":"Sokolov-9317"}])");
  BOOST_TEST(places(faults).size() == 6U, told(faults));
  BOOST_TEST(told(faults).find("Sokolov") == std::string::npos);
}
