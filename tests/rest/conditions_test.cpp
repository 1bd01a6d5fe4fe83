#include "src/rest/conditions.h"

#include <boost/test/unit_test.hpp>
#include <string>
#include <utility>
#include <vector>

namespace {

http::Request with(const std::vector<std::pair<std::string, std::string>>& headers) {
  http::Request request;
  for (const auto& [name, value] : headers) request.headers.push_back({name, value});
  return request;
}

store::StoredResource version3() {
  store::StoredResource resource;
  resource.versionId = 3;
  resource.lastUpdated = "2026-11-23T09:30:00.125Z";
  return resource;
}

bool unmodified(std::string name, std::string value) {
  return rest::isUnmodified(with({{std::move(name), std::move(value)}}), version3());
}

fhir::Failure failureOf(const http::Request& request) {
  const auto condition = rest::writeCondition(request);
  BOOST_REQUIRE(!condition.ok());
  return condition.outcome().failure();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(conditions)

BOOST_AUTO_TEST_CASE(tags_are_weak_and_hold_the_version) {
  BOOST_TEST(rest::entityTag(3) == "W/\"3\"");
  BOOST_TEST(rest::httpDate("2026-11-23T09:30:00.125Z") == "Mon, 23 Nov 2026 09:30:00 GMT");
}

BOOST_AUTO_TEST_CASE(lists_of_tags_are_parsed) {
  const auto tags = rest::parseEntityTags(R"(W/"1", "2" ,, W/"x,y")");
  BOOST_REQUIRE(tags.has_value());
  BOOST_TEST(tags->tags == (std::vector<std::string>{"1", "2", "x,y"}), boost::test_tools::per_element());
  BOOST_TEST(tags->has(2));
  BOOST_TEST(!tags->has(3));
  BOOST_TEST(rest::parseEntityTags("*")->any);
}

BOOST_AUTO_TEST_CASE(malformed_lists_of_tags_are_told_apart) {
  for (const auto* text : {"", "3", "W/3", "\"3", "w/\"3\"", "\"1\" \"2\"", "*, \"1\"", ",", "\"a b\""}) {
    BOOST_TEST(!rest::parseEntityTags(text).has_value(), text);
  }
}

BOOST_AUTO_TEST_CASE(if_none_match_is_304_for_the_current_version_and_for_any) {
  BOOST_TEST(unmodified("If-None-Match", "W/\"3\""));
  BOOST_TEST(unmodified("If-None-Match", "\"3\""));
  BOOST_TEST(unmodified("If-None-Match", "W/\"1\", W/\"3\""));
  BOOST_TEST(unmodified("If-None-Match", "*"));
  BOOST_TEST(!unmodified("If-None-Match", "W/\"2\""));
  BOOST_TEST(!unmodified("If-None-Match", "3"));
}

BOOST_AUTO_TEST_CASE(if_modified_since_counts_whole_seconds) {
  BOOST_TEST(unmodified("If-Modified-Since", "Mon, 23 Nov 2026 09:30:00 GMT"));
  BOOST_TEST(unmodified("If-Modified-Since", "Mon, 23 Nov 2026 09:30:01 GMT"));
  BOOST_TEST(!unmodified("If-Modified-Since", "Mon, 23 Nov 2026 09:29:59 GMT"));
  BOOST_TEST(!unmodified("If-Modified-Since", "yesterday"));
}

BOOST_AUTO_TEST_CASE(if_none_match_wins_over_if_modified_since) {
  const auto request =
      with({{"If-None-Match", "W/\"2\""}, {"If-Modified-Since", "Mon, 23 Nov 2026 09:30:01 GMT"}});
  BOOST_TEST(!rest::isUnmodified(request, version3()));
}

BOOST_AUTO_TEST_CASE(a_read_fails_when_its_condition_does) {
  const auto failed = [](std::string name, std::string value) {
    return rest::failedCondition(with({{std::move(name), std::move(value)}}), version3());
  };
  for (const auto* tags : {"W/\"3\"", "\"3\"", "W/\"1\", W/\"3\"", "*"})
    BOOST_TEST(!failed("If-Match", tags), tags);
  BOOST_REQUIRE(failed("If-Match", "W/\"2\""));
  BOOST_CHECK(failed("If-Match", "W/\"2\"")->failure() == fhir::Failure::preconditionFailed);
  BOOST_CHECK(failed("If-Match", "3")->failure() == fhir::Failure::badRequest);
  BOOST_TEST(failed("If-Unmodified-Since", "Mon, 23 Nov 2026 09:29:59 GMT").has_value());
  BOOST_TEST(!failed("If-Unmodified-Since", "Mon, 23 Nov 2026 09:30:00 GMT"));
  BOOST_TEST(!failed("If-Unmodified-Since", "yesterday"));
}

BOOST_AUTO_TEST_CASE(if_match_names_versions_or_existence) {
  const auto one = rest::writeCondition(with({{"If-Match", "W/\"3\""}}));
  BOOST_REQUIRE(one.ok());
  BOOST_REQUIRE(one->versions.has_value());
  BOOST_TEST(one->versions->has(3));
  const auto any = rest::writeCondition(with({{"If-Match", "*"}}));
  BOOST_REQUIRE(any.ok());
  BOOST_TEST(any->mustExist);
  BOOST_TEST(!any->versions.has_value());
  const auto none = rest::writeCondition(with({{"If-None-Match", "*"}}));
  BOOST_REQUIRE(none.ok());
  BOOST_TEST(none->mustNotExist);
}

BOOST_AUTO_TEST_CASE(no_condition_of_a_write_is_ignored) {
  BOOST_CHECK(failureOf(with({{"If-Match", "3"}})) == fhir::Failure::badRequest);
  BOOST_CHECK(failureOf(with({{"If-None-Match", "W/"}})) == fhir::Failure::badRequest);
  BOOST_CHECK(failureOf(with({{"If-None-Match", "W/\"3\""}})) == fhir::Failure::notImplemented);
  BOOST_TEST(*rest::writeCondition(with({{"If-None-Exist", "identifier=a|b"}}))->noneExist ==
             "identifier=a|b");
  BOOST_CHECK(failureOf(with({{"If-None-Exist", "a=b"}, {"if-none-exist", "a=b"}})) ==
              fhir::Failure::badRequest);
  BOOST_CHECK(failureOf(with({{"If-Unmodified-Since", "Mon, 23 Nov 2026 09:30:00 GMT"}})) ==
              fhir::Failure::notImplemented);
}

BOOST_AUTO_TEST_CASE(a_version_is_a_number_from_1_on) {
  BOOST_TEST(rest::parseVersion("1").value() == 1);
  BOOST_TEST(rest::parseVersion("2147483647").value() == 2147483647);
  for (const auto* text : {"", "0", "-1", "01", "1.0", "x", "2147483648", "1 "}) {
    BOOST_TEST(!rest::parseVersion(text).has_value(), text);
  }
}

BOOST_AUTO_TEST_SUITE_END()
