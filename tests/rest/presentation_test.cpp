#include "src/rest/presentation.h"

#include <array>
#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "src/rest/answer.h"

using fhir::json::Summary;

namespace {

const auto* const kPatient = fhir::findResourceType("Patient");

fhir::Result<rest::Presentation> layoutOf(const std::vector<http::Parameter>& parameters) {
  return rest::layout({}, parameters, false);
}

fhir::Result<rest::Presentation> viewOf(const std::vector<http::Parameter>& parameters) {
  rest::Presentation presentation;
  auto added = rest::addView(presentation, parameters, kPatient);
  if (!added) return std::move(added).outcome();
  return presentation;
}

const std::string kJson =
    R"({"resourceType":"Patient","id":"1","meta":{"versionId":"2"},"name":[{"family":"Rao"}],"birthDate":"1980-05-01"})";

}  // namespace

BOOST_AUTO_TEST_SUITE(presentation)

BOOST_AUTO_TEST_CASE(pretty_is_true_or_false) {
  BOOST_TEST(layoutOf({{"_pretty", "true"}})->pretty);
  BOOST_TEST(!layoutOf({{"_pretty", "false"}})->pretty);
  BOOST_TEST(!layoutOf({{"_pretty", "yes"}}).ok());
  BOOST_TEST(rest::layout({}, {}, true)->pretty);
}

BOOST_AUTO_TEST_CASE(a_general_parameter_is_sent_once) {
  BOOST_TEST(!layoutOf({{"_format", "json"}, {"_format", "json"}}).ok());
  BOOST_TEST(!viewOf({{"_summary", "true"}, {"_summary", "true"}}).ok());
}

BOOST_AUTO_TEST_CASE(summary_has_five_values) {
  BOOST_CHECK(viewOf({{"_summary", "true"}})->summary == Summary::isTrue);
  BOOST_CHECK(viewOf({{"_summary", "text"}})->summary == Summary::text);
  BOOST_CHECK(viewOf({{"_summary", "data"}})->summary == Summary::data);
  BOOST_TEST(viewOf({{"_summary", "false"}})->isWhole());
  BOOST_TEST(viewOf({{"_summary", "count"}})->countOnly);
  BOOST_TEST(!viewOf({{"_summary", "all"}}).ok());
}

BOOST_AUTO_TEST_CASE(elements_are_names_of_the_type) {
  const auto right = viewOf({{"_elements", "name, birthDate,Patient.gender,deceasedBoolean"}});
  BOOST_REQUIRE(right.ok());
  BOOST_TEST(right->elements == (std::vector<std::string>{"name", "birthDate", "gender", "deceased"}),
             boost::test_tools::per_element());
  const auto wrong = viewOf({{"_elements", "nmae,birthDate,foo"}});
  BOOST_REQUIRE(!wrong.ok());
  BOOST_TEST(wrong.outcome().issues().size() == 2U);
  BOOST_TEST(wrong.outcome().issues().front().diagnostics.find("name") != std::string::npos);
  BOOST_TEST(!viewOf({{"_elements", ""}}).ok());
}

BOOST_AUTO_TEST_CASE(summary_and_elements_exclude_each_other) {
  BOOST_TEST(!viewOf({{"_elements", "name"}, {"_summary", "true"}}).ok());
  BOOST_TEST(viewOf({{"_elements", "name"}, {"_summary", "false"}}).ok());
}

BOOST_AUTO_TEST_CASE(the_whole_resource_is_the_text_itself) {
  const auto text = rest::view(kJson, {});
  BOOST_REQUIRE(text.ok());
  BOOST_TEST(*text == kJson);
}

BOOST_AUTO_TEST_CASE(elements_leave_out_the_rest_and_say_so) {
  const auto text = rest::view(kJson, *viewOf({{"_elements", "birthDate"}}));
  BOOST_REQUIRE(text.ok());
  BOOST_TEST(text->find("1980-05-01") != std::string::npos);
  BOOST_TEST(text->find("Rao") == std::string::npos);
  BOOST_TEST(text->find("SUBSETTED") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(pretty_adds_lines_and_nothing_else) {
  rest::Presentation pretty;
  pretty.pretty = true;
  BOOST_TEST(rest::layOut(R"({"a":1.50})", pretty)->find('\n') != std::string::npos);
  BOOST_TEST(*rest::layOut(R"({"a":1.50})", {}) == R"({"a":1.50})");
  rest::Presentation xml;
  xml.format.mimeType = rest::MimeType::textXml;
  BOOST_TEST(
      rest::layOut(R"({"resourceType":"Basic"})", xml)->ends_with("<Basic xmlns=\"http://hl7.org/fhir\"/>"));
  BOOST_CHECK(rest::layOut(R"({"resourceType":"None"})", xml).outcome().failure() == fhir::Failure::internal);
}

BOOST_AUTO_TEST_CASE(each_unknown_parameter_is_named_and_the_general_ones_are_known) {
  static constexpr std::array<std::string_view, 2> known{"_summary", "_elements"};
  const std::vector<http::Parameter> parameters{{"_format", "json"}, {"_sumary", "true"}, {"foo", "1"}};
  const auto refused = rest::refuseUnknown(parameters, known);
  BOOST_REQUIRE(!refused.ok());
  BOOST_TEST(refused.outcome().issues().size() == 2U);
  BOOST_TEST(refused.outcome().issues()[0].expression == "_sumary");
  BOOST_TEST(refused.outcome().issues()[0].diagnostics.find("_summary") != std::string::npos);
  BOOST_TEST(rest::unknownNames(parameters, known) == (std::vector<std::string>{"_sumary", "foo"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
