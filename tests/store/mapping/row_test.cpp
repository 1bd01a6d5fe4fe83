#include <boost/test/unit_test.hpp>

#include "tests/store/mapping/support.h"
