// Slicing: by each kind of discriminator and each step of its path, with each rule, in slices of slices.
#define BOOST_TEST_MODULE profile_slicing
#include <boost/test/unit_test.hpp>

#include "tests/fhir/profiles/fixtures.h"

using namespace fhir::profiles;
using namespace fhir::profiles::test;

namespace {

// "slicing" with discriminators "value:system" ...
std::string slicing(const std::vector<std::string>& discriminators, const std::string& rules = "open",
                    bool ordered = false) {
  std::string text;
  for (const std::string& each : discriminators) {
    const std::size_t colon = each.find(':');
    text += std::string(text.empty() ? "" : ",") + R"({"type":")" + each.substr(0, colon) + R"(","path":")" +
            each.substr(colon + 1) + "\"}";
  }
  return R"("slicing":{"discriminator":[)" + text + R"(],"rules":")" + rules + R"(","ordered":)" +
         (ordered ? "true" : "false") + "}";
}

fhir::Outcome patient(const std::vector<std::string>& elements, const std::string& members,
                      fhir::Severity least = fhir::Severity::warning) {
  return faultsOf(load({profile("p", "Patient", elements)}), R"({"resourceType":"Patient",)" + members + "}",
                  {{"p"}, least});
}

fhir::Outcome observation(const ProfileSet& set, const std::string& members,
                          fhir::Severity least = fhir::Severity::error) {
  return faultsOf(set,
                  R"({"resourceType":"Observation","status":"final","code":{"text":"a"},)" + members + "}",
                  {{"o"}, least});
}

std::string identifiers(const std::vector<std::string>& systems) {
  std::string text;
  for (const std::string& each : systems)
    text += std::string(text.empty() ? "" : ",") + R"({"system":"urn:)" + each + "\"}";
  return R"("identifier":[)" + text + "]";
}

// Slices a and b by the system.
std::vector<std::string> bySystem(const std::string& rules, bool ordered = false) {
  return {element("Patient.identifier", slicing({"value:system"}, rules, ordered)),
          element("Patient.identifier:a", R"("min":1,"max":"1")"),
          element("Patient.identifier:a.system", R"("min":1,"fixedUri":"urn:a")"),
          element("Patient.identifier:b", R"("min":0,"max":"2")"),
          element("Patient.identifier:b.system", R"("min":1,"fixedUri":"urn:b")")};
}

}  // namespace

BOOST_AUTO_TEST_CASE(slices_have_cardinalities_of_their_own) {
  EXPECT_FAULTS(patient(bySystem("open"), identifiers({"a", "b", "x", "b"})));
  EXPECT_FAULTS(patient(bySystem("open"), identifiers({"b", "x"})), "error Patient.identifier");
  EXPECT_FAULTS(patient(bySystem("open"), identifiers({"a", "a"})), "error Patient.identifier[1]");
  EXPECT_FAULTS(patient(bySystem("open"), identifiers({"b", "a", "b", "b", "b"})),
                "error Patient.identifier[3]");
}

BOOST_AUTO_TEST_CASE(a_closed_slicing_takes_what_is_in_a_slice_only) {
  EXPECT_FAULTS(patient(bySystem("closed"), identifiers({"b", "a"})));
  EXPECT_FAULTS(patient(bySystem("closed"), identifiers({"a", "x"})), "error Patient.identifier[1]");
}

BOOST_AUTO_TEST_CASE(open_at_end_takes_others_behind_the_slices) {
  EXPECT_FAULTS(patient(bySystem("openAtEnd"), identifiers({"b", "a", "x", "y"})));
  EXPECT_FAULTS(patient(bySystem("openAtEnd"), identifiers({"x", "a", "y"})), "error Patient.identifier[0]");
  EXPECT_FAULTS(patient(bySystem("openAtEnd"), identifiers({"a", "x", "b"})), "error Patient.identifier[1]");
}

BOOST_AUTO_TEST_CASE(ordered_slices_stand_in_their_order) {
  EXPECT_FAULTS(patient(bySystem("open", true), identifiers({"a", "x", "b", "b"})));
  EXPECT_FAULTS(patient(bySystem("open", true), identifiers({"b", "a"})), "error Patient.identifier[1]");
}

BOOST_AUTO_TEST_CASE(the_rules_of_a_slice_are_for_its_members) {
  auto rules = bySystem("open");
  rules.push_back(element("Patient.identifier:b.value", R"("min":1,"maxLength":3)"));
  const auto faults = [&](const std::string& second) {
    return patient(rules, R"("identifier":[{"system":"urn:a"},{"system":"urn:b")" + second + "}]");
  };
  EXPECT_FAULTS(faults(R"(,"value":"123")"));
  EXPECT_FAULTS(faults(""), "error Patient.identifier[1].value");
  EXPECT_FAULTS(faults(R"(,"value":"1234")"), "error Patient.identifier[1].value");
}

BOOST_AUTO_TEST_CASE(several_discriminators_tell_slices_apart_together) {
  const std::vector<std::string> rules{
      element("Patient.telecom", slicing({"value:system", "value:use"}, "closed")),
      element("Patient.telecom:home", R"("min":1)"),
      element("Patient.telecom:home.system", R"("fixedCode":"phone")"),
      element("Patient.telecom:home.use", R"("fixedCode":"home")"),
      element("Patient.telecom:mail", R"("min":0)"),
      element("Patient.telecom:mail.system", R"("fixedCode":"email")"),
      element("Patient.telecom:mail.use", R"("fixedCode":"home")")};
  EXPECT_FAULTS(patient(rules, R"("telecom":[{"system":"phone","use":"home","value":"1"}])"));
  EXPECT_FAULTS(patient(rules, R"("telecom":[{"system":"phone","use":"work","value":"1"}])"),
                "error Patient.telecom", "error Patient.telecom[0]");
}

BOOST_AUTO_TEST_CASE(a_pattern_tells_slices_apart) {
  const auto set = load({profile(
      "o", "Observation",
      {element("Observation.component", slicing({"pattern:code"})),
       element("Observation.component:systolic", R"("min":1)"),
       element("Observation.component:systolic.code",
               R"("patternCodeableConcept":{"coding":[{"system":"http://loinc.org","code":"8480-6"}]})"),
       element("Observation.component:systolic.value[x]", R"("min":1,"type":[{"code":"Quantity"}])")})});
  const std::string code =
      R"("code":{"coding":[{"code":"x"},{"system":"http://loinc.org","code":"8480-6","display":"more"}]})";
  EXPECT_FAULTS(observation(
      set, R"("component":[{"code":{"text":"b"}},{)" + code + R"(,"valueQuantity":{"value":1}}])"));
  EXPECT_FAULTS(observation(set, R"("component":[{)" + code + R"(,"valueString":"a"}])"),
                "error Observation.component[0].value");
  EXPECT_FAULTS(observation(set, R"("component":[{"code":{"coding":[{"code":"8480-6"}]}}])"),
                "error Observation.component");
}

BOOST_AUTO_TEST_CASE(a_path_leads_through_elements_and_slices_below) {
  const auto set = load({profile(
      "o", "Observation",
      {element("Observation.component", slicing({"value:code.coding.code", "value:code.coding.system"})),
       element("Observation.component:a", R"("min":1)"), element("Observation.component:a.code"),
       element("Observation.component:a.code.coding", slicing({"value:code", "value:system"})),
       element("Observation.component:a.code.coding:loinc", R"("min":1)"),
       element("Observation.component:a.code.coding:loinc.system",
               R"("min":1,"fixedUri":"http://loinc.org")"),
       element("Observation.component:a.code.coding:loinc.code", R"("min":1,"fixedCode":"8480-6")"),
       element("Observation.component:a.value[x]", R"("min":1)")})});
  const std::string code =
      R"("code":{"coding":[{"system":"urn:x","code":"x"},{"system":"http://loinc.org","code":"8480-6"}]})";
  EXPECT_FAULTS(observation(set, R"("component":[{)" + code + R"(,"valueString":"b"}])"));
  EXPECT_FAULTS(observation(set, R"("component":[{)" + code + "}]"), "error Observation.component[0].value");
  EXPECT_FAULTS(observation(set, R"("component":[{"code":{"text":"a"}}])"), "error Observation.component");
}

BOOST_AUTO_TEST_CASE(the_element_itself_tells_slices_apart) {
  const std::vector<std::string> rules{element("Patient.name", {}),
                                       element("Patient.name.given", slicing({"value:$this"}, "closed")),
                                       element("Patient.name.given:a", R"("min":1,"fixedString":"Ana")"),
                                       element("Patient.name.given:b", R"("fixedString":"Bea")")};
  EXPECT_FAULTS(patient(rules, R"("name":[{"given":["Bea","Ana"]}])"));
  EXPECT_FAULTS(patient(rules, R"("name":[{"given":["Bea"]}])"), "error Patient.name[0].given");
  EXPECT_FAULTS(patient(rules, R"("name":[{"given":["Ana","Eva"]}])"), "error Patient.name[0].given[1]");
}

BOOST_AUTO_TEST_CASE(a_required_binding_tells_slices_apart) {
  const std::vector<std::string> rules{
      element("Patient.telecom", slicing({"value:use"}, "closed")), element("Patient.telecom:any", {}),
      element("Patient.telecom:any.use",
              R"("min":1,"binding":{"strength":"required","valueSet":"http://example.org/fhir/uses"})")};
  const auto set = load(
      {profile("p", "Patient", rules),
       R"({"resourceType":"ValueSet","url":"http://example.org/fhir/uses","status":"active","compose":{"include":[{"system":"http://hl7.org/fhir/contact-point-use","concept":[{"code":"home"}]}]}})"});
  const auto faults = [&](const std::string& use) {
    return faultsOf(
        set,
        R"({"resourceType":"Patient","telecom":[{"system":"phone","value":"1","use":")" + use + R"("}]})",
        {{"p"}});
  };
  EXPECT_FAULTS(faults("home"));
  EXPECT_FAULTS(faults("work"), "error Patient.telecom[0]");
}

BOOST_AUTO_TEST_CASE(being_there_tells_slices_apart) {
  const std::vector<std::string> rules{element("Patient.contact", slicing({"exists:organization"}, "closed")),
                                       element("Patient.contact:company", R"("max":"1")"),
                                       element("Patient.contact:company.organization", R"("min":1)"),
                                       element("Patient.contact:person", R"("min":1)"),
                                       element("Patient.contact:person.organization", R"("max":"0")"),
                                       element("Patient.contact:person.name", R"("min":1)")};
  EXPECT_FAULTS(patient(rules, R"("contact":[{"organization":{"display":"a"}},{"name":{"text":"b"}}])"));
  EXPECT_FAULTS(patient(rules, R"("contact":[{"organization":{"display":"a"}}])"), "error Patient.contact");
  EXPECT_FAULTS(
      patient(rules, R"("contact":[{"gender":"female","telecom":[{"system":"phone","value":"1"}]}])"),
      "error Patient.contact[0].name");
}

BOOST_AUTO_TEST_CASE(the_type_tells_slices_of_a_choice_apart) {
  const auto set = load({profile(
      "o", "Observation",
      {element("Observation.value[x]", slicing({"type:$this"}, "closed")),
       element("Observation.value[x]:valueQuantity", R"("type":[{"code":"Quantity"}])"),
       element("Observation.value[x]:valueQuantity.unit", R"("min":1)"),
       element("Observation.value[x]:valueString", R"("type":[{"code":"string"}],"maxLength":2)")})});
  EXPECT_FAULTS(observation(set, R"("valueQuantity":{"value":1,"unit":"kg"})"));
  EXPECT_FAULTS(observation(set, R"("valueQuantity":{"value":1})"), "error Observation.value.unit");
  EXPECT_FAULTS(observation(set, R"("valueString":"abc")"), "error Observation.value");
  EXPECT_FAULTS(observation(set, R"("valueBoolean":true)"), "error Observation.value");
}

BOOST_AUTO_TEST_CASE(a_choice_is_sliced_by_type_without_saying_so) {
  const auto set = load(
      {profile("o", "Observation",
               {element("Observation.value[x]", {}),
                element("Observation.value[x]:valueQuantity", R"("min":1,"type":[{"code":"Quantity"}])")})});
  EXPECT_FAULTS(observation(set, R"("valueQuantity":{"value":1})"));
  EXPECT_FAULTS(observation(set, R"("valueString":"abc")"), "error Observation.value");
}

BOOST_AUTO_TEST_CASE(a_type_of_a_choice_is_chosen_by_of_type) {
  const auto set = load(
      {profile("o", "Observation",
               {element("Observation.component", slicing({"value:value.ofType(Quantity).unit"}, "closed")),
                element("Observation.component:kg", {}),
                element("Observation.component:kg.value[x]", R"("type":[{"code":"Quantity"}])"),
                element("Observation.component:kg.value[x].unit", R"("min":1,"fixedString":"kg")")})});
  EXPECT_FAULTS(
      observation(set, R"("component":[{"code":{"text":"a"},"valueQuantity":{"value":1,"unit":"kg"}}])"));
  EXPECT_FAULTS(
      observation(set, R"("component":[{"code":{"text":"a"},"valueQuantity":{"value":1,"unit":"g"}}])"),
      "error Observation.component[0]");
  EXPECT_FAULTS(observation(set, R"("component":[{"code":{"text":"a"},"valueString":"kg"}])"),
                "error Observation.component[0]");
}

BOOST_AUTO_TEST_CASE(an_extension_tells_slices_apart) {
  const std::string kind = R"({"url":"http://example.org/fhir/kind","valueCode":")";
  const auto set = load(
      {extension("kind", {element("Extension.value[x]", R"("min":1,"type":[{"code":"code"}])")}),
       profile(
           "p", "Patient",
           {element("Patient.address",
                    slicing({"value:extension('http://example.org/fhir/kind').value"}, "closed")),
            element("Patient.address:farm", R"("min":1)"),
            element("Patient.address:farm.extension", slicing({"value:url"})),
            element("Patient.address:farm.extension:kind",
                    R"("min":1,"type":[{"code":"Extension","profile":["http://example.org/fhir/kind"]}])"),
            element("Patient.address:farm.extension:kind.value[x]", R"("min":1,"fixedCode":"farm")")})});
  const auto faults = [&](const std::string& address) {
    return faultsOf(set, R"({"resourceType":"Patient","address":[)" + address + "]}", {{"p"}});
  };
  EXPECT_FAULTS(faults(R"({"extension":[)" + kind + R"(farm"}]})"));
  EXPECT_FAULTS(faults(R"({"extension":[)" + kind + R"(city"}]})"), "error Patient.address",
                "error Patient.address[0]");
  EXPECT_FAULTS(faults(R"({"city":"a"})"), "error Patient.address", "error Patient.address[0]");
}

BOOST_AUTO_TEST_CASE(a_profile_tells_slices_apart) {
  const auto set = load(
      {profile("adult", "Patient", {element("Patient.birthDate", R"("min":1)")}),
       profile(
           "b", "Bundle",
           {element("Bundle.entry", slicing({"type:resource", "profile:resource"})),
            element("Bundle.entry:adult", R"("min":1,"max":"1")"),
            element("Bundle.entry:adult.resource",
                    R"("min":1,"type":[{"code":"Patient","profile":["http://example.org/fhir/adult"]}])")})});
  const auto faults = [&](const std::string& entries) {
    return faultsOf(set, R"({"resourceType":"Bundle","type":"collection","entry":[)" + entries + "]}",
                    {{"b"}});
  };
  const std::string adult = R"({"resource":{"resourceType":"Patient","birthDate":"1974-12-25"}})";
  const std::string other = R"({"resource":{"resourceType":"Patient","active":true}})";
  EXPECT_FAULTS(faults(other + "," + adult));
  EXPECT_FAULTS(faults(adult + "," + adult), "error Bundle.entry[1]");
  // What a candidate lacks is told at its own place.
  EXPECT_FAULTS(faults(other), "error Bundle.entry", "error Bundle.entry[0].resource.birthDate");
}

BOOST_AUTO_TEST_CASE(what_a_reference_leads_to_tells_slices_apart) {
  const auto set = load(
      {profile("weight", "Observation",
               {element("Observation.code", R"("patternCodeableConcept":{"text":"weight"})")}),
       profile(
           "c", "Composition",
           {element("Composition.section", {}),
            element("Composition.section.entry", slicing({"profile:resolve()"}, "closed")),
            element(
                "Composition.section.entry:weight",
                R"("min":1,"type":[{"code":"Reference","targetProfile":["http://example.org/fhir/weight"]}])")})});
  const auto faults = [&](const std::string& code, const std::string& reference, fhir::Severity least) {
    return faultsOf(
        set,
        R"({"resourceType":"Bundle","type":"collection","entry":[{"fullUrl":"http://a.example/Composition/c","resource":{"resourceType":"Composition","id":"c","meta":{"profile":["http://example.org/fhir/c"]},"status":"final","type":{"text":"a"},"date":"2020","title":"a","author":[{"display":"a"}],"section":[{"title":"a","entry":[{"reference":")" +
            reference +
            R"("}]}]}},{"fullUrl":"http://a.example/Observation/o","resource":{"resourceType":"Observation","id":"o","status":"final","code":{"text":")" +
            code + R"("}}}]})",
        {{}, least});
  };
  EXPECT_FAULTS(faults("weight", "Observation/o", fhir::Severity::error));
  EXPECT_FAULTS(faults("height", "Observation/o", fhir::Severity::error),
                "error Bundle.entry[0].resource.section[0].entry",
                "error Bundle.entry[0].resource.section[0].entry[0]", "error Bundle.entry[1].resource.code");
  // What is not at hand may be in the slice: nobody knows.
  BOOST_TEST(faults("weight", "Observation/elsewhere", fhir::Severity::error).empty());
  BOOST_TEST(
      told(faults("weight", "Observation/elsewhere", fhir::Severity::information)).find("not known here") !=
      std::string::npos);
  EXPECT_FAULTS(faults("weight", "Condition/elsewhere", fhir::Severity::error),
                "error Bundle.entry[0].resource.section[0].entry",
                "error Bundle.entry[0].resource.section[0].entry[0]");
}

BOOST_AUTO_TEST_CASE(a_value_in_what_a_reference_leads_to_tells_slices_apart) {
  const auto set = load(
      {profile("weight", "Observation",
               {element("Observation.code", R"("patternCodeableConcept":{"text":"weight"})")}),
       profile(
           "o", "Observation",
           {element("Observation.hasMember", slicing({"value:resolve().code"}, "closed")),
            element(
                "Observation.hasMember:weight",
                R"("type":[{"code":"Reference","targetProfile":["http://example.org/fhir/weight"]}])")})});
  const auto faults = [&](const std::string& code) {
    return observation(
        set,
        R"("hasMember":[{"reference":"#a"}],"contained":[{"resourceType":"Observation","id":"a","status":"final","code":{"text":")" +
            code + R"("}}])");
  };
  EXPECT_FAULTS(faults("weight"));
  EXPECT_FAULTS(faults("height"), "error Observation.hasMember[0]");
}

BOOST_AUTO_TEST_CASE(slices_are_sliced_again) {
  const std::vector<std::string> rules{
      element("Patient.telecom", slicing({"value:system"})),
      element("Patient.telecom:phone", R"("max":"3",)" + slicing({"value:use"}, "closed")),
      element("Patient.telecom:phone.system", R"("min":1,"fixedCode":"phone")"),
      element("Patient.telecom:phone/home", R"("min":1,"max":"1")"),
      element("Patient.telecom:phone/home.system", R"("min":1,"fixedCode":"phone")"),
      element("Patient.telecom:phone/home.use", R"("min":1,"fixedCode":"home")"),
      element("Patient.telecom:phone/home.rank", R"("min":1)")};
  EXPECT_FAULTS(patient(
      rules, R"("telecom":[{"system":"email","value":"a"},{"system":"phone","use":"home","rank":1}])"));
  EXPECT_FAULTS(
      patient(rules, R"("telecom":[{"system":"email","value":"a"},{"system":"phone","use":"home"}])"),
      "error Patient.telecom[1].rank");
  EXPECT_FAULTS(
      patient(rules,
              R"("telecom":[{"system":"phone","use":"work"},{"system":"phone","use":"home","rank":1}])"),
      "error Patient.telecom[0]");
  EXPECT_FAULTS(patient(rules, R"("telecom":[{"system":"email","use":"home"}])"), "error Patient.telecom");
}

BOOST_AUTO_TEST_CASE(slices_stand_within_slices) {
  auto rules = bySystem("open");
  rules.insert(rules.begin() + 3,
               {element("Patient.identifier:a.type"),
                element("Patient.identifier:a.type.coding", slicing({"value:code"})),
                element("Patient.identifier:a.type.coding:mr", R"("min":1)"),
                element("Patient.identifier:a.type.coding:mr.code", R"("min":1,"fixedCode":"MR")")});
  const auto faults = [&](const std::string& code) {
    return patient(
        rules,
        R"("identifier":[{"system":"urn:b"},{"system":"urn:a","type":{"coding":[{"code":"X"},{"code":")" +
            code + R"("}]}}])",
        fhir::Severity::error);
  };
  EXPECT_FAULTS(faults("MR"));
  EXPECT_FAULTS(faults("Y"), "error Patient.identifier[1].type.coding");
}

BOOST_AUTO_TEST_CASE(the_default_slice_is_for_all_others) {
  auto rules = bySystem("closed");
  rules.push_back(element("Patient.identifier:@default", R"("max":"1")"));
  rules.push_back(element("Patient.identifier:@default.value", R"("min":1)"));
  EXPECT_FAULTS(patient(rules, R"("identifier":[{"system":"urn:a"},{"system":"urn:x","value":"1"}])"));
  EXPECT_FAULTS(patient(rules, identifiers({"a", "x"})), "error Patient.identifier[1].value");
}

BOOST_AUTO_TEST_CASE(slices_without_discriminator_are_told_apart_by_their_rules) {
  const std::vector<std::string> rules{
      element("Patient.identifier", R"("slicing":{"rules":"closed"})"),
      element("Patient.identifier:a", R"("min":1)"),
      element("Patient.identifier:a.system", R"("min":1,"fixedUri":"urn:a")")};
  EXPECT_FAULTS(patient(rules, identifiers({"a"})));
  EXPECT_FAULTS(patient(rules, identifiers({"a", "b"})), "error Patient.identifier[1]");
}

BOOST_AUTO_TEST_CASE(what_is_said_of_all_and_again_of_a_slice_is_told_once) {
  const std::vector<std::string> rules{element("Patient.identifier", slicing({"value:system"})),
                                       element("Patient.identifier.value", R"("min":1,"maxLength":2)"),
                                       element("Patient.identifier:a", {}),
                                       element("Patient.identifier:a.system", R"("fixedUri":"urn:a")"),
                                       element("Patient.identifier:a.value", R"("min":1,"maxLength":2)")};
  EXPECT_FAULTS(patient(rules, identifiers({"a"})), "error Patient.identifier[0].value");
  EXPECT_FAULTS(patient(rules, R"("identifier":[{"system":"urn:a","value":"123"}])"),
                "error Patient.identifier[0].value");
}

BOOST_AUTO_TEST_CASE(a_slice_that_must_be_supported_is_told_as_information) {
  auto rules = bySystem("open");
  rules[3] = element("Patient.identifier:b", R"("mustSupport":true)");
  EXPECT_FAULTS(patient(rules, identifiers({"a"}), fhir::Severity::information),
                "information Patient.identifier");
  EXPECT_FAULTS(patient(rules, identifiers({"a", "b"}), fhir::Severity::information));
}
