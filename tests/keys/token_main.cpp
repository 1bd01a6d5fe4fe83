#define BOOST_TEST_MODULE keys_token
#include <boost/test/unit_test.hpp>

#include "tests/support/softhsm.h"

using support::SkipWithoutSoftHsm;
BOOST_TEST_GLOBAL_FIXTURE(SkipWithoutSoftHsm);
