#include "src/platform/nearest.h"

#include <array>
#include <boost/test/unit_test.hpp>
#include <string>

using platform::nearest;

namespace {

constexpr std::array<std::string_view, 4> names{"port", "page-size", "max-page-size", "database-url"};

}  // namespace

BOOST_AUTO_TEST_SUITE(nearest_)

BOOST_AUTO_TEST_CASE(finds_what_a_slip_of_the_finger_meant) {
  BOOST_TEST(nearest("prot", names) == "port");
  BOOST_TEST(nearest("pagesize", names) == "page-size");
  BOOST_TEST(nearest("DATABASE-URL", names) == "database-url");
  BOOST_TEST(nearest("databse-urll", names) == "database-url");
}

BOOST_AUTO_TEST_CASE(finds_nothing_when_nothing_is_near) {
  BOOST_TEST(nearest("colour-of-the-sky", names).empty());
  BOOST_TEST(nearest(std::string(100'000, 'a'), names).empty());
  BOOST_TEST(nearest("port", {}).empty());
}

BOOST_AUTO_TEST_SUITE_END()
