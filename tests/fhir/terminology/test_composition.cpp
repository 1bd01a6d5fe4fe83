// The rules of value sets, each on a code system of a few animals.
#define BOOST_TEST_MODULE composition
#include <boost/test/unit_test.hpp>

#include "fhir/json/json.h"
#include "fhir/terminology/composition.h"
#include "tests/fhir/terminology/definitions.h"

using namespace fhir::terminology;
using namespace fixture;

namespace {

std::string of(const std::string& compose) {
  return codes(Definitions{animals(), valueSet(compose)});
}

std::string by(const std::string& property, const std::string& op, const std::string& value) {
  return codes(Definitions{animals(), filtered(property, op, value)});
}

Membership test(const Definitions& definitions, std::string_view system, std::string_view code) {
  return Composition(definitions).test(*definitions.valueSet("urn:v"), {system, code});
}

const std::string all = R"({"include":[{"system":"urn:animals"}]})";

}  // namespace

BOOST_AUTO_TEST_CASE(a_whole_system_in_its_order) {
  BOOST_TEST(of(all) == "animal mammal dog cat kitten bird dodo pet budgie");
}

BOOST_AUTO_TEST_CASE(each_filter_of_r4) {
  BOOST_TEST(by("concept", "is-a", "cat") == "cat kitten");
  BOOST_TEST(by("concept", "is-a", "pet") == "dog pet budgie");
  BOOST_TEST(by("concept", "is-a", "bird") == "bird dodo budgie");
  BOOST_TEST(by("code", "descendent-of", "mammal") == "dog cat kitten");
  BOOST_TEST(by("concept", "is-not-a", "animal") == "pet");
  BOOST_TEST(by("concept", "generalizes", "kitten") == "animal mammal cat kitten");
  BOOST_TEST(by("code", "=", "dog") == "dog");
  BOOST_TEST(by("code", "in", "dog, cat") == "dog cat");
  BOOST_TEST(by("code", "not-in", "animal,mammal,dog,cat,bird,pet") == "kitten dodo budgie");
  BOOST_TEST(by("code", "regex", ".*d.*") == "dog bird dodo budgie");
  BOOST_TEST(by("display", "regex", "D.*") == "dog dodo");
  BOOST_TEST(by("legs", "=", "4") == "dog cat");
  BOOST_TEST(by("legs", "in", "2,3") == "bird");
  BOOST_TEST(by("legs", "exists", "true") == "dog cat bird");
  BOOST_TEST(by("size", "exists", "false") == "animal mammal cat kitten bird dodo pet budgie");
  BOOST_TEST(by("parent", "=", "mammal") == "dog cat");
  BOOST_TEST(by("child", "=", "kitten") == "cat");
  BOOST_TEST(by("kind", "=", "pet") == "dog budgie");
  BOOST_TEST(by("inactive", "=", "true") == "dodo");
}

BOOST_AUTO_TEST_CASE(a_filter_that_cannot_be_followed_is_no_empty_list) {
  BOOST_TEST(by("concept", "between", "cat") == "!not-supported");
  BOOST_TEST(by("concept", "is-a", "unicorn") == "!not-supported");
  BOOST_TEST(by("legs", "is-a", "cat") == "!not-supported");
  BOOST_TEST(by("wings", "=", "2") == "!not-supported");
  BOOST_TEST(by("code", "regex", "(") == "!not-supported");
  BOOST_TEST(by("legs", "exists", "maybe") == "!not-supported");
}

BOOST_AUTO_TEST_CASE(several_filters_are_all_kept_to) {
  BOOST_TEST(of(R"({"include":[{"system":"urn:animals","filter":[
    {"property":"concept","op":"is-a","value":"animal"},{"property":"legs","op":"=","value":"4"}]}]})") ==
             "dog cat");
}

BOOST_AUTO_TEST_CASE(listed_concepts_in_their_order_and_each_once) {
  BOOST_TEST(of(R"({"include":[{"system":"urn:animals","concept":[{"code":"pet"},{"code":"cat"}]},
    {"system":"urn:animals","concept":[{"code":"cat"},{"code":"dog"}]}]})") == "pet cat dog");
}

BOOST_AUTO_TEST_CASE(listed_concepts_need_no_system) {
  const Definitions definitions{valueSet(
      R"({"include":[{"system":"http://snomed.info/sct","concept":[{"code":"1","display":"One"}]}]})")};
  BOOST_TEST(codes(definitions) == "1");
  BOOST_TEST((test(definitions, "http://snomed.info/sct", "1") == Membership::member));
  BOOST_TEST((test(definitions, "http://snomed.info/sct", "2") == Membership::notMember));
}

BOOST_AUTO_TEST_CASE(what_is_excluded_is_not_there) {
  BOOST_TEST(of(R"({"include":[{"system":"urn:animals"}],"exclude":[{"system":"urn:animals",
    "filter":[{"property":"concept","op":"is-a","value":"animal"}]}]})") == "pet");
  BOOST_TEST(of(R"({"include":[{"system":"urn:animals"}],"exclude":[{"system":"urn:animals",
    "filter":[{"property":"concept","op":"between","value":"animal"}]}]})") == "!not-supported");
  BOOST_TEST(
      of(R"({"include":[{"system":"urn:animals"}],"exclude":[{"system":"http://snomed.info/sct"}]})") ==
      "animal mammal dog cat kitten bird dodo pet budgie");
}

BOOST_AUTO_TEST_CASE(imports_are_intersected_within_a_rule_and_added_up_over_rules) {
  const std::string mammals = valueSet(
      R"({"include":[{"system":"urn:animals","filter":[{"property":"concept","op":"is-a","value":"mammal"}]}]})",
      "urn:mammals");
  const std::string pets = valueSet(
      R"({"include":[{"system":"urn:animals","filter":[{"property":"concept","op":"is-a","value":"pet"}]}]})",
      "urn:pets");
  const auto with = [&](const std::string& compose) {
    return codes(Definitions{animals(), mammals, pets, valueSet(compose)});
  };
  BOOST_TEST(with(R"({"include":[{"valueSet":["urn:mammals","urn:pets"]}]})") == "dog");
  BOOST_TEST(with(R"({"include":[{"valueSet":["urn:mammals"]},{"valueSet":["urn:pets"]}]})") ==
             "mammal dog cat kitten pet budgie");
  BOOST_TEST(with(R"({"include":[{"system":"urn:animals","concept":[{"code":"cat"},{"code":"pet"}],
                                  "valueSet":["urn:pets"]}]})") == "pet");
  BOOST_TEST(with(R"({"include":[{"valueSet":["urn:none"]}]})") == "!not-found");
}

BOOST_AUTO_TEST_CASE(imports_in_a_circle_end_with_an_error) {
  BOOST_TEST(codes(Definitions{valueSet(R"({"include":[{"valueSet":["urn:v"]}]})")}) == "!processing");
}

BOOST_AUTO_TEST_CASE(what_is_not_here_is_never_a_short_list) {
  BOOST_TEST(of(R"({"include":[{"system":"urn:animals"},{"system":"http://snomed.info/sct"}]})") ==
             "!not-found");
  BOOST_TEST(of(R"({"include":[{"system":"urn:animals","version":"1"}]})") == "!not-found");
  BOOST_TEST(of(R"({"include":[{"system":"http://terminology.hl7.org/CodeSystem/service-type"}]})") ==
             "!not-supported");
  BOOST_TEST(of(R"({"include":[{"system":"http://unitsofmeasure.org"}]})") == "!too-costly");
  BOOST_TEST(codes(Definitions{R"({"resourceType":"ValueSet","url":"urn:v","status":"active"})"}) ==
             "!not-supported");
}

BOOST_AUTO_TEST_CASE(inactive_codes_are_left_out_where_the_rules_say_so) {
  const std::string compose = R"({"inactive":false,"include":[{"system":"urn:animals"}]})";
  BOOST_TEST(of(compose) == "animal mammal dog cat kitten bird pet budgie");
  const Definitions definitions{animals(), valueSet(compose)};
  BOOST_TEST((test(definitions, "urn:animals", "dodo") == Membership::notMember));
  BOOST_TEST((test(definitions, "urn:animals", "dog") == Membership::member));
}

BOOST_AUTO_TEST_CASE(a_complete_expansion_serves_where_the_rules_cannot) {
  const auto with = [](const std::string& parameter) {
    return codes(Definitions{R"({"resourceType":"ValueSet","url":"urn:v","status":"active",
      "compose":{"include":[{"system":"http://snomed.info/sct"}]},
      "expansion":{"timestamp":"2020-01-01",)" +
                             parameter + R"("contains":[{"system":"http://snomed.info/sct","code":"1",
        "contains":[{"system":"http://snomed.info/sct","code":"2"}]}]}})"});
  };
  BOOST_TEST(with("") == "1 2");
  BOOST_TEST(with(R"("total":2,)") == "1 2");
  BOOST_TEST(with(R"("total":3,)") == "!not-found");
  BOOST_TEST(with(R"("total":-1,)") == "!not-found");
  BOOST_TEST(with(R"("parameter":[{"name":"filter","valueString":"x"}],)") == "!not-found");
}

BOOST_AUTO_TEST_CASE(ucum_is_judged_by_its_grammar) {
  const Definitions definitions{valueSet(R"({"include":[{"system":"http://unitsofmeasure.org"}]})")};
  BOOST_TEST((test(definitions, "http://unitsofmeasure.org", "mm[Hg]") == Membership::member));
  BOOST_TEST((test(definitions, "http://unitsofmeasure.org", "furlongs") == Membership::notMember));
}

BOOST_AUTO_TEST_CASE(a_fragment_tells_of_what_is_in_it_only) {
  const Definitions definitions{
      valueSet(R"({"include":[{"system":"http://terminology.hl7.org/CodeSystem/service-type"}]})")};
  const std::string_view system = "http://terminology.hl7.org/CodeSystem/service-type";
  BOOST_TEST((test(definitions, system, "1") == Membership::member));
  BOOST_TEST((test(definitions, system, "none") == Membership::unknown));
}

BOOST_AUTO_TEST_CASE(case_counts_unless_the_system_says_otherwise) {
  const std::string careless = R"({"resourceType":"CodeSystem","url":"urn:careless","status":"active",
    "content":"complete","caseSensitive":false,"concept":[{"code":"Red"}]})";
  const Definitions definitions{
      animals(), careless,
      valueSet(
          R"({"include":[{"system":"urn:careless"},{"system":"urn:animals","concept":[{"code":"cat"}]}]})")};
  BOOST_TEST((test(definitions, "urn:careless", "rED") == Membership::member));
  BOOST_TEST((test(definitions, "urn:animals", "CAT") == Membership::notMember));
}

BOOST_AUTO_TEST_CASE(the_newest_version_counts_unless_one_is_named) {
  const auto version = [](const std::string& number, const std::string& code) {
    return R"({"resourceType":"CodeSystem","url":"urn:s","version":")" + number +
           R"(","status":"active","content":"complete","concept":[{"code":")" + code + R"("}]})";
  };
  const auto with = [&](const std::string& include) {
    return codes(Definitions{version("10.0", "new"), version("9.0", "old"),
                             valueSet(R"({"include":[{"system":"urn:s")" + include + "}]}")});
  };
  BOOST_TEST(with("") == "new");
  BOOST_TEST(with(R"(,"version":"9.0")") == "old");
}

BOOST_AUTO_TEST_CASE(a_hierarchy_in_a_circle_ends) {
  const std::string circle =
      R"({"resourceType":"CodeSystem","url":"urn:animals","status":"active","content":"complete",
    "concept":[{"code":"a","property":[{"code":"parent","valueCode":"b"}]},
               {"code":"b","property":[{"code":"parent","valueCode":"a"}]}]})";
  BOOST_TEST(codes(Definitions{circle, filtered("concept", "is-a", "a")}) == "a b");
}

BOOST_AUTO_TEST_CASE(rules_that_multiply_end_as_too_costly) {
  // Twelve levels of value sets that import the next one eight times: 8^12 ways to one code.
  Definitions definitions{animals(), valueSet(all, "urn:12")};
  for (int level = 11; level >= 0; --level) {
    std::string includes;
    for (int i = 0; i < 8; ++i)
      includes += (i == 0 ? "" : ",") + (R"({"valueSet":["urn:)" + std::to_string(level + 1)) + "\"]}";
    definitions.add(
        valueSet(R"({"include":[)" + includes + "]}", level == 0 ? "urn:v" : "urn:" + std::to_string(level)));
  }
  BOOST_TEST(codes(definitions) == "!too-costly");
  BOOST_TEST((test(definitions, "urn:animals", "unicorn") == Membership::unknown));
  BOOST_TEST((test(definitions, "urn:animals", "dog") == Membership::member));
}

BOOST_AUTO_TEST_CASE(a_large_list_taken_many_times_ends_as_too_costly) {
  std::string concepts, includes;
  for (int i = 0; i < 20'000; ++i)
    concepts += (i == 0 ? R"({"code":"c)" : R"(,{"code":"c)") + std::to_string(i) + "\"}";
  for (int i = 0; i < 500; ++i) includes += std::string(i == 0 ? "" : ",") + R"({"valueSet":["urn:1"]})";
  Definitions definitions{
      R"({"resourceType":"CodeSystem","url":"urn:animals","status":"active","content":"complete","concept":[)" +
          concepts + "]}",
      valueSet(all, "urn:1"), valueSet(R"({"include":[)" + includes + "]}")};
  BOOST_TEST(codes(definitions) == "!too-costly");
  BOOST_TEST((test(definitions, "urn:animals", "c7") == Membership::member));
  BOOST_TEST((test(definitions, "urn:animals", "unicorn") == Membership::notMember));
}

BOOST_AUTO_TEST_CASE(large_hierarchies_and_hard_patterns_are_no_burden) {
  std::string concepts;
  for (int i = 0; i < 50'000; ++i)
    concepts +=
        (i == 0 ? R"({"code":"c0"})"
                : R"(,{"code":"c)" + std::to_string(i) + R"(","property":[{"code":"parent","valueCode":"c)" +
                      std::to_string(i - 1) + "\"}]}");
  const std::string chain =
      R"({"resourceType":"CodeSystem","url":"urn:animals","status":"active","content":"complete","concept":[)" +
      concepts + "]}";
  BOOST_TEST(codes(Definitions{chain, filtered("concept", "is-a", "c49998")}) == "c49998 c49999");
  BOOST_TEST(codes(Definitions{chain, filtered("concept", "generalizes", "c1")}) == "c0 c1");
  BOOST_TEST(codes(Definitions{chain, filtered("code", "regex", "(.*)*x(.*)*")}).empty());
  BOOST_TEST(codes(Definitions{chain, filtered("code", "regex", "(((c?.){0,20}){0,20})x")}) == "!too-costly");
}

BOOST_AUTO_TEST_CASE(what_cannot_be_read_says_why) {
  const auto faultOf = [](const std::string& text) {
    const auto made = CodeSystem::read(*fhir::json::parse(text));
    return made ? std::string() : made.outcome().issues().front().expression;
  };
  BOOST_TEST(faultOf(R"({"resourceType":"CodeSystem","status":"active","content":"complete"})") ==
             "CodeSystem.url");
  BOOST_TEST(faultOf(R"({"resourceType":"CodeSystem","url":"u","status":"active","content":"complete",
    "concept":[{"code":"a"},{"code":"a"}]})") == "CodeSystem.concept");
  BOOST_TEST(faultOf(R"({"resourceType":"CodeSystem","url":"u","status":"active","content":"complete",
    "concept":[{"code":"a"},{"display":"b"}]})") == "CodeSystem.concept[1]");
  const auto set = ValueSet::read(
      *fhir::json::parse(valueSet(R"({"include":[{"system":"urn:animals","concept":[{"display":"x"}]}]})")));
  BOOST_REQUIRE(!set);
  BOOST_TEST(set.outcome().issues().front().expression == "ValueSet.compose.include[0].concept[0]");
}
