#define BOOST_TEST_MODULE smart_scope
#include <boost/test/unit_test.hpp>
