#include "fhir/search/words.h"

#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "fhir/json/json.h"
#include "fhir/search/index.h"

using namespace fhir;
using namespace fhir::search;
using Words = std::vector<std::string>;

namespace {

Resource resource(const std::string& json) {
  auto parsed = json::parse(json);
  BOOST_TEST_REQUIRE(parsed.ok(), json);
  return std::move(*parsed);
}

std::string ofDiv(const std::string& content) {
  return wordsOfNarrative(resource(
      R"({"resourceType":"Basic","text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">)" +
      content + R"(</div>"}})"));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(words_of_texts)

BOOST_AUTO_TEST_CASE(case_accents_and_punctuation_make_no_difference) {
  BOOST_TEST((words("Blood-Pressure, (120/80) mmHg!") == Words{"blood", "pressure", "120", "80", "mmhg"}));
  BOOST_TEST((words("Müller's Café_Noir") == Words{"muller", "s", "cafe", "noir"}));
  BOOST_TEST((words("STRASSE Straße") == Words{"strasse", "strasse"}));
  BOOST_TEST((words("½ x²") == Words{"1", "2", "x2"}));
  BOOST_TEST(words("").empty());
  BOOST_TEST(words(" -- … ").empty());
}

BOOST_AUTO_TEST_CASE(marks_that_spell_a_word_stay_in_it) {
  BOOST_TEST((words("राम शर्मा।") == Words{"राम", "शर्मा"}));
  BOOST_TEST(words("कि") != words("का"));
  BOOST_TEST((words("ปวดหัว มาก") == Words{fold("ปวดหัว"), fold("มาก")}));
  BOOST_TEST((words("心臓、肝臓") == Words{"心臓", "肝臓"}));
  BOOST_TEST((words("co\u00ADop") == Words{"coop"}));  // a soft hyphen is no sign
}

BOOST_AUTO_TEST_CASE(bytes_that_are_no_utf8_stand_between_words) {
  BOOST_TEST((words("a\xFF\x80z") == Words{"a", "z"}));
}

BOOST_AUTO_TEST_CASE(of_a_long_word_the_beginning_counts_by_whole_characters) {
  BOOST_TEST((words(std::string(300, 'A')) == Words{std::string(200, 'a')}));
  std::string devanagari;
  for (int i = 0; i < 100; ++i) devanagari += "क";  // three bytes each
  BOOST_TEST(words(devanagari).front().size() == 198u);
  BOOST_TEST(words(devanagari).size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_narrative_has_the_words_that_it_shows) {
  BOOST_TEST(ofDiv("<p class=\\\"x\\\">Bone</p><p>liver &amp; lung</p>") == "bone liver lung");
  BOOST_TEST(ofDiv("H<sub>2</sub>O <b>bo</b>ne<br/>next<!-- hidden --> one") == "bone h2o next one");
  BOOST_TEST(ofDiv("<table><tr><td>a</td><td>b</td></tr></table>") == "a b");
  BOOST_TEST(ofDiv("caf&#xE9; x&#160;y &lt;tag&gt;") == "cafe tag x y");
  BOOST_TEST(ofDiv("<a href=\\\"http://x.example/secret\\\" title=\\\"hint\\\">link</a>") == "link");
  BOOST_TEST(ofDiv("bone Bone BÖNE") == "bone");
  BOOST_TEST(wordsOfNarrative(resource(R"({"resourceType":"Basic"})")) == "");
}

BOOST_AUTO_TEST_CASE(a_resource_has_the_words_of_its_strings_and_narratives) {
  const auto basic = resource(R"({
    "resourceType": "Basic", "id": "ident", "language": "en-GB",
    "meta": {"tag": [{"system": "http://tag.example", "version": "v1", "code": "tagcode", "display": "Tagged"}]},
    "text": {"status": "additional", "div": "<div xmlns=\"http://www.w3.org/1999/xhtml\">Told</div>"},
    "contained": [{"resourceType": "Organization", "id": "inner", "name": "Within"}],
    "extension": [{"id": "mark", "url": "http://extension.example", "valueString": "Extended"},
                  {"url": "http://x.example", "valueMarkdown": "**Bold**"},
                  {"url": "http://x.example", "valueDecimal": 12.5},
                  {"url": "http://x.example", "valueDate": "2020-01-01"},
                  {"url": "http://x.example", "valueBase64Binary": "c2VjcmV0"}],
    "identifier": [{"system": "urn:oid:1.2", "value": "AB-12"}],
    "code": {"text": "Words", "_text": {"extension": [{"url": "http://x.example", "valueString": "Deep"}]}},
    "subject": {"reference": "#inner", "display": "Shown"}})");
  BOOST_TEST(wordsOfContent(basic) == "12 ab bold deep extended shown tagged told v1 within words");
  BOOST_TEST(wordsOfNarrative(basic) == "told");
}

BOOST_AUTO_TEST_CASE(a_bundle_has_the_words_of_its_entries) {
  BOOST_TEST(wordsOfContent(resource(R"({"resourceType":"Bundle","type":"collection","entry":[
      {"resource":{"resourceType":"Patient","name":[{"family":"Rao","given":["Asha"]}]}}]})")) == "asha rao");
}

BOOST_AUTO_TEST_CASE(the_index_has_the_words_of_both_parameters) {
  const Indexer indexer("http://here/fhir");
  const auto values = indexer.index(resource(R"({"resourceType":"Patient","name":[{"family":"Rao"}],"text":
      {"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">Told</div>"}})"));
  BOOST_REQUIRE(values.texts.size() == 2u);
  BOOST_TEST(values.texts[0].parameter->code == "_content");
  BOOST_TEST(values.texts[0].words == "rao told");
  BOOST_TEST(values.texts[1].parameter->code == "_text");
  BOOST_TEST(values.texts[1].words == "told");
  BOOST_TEST(indexer.index(resource(R"({"resourceType":"Patient","gender":"male"})")).texts.empty());
}

BOOST_AUTO_TEST_CASE(r4_defines_both_and_a_bundle_has_no_narrative) {
  const auto* patient = findResourceType("Patient");
  BOOST_TEST(isFullText(*findSearchParameter(*patient, "_text")));
  BOOST_TEST(isFullText(*findSearchParameter(*patient, "_content")));
  BOOST_TEST(!isFullText(*findSearchParameter(*patient, "_id")));
  BOOST_TEST(isFullText(*findSearchParameter(*findResourceType("Bundle"), "_content")));
  BOOST_TEST((findSearchParameter(*findResourceType("Bundle"), "_text") == nullptr));
}

BOOST_AUTO_TEST_SUITE_END()
