#define BOOST_TEST_MODULE store_mapping
#include <boost/test/unit_test.hpp>
