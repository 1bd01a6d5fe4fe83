// Extensions: each is checked against its own definition wherever it stands, and stands where it may.
#define BOOST_TEST_MODULE profile_extensions
#include <boost/test/unit_test.hpp>

#include "tests/fhir/profiles/fixtures.h"

using namespace fhir::profiles;
using namespace fhir::profiles::test;

namespace {

std::string context(const std::string& type, const std::string& expression,
                    const std::string& invariant = {}) {
  return R"("context":[{"type":")" + type + R"(","expression":")" + expression + R"("}],)" +
         (invariant.empty() ? "" : R"("contextInvariant":[")" + invariant + R"("],)");
}

// An extension "e" with a code, that may stand where `context` says.
ProfileSet loadWith(const std::string& context) {
  return load({extension(
      "e", {element("Extension.value[x]", R"("min":1,"type":[{"code":"code"}],"fixedCode":"a")")}, context)});
}

constexpr const char* held = R"({"url":"http://example.org/fhir/e","valueCode":"a"})";

fhir::Outcome patient(const ProfileSet& set, const std::string& members) {
  return faultsOf(set, R"({"resourceType":"Patient",)" + members + "}");
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_known_extension_is_checked_in_any_resource) {
  const ProfileSet set = loadWith(context("element", "Element"));
  EXPECT_FAULTS(patient(set, R"("extension":[{"url":"http://example.org/fhir/e","valueCode":"a"}])"));
  EXPECT_FAULTS(patient(set, R"("extension":[{"url":"http://example.org/fhir/e","valueCode":"b"}])"),
                "error Patient.extension[0].value");
  EXPECT_FAULTS(patient(set, R"("extension":[{"url":"http://example.org/fhir/e","valueString":"a"}])"),
                "error Patient.extension[0].value");
  EXPECT_FAULTS(
      patient(
          set,
          R"("birthDate":"1974","_birthDate":{"extension":[{"url":"http://example.org/fhir/e","valueCode":"b"}]})"),
      "error Patient.birthDate.extension[0].value");
  EXPECT_FAULTS(patient(set, R"("extension":[{"url":"http://example.org/other","valueCode":"b"}])"));
}

BOOST_AUTO_TEST_CASE(an_extension_that_a_profile_asks_for_is_checked_once) {
  const auto set = load(
      {extension("e", {element("Extension.value[x]", R"("min":1,"fixedCode":"a","type":[{"code":"code"}])")}),
       profile(
           "p", "Patient",
           {element("Patient.extension",
                    R"("slicing":{"discriminator":[{"type":"value","path":"url"}],"rules":"closed"})"),
            element(
                "Patient.extension:e",
                R"("min":1,"max":"1","type":[{"code":"Extension","profile":["http://example.org/fhir/e"]}])")})});
  const auto faults = [&](const std::string& extensions) {
    return faultsOf(set, R"({"resourceType":"Patient","active":true)" + extensions + "}", {{"p"}});
  };
  EXPECT_FAULTS(faults(R"(,"extension":[{"url":"http://example.org/fhir/e","valueCode":"a"}])"));
  EXPECT_FAULTS(faults(""), "error Patient.extension");
  EXPECT_FAULTS(faults(R"(,"extension":[{"url":"http://example.org/fhir/e","valueCode":"b"}])"),
                "error Patient.extension[0].value");
  EXPECT_FAULTS(
      faults(
          R"(,"extension":[{"url":"http://example.org/fhir/e","valueCode":"a"},{"url":"urn:x","valueCode":"a"}])"),
      "error Patient.extension[1]");
}

BOOST_AUTO_TEST_CASE(an_extension_stands_at_the_elements_of_its_context) {
  const std::string here = std::string(R"("extension":[)") + held + "]";
  const std::string there = R"("contact":[{"name":{"text":"a","extension":[)" + std::string(held) + "]}}]";
  EXPECT_FAULTS(patient(loadWith(context("element", "Patient")), here));
  EXPECT_FAULTS(patient(loadWith(context("element", "DomainResource")), here));
  EXPECT_FAULTS(patient(loadWith(context("element", "Group")), here), "error Patient.extension[0]");
  EXPECT_FAULTS(patient(loadWith(context("element", "Patient.contact.name")), there));
  EXPECT_FAULTS(patient(loadWith(context("element", "HumanName")), there));
  EXPECT_FAULTS(patient(loadWith(context("element", "Patient.name")), there),
                "error Patient.contact[0].name.extension[0]");
  EXPECT_FAULTS(patient(loadWith(context("element", "Patient.contact")), there),
                "error Patient.contact[0].name.extension[0]");
  EXPECT_FAULTS(
      patient(loadWith(context("element", "Patient.deceased[x]")),
              R"("deceasedBoolean":true,"_deceasedBoolean":{"extension":[)" + std::string(held) + "]}"));
  EXPECT_FAULTS(patient(loadWith(context("element", "CanonicalResource")), here));  // R4 does not know it
}

BOOST_AUTO_TEST_CASE(a_context_may_be_another_extension) {
  const ProfileSet set = loadWith(context("extension", "http://example.org/outer"));
  const auto within = [&](const std::string& url) {
    return patient(set, R"("extension":[{"url":")" + url + R"(","extension":[)" + std::string(held) + "]}]");
  };
  EXPECT_FAULTS(within("http://example.org/outer"));
  EXPECT_FAULTS(within("http://example.org/inner"), "error Patient.extension[0].extension[0]");
  EXPECT_FAULTS(patient(set, std::string(R"("extension":[)") + held + "]"), "error Patient.extension[0]");
}

BOOST_AUTO_TEST_CASE(a_context_may_be_what_fhirpath_selects) {
  const ProfileSet set = loadWith(context("fhirpath", "Patient.name.where(use = 'official')"));
  EXPECT_FAULTS(patient(set, R"("name":[{"use":"official","extension":[)" + std::string(held) + "]}]"));
  EXPECT_FAULTS(patient(set, R"("name":[{"use":"usual","extension":[)" + std::string(held) + "]}]"),
                "error Patient.name[0].extension[0]");
}

BOOST_AUTO_TEST_CASE(the_rules_of_a_context_are_judged_at_the_holder) {
  const ProfileSet set =
      loadWith(context("element", "HumanName", "family.exists() and %extension.value = 'a'"));
  EXPECT_FAULTS(patient(set, R"("name":[{"family":"b","extension":[)" + std::string(held) + "]}]"));
  EXPECT_FAULTS(patient(set, R"("name":[{"text":"b","extension":[)" + std::string(held) + "]}]"),
                "error Patient.name[0].extension[0]");
}

BOOST_AUTO_TEST_CASE(what_changes_a_meaning_stands_in_modifier_extension_and_nothing_else_does) {
  const std::string modifier =
      extension("m", {element("Extension", R"("isModifier":true,"isModifierReason":"a")"),
                      element("Extension.value[x]", R"("min":1)")});
  const ProfileSet set = load({modifier, extension("e", {element("Extension.value[x]", R"("min":1)")})});
  EXPECT_FAULTS(patient(set, R"("modifierExtension":[{"url":"http://example.org/fhir/m","valueCode":"a"}])"));
  EXPECT_FAULTS(patient(set, R"("extension":[{"url":"http://example.org/fhir/m","valueCode":"a"}])"),
                "error Patient.extension[0]");
  EXPECT_FAULTS(patient(set, R"("modifierExtension":[{"url":"http://example.org/fhir/e","valueCode":"a"}])"),
                "error Patient.modifierExtension[0]");
}

BOOST_AUTO_TEST_CASE(a_modifier_extension_that_is_not_known_is_a_warning) {
  EXPECT_FAULTS(
      patient(ProfileSet(), R"("modifierExtension":[{"url":"http://example.org/fhir/m","valueCode":"a"}])"),
      "warning Patient.modifierExtension[0]");
}

BOOST_AUTO_TEST_CASE(an_extension_of_several_parts_is_checked_by_part) {
  const std::string slices =
      R"("slicing":{"discriminator":[{"type":"value","path":"url"}],"rules":"closed"})";
  const ProfileSet set = load({extension(
      "whole", {element("Extension.extension", R"("min":1,)" + slices),
                element("Extension.extension:code", R"("min":1,"max":"1")"),
                element("Extension.extension:code.url", R"("fixedUri":"code")"),
                element("Extension.extension:code.value[x]", R"("min":1,"type":[{"code":"code"}])"),
                element("Extension.extension:note", R"("max":"1")"),
                element("Extension.extension:note.url", R"("fixedUri":"note")"),
                element("Extension.extension:note.value[x]", R"("min":1,"type":[{"code":"string"}])"),
                element("Extension.value[x]", R"("max":"0")")})});
  const auto faults = [&](const std::string& parts) {
    return patient(set,
                   R"("extension":[{"url":"http://example.org/fhir/whole","extension":[)" + parts + "]}]");
  };
  EXPECT_FAULTS(faults(R"({"url":"code","valueCode":"a"},{"url":"note","valueString":"a"})"));
  EXPECT_FAULTS(faults(R"({"url":"note","valueString":"a"})"), "error Patient.extension[0].extension");
  EXPECT_FAULTS(faults(R"({"url":"code","valueString":"a"})"),
                "error Patient.extension[0].extension[0].value");
  EXPECT_FAULTS(faults(R"({"url":"code","valueCode":"a"},{"url":"more","valueString":"a"})"),
                "error Patient.extension[0].extension[1]");
}
