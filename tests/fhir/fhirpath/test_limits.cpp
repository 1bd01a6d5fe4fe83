// Expressions with faults, and expressions made to exhaust the server.
#include <boost/test/unit_test.hpp>
#include <random>
#include <string>

#include "tests/fhir/fhirpath/evaluated.h"

using fhir::fhirpath::Expression;
using test::evaluated;

namespace {

std::string repeated(std::string_view piece, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += piece;
  return text;
}

std::string fault(std::string_view text, std::string_view type = {}) {
  const auto parsed = Expression::parse(text, type.empty() ? nullptr : fhir::findType(type));
  return parsed ? "none" : parsed.outcome().issues().front().diagnostics;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(limits)

BOOST_AUTO_TEST_CASE(faults_name_their_place) {
  BOOST_TEST(fault("name.") == "FHIRPath, character 6: expected the name of an element or a function.");
  BOOST_TEST(fault("name.nothing()") ==
             "FHIRPath, character 6: there is no function of this name here: nothing.");
  BOOST_TEST(fault("name.first(1)") == "FHIRPath, character 6: wrong number of arguments for first().");
  BOOST_TEST(fault("1 + ").find("character 5") != std::string::npos);
  BOOST_TEST(fault("a as Nothing").find("character 6") != std::string::npos);
  BOOST_TEST(fault("'open").find("character 1") != std::string::npos);
  BOOST_TEST(fault("a b").find("character 3") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(texts_that_are_no_expressions_are_refused) {
  for (const std::string_view text :
       {"",   " ",           "(",    ")",    "a.(b)", "a..b",         "a[",    "a[]",       "{1}",
        "@",  "@2015-13-01", "@T25", "%",    "$that", "2147483648",   "'\\q'", "'\\ud800'", "a and",
        "is", "1 is",        "a |",  "/* x", "a # b", "name.where()", "not",   "\x01",      "\xFF\xFE"})
    if (text != "not" && text != "is") BOOST_TEST(fault(text) != "none", text);
}

BOOST_AUTO_TEST_CASE(a_text_that_is_not_utf8_is_refused_wherever_it_breaks) {
  for (const std::string_view text :
       {"'a\xEC'", "'\xC3'", "`\xFF`", "a // \xC3", "a /* \xED\xA0\x80 */", "'\xC0\xAF'"})
    BOOST_TEST(fault(text).find("not UTF-8") != std::string::npos, fault(text));
  BOOST_TEST(fault("'a\xEC'") == "FHIRPath, character 3: the expression is not UTF-8.");
  BOOST_TEST(fault("'\xC3\xA9' // \xF0\x9F\x8F\xA5") == "none");
}

BOOST_AUTO_TEST_CASE(names_are_checked_where_the_type_is_known) {
  BOOST_TEST(fault("name.given1", "Patient") == "FHIRPath, character 6: HumanName has no element given1.");
  BOOST_TEST(fault("Observation.valueQuantity", "Observation") != "none");
  BOOST_TEST(fault("Encounter.status", "Patient") != "none");
  BOOST_TEST(fault("name.where(use = 'official').family", "Patient") == "none");
  BOOST_TEST(fault("contained.anything.at.all", "Patient") == "none");
  BOOST_TEST(fault("contact.name.family", "Patient") == "none");
  BOOST_TEST(fault("item.item.item.linkId", "Questionnaire") == "none");
  BOOST_TEST(fault("name.as(HumanName)", "Patient") != "none");
  BOOST_TEST(fault("children().first()", "Patient") != "none");
}

BOOST_AUTO_TEST_CASE(deep_nesting_is_refused_without_harm) {
  for (const std::string_view piece : {"(", "-", "a[", "a.where(", "{", "1+(", "not(", "iif("})
    BOOST_TEST(fault(repeated(piece, 20'000).substr(0, 60'000)) != "none", piece);
  BOOST_TEST(fault(repeated("a.", 20'000) + "b") != "none");
  BOOST_TEST(fault("1" + repeated("+1", 20'000)) != "none");
  BOOST_TEST(fault(repeated("a | ", 10'000) + "a") != "none");
  BOOST_TEST(fault(std::string(100'000, ' ')) != "none");
  BOOST_TEST(fault(repeated("(", 90) + "1" + repeated(")", 90)) == "none");
  BOOST_TEST(fault("a" + repeated(" or a", 90)) == "none");
}

BOOST_AUTO_TEST_CASE(endless_repetition_ends_with_an_error) {
  BOOST_TEST(evaluated("1.repeat($this + 1)").starts_with("error: "));
  BOOST_TEST(evaluated("'a'.repeat($this & 'a')").starts_with("error: "));
  BOOST_TEST(evaluated("1.repeat($this)") == "1");
}

BOOST_AUTO_TEST_CASE(growing_collections_and_strings_end_with_an_error) {
  BOOST_TEST(evaluated("1" + repeated(".combine($this)", 1)).size() > 0);
  std::string collection = "1";
  for (int i = 0; i < 30; ++i) collection.insert(0, "(").append(").select($this | 2).combine(1)");
  BOOST_TEST(!evaluated(collection).empty());
  std::string text = "'0123456789'";
  for (int i = 0; i < 40; ++i) text += ".replace('', '0123456789')";
  BOOST_TEST(evaluated(text).starts_with("error: "));
  std::string many = "('" + std::string(2000, 'x') + "').toChars()";
  BOOST_TEST(evaluated(many + ".select(" + many + ".select(" + many + ")).count()").starts_with("error: "));
}

BOOST_AUTO_TEST_CASE(costly_patterns_and_comparisons_end_with_an_error) {
  const std::string many = "'" + std::string(2000, 'x') + "'.toChars()";
  BOOST_TEST(evaluated(many + ".select('" + std::string(2000, 'x') + "'.matches('(x*x*x*){200}y'))")
                 .starts_with("error: "));
  const std::string indexed = many + ".select(($index.toString() & ' \\'mg\\'').toQuantity())";
  BOOST_TEST(!evaluated(indexed + ".distinct().count()").empty());
}

BOOST_AUTO_TEST_CASE(any_text_and_any_mutation_is_answered_without_harm) {
  const std::string seeds[] = {
      "Patient.name.where(use = 'official' and period.start < @2020-01-01T10:00:00Z).given.first() & 'x'",
      "(1 | 2.5 | 4 'mg').aggregate(iif($total.empty(), $this, $total + $this), {}) > 7 days",
      "descendants().where($this is string).select(substring(1, "
      "2).matches('[a-z]+\\\\d{1,3}(x|y)*?')).distinct()",
      "identifier.sort(-value, "
      "system).skip(1).take(2).type().name.join(',').encode('base64').lowBoundary(3)"};
  const fhir::Resource patient = test::resource(
      R"({"resourceType": "Patient", "name": [{"use": "official", "given": ["A", "B"], "family": "C"}], "birthDate": "1970"})");
  std::mt19937 random(7);
  const auto upTo = [&](std::size_t size) { return static_cast<std::size_t>(random()) % size; };
  for (int round = 0; round < 20'000; ++round) {
    std::string text = seeds[upTo(4)];
    for (std::size_t changes = 1 + upTo(4); changes > 0; --changes) {
      const std::size_t at = upTo(text.size());
      const std::string& other = seeds[upTo(4)];
      switch (upTo(3)) {
        case 0:
          text[at] = static_cast<char>(upTo(256));
          break;
        case 1:
          text.erase(at, 1 + upTo(8));
          break;
        default:
          text.insert(at, other.substr(upTo(other.size()), 1 + upTo(20)));
          break;
      }
      if (text.empty()) text = "a";
    }
    evaluated(text, patient.root());
    fault(text, "Patient");
  }
}

BOOST_AUTO_TEST_CASE(sets_of_many_items_cost_what_their_items_cost) {
  std::string json = R"({"resourceType": "Patient", "birthDate": "2000-01-01", "telecom": [)";
  constexpr int many = 20'000;
  for (int i = 0; i < many; ++i)
    json += (i == 0 ? "" : ",") + std::string(R"({"system": "phone", "value": ")") + std::to_string(i) +
            R"(", "rank": )" + std::to_string(i % 100 + 1) +
            R"(, "period": {"start": "2001-01-01T00:00:00.)" + std::to_string(i + 100'000) + R"(Z"}})";
  const fhir::Resource patient = test::resource(json + "]}");
  fhir::fhirpath::Environment environment;
  environment.maxSteps = 2'000'000;
  const auto at = [&](std::string_view text) { return evaluated(text, patient.root(), environment); };
  BOOST_TEST(at("(telecom | telecom).count()") == "20000");
  BOOST_TEST(at("telecom.value.distinct().count()") == "20000");
  BOOST_TEST(at("telecom.rank.distinct().count()") == "100");
  BOOST_TEST(at("telecom.period.start.distinct().count()") == "20000");
  BOOST_TEST(at("telecom.period.isDistinct()") == "true");
  BOOST_TEST(at("telecom.intersect(telecom.skip(10)).count()") == "19990");
  BOOST_TEST(at("telecom.exclude(telecom.skip(10)).count()") == "10");
  BOOST_TEST(at("telecom.skip(10).subsetOf(telecom)") == "true");
  BOOST_TEST(at("telecom.rank.repeat($this + 1).count()").starts_with("error: "));
}

// Beyond a few items sets look up by hash; what is equal must be found by it whatever its form.
BOOST_AUTO_TEST_CASE(a_large_set_finds_what_a_small_one_finds) {
  const std::string filler = repeated("'x' | ", 1) +
                             "'a1' | 'a2' | 'a3' | 'a4' | 'a5' | 'a6' | 'a7' | 'a8' | 'a9' | 'b1' | 'b2' | "
                             "'b3' | 'b4' | 'b5' | 'b6' | 'b7' | 'b8' | 'b9'";
  const auto count = [](const std::string& items) { return evaluated("(" + items + ").count()"); };
  for (const auto& [items, distinct] :
       {std::pair<std::string, std::string>{"1 | 1.0 | 1.00 | -0.0 | 0", "21"},
        {"1 | 1 '1' | 1.0", "20"},
        {"1 'm' | 100 'cm' | 1000.0 'mm' | 1 'g'", "21"},
        {"@2020-01-01T10:00:00Z | @2020-01-01T12:00:00+02:00 | @2020-01-01T10:00:00.000Z", "20"},
        {"@2020-01-01 | @2020-01-01T | @2020-01", "21"},
        {"@T10:30:00 | @T10:30:00.0 | @T10:30", "21"},
        {"true | false | true | 'true'", "22"},
        {"'1' | 1", "21"}}) {
    BOOST_TEST(count(filler + " | " + items) == distinct, items);
    BOOST_TEST(count(items + " | " + filler) == distinct, items);
  }
}

BOOST_AUTO_TEST_SUITE_END()
