#define BOOST_TEST_MODULE fhir_search
#include <boost/test/unit_test.hpp>
