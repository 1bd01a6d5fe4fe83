#define BOOST_TEST_MODULE rest
#include <boost/test/unit_test.hpp>
