#include <boost/test/unit_test.hpp>

#include "fhir/model/json_string.h"
#include "fhir/model/outcome.h"

using namespace fhir;

BOOST_AUTO_TEST_CASE(an_outcome_becomes_an_OperationOutcome_with_all_its_issues) {
  Outcome outcome(Failure::unprocessable, IssueType::codeInvalid, "Say \"male\"\n", "Patient.gender");
  outcome.add(Severity::warning, IssueType::businessRule, "Beware");
  BOOST_TEST(
      outcome.toJson() ==
      R"({"resourceType":"OperationOutcome","issue":[)"
      R"({"severity":"error","code":"code-invalid","diagnostics":"Say \"male\"\n","expression":["Patient.gender"]},)"
      R"({"severity":"warning","code":"business-rule","diagnostics":"Beware"}]})");
  BOOST_TEST(outcome.hasErrors());
  BOOST_CHECK(outcome.failure() == Failure::unprocessable);
}

BOOST_AUTO_TEST_CASE(an_outcome_without_issues_says_all_ok) {
  BOOST_TEST(Outcome().toJson() ==
             R"({"resourceType":"OperationOutcome","issue":[)"
             R"({"severity":"information","code":"informational","diagnostics":"All OK"}]})");
  BOOST_TEST(!Outcome().hasErrors());
}

BOOST_AUTO_TEST_CASE(appending_keeps_the_failure_and_the_order) {
  Outcome outcome(Failure::notFound, IssueType::notFound, "first");
  outcome.append(Outcome(Failure::conflict, IssueType::conflict, "second"));
  BOOST_CHECK(outcome.failure() == Failure::notFound);
  BOOST_REQUIRE(outcome.issues().size() == 2U);
  BOOST_TEST(outcome.issues()[1].diagnostics == "second");
}

BOOST_AUTO_TEST_CASE(a_result_holds_a_value_or_an_outcome) {
  const Result<int> value = 7;
  const Result<int> failed = Outcome(Failure::gone, IssueType::deleted, "gone");
  BOOST_TEST(value.ok());
  BOOST_TEST(*value == 7);
  BOOST_TEST(!failed.ok());
  BOOST_CHECK(failed.outcome().failure() == Failure::gone);
}

BOOST_AUTO_TEST_CASE(every_issue_type_has_the_code_of_the_value_set) {
  BOOST_TEST(code(IssueType::invalid) == "invalid");
  BOOST_TEST(code(IssueType::notSupported) == "not-supported");
  BOOST_TEST(code(IssueType::tooCostly) == "too-costly");
  BOOST_TEST(code(IssueType::informational) == "informational");
  BOOST_TEST(code(Severity::fatal) == "fatal");
  BOOST_TEST(code(Severity::information) == "information");
}

BOOST_AUTO_TEST_CASE(json_strings_escape_what_must_be_escaped_at_any_position) {
  for (std::size_t length = 0; length < 20; ++length)
    for (std::size_t at = 0; at < length; ++at) {
      std::string text(length, 'x');
      text[at] = '"';
      std::string out;
      appendJsonString(text, out);
      BOOST_TEST(out == "\"" + std::string(at, 'x') + "\\\"" + std::string(length - at - 1, 'x') + "\"");
      text[at] = '\x01';
      BOOST_TEST(hasControl(text));
    }
  std::string out;
  appendJsonString("\b\f\n\r\t\x1f\\/\x7f \xc3\xa9 \xf0\x9f\x8f\xa5", out);
  BOOST_TEST(out == "\"\\b\\f\\n\\r\\t\\u001f\\\\/\x7f \xc3\xa9 \xf0\x9f\x8f\xa5\"");
  BOOST_TEST(!hasControl("plain text, longer than a word \xc3\xa9"));
}
