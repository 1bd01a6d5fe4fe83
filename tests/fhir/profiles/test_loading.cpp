// What a set takes, what it refuses, and how one set is made of another.
#define BOOST_TEST_MODULE profile_loading
#include <boost/test/unit_test.hpp>

#include "tests/fhir/profiles/fixtures.h"

using namespace fhir::profiles;
using namespace fhir::profiles::test;

namespace {

fhir::Outcome faultsOfLoading(const std::string& definition) {
  return ProfileSetBuilder().add(parse(definition));
}

std::string edited(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  BOOST_REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

const std::string simple = profile("p", "Patient", {element("Patient.name", R"("min":1)")});

}  // namespace

BOOST_AUTO_TEST_CASE(a_definition_that_is_faulty_is_refused_at_the_fault) {
  EXPECT_FAULTS(faultsOfLoading(edited(simple, R"("kind":"resource")", R"("kind":"logical")")),
                "error StructureDefinition.kind");
  EXPECT_FAULTS(faultsOfLoading(edited(simple, R"("abstract":false)", R"("abstract":true)")),
                "error StructureDefinition.abstract");
  EXPECT_FAULTS(faultsOfLoading(edited(simple, R"("type":"Patient")", R"("type":"Pattern")")),
                "error StructureDefinition.type");
  EXPECT_FAULTS(faultsOfLoading(edited(simple, R"("snapshot")", R"("differential")")),
                "error StructureDefinition.snapshot");
  EXPECT_FAULTS(faultsOfLoading(edited(simple, R"("path":"Patient")", R"("path":"Group")")),
                "error StructureDefinition.snapshot.element[0].path");
  EXPECT_FAULTS(faultsOfLoading(profile("p", "Patient", {element("Patient.nam", R"("min":1)")})),
                "error StructureDefinition.snapshot.element[1].path");
  EXPECT_FAULTS(faultsOfLoading(profile("p", "Patient", {element("Patient.name.family", R"("min":1)")})),
                "error StructureDefinition.snapshot.element[1].path");
  EXPECT_FAULTS(faultsOfLoading(profile("p", "Patient", {element("Patient.name", R"("min":2,"max":"1")")})),
                "error StructureDefinition.snapshot.element[1].min");
  EXPECT_FAULTS(
      faultsOfLoading(profile("p", "Patient", {element("Patient.name", R"("type":[{"code":"Quantity"}])")})),
      "error StructureDefinition.snapshot.element[1].type[0].code");
  EXPECT_FAULTS(
      faultsOfLoading(
          profile("p", "Patient",
                  {element("Patient.name", R"("type":[{"code":"HumanName"}],"fixedQuantity":{"value":1})")})),
      "error StructureDefinition.snapshot.element[1].fixed");
}

BOOST_AUTO_TEST_CASE(a_rule_that_is_no_fhirpath_is_a_fault) {
  const auto rule = [](const std::string& expression) {
    return profile("p", "Patient", {element("Patient.name", constraint({{"a-1", "error", expression}}))});
  };
  EXPECT_FAULTS(faultsOfLoading(rule("family.exists( and")),
                "error StructureDefinition.snapshot.element[1].constraint[0].expression");
  EXPECT_FAULTS(faultsOfLoading(rule("familie.exists()")),
                "warning StructureDefinition.snapshot.element[1].constraint[0].expression");
  EXPECT_FAULTS(faultsOfLoading(rule("family.exists()")));
}

BOOST_AUTO_TEST_CASE(a_slicing_that_can_tell_nothing_apart_is_a_fault) {
  const auto sliced = [](const std::string& path, const std::string& slice) {
    return profile(
        "p", "Patient",
        {element("Patient.identifier",
                 R"("slicing":{"discriminator":[{"type":"value","path":")" + path + R"("}],"rules":"open"})"),
         element("Patient.identifier:a", R"("min":1)"), element("Patient.identifier:a.system", slice)});
  };
  EXPECT_FAULTS(faultsOfLoading(sliced("system", R"("fixedUri":"urn:a")")));
  EXPECT_FAULTS(faultsOfLoading(sliced("system", R"("min":1)")),
                "error StructureDefinition.snapshot.element[2]");
  EXPECT_FAULTS(faultsOfLoading(sliced("sistem", R"("fixedUri":"urn:a")")),
                "error StructureDefinition.snapshot.element[1].slicing.discriminator[0].path");
  EXPECT_FAULTS(faultsOfLoading(sliced("system.where(true)", R"("fixedUri":"urn:a")")),
                "error StructureDefinition.snapshot.element[1].slicing.discriminator[0].path");
}

BOOST_AUTO_TEST_CASE(a_type_of_r4_itself_adds_nothing_and_is_no_fault) {
  ProfileSetBuilder builder;
  BOOST_TEST(
      builder
          .add(parse(
              R"({"resourceType":"StructureDefinition","url":"http://hl7.org/fhir/StructureDefinition/Patient","name":"Patient","status":"active","kind":"resource","abstract":false,"type":"Patient","derivation":"specialization"})"))
          .empty());
  const ProfileSet set = builder.finish().set;
  BOOST_TEST(set.profiles().empty());
  BOOST_TEST(set.knows("http://hl7.org/fhir/StructureDefinition/Patient"));
}

BOOST_AUTO_TEST_CASE(a_resource_of_another_type_is_refused) {
  EXPECT_FAULTS(faultsOfLoading(R"({"resourceType":"Patient","active":true})"), "error Patient");
}

BOOST_AUTO_TEST_CASE(what_is_referred_to_and_missing_is_told_at_the_end) {
  ProfileSetBuilder builder;
  BOOST_TEST(
      builder
          .add(parse(edited(
              profile(
                  "p", "Patient",
                  {element(
                      "Patient.generalPractitioner",
                      R"("type":[{"code":"Reference","targetProfile":["http://example.org/fhir/doctor"]}])")}),
              "http://hl7.org/fhir/StructureDefinition/Patient", "http://example.org/fhir/base")))
          .empty());
  const auto finished = builder.finish();
  BOOST_REQUIRE(finished.dangling.size() == 1U);
  BOOST_TEST(finished.dangling[0].url == example + "p|1.0");
  EXPECT_FAULTS(finished.dangling[0].faults, "warning StructureDefinition.baseDefinition",
                "warning StructureDefinition.snapshot.element[1].type");
}

BOOST_AUTO_TEST_CASE(a_base_of_another_type_is_told_at_the_end) {
  ProfileSetBuilder builder(load({profile("g", "Group", {})}));
  BOOST_TEST(builder
                 .add(parse(edited(simple, "http://hl7.org/fhir/StructureDefinition/Patient",
                                   "http://example.org/fhir/g")))
                 .empty());
  const auto finished = builder.finish();
  BOOST_REQUIRE(finished.dangling.size() == 1U);
  EXPECT_FAULTS(finished.dangling[0].faults, "warning StructureDefinition.baseDefinition");
}

BOOST_AUTO_TEST_CASE(a_profile_is_found_by_its_version_and_the_newest_without_one) {
  const std::string first = edited(simple, R"("version":"1.0")", R"("version":"1.9")");
  const std::string second = edited(profile("p", "Patient", {element("Patient.gender", R"("min":1)")}),
                                    R"("version":"1.0")", R"("version":"1.10")");
  const ProfileSet set = load({second, first});
  const std::string nobody = R"({"resourceType":"Patient","active":true})";
  EXPECT_FAULTS(faultsOf(set, nobody, {{"p"}}), "error Patient.gender");
  EXPECT_FAULTS(faultsOf(set, nobody, {{"p|1.10"}}), "error Patient.gender");
  EXPECT_FAULTS(faultsOf(set, nobody, {{"p|1.9"}}), "error Patient.name");
  EXPECT_FAULTS(faultsOf(set, nobody, {{"p|2.0"}}), "error Patient");
  BOOST_TEST(set.profiles().size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_set_is_made_of_another_and_the_other_stays_as_it_is) {
  const ProfileSet first = load({simple});
  ProfileSetBuilder builder(first);
  BOOST_TEST(builder.add(parse(profile("q", "Patient", {element("Patient.gender", R"("min":1)")}))).empty());
  BOOST_TEST(builder.remove(example + "p"));
  BOOST_TEST(!builder.remove(example + "p"));
  const ProfileSet second = builder.finish().set;
  BOOST_TEST(first.knows(example + "p"));
  BOOST_TEST(!first.knows(example + "q"));
  BOOST_TEST(!second.knows(example + "p"));
  BOOST_TEST(second.knows(example + "q"));
  const ProfileSet third = builder.finish().set;
  BOOST_TEST(third.knows(example + "q"));
}

BOOST_AUTO_TEST_CASE(a_definition_takes_the_place_of_one_with_its_url_and_version_unless_it_is_faulty) {
  ProfileSetBuilder builder(load({simple}));
  BOOST_TEST(
      builder.add(parse(edited(simple, R"("path":"Patient.name")", R"("path":"Patient.nom")"))).hasErrors());
  const std::string nobody = R"({"resourceType":"Patient","active":true})";
  EXPECT_FAULTS(faultsOf(builder.finish().set, nobody, {{"p"}}), "error Patient.name");
  BOOST_TEST(builder.add(parse(profile("p", "Patient", {element("Patient.gender", R"("min":1)")}))).empty());
  EXPECT_FAULTS(faultsOf(builder.finish().set, nobody, {{"p"}}), "error Patient.gender");
}

BOOST_AUTO_TEST_CASE(a_profile_derives_from_its_bases_and_from_its_type) {
  const std::string child =
      edited(profile("c", "Patient", {}), "http://hl7.org/fhir/StructureDefinition/Patient",
             "http://example.org/fhir/p");
  const ProfileSet set = load({simple, child});
  BOOST_TEST(set.derives(example + "c", example + "p"));
  BOOST_TEST(set.derives(example + "c", "http://hl7.org/fhir/StructureDefinition/Patient"));
  BOOST_TEST(set.derives(example + "c", "http://hl7.org/fhir/StructureDefinition/DomainResource"));
  BOOST_TEST(!set.derives(example + "p", example + "c"));
  BOOST_TEST(!set.derives(example + "p", "http://hl7.org/fhir/StructureDefinition/Group"));
}

BOOST_AUTO_TEST_CASE(an_unknown_profile_is_a_warning_where_it_is_named_and_an_error_where_it_is_asked_for) {
  const ProfileSet set = load({simple});
  EXPECT_FAULTS(
      faultsOf(
          set,
          R"({"resourceType":"Patient","meta":{"profile":["http://example.org/fhir/x"]},"active":true})"),
      "warning Patient.meta.profile[0]");
  EXPECT_FAULTS(faultsOf(set, R"({"resourceType":"Patient","active":true})", {{"x"}}), "error Patient");
}

BOOST_AUTO_TEST_CASE(a_profile_of_another_type_is_an_error_where_it_is_named) {
  const ProfileSet set = load({simple});
  EXPECT_FAULTS(
      faultsOf(
          set,
          R"({"resourceType":"Group","type":"person","actual":true,"meta":{"profile":["http://example.org/fhir/p"]}})"),
      "error Group.meta.profile[0]");
  EXPECT_FAULTS(faultsOf(set, R"({"resourceType":"Group","type":"person","actual":true})",
                         {{"http://hl7.org/fhir/StructureDefinition/Patient"}}),
                "error Group");
  EXPECT_FAULTS(faultsOf(set, R"({"resourceType":"Group","type":"person","actual":true})",
                         {{"http://hl7.org/fhir/StructureDefinition/Group"}}));
}

BOOST_AUTO_TEST_CASE(contained_resources_and_entries_are_checked_against_the_profiles_they_name) {
  const ProfileSet set = load({simple});
  EXPECT_FAULTS(
      faultsOf(
          set,
          R"({"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"Patient","meta":{"profile":["http://example.org/fhir/p"]}}}]})"),
      "error Bundle.entry[0].resource.name");
  EXPECT_FAULTS(
      faultsOf(
          set,
          R"({"resourceType":"Observation","status":"final","code":{"text":"a"},"subject":{"reference":"#a"},"contained":[{"resourceType":"Patient","id":"a","meta":{"profile":["http://example.org/fhir/p"]}}]})"),
      "error Observation.contained[0].name");
}
