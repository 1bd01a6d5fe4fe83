#include "src/rest/preferences.h"

#include <boost/test/unit_test.hpp>
#include <initializer_list>
#include <string>

using rest::Return;

namespace {

rest::Preferences preferring(std::initializer_list<std::string> lines) {
  http::Request request;
  for (const auto& line : lines) request.headers.push_back({"Prefer", line});
  return rest::parsePreferences(request);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(preferences)

BOOST_AUTO_TEST_CASE(strict_and_unspecified_unless_asked) {
  const auto none = preferring({});
  BOOST_CHECK(none.content == Return::unspecified);
  BOOST_TEST(!none.lenient);
}

BOOST_AUTO_TEST_CASE(return_and_handling_are_read) {
  BOOST_CHECK(preferring({"return=minimal"}).content == Return::minimal);
  BOOST_CHECK(preferring({"return=representation"}).content == Return::representation);
  BOOST_CHECK(preferring({"return=OperationOutcome"}).content == Return::operationOutcome);
  BOOST_CHECK(preferring({"Return = \"minimal\""}).content == Return::minimal);
  BOOST_TEST(preferring({"handling=lenient"}).lenient);
  BOOST_TEST(!preferring({"handling=strict"}).lenient);
}

BOOST_AUTO_TEST_CASE(several_preferences_and_lines_are_one_list) {
  const auto both = preferring({"respond-async, return=minimal; foo=bar", "handling=lenient"});
  BOOST_CHECK(both.content == Return::minimal);
  BOOST_TEST(both.lenient);
}

BOOST_AUTO_TEST_CASE(only_the_first_of_a_preference_counts) {
  BOOST_CHECK(preferring({"return=minimal, return=representation"}).content == Return::minimal);
  BOOST_TEST(!preferring({"handling=strict", "handling=lenient"}).lenient);
}

BOOST_AUTO_TEST_CASE(what_is_malformed_or_unknown_is_ignored) {
  for (const auto* value : {"", ",,,", "return", "return=", "return=everything", "=minimal",
                            "\"return=minimal", "handling", "handling=LENIENT", "foo; return=minimal"}) {
    const auto result = preferring({value});
    BOOST_TEST((result.content == Return::unspecified), value);
    BOOST_TEST(!result.lenient, value);
  }
}

BOOST_AUTO_TEST_SUITE_END()
