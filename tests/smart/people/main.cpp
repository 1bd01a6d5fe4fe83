#define BOOST_TEST_MODULE people
#include <boost/test/unit_test.hpp>

#include "tests/support/test_database.h"

using support::SkipWithoutDatabase;
BOOST_TEST_GLOBAL_FIXTURE(SkipWithoutDatabase);
