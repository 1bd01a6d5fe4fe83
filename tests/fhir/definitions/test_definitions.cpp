#define BOOST_TEST_MODULE definitions
#include <boost/test/unit_test.hpp>
#include <set>
#include <string>

#include "fhir/definitions/definitions.h"

using namespace fhir;

namespace {

const TypeDefinition& type(std::string_view name) {
  const TypeDefinition* found = findType(name);
  BOOST_REQUIRE_MESSAGE(found, name << " must be a type");
  return *found;
}

const Property& property(std::string_view typeName, std::string_view name) {
  const Property* found = type(typeName).find(name);
  BOOST_REQUIRE_MESSAGE(found, typeName << " must have " << name);
  return *found;
}

std::string keys(std::span<const Invariant> invariants) {
  std::string text;
  for (const Invariant& each : invariants) text += std::string(each.key) + " ";
  return text;
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_146_concrete_resource_types_are_there_in_order) {
  const auto all = resourceTypes();
  BOOST_TEST(all.size() == 146U);
  for (std::size_t i = 1; i < all.size(); ++i) BOOST_TEST((all[i - 1]->name < all[i]->name));
  for (const TypeDefinition* each : all) BOOST_TEST(findResourceType(each->name) == each);
  BOOST_TEST(!findResourceType("Resource"));
  BOOST_TEST(!findResourceType("DomainResource"));
  BOOST_TEST(!findResourceType("HumanName"));
  BOOST_TEST(!findResourceType("Patient.contact"));
  BOOST_TEST(!findType("Patients"));
  BOOST_TEST(!findType(""));
}

BOOST_AUTO_TEST_CASE(every_property_is_found_by_its_name_and_nothing_else_is) {
  std::set<const TypeDefinition*> seen;
  std::vector<const TypeDefinition*> open(resourceTypes().begin(), resourceTypes().end());
  std::size_t properties = 0;
  while (!open.empty()) {
    const TypeDefinition* each = open.back();
    open.pop_back();
    if (!seen.insert(each).second) continue;
    std::uint16_t order = 0;
    for (const ElementDefinition& element : each->elements) {
      BOOST_REQUIRE(element.order == order++);
      BOOST_REQUIRE(element.path.starts_with(each->name));
      BOOST_REQUIRE(!element.types.empty());
      BOOST_REQUIRE(each->findElement(element.name) == &element);
      for (const ElementType& one : element.types) open.push_back(one.type);
    }
    for (const Property& member : each->properties) {
      ++properties;
      BOOST_REQUIRE(each->find(member.name) == &member);
      BOOST_REQUIRE(!each->find(std::string(member.name) + "x"));
      BOOST_REQUIRE(&each->elements[member.element->order] == member.element);
    }
    BOOST_REQUIRE(!each->find(""));
  }
  BOOST_TEST_MESSAGE(seen.size() << " types, " << properties << " properties");
  BOOST_TEST(seen.size() > 650U);
}

BOOST_AUTO_TEST_CASE(a_choice_has_one_property_for_each_of_its_types) {
  BOOST_TEST(!type("Observation").find("value"));
  BOOST_TEST(property("Observation", "valueQuantity").type == findType("Quantity"));
  BOOST_TEST(property("Observation", "valueDateTime").type == findType("dateTime"));
  BOOST_TEST(!type("Observation").find("valueMoney"));
  const ElementDefinition* value = type("Observation").findElement("value");
  BOOST_REQUIRE(value);
  BOOST_TEST(value->isChoice);
  BOOST_TEST(value->path == "Observation.value[x]");
  BOOST_TEST(value->types.size() == 11U);
  BOOST_TEST(type("Extension").findElement("value")->types.size() == 50U);
}

BOOST_AUTO_TEST_CASE(cardinality_flags_bindings_and_targets_are_those_of_the_specification) {
  const ElementDefinition& status = *property("Observation", "status").element;
  BOOST_TEST(status.min == 1);
  BOOST_TEST(status.max == 1);
  BOOST_TEST(!status.isArray());
  BOOST_TEST(status.isModifier);
  BOOST_TEST(status.isSummary);
  BOOST_CHECK(status.bindingStrength == BindingStrength::required);
  BOOST_TEST(status.valueSet == "http://hl7.org/fhir/ValueSet/observation-status");

  const ElementDefinition& name = *property("Patient", "name").element;
  BOOST_TEST(name.max == unbounded);
  BOOST_TEST(name.isArray());
  BOOST_CHECK(name.bindingStrength == BindingStrength::none);

  const auto targets = property("Patient", "generalPractitioner").element->types[0].targets;
  BOOST_TEST(targets.size() == 3U);
  BOOST_TEST(targets[0] == "Organization");
  BOOST_TEST(property("Observation", "focus").element->types[0].targets.empty());
  BOOST_CHECK(property("Patient", "maritalStatus").element->bindingStrength == BindingStrength::extensible);
}

BOOST_AUTO_TEST_CASE(backbone_elements_are_types_named_by_their_path) {
  const TypeDefinition& contact = type("Patient.contact");
  BOOST_CHECK(contact.kind == TypeKind::backbone);
  BOOST_TEST(contact.is("BackboneElement"));
  BOOST_TEST(contact.is("Element"));
  BOOST_TEST(contact.elements[0].path == "Patient.contact.id");
  BOOST_TEST(keys(contact.invariants) == "ele-1 pat-1 ");
  BOOST_TEST(property("Patient", "contact").type == &contact);
  BOOST_TEST(property("Patient", "contact").element->invariants.empty());
  BOOST_TEST(property("Patient.contact", "modifierExtension").type == findType("Extension"));
}

BOOST_AUTO_TEST_CASE(content_references_lead_to_the_type_they_repeat) {
  const auto leadsTo = [](std::string_view owner, std::string_view name, std::string_view target) {
    BOOST_TEST(property(owner, name).type == findType(target), owner << "." << name);
  };
  leadsTo("Questionnaire.item", "item", "Questionnaire.item");
  leadsTo("Bundle.entry", "link", "Bundle.link");
  leadsTo("Observation.component", "referenceRange", "Observation.referenceRange");
  leadsTo("Parameters.parameter", "part", "Parameters.parameter");
  leadsTo("ValueSet.compose", "exclude", "ValueSet.compose.include");
}

BOOST_AUTO_TEST_CASE(contained_and_entry_resources_are_of_the_abstract_type_Resource) {
  BOOST_TEST(property("Patient", "contained").type == findType("Resource"));
  BOOST_TEST(property("Bundle.entry", "resource").type == findType("Resource"));
  BOOST_TEST(type("Resource").isAbstract);
  BOOST_TEST(!type("Bundle").find("contained"));
  BOOST_TEST(type("Bundle").is("Resource"));
  BOOST_TEST(!type("Bundle").is("DomainResource"));
}

BOOST_AUTO_TEST_CASE(primitives_know_their_base_their_pattern_and_how_json_writes_them) {
  BOOST_TEST(type("code").base == findType("string"));
  BOOST_TEST(type("positiveInt").is("integer"));
  BOOST_TEST(type("canonical").is("uri"));
  BOOST_CHECK(type("decimal").jsonKind == JsonKind::number);
  BOOST_CHECK(type("unsignedInt").jsonKind == JsonKind::number);
  BOOST_CHECK(type("boolean").jsonKind == JsonKind::boolean);
  BOOST_CHECK(type("dateTime").jsonKind == JsonKind::string);
  BOOST_TEST(type("id").pattern == "[A-Za-z0-9\\-\\.]{1,64}");
  BOOST_TEST(property("string", "extension").type == findType("Extension"));
  BOOST_TEST(!type("string").find("value"));
  BOOST_TEST(type("xhtml").elements.empty());
  BOOST_CHECK(type("xhtml").primitive == Primitive::xhtml);
  BOOST_CHECK(type("base64Binary").primitive == Primitive::base64Binary);
  BOOST_CHECK(type("instant").primitive == Primitive::instant);
  BOOST_CHECK(type("HumanName").primitive == Primitive::none);
}

BOOST_AUTO_TEST_CASE(ids_have_the_type_that_their_place_asks_for) {
  BOOST_TEST(property("Patient", "id").type == findType("id"));
  BOOST_TEST(!property("Patient", "id").element->isAttribute);
  BOOST_TEST(property("HumanName", "id").type == findType("string"));
  BOOST_TEST(property("HumanName", "id").element->isAttribute);
  BOOST_TEST(property("Extension", "url").type == findType("uri"));
  BOOST_TEST(property("Extension", "url").element->isAttribute);
}

BOOST_AUTO_TEST_CASE(invariants_carry_the_corrections_of_the_overlay) {
  const auto rule = [](std::string_view owner, std::string_view key) {
    for (const Invariant& each : type(owner).invariants)
      if (each.key == key) return each.expression;
    return std::string_view{};
  };
  BOOST_TEST(rule("Appointment", "app-4").find("'noshow'") != std::string_view::npos);
  BOOST_TEST(rule("Bundle.entry", "bdl-8").starts_with("fullUrl.exists() implies"));
  BOOST_TEST(rule("Timing.repeat", "tim-9").find("when.all(") != std::string_view::npos);
  BOOST_TEST(rule("RiskAssessment.prediction", "ras-2").starts_with("probability.empty()"));
  BOOST_TEST(keys(type("Patient").invariants) == "dom-2 dom-3 dom-4 dom-5 dom-6 ");
  BOOST_TEST(keys(property("Observation.referenceRange", "low").element->invariants) == "");
  BOOST_TEST(keys(type("Observation.referenceRange").invariants) == "ele-1 obs-3 ");
}

BOOST_AUTO_TEST_CASE(code_lists_hold_the_codes_of_bindings_with_their_systems) {
  const CodeList* gender = findCodes("http://hl7.org/fhir/ValueSet/administrative-gender");
  BOOST_REQUIRE(gender);
  BOOST_TEST(gender->codes.size() == 4U);
  BOOST_TEST(gender->contains("unknown"));
  BOOST_TEST(!gender->contains("Unknown"));
  BOOST_TEST(gender->systemOf("male") == "http://hl7.org/fhir/administrative-gender");
  BOOST_TEST(gender->systemOf("m").empty());
  const CodeList* intent = findCodes("http://hl7.org/fhir/ValueSet/task-intent");
  BOOST_REQUIRE(intent);
  BOOST_TEST(intent->systemOf("unknown") == "http://hl7.org/fhir/task-intent");
  BOOST_TEST(intent->systemOf("order") == "http://hl7.org/fhir/request-intent");
  BOOST_TEST(!findCodes("http://hl7.org/fhir/ValueSet/mimetypes"));
  BOOST_TEST(!findCodes("http://hl7.org/fhir/ValueSet/encounter-reason"));   // of rules over SNOMED CT
  BOOST_TEST(!findCodes("http://hl7.org/fhir/ValueSet/observation-codes"));  // bound as an example
  const CodeList* marital = findCodes("http://hl7.org/fhir/ValueSet/marital-status");
  BOOST_REQUIRE(marital);
  BOOST_TEST(marital->contains("http://terminology.hl7.org/CodeSystem/v3-MaritalStatus", "M"));
  BOOST_TEST(marital->contains("http://terminology.hl7.org/CodeSystem/v3-NullFlavor", "UNK"));
  BOOST_TEST(!marital->contains("http://terminology.hl7.org/CodeSystem/v3-NullFlavor", "M"));
}

BOOST_AUTO_TEST_CASE(search_parameters_are_narrowed_to_their_type) {
  const auto expression = [](std::string_view owner, std::string_view code) {
    const SearchParameter* found = findSearchParameter(type(owner), code);
    return found ? found->expression : "none";
  };
  BOOST_TEST(expression("Patient", "birthdate") == "Patient.birthDate");
  BOOST_TEST(expression("Practitioner", "phone") == "Practitioner.telecom.where(system='phone')");
  BOOST_TEST(expression("Observation", "patient") == "Observation.subject.where(resolve() is Patient)");
  BOOST_TEST(expression("Observation", "value-date") ==
             "(Observation.value as dateTime) | (Observation.value as Period)");
  BOOST_TEST(expression("InsurancePlan", "name") == "name | alias");
  BOOST_TEST(expression("Patient", "_id") == "Resource.id");
  BOOST_TEST(expression("Bundle", "_lastUpdated") == "Resource.meta.lastUpdated");
  BOOST_TEST(expression("Patient", "_text") == "");
  BOOST_TEST(expression("Bundle", "_text") == "none");
  BOOST_TEST(expression("Patient", "unheard-of") == "none");
  const auto all = searchParameters(type("Observation"));
  for (std::size_t i = 1; i < all.size(); ++i) BOOST_TEST((all[i - 1].code < all[i].code));
}

BOOST_AUTO_TEST_CASE(search_parameters_know_their_targets_and_components) {
  const SearchParameter* patient = findSearchParameter(type("Observation"), "patient");
  BOOST_REQUIRE(patient);
  BOOST_CHECK(patient->type == SearchParameterType::reference);
  BOOST_TEST(!patient->targets.empty());
  const SearchParameter* both = findSearchParameter(type("Observation"), "code-value-quantity");
  BOOST_REQUIRE(both);
  BOOST_CHECK(both->type == SearchParameterType::composite);
  BOOST_REQUIRE(both->components.size() == 2U);
  BOOST_TEST(both->components[0].definition == "http://hl7.org/fhir/SearchParameter/clinical-code");
  BOOST_TEST(both->components[1].expression == "value.as(Quantity)");
}

BOOST_AUTO_TEST_CASE(compartments_name_the_parameters_that_make_a_member) {
  const auto parameters = compartmentParameters("Patient", "Observation");
  BOOST_REQUIRE(parameters.size() == 2U);
  BOOST_TEST(parameters[0] == "subject");
  BOOST_TEST(parameters[1] == "performer");
  BOOST_TEST(compartmentParameters("Patient", "Practitioner").empty());
  BOOST_TEST(compartmentParameters("Encounter", "Encounter").empty());
  BOOST_TEST(compartmentParameters("Nobody", "Observation").empty());
  for (std::string_view each : {"Patient", "Practitioner", "Encounter", "Device", "RelatedPerson"})
    for (const TypeDefinition* resource : resourceTypes())
      for (std::string_view parameter : compartmentParameters(each, resource->name))
        BOOST_TEST(findSearchParameter(*resource, parameter),
                   each << ": " << resource->name << "." << parameter);
}
