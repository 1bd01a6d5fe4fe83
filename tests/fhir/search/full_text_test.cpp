// The language of _text and _content.
#include <boost/test/unit_test.hpp>
#include <string>
#include <utility>
#include <vector>

#include "fhir/search/query.h"

using namespace fhir;
using namespace fhir::search;

namespace {

class All : public Catalog {
 public:
  bool supports(const TypeDefinition&, const SearchParameter&) const override { return true; }
  bool sorts(const TypeDefinition&, const SearchParameter&) const override { return false; }
};

using Pairs = std::vector<std::pair<std::string, std::string>>;

Result<SearchQuery> parsed(const Pairs& pairs, const char* type = "Condition", bool lenient = false) {
  ParseOptions options;
  options.lenient = lenient;
  return parse(Scope{type == nullptr ? nullptr : findResourceType(type), {}}, pairs, All(), options);
}

// a|b: any of the words; !a|b: none of them; a: b is the word's beginning "a*"; (x & y), (x or y), !(x):
// conditions.
std::string shown(const Condition& condition) {
  if (const auto* criterion = std::get_if<Criterion>(&condition.node)) {
    BOOST_TEST((criterion->modifier == Modifier::none || criterion->modifier == Modifier::not_));
    std::string text = criterion->modifier == Modifier::not_ ? "!" : "";
    for (std::size_t i = 0; i < criterion->values.size(); ++i)
      text += (i == 0 ? "" : "|") + criterion->values[i].text + (criterion->values[i].begins ? "*" : "");
    return text;
  }
  const auto& logic = std::get<Logic>(condition.node);
  std::string text = logic.op == Logic::Operator::none ? "!(" : "(";
  for (std::size_t i = 0; i < logic.conditions.size(); ++i)
    text += (i == 0 ? "" : logic.op == Logic::Operator::any ? " or " : " & ") + shown(logic.conditions[i]);
  return text + ")";
}

std::string read(const std::string& text) {
  const auto query = parsed({{"_text", text}});
  if (!query.ok()) return "refused: " + query.outcome().toJson();
  return shown(query->types.front().conditions.front());
}

std::string fault(const std::string& text) {
  const auto query =
      parsed({{"_text", text}}, "Condition", true);  // lenient handling takes none of it either
  BOOST_TEST_REQUIRE(!query.ok(), text);
  BOOST_TEST((query.outcome().failure() == Failure::badRequest));
  BOOST_TEST(query.outcome().issues().front().expression == "_text");
  return query.outcome().issues().front().diagnostics;
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(full_text)

BOOST_AUTO_TEST_CASE(words_are_joined_by_and_or_and_not) {
  BOOST_TEST(read("bone") == "bone");
  BOOST_TEST(read("bone liver") == "(bone & liver)");
  BOOST_TEST(read("Bone AND Liver") == "(bone & liver)");
  BOOST_TEST(read("bone OR liver") == "bone|liver");
  BOOST_TEST(read("(bone OR liver) and metastases") == "(bone|liver & metastases)");
  BOOST_TEST(read("bone or liver and metastases") == "(bone or (liver & metastases))");
  BOOST_TEST(read("not bone") == "!bone");
  BOOST_TEST(read("bone not liver") == "(bone & !liver)");
  BOOST_TEST(read("bone and not (liver or lung)") == "(bone & !liver|lung)");
  BOOST_TEST(read("not bone not liver") == "!bone|liver");
  BOOST_TEST(read("not (bone liver)") == "!((bone & liver))");
  BOOST_TEST(read("not not bone") == "bone");
  BOOST_TEST(read("not(not(bone))") == "bone");
  BOOST_TEST(read("bone,liver") == "bone|liver");
  BOOST_TEST(read("bone lung,liver") == "((bone & lung) or liver)");
  BOOST_TEST(read("ordinary android nothing") == "(ordinary & android & nothing)");
}

BOOST_AUTO_TEST_CASE(words_are_cut_and_folded_as_those_of_resources) {
  BOOST_TEST(read("Blood-Pressure") == "(blood & pressure)");
  BOOST_TEST(read("not blood-pressure") == "!((blood & pressure))");
  BOOST_TEST(read("MÜLLER") == "muller");
  BOOST_TEST(read("शर्मा") == "शर्मा");
  BOOST_TEST(read("(ｂｏｎｅ　OR\u00A0liver)") == "bone|liver");
  BOOST_TEST(read("1\\,5") == "(1 & 5)");
}

BOOST_AUTO_TEST_CASE(a_star_asks_for_what_begins_so) {
  BOOST_TEST(read("Metasta*") == "metasta*");
  BOOST_TEST(read("blood-press*") == "(blood & press*)");
  BOOST_TEST(read("not bon* or liv*") == "(!bon* or liv*)");
  BOOST_TEST(has(fault("*"), "a sign alone"));
  BOOST_TEST(has(fault("b*ne"), "not the end of a word"));
  BOOST_TEST(has(fault("bone-*"), "right behind a word"));
  BOOST_TEST(has(fault("bone**"), "not the end of a word"));
  BOOST_TEST(has(fault(std::string(200, 'a') + "b*"), "at most 200 bytes"));
}

BOOST_AUTO_TEST_CASE(what_means_something_else_elsewhere_is_refused_and_told_how_to_mend) {
  BOOST_TEST(has(fault("\"bone liver\""), "Leave the quotes out"));
  BOOST_TEST(has(fault("“bone liver”"), "Leave the quotes out"));
  BOOST_TEST(has(fault("bone -liver"), "Write 'and' or 'not'"));
  BOOST_TEST(has(fault("+bone"), "Write 'and' or 'not'"));
  BOOST_TEST(has(fault("bone & liver"), "a sign alone"));
  BOOST_TEST(has(fault("bone | liver"), "a sign alone"));
  BOOST_TEST(has(fault("bone\\x"), "escapes none"));
}

BOOST_AUTO_TEST_CASE(a_place_without_its_word_or_parenthesis_is_refused) {
  for (const char* text :
       {" ", "()", "and", "or", "not", "and bone", "bone and", "bone or", "or bone", "bone not",
        "(bone or) liver", "bone and or liver", ",bone", "bone,", "not and bone"})
    BOOST_TEST(has(fault(text), "no word where one is expected"), text);
  BOOST_TEST(has(fault("(bone"), "without its ')'"));
  BOOST_TEST(has(fault("bone)"), "without its '('"));
  BOOST_TEST(has(fault("(bone)) or (liver"), "without its '('"));
  BOOST_TEST(!has(fault("(secret"), "secret"));
}

BOOST_AUTO_TEST_CASE(no_query_asks_for_much) {
  std::string words;
  for (int i = 0; i < 100; ++i) words += "w" + std::to_string(i) + " ";
  BOOST_TEST(parsed({{"_text", words}}).ok());
  BOOST_TEST(has(fault(words + "more"), "at most 100 words"));
  BOOST_TEST(has(fault(std::string(2049, 'a')), "longer than 2048"));
  BOOST_TEST(read(std::string(7, '(') + "a" + std::string(7, ')')) == "a");
  BOOST_TEST(has(fault(std::string(8, '(') + "a" + std::string(8, ')')), "more than 8"));
  std::string nots;
  for (int i = 0; i < 500; ++i) nots += "not ";
  BOOST_TEST(read(nots + "a") == "a");
}

BOOST_AUTO_TEST_CASE(what_is_asked_of_several_types_counts_once) {
  std::string words;
  for (int i = 0; i < 60; ++i) words += "w" + std::to_string(i) + " ";
  const auto all = parsed({{"_content", words}}, nullptr);
  BOOST_REQUIRE(all.ok());
  BOOST_TEST(all->types.size() > 100u);
  // Types behind a link each have a condition of their own, and none is left out in silence.
  BOOST_TEST(parsed({{"subject:Patient._content", words}}, "Observation").ok());
  const auto chain = parsed({{"subject._content", words}}, "Observation", true);
  BOOST_REQUIRE(!chain.ok());
  BOOST_TEST(has(chain.outcome().issues().front().diagnostics, "at most 100 words"));
}

BOOST_AUTO_TEST_CASE(it_goes_through_chains_and_has_and_beside_filters) {
  BOOST_TEST(parsed({{"subject:Patient._content", "a or b"}}, "Observation").ok());
  BOOST_TEST(parsed({{"_has:Observation:patient:_text", "a or b"}}, "Patient").ok());
  BOOST_TEST(parsed({{"_content:missing", "true"}}).ok());
  BOOST_TEST(parsed({{"_filter", "_text pr true"}}).ok());
  const auto filter = parsed({{"_filter", "_text co \"bone\""}});
  BOOST_REQUIRE(!filter.ok());
  BOOST_TEST(has(filter.outcome().issues().front().diagnostics, "beside the filter"));
  const auto exact = parsed({{"_text:exact", "bone"}});
  BOOST_REQUIRE(!exact.ok());
  BOOST_TEST(has(exact.outcome().issues().front().diagnostics, "it takes ':missing'"));
  // A type without narrative has no _text.
  BOOST_TEST(!parsed({{"_text", "bone"}}, "Bundle").ok());
  BOOST_TEST(parsed({{"_content", "bone"}}, "Bundle").ok());
}

BOOST_AUTO_TEST_SUITE_END()
