// What the entries of a Bundle may cost together.
#include "src/rest/budget.h"

#include <boost/test/unit_test.hpp>
#include <thread>

using rest::Budget;
using rest::Limits;

BOOST_AUTO_TEST_SUITE(budgets)

BOOST_AUTO_TEST_CASE(answers_are_counted_in_bytes) {
  Limits limits;
  limits.entriesBytes = 10;
  Budget budget(limits);
  http::Response answer;
  answer.body = "12345";
  budget.add(answer);
  budget.add(answer);
  BOOST_TEST(!budget.spent());
  budget.add(answer);
  const auto spent = budget.spent();
  BOOST_TEST_REQUIRE(spent.has_value());
  BOOST_TEST((spent->failure() == fhir::Failure::payloadTooLarge));
  BOOST_TEST((spent->issues().front().type == fhir::IssueType::tooCostly));
}

BOOST_AUTO_TEST_CASE(time_is_what_all_take_together) {
  Limits limits;
  BOOST_TEST(!Budget(limits).spent());
  limits.entriesTime = std::chrono::milliseconds(1);
  const Budget budget(limits);
  std::this_thread::sleep_for(std::chrono::milliseconds(2));
  const auto spent = budget.spent();
  BOOST_TEST_REQUIRE(spent.has_value());
  BOOST_TEST((spent->failure() == fhir::Failure::unavailable));
  BOOST_TEST((spent->issues().front().type == fhir::IssueType::timeout));
}

BOOST_AUTO_TEST_SUITE_END()
