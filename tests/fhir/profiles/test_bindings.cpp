// Bindings to the value sets of a guide, and which codes loaded value sets and code systems have.
#define BOOST_TEST_MODULE profile_bindings
#include <boost/test/unit_test.hpp>

#include "tests/fhir/profiles/fixtures.h"

using namespace fhir::profiles;
using namespace fhir::profiles::test;
using fhir::validation::Membership;

namespace {

std::string valueSet(const std::string& name, const std::string& compose, const std::string& more = {}) {
  return R"({"resourceType":"ValueSet","url":"http://example.org/fhir/)" + name + R"(","status":"active")" +
         (compose.empty() ? "" : R"(,"compose":)" + compose) + more + "}";
}
const std::string colours =
    R"({"resourceType":"CodeSystem","url":"urn:colours","status":"active","content":"complete","concept":[{"code":"red","concept":[{"code":"scarlet"},{"code":"crimson"}]},{"code":"blue"}]})";

Membership find(const std::vector<std::string>& definitions, const std::string& code,
                const std::string& system = "urn:colours") {
  const ProfileSet set = load(definitions);
  return set.valueSets().find(example + "v", system, code);
}

// A Patient's marital status bound to the value set "v".
fhir::Outcome status(const std::string& strength, const std::string& definition, const std::string& concept_,
                     fhir::Severity least = fhir::Severity::warning, const std::string& more = {}) {
  const ProfileSet set =
      load({definition, profile("p", "Patient",
                                {element("Patient.communication"),
                                 element("Patient.communication.language",
                                         R"("binding":{"strength":")" + strength +
                                             R"(","valueSet":"http://example.org/fhir/v")" + more + "}")})});
  return faultsOf(set, R"({"resourceType":"Patient","communication":[{"language":)" + concept_ + "}]}",
                  {{"p"}, least});
}

const std::string two =
    valueSet("v", R"({"include":[{"system":"urn:colours","concept":[{"code":"red"},{"code":"blue"}]}]})");
const std::string red = R"({"coding":[{"system":"urn:colours","code":"red"}]})";
const std::string green = R"({"coding":[{"system":"urn:colours","code":"green"}]})";

}  // namespace

BOOST_AUTO_TEST_CASE(a_required_binding_refuses_and_the_others_warn) {
  const auto faults = [](const std::string& strength, const std::string& code) {
    return status(strength, two, code, fhir::Severity::error);
  };
  EXPECT_FAULTS(faults("required", red));
  EXPECT_FAULTS(faults("required", green), "error Patient.communication[0].language");
  EXPECT_FAULTS(faults("required", R"({"text":"red"})"), "error Patient.communication[0].language");
  EXPECT_FAULTS(faults("required", R"({"coding":[{"system":"urn:other","code":"red"}]})"),
                "error Patient.communication[0].language");
  EXPECT_FAULTS(faults("extensible", green));
  const auto warned = told(status("extensible", two, green));
  BOOST_TEST(warned.find("warning Patient.communication[0].language: No coding is in the value set "
                         "http://example.org/fhir/v") != std::string::npos,
             warned);
}

BOOST_AUTO_TEST_CASE(a_value_set_that_cannot_be_listed_is_told_as_not_judged_where_it_is_required) {
  const std::string filtered = valueSet(
      "v",
      R"({"include":[{"system":"http://snomed.info/sct","filter":[{"property":"concept","op":"is-a","value":"404684003"}]}]})");
  const std::string finding = R"({"coding":[{"system":"http://snomed.info/sct","code":"386661006"}]})";
  const auto isTold = [&](const std::string& strength) {
    return told(status(strength, filtered, finding, fhir::Severity::information)).find("is not known here") !=
           std::string::npos;
  };
  EXPECT_FAULTS(status("required", filtered, finding, fhir::Severity::error));
  BOOST_TEST(isTold("required"));
  BOOST_TEST(!isTold("extensible"));
  EXPECT_FAULTS(status("required", filtered, red, fhir::Severity::error),
                "error Patient.communication[0].language");
}

BOOST_AUTO_TEST_CASE(the_greatest_value_set_of_an_extensible_binding_is_required) {
  const std::string most =
      R"(,"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/elementdefinition-maxValueSet","valueCanonical":"http://example.org/fhir/v"}])";
  EXPECT_FAULTS(status("preferred", two, red, fhir::Severity::error, most));
  EXPECT_FAULTS(status("preferred", two, green, fhir::Severity::error, most),
                "error Patient.communication[0].language");
}

BOOST_AUTO_TEST_CASE(listed_concepts_are_the_codes) {
  BOOST_TEST((find({two}, "red") == Membership::member));
  BOOST_TEST((find({two}, "scarlet") == Membership::notMember));
  BOOST_TEST((find({two}, "red", "urn:other") == Membership::notMember));
  BOOST_TEST((load({two}).valueSets().find(example + "v", {}, "red") == Membership::member));
}

BOOST_AUTO_TEST_CASE(a_whole_code_system_is_known_where_it_is_loaded) {
  const std::string whole = valueSet("v", R"({"include":[{"system":"urn:colours"}]})");
  BOOST_TEST((find({whole, colours}, "scarlet") == Membership::member));
  BOOST_TEST((find({whole, colours}, "green") == Membership::notMember));
  BOOST_TEST((find({whole}, "scarlet") == Membership::unknown));
  BOOST_TEST((find({whole}, "scarlet", "urn:other") == Membership::notMember));
}

BOOST_AUTO_TEST_CASE(a_filter_follows_the_hierarchy) {
  const auto filtered = [](const std::string& op) {
    return valueSet("v", R"({"include":[{"system":"urn:colours","filter":[{"property":"concept","op":")" +
                             op + R"(","value":"red"}]}]})");
  };
  BOOST_TEST((find({filtered("is-a"), colours}, "red") == Membership::member));
  BOOST_TEST((find({filtered("is-a"), colours}, "scarlet") == Membership::member));
  BOOST_TEST((find({filtered("is-a"), colours}, "blue") == Membership::notMember));
  BOOST_TEST((find({filtered("descendent-of"), colours}, "red") == Membership::notMember));
  BOOST_TEST((find({filtered("descendent-of"), colours}, "crimson") == Membership::member));
  BOOST_TEST((find({filtered("is-not-a"), colours}, "blue") == Membership::member));
  BOOST_TEST((find({filtered("regex"), colours}, "red") == Membership::member));
  BOOST_TEST((find({filtered("between"), colours}, "red") == Membership::unknown));
}

BOOST_AUTO_TEST_CASE(what_is_excluded_is_no_member) {
  const std::string most = valueSet(
      "v",
      R"({"include":[{"system":"urn:colours"}],"exclude":[{"system":"urn:colours","concept":[{"code":"blue"}]}]})");
  BOOST_TEST((find({most, colours}, "red") == Membership::member));
  BOOST_TEST((find({most, colours}, "blue") == Membership::notMember));
}

BOOST_AUTO_TEST_CASE(value_sets_import_each_other) {
  const std::string importing = valueSet("v", R"({"include":[{"valueSet":["http://example.org/fhir/w"]}]})");
  const std::string other =
      valueSet("w", R"({"include":[{"system":"urn:colours","concept":[{"code":"red"}]}]})");
  BOOST_TEST((find({importing, other}, "red") == Membership::member));
  BOOST_TEST((find({importing, other}, "blue") == Membership::notMember));
  BOOST_TEST((find({importing}, "blue") == Membership::unknown));
  const std::string ring = valueSet("w", R"({"include":[{"valueSet":["http://example.org/fhir/v"]}]})");
  BOOST_TEST((find({importing, ring}, "red") == Membership::unknown));
}

BOOST_AUTO_TEST_CASE(an_expansion_says_what_a_definition_does_not) {
  const std::string filtered =
      R"({"include":[{"system":"urn:colours","filter":[{"property":"hue","op":"=","value":"warm"}]}]})";
  const auto expanded = [&](const std::string& total) {
    return valueSet("v", filtered,
                    R"(,"expansion":{"timestamp":"2020-01-01","total":)" + total +
                        R"(,"contains":[{"system":"urn:colours","code":"red"}]})");
  };
  BOOST_TEST((find({expanded("1")}, "red") == Membership::member));
  BOOST_TEST((find({expanded("1")}, "blue") == Membership::notMember));
  BOOST_TEST((find({expanded("9")}, "blue") == Membership::unknown));
}

BOOST_AUTO_TEST_CASE(r4s_own_value_sets_are_behind_the_loaded_ones) {
  const ProfileSet set = load({two});
  BOOST_TEST((set.valueSets().find("http://hl7.org/fhir/ValueSet/administrative-gender", {}, "female") ==
              Membership::member));
  BOOST_TEST((set.valueSets().find("http://hl7.org/fhir/ValueSet/administrative-gender", {}, "f") ==
              Membership::notMember));
  const std::string whole =
      valueSet("v", R"({"include":[{"system":"http://hl7.org/fhir/administrative-gender"}]})");
  BOOST_TEST((find({whole}, "female", "http://hl7.org/fhir/administrative-gender") == Membership::member));
}

BOOST_AUTO_TEST_CASE(subsumption_is_known_of_loaded_and_of_r4s_own_code_systems) {
  const std::string actCode = "http://terminology.hl7.org/CodeSystem/v3-ActCode";
  const fhir::profiles::ProfileSet set;
  BOOST_TEST((set.valueSets().subsumes(actCode, "_ActEncounterCode", "AMB") == std::optional(true)));
  BOOST_TEST((set.valueSets().subsumes(actCode, "AMB", "_ActEncounterCode") == std::optional(false)));
  BOOST_TEST((set.valueSets().subsumes(actCode, "AMB", "none") == std::nullopt));
  BOOST_TEST((set.valueSets().subsumes("http://snomed.info/sct", "1", "2") == std::nullopt));
}

BOOST_AUTO_TEST_CASE(case_counts_unless_the_system_says_otherwise) {
  const std::string loud =
      R"({"resourceType":"CodeSystem","url":"urn:loud","status":"active","content":"complete","caseSensitive":false,"concept":[{"code":"Red"}]})";
  const std::string whole = valueSet("v", R"({"include":[{"system":"urn:loud"}]})");
  BOOST_TEST((find({whole, loud}, "rED", "urn:loud") == Membership::member));
}
