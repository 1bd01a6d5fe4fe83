#define BOOST_TEST_MODULE patch
#include <boost/test/unit_test.hpp>
