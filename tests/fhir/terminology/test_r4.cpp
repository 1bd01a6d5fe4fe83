// R4's own code systems and value sets. HL7's expansions of the value sets that elements are bound to are in
// the facts of fhir/definitions (findCodes), made by HL7's own terminology server: an independent answer.
#define BOOST_TEST_MODULE r4_terminology
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <set>
#include <utility>

#include "fhir/terminology/composition.h"
#include "fhir/terminology/concept.h"

using namespace fhir;
using namespace fhir::terminology;

namespace {

using Pairs = std::set<std::pair<std::string_view, std::string_view>>;

bool isDeprecated(const Member& member) {
  if (!member.concept_) return false;
  for (const Element* each = member.concept_->element->child("property"); each; each = each->nextSame())
    if (each->childText("code") == "status" && each->childText("valueCode") == "deprecated") return true;
  return false;
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_code_system_and_value_set_can_be_read) {
  BOOST_TEST(r4CodeSystems().size() > 1050U);
  BOOST_TEST(r4ValueSets().size() > 1300U);
  std::size_t concepts = 0;
  for (const auto url : r4CodeSystems()) {
    const CodeSystem* found = r4().codeSystem(url);
    BOOST_REQUIRE_MESSAGE(found, url);
    concepts += found->concepts().size();
  }
  BOOST_TEST(concepts > 20'000U);
  for (const auto url : r4ValueSets()) BOOST_TEST(r4().valueSet(url), url);
}

BOOST_AUTO_TEST_CASE(every_r4_binding_expands_to_what_hl7_says) {
  std::size_t compared = 0;
  for (const auto url : r4ValueSets()) {
    const CodeList* list = findCodes(url);
    if (!list) continue;
    Composition composition(r4());
    std::vector<Member> members;
    BOOST_REQUIRE_MESSAGE(composition.list(*r4().valueSet(url), members), url);
    Pairs all;
    Pairs expected;
    for (std::size_t i = 0; i < list->codes.size(); ++i) expected.emplace(list->systems[i], list->codes[i]);
    // HL7 leaves out what is abstract or deprecated.
    for (const Member& each : members)
      if (expected.contains({each.system, each.code}) || !(each.isAbstract || isDeprecated(each)))
        all.emplace(each.system, each.code);
    // Its own list follows the nesting alone, not the property `child` of v3-ActCode.
    const bool isWider = url == "http://hl7.org/fhir/ValueSet/detectedissue-category";
    BOOST_TEST(
        (isWider ? std::includes(all.begin(), all.end(), expected.begin(), expected.end()) : all == expected),
        url);
    ++compared;
  }
  BOOST_TEST(compared > 300U);
}

BOOST_AUTO_TEST_CASE(each_code_that_a_list_has_passes_the_rules_one_by_one_too) {
  for (const auto url : r4ValueSets()) {
    const CodeList* list = findCodes(url);
    if (!list) continue;
    Composition composition(r4());
    for (std::size_t i = 0; i < list->codes.size(); ++i)
      BOOST_TEST(
          (composition.test(*r4().valueSet(url), {list->systems[i], list->codes[i]}) == Membership::member),
          url << " " << list->codes[i]);
    BOOST_TEST((composition.test(*r4().valueSet(url), {"http://example.org", "x"}) != Membership::member),
               url);
  }
}

BOOST_AUTO_TEST_CASE(value_sets_over_systems_that_are_not_here_have_no_list) {
  std::size_t open = 0;
  for (const auto url : r4ValueSets()) {
    Composition composition(r4());
    std::vector<Member> members;
    if (composition.list(*r4().valueSet(url), members)) continue;
    ++open;
    BOOST_TEST((composition.why().failure() == Failure::unprocessable), url);
    BOOST_TEST(!composition.why().issues().front().diagnostics.empty(), url);
  }
  BOOST_TEST(open > 50U);
  BOOST_TEST(open < 100U);
}

BOOST_AUTO_TEST_CASE(the_polyhierarchy_of_v3_is_kept) {
  constexpr std::string_view actCode = "http://terminology.hl7.org/CodeSystem/v3-ActCode";
  const auto below = descendants(r4(), actCode, "_ActEncounterCode");
  BOOST_REQUIRE(below);
  BOOST_TEST((std::find(below->begin(), below->end(), "AMB") != below->end()));
  const auto found = subsumption(*r4().codeSystem(actCode), "_ActEncounterCode", "AMB");
  BOOST_REQUIRE(found);
  BOOST_TEST(code(*found) == "subsumes");
}

BOOST_AUTO_TEST_CASE(tables_of_several_versions_are_found_by_version) {
  const std::string url = "http://terminology.hl7.org/CodeSystem/v2-0006";
  BOOST_REQUIRE(r4().codeSystem(url));
  BOOST_TEST(r4().codeSystem(url)->version == "2.4");
  BOOST_REQUIRE(r4().codeSystem(url + "|2.1"));
  BOOST_TEST(r4().codeSystem(url + "|2.1")->version == "2.1");
  BOOST_TEST(!r4().codeSystem(url + "|9"));
}

BOOST_AUTO_TEST_CASE(examples_of_a_system_do_not_define_it) {
  BOOST_TEST(isDefinedByR4("http://hl7.org/fhir/administrative-gender"));
  BOOST_TEST(isDefinedByR4("http://hl7.org/fhir/ValueSet/administrative-gender"));
  BOOST_TEST(!isDefinedByR4("http://terminology.hl7.org/CodeSystem/service-type"));
  BOOST_TEST(!isDefinedByR4("http://snomed.info/sct"));
}
