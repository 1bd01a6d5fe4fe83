#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "fhir/json/json.h"

using namespace fhir;
using json::Summary;

namespace {

constexpr std::string_view subsetted =
    R"("tag":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationValue","code":"SUBSETTED"}])";

Resource read(std::string_view text) {
  Result<Resource> result = json::parse(text);
  BOOST_REQUIRE_MESSAGE(result.ok(), text);
  return *std::move(result);
}

const std::string_view observation =
    R"({"resourceType":"Observation","id":"o","meta":{"versionId":"3"},"text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\"/>"},)"
    R"("modifierExtension":[{"url":"m","valueString":"v"}],"status":"final","code":{"id":"c","text":"x"},)"
    R"("subject":{"reference":"Patient/1"},"valueQuantity":{"value":1.50,"extension":[{"url":"u","valueString":"v"}]},)"
    R"("note":[{"text":"n"}],"component":[{"code":{"text":"y"},"interpretation":[{"text":"z"}]}]})";

std::string summarized(Summary summary) {
  return json::toString(json::summarize(read(observation), summary));
}

std::string selected(std::vector<std::string_view> names) {
  return json::toString(json::selectElements(read(observation), names));
}

std::string head() {
  return R"({"resourceType":"Observation","id":"o","meta":{"versionId":"3",)" + std::string(subsetted) + "},";
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_summary_holds_what_the_tables_mark_with_what_is_mandatory_and_modifiers) {
  BOOST_TEST(
      summarized(Summary::isTrue) ==
      head() + R"("modifierExtension":[{"url":"m","valueString":"v"}],"status":"final","code":{"text":"x"},)"
               R"("subject":{"reference":"Patient/1"},"valueQuantity":{"value":1.50},)"
               R"("component":[{"code":{"text":"y"}}]})");
}

BOOST_AUTO_TEST_CASE(a_text_summary_holds_text_id_meta_and_mandatory_elements) {
  BOOST_TEST(
      summarized(Summary::text) ==
      head() +
          R"("text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\"/>"},"status":"final","code":{"id":"c","text":"x"}})");
}

BOOST_AUTO_TEST_CASE(a_data_summary_lacks_only_the_text) {
  const std::string text = summarized(Summary::data);
  BOOST_TEST((text.find("\"text\":{") == std::string::npos));
  BOOST_TEST((text.find("\"note\":[{\"text\":\"n\"}]") != std::string::npos));
  BOOST_TEST((text.find(subsetted) != std::string::npos));
}

BOOST_AUTO_TEST_CASE(no_summary_changes_nothing) {
  const std::string all = json::toString(read(observation));
  BOOST_TEST(summarized(Summary::none) == all);
  BOOST_TEST(summarized(Summary::isFalse) == all);
}

BOOST_AUTO_TEST_CASE(the_original_stays_as_it_is_and_one_tag_is_enough) {
  const Resource resource = read(observation);
  const Resource once = json::summarize(resource, Summary::isTrue);
  BOOST_TEST(json::toString(json::summarize(once, Summary::isTrue)) == json::toString(once));
  BOOST_TEST(json::toString(resource) == json::toString(read(observation)));
}

BOOST_AUTO_TEST_CASE(a_mandatory_element_of_which_nothing_is_in_the_summary_stays_whole) {
  const Resource resource = read(
      R"({"resourceType":"Observation","status":"final",)"
      R"("code":{"extension":[{"url":"u","valueCode":"unknown"}]},"subject":{"extension":[{"url":"u","valueCode":"c"}]}})");
  const std::string text = json::toString(json::summarize(resource, Summary::isTrue));
  BOOST_TEST((text.find(R"("code":{"extension":[{"url":"u","valueCode":"unknown"}]}})") != std::string::npos),
             text);
}

BOOST_AUTO_TEST_CASE(selected_elements_come_with_mandatory_and_modifier_elements) {
  const std::string fixed =
      R"("modifierExtension":[{"url":"m","valueString":"v"}],"status":"final","code":{"id":"c","text":"x"})";
  BOOST_TEST(selected({}) == head() + fixed + "}");
  BOOST_TEST(selected({"note"}) == head() + fixed + R"(,"note":[{"text":"n"}]})");
  const std::string value = R"(,"valueQuantity":{"extension":[{"url":"u","valueString":"v"}],"value":1.50}})";
  BOOST_TEST(selected({"value"}) == head() + fixed + value);
  BOOST_TEST(selected({"valueQuantity"}) == head() + fixed + value);
  BOOST_TEST(selected({"Observation.value"}) == head() + fixed + value);
  BOOST_TEST(selected({"Patient.value"}) == head() + fixed + "}");
}
