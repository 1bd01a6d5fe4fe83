#include "fhir/search/number_range.h"

#include <boost/test/unit_test.hpp>
#include <string>

using fhir::search::numberRange;

BOOST_AUTO_TEST_SUITE(number_ranges)

namespace {

struct Row {
  const char* text;
  const char* low;
  const char* high;
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_number_covers_half_a_unit_of_its_last_digit_to_both_sides) {
  const Row rows[] = {
      {"100", "99.5", "100.5"},
      {"100.00", "99.995", "100.005"},
      {"5.4", "5.35", "5.45"},
      {"5.40", "5.395", "5.405"},
      {"0", "-0.5", "0.5"},
      {"0.0", "-0.05", "0.05"},
      {"-0", "-0.5", "0.5"},
      {"1", "0.5", "1.5"},
      {"0.1", "0.05", "0.15"},
      {"-5", "-5.5", "-4.5"},
      {"-0.010", "-0.0105", "-0.0095"},
      {"1e2", "95", "105"},
      {"1.0e2", "95", "105"},
      {"1.00e2", "99.5", "100.5"},
      {"12e2", "1150", "1250"},
      {"5e-3", "0.00495", "0.00505"},
      {"1.5E+1", "14.5", "15.5"},
      {"0e0", "-0.05", "0.05"},
      {"99999999999999999999.99", "99999999999999999999.985", "99999999999999999999.995"},
  };
  for (const auto& row : rows) {
    const auto range = numberRange(row.text);
    BOOST_TEST_REQUIRE(range.has_value(), row.text);
    BOOST_TEST(range->value == row.text);
    BOOST_TEST(range->low == row.low, row.text << " low " << range->low);
    BOOST_TEST(range->high == row.high, row.text << " high " << range->high);
  }
}

BOOST_AUTO_TEST_CASE(what_is_no_decimal_is_refused) {
  for (const char* text : {"",     "-",    "+1",       "01",    "1.",     ".5",
                           "1e",   "1e+",  "1e+-2",    "1e101", "1e-101", "1e99999999999999999999",
                           "0x10", "NaN",  "Infinity", "1,5",   " 1",     "1 ",
                           "--1",  "1e2.5"}) {
    BOOST_TEST(!numberRange(text).has_value(), "'" << text << "'");
  }
  BOOST_TEST(!numberRange(std::string(65, '1')).has_value());
}

BOOST_AUTO_TEST_CASE(the_largest_exponents_stay_small_texts) {
  BOOST_TEST(numberRange("1e100")->high.size() < 120u);
  BOOST_TEST(numberRange("1e-100")->low.size() < 120u);
  BOOST_TEST(numberRange(std::string(64, '9')).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
