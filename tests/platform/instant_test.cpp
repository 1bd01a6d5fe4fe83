#include "src/platform/instant.h"

#include <boost/test/unit_test.hpp>

using platform::formatMicroseconds;
using platform::formatMilliseconds;
using platform::parseInstant;

namespace {

std::string normal(std::string_view text) {
  const auto instant = parseInstant(text);
  return instant ? formatMicroseconds(*instant) : "none";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(instant)

BOOST_AUTO_TEST_CASE(instants_are_written_in_utc) {
  BOOST_TEST(normal("2026-01-02T03:04:05Z") == "2026-01-02T03:04:05.000000Z");
  BOOST_TEST(normal("2026-01-02T03:04:05.678901234Z") == "2026-01-02T03:04:05.678901Z");
  BOOST_TEST(normal("2026-01-01T00:30:00.5+05:30") == "2025-12-31T19:00:00.500000Z");
  BOOST_TEST(normal("2024-02-28T23:00:00-01:30") == "2024-02-29T00:30:00.000000Z");
  BOOST_TEST(normal("1969-12-31T23:59:59.999Z") == "1969-12-31T23:59:59.999000Z");
  BOOST_TEST(normal("2016-12-31T23:59:60Z") == "2017-01-01T00:00:00.000000Z");
}

BOOST_AUTO_TEST_CASE(milliseconds_are_cut_off_not_rounded) {
  BOOST_TEST(formatMilliseconds(parseInstant("2026-12-31T23:59:59.999999Z").value()) ==
             "2026-12-31T23:59:59.999Z");
  BOOST_TEST(formatMilliseconds(parseInstant("1960-01-01T00:00:00.0009Z").value()) ==
             "1960-01-01T00:00:00.000Z");
}

BOOST_AUTO_TEST_CASE(what_is_no_instant_is_refused) {
  for (const char* text :
       {"", "2026", "2026-01-02", "2026-01-02T03:04Z", "2026-01-02T03:04:05", "2026-01-02 03:04:05Z",
        "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-01-02T24:00:00Z", "2026-01-02T03:60:00Z",
        "2026-01-02T03:04:61Z", "2026-01-02T03:04:05.Z", "2026-01-02T03:04:05+15:00",
        "2026-01-02T03:04:05+01", "2026-01-02T03:04:05Zx", "0000-01-01T00:00:00Z", "+026-01-02T03:04:05Z"}) {
    BOOST_TEST(!parseInstant(text).has_value(), text);
  }
}

BOOST_AUTO_TEST_SUITE_END()
