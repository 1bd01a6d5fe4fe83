// Expressions over resources: paths, types, references, R4's functions and the environment.
#include <boost/test/unit_test.hpp>

#include "tests/fhir/fhirpath/evaluated.h"

using fhir::fhirpath::Environment;
using test::evaluated;

namespace {

const fhir::Resource& observation() {
  static const fhir::Resource resource = test::resource(R"({
    "resourceType": "Observation", "id": "o1",
    "contained": [{"resourceType": "Practitioner", "id": "p", "active": true}],
    "extension": [{"url": "http://example.org/age", "valueAge": {"value": 41, "system": "http://unitsofmeasure.org", "code": "a"}}],
    "status": "final", "code": {"coding": [{"system": "http://loinc.org", "code": "29463-7"}]},
    "subject": {"reference": "Patient/example"}, "performer": [{"reference": "#p"}, {"type": "Organization", "display": "x"}],
    "effectiveDateTime": "2016-03-28",
    "valueQuantity": {"value": 185.0, "unit": "lbs", "system": "http://unitsofmeasure.org", "code": "[lb_av]"},
    "component": [
      {"code": {"text": "a"}, "valueQuantity": {"value": 1, "system": "http://unitsofmeasure.org", "code": "g"}},
      {"code": {"text": "b"}, "valueString": "none"}]
  })");
  return resource;
}

std::string at(std::string_view text, const Environment& environment = {}) {
  return evaluated(text, observation().root(), environment);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(evaluation)

BOOST_AUTO_TEST_CASE(paths_start_at_the_resource_or_its_type) {
  BOOST_TEST(at("status") == "final");
  BOOST_TEST(at("Observation.status") == "final");
  BOOST_TEST(at("DomainResource.id | Resource.id") == "o1");
  BOOST_TEST(at("Patient.id") == "");
  BOOST_TEST(at("value.value") == "185.0");
  BOOST_TEST(at("valueQuantity.value") == "");
}

BOOST_AUTO_TEST_CASE(choices_are_narrowed_by_their_type) {
  BOOST_TEST(at("(Observation.value as Quantity) | (Observation.component.value as Quantity)") ==
             "<Quantity>,<Quantity>");
  BOOST_TEST(at("Observation.value.as(string)") == "");
  BOOST_TEST(at("Observation.component.value.ofType(string)") == "none");
  BOOST_TEST(at("Observation.value is Quantity") == "true");
  BOOST_TEST(at("Observation.effective is dateTime and Observation.effective is FHIR.dateTime") == "true");
  BOOST_TEST(at("extension('http://example.org/age').value is Quantity") == "true");
  BOOST_TEST(at("(1).is(System.Integer) and 'a'.is(String) and (1 'g').is(Quantity)") == "true");
}

BOOST_AUTO_TEST_CASE(a_reference_tells_its_type_without_being_resolved) {
  BOOST_TEST(at("Observation.subject.where(resolve() is Patient).reference") == "Patient/example");
  BOOST_TEST(at("Observation.subject.where(resolve() is Group)") == "");
  BOOST_TEST(at("Observation.subject.resolve().ofType(Patient).exists()") == "true");
  BOOST_TEST(at("Observation.performer[1].resolve() is Organization") == "true");
  const fhir::Resource patient = test::resource(
      R"({"resourceType": "Patient", "generalPractitioner": [
        {"reference": "http://example.org/fhir/Practitioner/1/_history/2"}, {"reference": "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0"}]})");
  BOOST_TEST(evaluated("generalPractitioner.where(resolve() is Practitioner).count()", patient.root()) ==
             "1");
}

BOOST_AUTO_TEST_CASE(contained_resources_are_resolved_inside) {
  BOOST_TEST(at("performer[0].resolve().active") == "true");
  BOOST_TEST(at("performer.where(resolve() is Practitioner).count()") == "1");
}

BOOST_AUTO_TEST_CASE(the_environment_resolves_other_references) {
  const fhir::Resource patient = test::resource(R"({"resourceType": "Patient", "gender": "female"})");
  Environment environment;
  environment.resolve = [&](const fhir::Element*, std::string_view reference) {
    return reference == "Patient/example" ? &patient.root() : nullptr;
  };
  BOOST_TEST(at("subject.resolve().gender", environment) == "female");
  environment.resolve = [](const fhir::Element*, std::string_view) -> const fhir::Element* {
    return nullptr;
  };
  BOOST_TEST(at("subject.resolve() is Patient", environment) == "true");
}

BOOST_AUTO_TEST_CASE(the_environment_answers_membership_and_conformance) {
  Environment environment;
  environment.memberOf = [](std::string_view valueSet, std::string_view system, std::string_view code) {
    return valueSet == "http://example.org/vs"
               ? std::optional<bool>(system == "http://loinc.org" && code == "29463-7")
               : std::nullopt;
  };
  BOOST_TEST(at("code.memberOf('http://example.org/vs')", environment) == "true");
  BOOST_TEST(at("code.coding.memberOf('http://example.org/vs')", environment) == "true");
  BOOST_TEST(at("status.memberOf('http://example.org/vs')", environment) == "false");
  BOOST_TEST(at("code.memberOf('http://example.org/other')", environment) == "");
  environment.conformsTo = [](const fhir::Element& element, std::string_view profile) {
    return profile == "http://example.org/p" ? std::optional<bool>(element.type->name == "Observation")
                                             : std::nullopt;
  };
  BOOST_TEST(at("conformsTo('http://example.org/p')", environment) == "true");
  BOOST_TEST(at("conformsTo('http://hl7.org/fhir/StructureDefinition/Patient')", environment) == "false");
}

BOOST_AUTO_TEST_CASE(the_environment_answers_subsumption) {
  const fhir::Resource concepts = test::resource(R"({
    "resourceType": "Observation", "status": "final", "code": {"text": "no codes"}, "category": [
      {"coding": [{"system": "http://example.org", "code": "animal"}]},
      {"coding": [{"system": "http://example.org/other", "code": "x"}, {"system": "http://example.org", "code": "cat"}]},
      {"coding": [{"system": "http://example.org", "code": "stone"}]},
      {"coding": [{"system": "http://nobody.example.org", "code": "y"}]}]})");
  const auto answer = [&](std::string_view text, const Environment& environment) {
    return evaluated(text, concepts.root(), environment);
  };
  Environment environment;
  BOOST_TEST(answer("category[0].subsumes(%resource.category[0])", environment) == "true");
  BOOST_TEST(answer("category[0].subsumes(%resource.category[1])", environment) == "");
  environment.subsumes = [](const fhir::fhirpath::Code& ancestor, const fhir::fhirpath::Code& descendant) {
    if (ancestor.system.starts_with("http://nobody") || descendant.system.starts_with("http://nobody"))
      return std::optional<bool>();
    return std::optional<bool>(ancestor.code == "animal" && descendant.code == "cat");
  };
  BOOST_TEST(answer("category[0].subsumes(%resource.category[1])", environment) == "true");
  BOOST_TEST(answer("category[0].subsumedBy(%resource.category[1])", environment) == "false");
  BOOST_TEST(answer("category[1].subsumedBy(%resource.category[0])", environment) == "true");
  BOOST_TEST(answer("category[0].coding.subsumes(%resource.category[1].coding[1])", environment) == "true");
  BOOST_TEST(answer("category[0].subsumes(%resource.category[2])", environment) == "false");
  BOOST_TEST(answer("category[0].subsumes(%resource.category[3])", environment) == "");
  BOOST_TEST(answer("category[0].subsumes(%resource.code)", environment) == "");
  BOOST_TEST(answer("category[9].subsumes(%resource.category[0])", environment) == "");
  BOOST_TEST(answer("category[0].subsumes(%resource.status)", environment).starts_with("error: "));
  BOOST_TEST(answer("category.subsumes(%resource.code)", environment).starts_with("error: "));
}

BOOST_AUTO_TEST_CASE(the_environment_knows_slices_and_definitions) {
  Environment environment;
  BOOST_TEST(at("component.slice('http://example.org/p', 'first')", environment) == "");
  BOOST_TEST(at("component.elementDefinition()", environment) == "");
  environment.slice = [](const fhir::Element& element, std::string_view structure, std::string_view name) {
    return structure == "http://example.org/p" && name == "first" && element.index() == 0;
  };
  BOOST_TEST(at("component.slice('http://example.org/p', 'first').code.text", environment) == "a");
  BOOST_TEST(at("component.slice('http://example.org/p', 'last')", environment) == "");
  const fhir::Resource structure = test::resource(
      R"({"resourceType": "StructureDefinition", "differential": {"element": [{"path": "Observation.component"}]}})");
  environment.elementDefinition = [&](const fhir::Element& element) {
    return element.name() == "component" ? structure.root().child("differential")->child("element") : nullptr;
  };
  BOOST_TEST(at("component[0].elementDefinition().path", environment) == "Observation.component");
  BOOST_TEST(at("status.elementDefinition().path", environment) == "");
}

BOOST_AUTO_TEST_CASE(variables_name_the_context_and_the_urls) {
  const fhir::Element& coding = *observation().root().child("code")->child("coding");
  BOOST_TEST(evaluated("%resource.id", coding) == "o1");
  BOOST_TEST(evaluated("%context.code", coding) == "29463-7");
  const fhir::Element& contained = *observation().root().child("contained");
  BOOST_TEST(evaluated("%resource.id", contained) == "p");
  BOOST_TEST(evaluated("%rootResource.id", contained) == "o1");
  BOOST_TEST(at("%`vs-x` & ' ' & %\"ext-y\"") ==
             "http://hl7.org/fhir/ValueSet/x http://hl7.org/fhir/StructureDefinition/y");
  Environment environment;
  environment.variables.push_back({"mine", {fhir::fhirpath::Kind::integer, nullptr, "42", {}}});
  BOOST_TEST(at("%mine + 1", environment) == "43");
  BOOST_TEST(at("%unknown").starts_with("error: "));
}

BOOST_AUTO_TEST_CASE(values_of_elements_and_of_the_system_mix) {
  BOOST_TEST(at("value.value + 1") == "186.0");
  BOOST_TEST(at("value > 80 'kg' and value < 90 'kg'") == "true");
  BOOST_TEST(at("extension('http://example.org/age').value > 40 years") == "true");
  BOOST_TEST(at("effective + 1 month") == "2016-04-28");
  BOOST_TEST(at("status & '!'") == "final!");
  BOOST_TEST(at("1 'mg' + 1 'g'") == "1001 mg");
  BOOST_TEST(at("10 'g' / 2 'L'") == "5 g/L");
}

BOOST_AUTO_TEST_CASE(primitives_with_only_an_extension_have_no_value) {
  const fhir::Resource patient = test::resource(
      R"({"resourceType": "Patient", "_birthDate": {"extension": [{"url": "http://example.org/x", "valueString": "y"}]}})");
  BOOST_TEST(evaluated("birthDate.exists() and birthDate.hasValue().not()", patient.root()) == "true");
  BOOST_TEST(evaluated("birthDate > @2000", patient.root()) == "");
  BOOST_TEST(evaluated("birthDate.extension('http://example.org/x').value", patient.root()) == "y");
}

BOOST_AUTO_TEST_CASE(the_present_is_the_environments) {
  Environment environment;
  environment.now = "2024-02-29T12:30:00.000+01:00";
  BOOST_TEST(at("now()", environment) == "2024-02-29T12:30:00.000+01:00");
  BOOST_TEST(at("today() + 1 year", environment) == "2025-02-28");
  BOOST_TEST(at("timeOfDay()", environment) == "12:30:00.000");
  BOOST_TEST(at("now() = now()") == "true");
}

BOOST_AUTO_TEST_CASE(conditions_are_true_false_or_open) {
  const Environment environment;
  fhir::fhirpath::Evaluation evaluation(environment);
  const auto ask = [&](std::string_view text) {
    const auto answer = evaluation.test(*fhir::fhirpath::Expression::parse(text), observation().root());
    return !answer ? "error" : !*answer ? "open" : **answer ? "true" : "false";
  };
  BOOST_TEST(ask("status = 'final'") == "true");
  BOOST_TEST(ask("status = 'x'") == "false");
  BOOST_TEST(ask("bodySite") == "open");
  BOOST_TEST(ask("subject") == "true");
  BOOST_TEST(ask("component") == "error");
}

BOOST_AUTO_TEST_CASE(results_outlive_the_expression_and_later_runs) {
  const Environment environment;
  fhir::fhirpath::Evaluation evaluation(environment);
  const auto first = evaluation.run(
      *fhir::fhirpath::Expression::parse("'a' & 'long enough to be on the heap'"), observation().root());
  const auto second = evaluation.run(
      *fhir::fhirpath::Expression::parse("'b literal long enough to be on the heap'"), observation().root());
  BOOST_TEST(first->front().text == "along enough to be on the heap");
  BOOST_TEST(second->front().text == "b literal long enough to be on the heap");
}

BOOST_AUTO_TEST_CASE(strings_are_counted_in_characters) {
  BOOST_TEST(evaluated("'\\u00e9t\\u00e9'.length()") == "3");
  BOOST_TEST(evaluated("'\\u00e9t\\u00e9'.upper() = '\\u00c9T\\u00c9'") == "true");
  BOOST_TEST(evaluated("'a\\u00e9b'.substring(1, 1) = '\\u00e9'") == "true");
  BOOST_TEST(evaluated("'\\ud83d\\ude00'.length()") == "1");
  BOOST_TEST(evaluated("' A  b ' ~ 'a B'") == "true");
}

BOOST_AUTO_TEST_CASE(many_items_are_told_apart_as_few_are) {
  const std::string many = "('a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,a,b'.split(',')";
  BOOST_TEST(evaluated(many + ").distinct().count()") == "17");
  BOOST_TEST(evaluated(many + " | 1 | 1.0 | 2 | 'z' | 1 'g' | 1000 'mg').count()") == "21");
  BOOST_TEST(evaluated(many + ").combine(1 | 'a').isDistinct()") == "false");
}

BOOST_AUTO_TEST_CASE(a_chain_of_unions_has_each_item_once_in_the_order_of_its_first) {
  BOOST_TEST(evaluated("3 | 1 | 3.0 | 2 | 1 | 'a'") == "3,1,2,a");
  BOOST_TEST(evaluated("(2 | 1) | (1 | 4 | (2 | 5))") == "2,1,4,5");
  BOOST_TEST(evaluated("({} | {} | 7).count()") == "1");
}

BOOST_AUTO_TEST_CASE(a_pattern_is_the_same_written_or_computed) {
  BOOST_TEST(evaluated("'b12'.matches('[a-z]\\\\d+')") == "true");
  BOOST_TEST(evaluated("'b12'.matches('[a-z]' & '\\\\d+')") == "true");
  BOOST_TEST(evaluated("('a{3' & '}').select('caaa'.matches($this))") == "true");
  BOOST_TEST(evaluated("'" + std::string(300, 'x') + "'.matches('x{300}')") == "true");  // large
  BOOST_TEST(evaluated("'b12'.replaceMatches('\\\\d', '-')") == "b--");
  BOOST_TEST(evaluated("'b'.matches('(')").starts_with("error: "));
  BOOST_TEST(evaluated("{}.matches('(')") == "");  // it is never asked
}

BOOST_AUTO_TEST_CASE(overflow_and_division_by_zero_give_nothing) {
  BOOST_TEST(evaluated("2147483647 + 1") == "");
  BOOST_TEST(evaluated("1 / 0") == "");
  BOOST_TEST(evaluated("1.0 mod 0") == "");
  BOOST_TEST(evaluated("@9999-12-31 + 1 day") == "");
  BOOST_TEST(evaluated("10.power(200)") == "");
}

BOOST_AUTO_TEST_SUITE_END()
