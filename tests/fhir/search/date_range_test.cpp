#include "fhir/search/date_range.h"

#include <boost/test/unit_test.hpp>
#include <cstdint>

using fhir::search::dateRange;

BOOST_AUTO_TEST_SUITE(date_ranges)

namespace {

constexpr std::int64_t second = 1'000'000;
constexpr std::int64_t minute = 60 * second;
constexpr std::int64_t day = 24 * 60 * minute;
// 2013-01-14T00:00:00Z
constexpr std::int64_t january14 = 1'358'121'600 * second;

struct Row {
  const char* text;
  std::int64_t low;
  std::int64_t width;
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_date_covers_all_of_what_it_leaves_open) {
  const Row rows[] = {
      {"1970", 0, 365 * day},
      {"2000", 946'684'800 * second, 366 * day},
      {"2013-01", january14 - 13 * day, 31 * day},
      {"2012-02", 1'328'054'400 * second, 29 * day},
      {"2013-12", 1'385'856'000 * second, 31 * day},
      {"2013-01-14", january14, day},
      {"2013-01-14T10:00", january14 + 600 * minute, minute},
      {"2013-01-14T10:00Z", january14 + 600 * minute, minute},
      {"2013-01-14T10:00:05Z", january14 + 600 * minute + 5 * second, second},
      {"2013-01-14T10:00:05.5Z", january14 + 600 * minute + 5 * second + 500'000, 100'000},
      {"2013-01-14T10:00:05.123456Z", january14 + 600 * minute + 5 * second + 123'456, 1},
      {"2013-01-14T10:00:05.123456789Z", january14 + 600 * minute + 5 * second + 123'456, 1},
      {"2013-01-14T00:00+05:30", january14 - 330 * minute, minute},
      {"2013-01-14T00:00:00-03:00", january14 + 180 * minute, second},
      {"2013-01-14T00:00:00+14:00", january14 - 840 * minute, second},
      {"2013-01-14T23:59:60Z", january14 + day, second},
      {"0001-01-01", -62'135'596'800 * second, day},
      {"9999-12-31", 253'402'214'400 * second, day},
      {"9999", 253'370'764'800 * second, 365 * day},
  };
  for (const auto& row : rows) {
    const auto range = dateRange(row.text);
    BOOST_TEST_REQUIRE(range.has_value(), row.text);
    BOOST_TEST(range->low == row.low, row.text << " low " << range->low);
    BOOST_TEST(range->high - range->low == row.width, row.text);
  }
}

BOOST_AUTO_TEST_CASE(dates_that_do_not_exist_are_refused) {
  for (const char* text : {"",
                           "0000",
                           "13",
                           "201",
                           "20130",
                           "2013-",
                           "2013-1",
                           "2013-13",
                           "2013-00",
                           "2013-02-29",
                           "2013-02-30",
                           "1900-02-29",
                           "2013-04-31",
                           "2013-01-00",
                           "2013-01-14T",
                           "2013-01-14T10",
                           "2013-01-14T24:00Z",
                           "2013-01-14T10:60Z",
                           "2013-01-14T10:00:61Z",
                           "2013-01-14T10:00:00.Z",
                           "2013-01-14T10:00 05:30",
                           "2013-01-14T10:00+5:30",
                           "2013-01-14T10:00+15:00",
                           "2013-01-14T10:00+14:30",
                           "2013-01-14T10:00+05:60",
                           "2013-01-14T10:00ZZ",
                           "2013-01-14 10:00Z",
                           "2013-01-14Z",
                           "2013/01/14",
                           " 2013",
                           "2013 ",
                           "-2013",
                           "now",
                           "2013-01-14T10:00+0530",
                           "2013-01-14t10:00z"}) {
    BOOST_TEST(!dateRange(text).has_value(), "'" << text << "'");
  }
}

BOOST_AUTO_TEST_SUITE_END()
