// What is answered of concepts and value sets: lookup, subsumption, validation, expansion.
#define BOOST_TEST_MODULE terminology_answers
#include <boost/test/unit_test.hpp>

#include "fhir/json/json.h"
#include "fhir/terminology/check.h"
#include "fhir/terminology/concept.h"
#include "fhir/terminology/expansion.h"
#include "tests/fhir/terminology/definitions.h"

using namespace fhir;
using namespace fhir::terminology;
using namespace fixture;

namespace {

const std::string all = R"({"include":[{"system":"urn:animals"}]})";

std::string relation(const CodeSystem& system, std::string_view a, std::string_view b) {
  const auto found = subsumption(system, a, b);
  return found ? std::string(terminology::code(*found))
               : "!" + std::string(fhir::code(found.outcome().issues().front().type));
}

CodeAnswer checked(const Definitions& definitions, const CodeQuestion& question) {
  const auto answer = checkCode(definitions, *definitions.valueSet("urn:v"), question);
  BOOST_REQUIRE(answer);
  return *answer;
}

// The expansion as JSON, without what differs from run to run.
std::string expanded(const Definitions& definitions, const ExpansionRequest& request) {
  auto asked = request;
  asked.timestamp = "2026-01-01";
  auto found = expand(definitions, *definitions.valueSet("urn:v"), asked);
  if (!found) return "!" + std::string(fhir::code(found.outcome().issues().front().type));
  std::string text;
  json::write(*found->root().child("expansion"), text);
  return text;
}

// The codes of an expansion, nested ones in brackets.
void append(const Element& parent, std::string& text) {
  for (const Element* each = parent.child("contains"); each; each = each->nextSame()) {
    if (!text.empty() && text.back() != '(') text += ' ';
    text += each->childText("code");
    if (each->child("contains")) {
      text += '(';
      append(*each, text);
      text += ')';
    }
  }
}

std::string codesOf(const ExpansionRequest& request, const std::string& compose = all) {
  const Definitions definitions{animals(), valueSet(compose)};
  auto asked = request;
  asked.timestamp = "2026-01-01";
  auto found = expand(definitions, *definitions.valueSet("urn:v"), asked);
  if (!found) return "!" + std::string(fhir::code(found.outcome().issues().front().type));
  std::string text;
  append(*found->root().child("expansion"), text);
  return text;
}

}  // namespace

BOOST_AUTO_TEST_CASE(subsumption_goes_over_all_levels_and_parents) {
  const Definitions definitions{animals()};
  const CodeSystem& system = *definitions.codeSystem("urn:animals");
  BOOST_TEST(relation(system, "animal", "kitten") == "subsumes");
  BOOST_TEST(relation(system, "kitten", "animal") == "subsumed-by");
  BOOST_TEST(relation(system, "dog", "dog") == "equivalent");
  BOOST_TEST(relation(system, "pet", "budgie") == "subsumes");
  BOOST_TEST(relation(system, "bird", "budgie") == "subsumes");
  BOOST_TEST(relation(system, "dog", "cat") == "not-subsumed");
  BOOST_TEST(relation(system, "dog", "unicorn") == "!code-invalid");
}

BOOST_AUTO_TEST_CASE(a_hierarchy_of_parts_says_nothing_of_subsumption) {
  const Definitions definitions{animals(R"(,"hierarchyMeaning":"part-of")")};
  BOOST_TEST(relation(*definitions.codeSystem("urn:animals"), "animal", "dog") == "!not-supported");
  BOOST_TEST(!descendants(definitions, "urn:animals", "animal"));
}

BOOST_AUTO_TEST_CASE(search_is_told_what_is_above_and_below) {
  const Definitions definitions{animals(), valueSet(all)};
  const auto below = descendants(definitions, "urn:animals", "cat");
  BOOST_REQUIRE(below);
  BOOST_TEST(*below == (std::vector<std::string_view>{"cat", "kitten"}), boost::test_tools::per_element());
  const auto above = ancestors(definitions, "urn:animals", "budgie");
  BOOST_REQUIRE(above);
  BOOST_TEST(above->size() == 4U);  // budgie, pet, bird, animal
  BOOST_TEST((descendants(definitions, "urn:none", "x").outcome().failure() == Failure::notFound));
  BOOST_TEST((descendants(definitions, "urn:animals", "x").outcome().failure() == Failure::notFound));
  BOOST_TEST((descendants(definitions, "http://terminology.hl7.org/CodeSystem/service-type", "1")
                  .outcome()
                  .failure() == Failure::unprocessable));
}

BOOST_AUTO_TEST_CASE(search_is_told_the_codes_of_a_value_set_or_why_not) {
  const Definitions definitions{animals(), valueSet(all)};
  const auto codes = terminology::codesOf(definitions, "urn:v");
  BOOST_REQUIRE(codes);
  BOOST_TEST(codes->size() == 9U);
  BOOST_TEST(codes->front().system == "urn:animals");
  BOOST_TEST((terminology::codesOf(definitions, "urn:none").outcome().failure() == Failure::notFound));
  BOOST_TEST(
      (terminology::codesOf(definitions, "http://hl7.org/fhir/ValueSet/body-site").outcome().failure() ==
       Failure::unprocessable));
}

BOOST_AUTO_TEST_CASE(a_code_that_is_in_it_is_right_and_its_display_told) {
  const Definitions definitions{animals(), valueSet(all)};
  CodeQuestion question{.system = "urn:animals", .version = {}, .code = "dog", .display = {}, .language = {}};
  BOOST_TEST(checked(definitions, question).result);
  BOOST_TEST(checked(definitions, question).display == "Dog");
  question.language = "nl-BE";
  BOOST_TEST(checked(definitions, question).display == "Hond");
  question.display = "hundchen";  // a designation; accents and case do not count
  BOOST_TEST(checked(definitions, question).result);
  question.display = "Katze";
  BOOST_TEST(!checked(definitions, question).result);
  BOOST_TEST(checked(definitions, question).message == "The display is not one of the code's. Use 'Hond'.");
}

BOOST_AUTO_TEST_CASE(a_message_says_how_to_mend_it) {
  const Definitions definitions{animals(), valueSet(all)};
  const auto message = [&](std::string_view system, std::string_view code) {
    const auto answer =
        checked(definitions, {.system = system, .version = {}, .code = code, .display = {}, .language = {}});
    BOOST_TEST(!answer.result);
    return answer.message;
  };
  BOOST_TEST(message("urn:animals", "kiten") ==
             "The code is not in the value set urn:v. Did you mean 'kitten'?");
  BOOST_TEST(message("urn:animals", "zzzzzz") ==
             "The code is not in the value set urn:v. ValueSet/$expand lists its codes.");
  BOOST_TEST(message("urn:plants", "dog") ==
             "The code is not in the value set urn:v. It has no codes of this system; it has codes of: "
             "urn:animals.");
}

BOOST_AUTO_TEST_CASE(an_abstract_code_is_right_only_where_it_has_its_place) {
  const Definitions definitions{animals(), valueSet(all)};
  CodeQuestion question{
      .system = "urn:animals", .version = {}, .code = "animal", .display = {}, .language = {}};
  BOOST_TEST(!checked(definitions, question).result);
  question.isAbstractAllowed = true;
  BOOST_TEST(checked(definitions, question).result);
}

BOOST_AUTO_TEST_CASE(an_inactive_code_is_right_with_a_word_of_warning) {
  const Definitions definitions{animals(), valueSet(all)};
  const auto answer = checked(
      definitions, {.system = "urn:animals", .version = {}, .code = "dodo", .display = {}, .language = {}});
  BOOST_TEST(answer.result);
  BOOST_TEST(!answer.message.empty());
}

BOOST_AUTO_TEST_CASE(what_cannot_be_told_is_no_answer) {
  const Definitions definitions{valueSet(R"({"include":[{"system":"http://snomed.info/sct"}]})")};
  const auto answer = checkCode(
      definitions, *definitions.valueSet("urn:v"),
      {.system = "http://snomed.info/sct", .version = {}, .code = "1", .display = {}, .language = {}});
  BOOST_REQUIRE(!answer);
  BOOST_TEST((answer.outcome().failure() == Failure::unprocessable));
}

BOOST_AUTO_TEST_CASE(a_code_of_a_system) {
  const Definitions definitions{animals()};
  const CodeSystem& system = *definitions.codeSystem("urn:animals");
  BOOST_TEST(
      checkCode(system, {.system = {}, .version = {}, .code = "dog", .display = {}, .language = {}})->result);
  const auto wrong =
      checkCode(system, {.system = {}, .version = {}, .code = "doge", .display = {}, .language = {}});
  BOOST_TEST(!wrong->result);
  BOOST_TEST(wrong->message == "The code system urn:animals has no such code. Did you mean 'dog' or 'dodo'?");
}

BOOST_AUTO_TEST_CASE(an_expansion_marks_abstract_and_inactive_codes) {
  const Definitions definitions{animals(), valueSet(R"({"include":[{"system":"urn:animals","filter":[
    {"property":"code","op":"in","value":"animal,dodo"}]}]})")};
  BOOST_TEST(
      expanded(definitions, {}) ==
      R"({"timestamp":"2026-01-01","total":2,"parameter":[{"name":"version","valueUri":"urn:animals|2"}],)"
      R"("contains":[{"system":"urn:animals","abstract":true,"code":"animal","display":"Animal"},)"
      R"({"system":"urn:animals","inactive":true,"code":"dodo","display":"Dodo"}]})");
}

BOOST_AUTO_TEST_CASE(an_expansion_is_narrowed_as_asked) {
  ExpansionRequest request;
  request.activeOnly = true;
  BOOST_TEST(codesOf(request) == "animal mammal dog cat kitten bird pet budgie");
  request.excludeNotForUI = true;
  BOOST_TEST(codesOf(request) == "mammal dog cat kitten bird pet budgie");
  request.excludedSystems = {"urn:animals"};
  BOOST_TEST(codesOf(request).empty());
}

BOOST_AUTO_TEST_CASE(the_text_filter_finds_beginnings_of_words_in_all_names) {
  const auto found = [](const std::string& text) {
    ExpansionRequest request;
    request.filter = text;
    return codesOf(request);
  };
  BOOST_TEST(found("cat") == "cat kitten");
  BOOST_TEST(found("CA yo") == "kitten");
  BOOST_TEST(found("hond") == "dog");
  BOOST_TEST(found("hund") == "dog");
  BOOST_TEST(found("at").empty());
}

BOOST_AUTO_TEST_CASE(pages_fit_together) {
  ExpansionRequest request;
  request.count = 4;
  std::string together;
  for (std::size_t offset = 0; offset < 12; offset += 4) {
    request.offset = offset;
    together += codesOf(request) + " ";
  }
  BOOST_TEST(together == "animal mammal dog cat kitten bird dodo pet budgie ");
  request.offset = 100;
  BOOST_TEST(codesOf(request).empty());
  request = {};
  request.count = 0;
  BOOST_TEST(codesOf(request).empty());
  const Definitions definitions{animals(), valueSet(all)};
  BOOST_TEST(expanded(definitions, request).find(R"("total":9)") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_expansion_is_nested_when_asked) {
  ExpansionRequest request;
  request.isNested = true;
  BOOST_TEST(codesOf(request) == "animal(mammal(dog cat(kitten)) bird(dodo)) pet(budgie)");
  BOOST_TEST(
      codesOf(request, R"({"include":[{"system":"urn:animals","concept":[{"code":"kitten"},{"code":"mammal"},
    {"code":"animal"}]}]})") == "animal(mammal(kitten))");
}

BOOST_AUTO_TEST_CASE(displays_and_designations_in_the_language_that_is_asked_for) {
  const Definitions definitions{animals(),
                                valueSet(R"({"include":[{"system":"urn:animals","concept":[{"code":"dog",
    "display":"Good dog","designation":[{"language":"fr","value":"Chien"}]}]}]})")};
  ExpansionRequest request;
  BOOST_TEST(expanded(definitions, request).find(R"("display":"Good dog")") != std::string::npos);
  request.displayLanguage = "fr";
  BOOST_TEST(expanded(definitions, request).find(R"("display":"Chien")") != std::string::npos);
  request.displayLanguage = "nl";
  BOOST_TEST(expanded(definitions, request).find(R"("display":"Hond")") != std::string::npos);
  request = {};
  request.includeDesignations = true;
  BOOST_TEST(
      expanded(definitions, request)
          .find(
              R"("designation":[{"language":"fr","value":"Chien"},{"language":"nl","value":"Hond"},{"language":"de")") !=
      std::string::npos);
  request.designations = {"nl"};
  BOOST_TEST(expanded(definitions, request).find(R"("designation":[{"language":"nl","value":"Hond"}])") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_versions_of_code_systems_are_chosen_and_checked) {
  const std::string older =
      R"({"resourceType":"CodeSystem","url":"urn:animals","version":"1","status":"active",
    "content":"complete","concept":[{"code":"mammoth"}]})";
  const auto with = [&](const SystemVersions& versions, const std::string& include) {
    const Definitions definitions{animals(), older,
                                  valueSet(R"({"include":[{"system":"urn:animals")" + include + "}]}")};
    ExpansionRequest request;
    request.versions = versions;
    request.filter = "mam";
    request.timestamp = "2026-01-01";
    auto found = expand(definitions, *definitions.valueSet("urn:v"), request);
    if (!found) return "!" + std::string(fhir::code(found.outcome().issues().front().type));
    std::string text;
    append(*found->root().child("expansion"), text);
    return text;
  };
  BOOST_TEST(with({}, "") == "mammal");
  BOOST_TEST(with({.defaults = {"urn:animals|1"}, .checks = {}, .forced = {}}, "") == "mammoth");
  BOOST_TEST(with({.defaults = {"urn:animals|1"}, .checks = {}, .forced = {}}, R"(,"version":"2")") ==
             "mammal");
  BOOST_TEST(with({.defaults = {}, .checks = {}, .forced = {"urn:animals|1"}}, R"(,"version":"2")") ==
             "mammoth");
  BOOST_TEST(with({.defaults = {}, .checks = {"urn:animals|1"}, .forced = {}}, "") == "!business-rule");
  BOOST_TEST(with({.defaults = {}, .checks = {"urn:animals|2"}, .forced = {}}, "") == "mammal");
}

BOOST_AUTO_TEST_CASE(a_whole_that_is_too_large_for_one_answer_is_refused_and_its_pages_are_not) {
  std::string concepts;
  for (std::size_t i = 0; i <= maxExpansion; ++i)
    concepts += (i == 0 ? "" : ",") + (R"({"code":"c)" + std::to_string(i)) + "\"}";
  const Definitions definitions{
      R"({"resourceType":"CodeSystem","url":"urn:large","status":"active","content":"complete","concept":[)" +
          concepts + "]}",
      valueSet(R"({"include":[{"system":"urn:large"}]})")};
  BOOST_TEST(expanded(definitions, {}) == "!too-costly");
  ExpansionRequest request;
  request.count = 10;
  BOOST_TEST(expanded(definitions, request).find(R"("total":20001)") != std::string::npos);
}
