#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "tests/store/mapping/support.h"

BOOST_AUTO_TEST_SUITE(documentation)

// When it fails: ninja document_mappings
BOOST_AUTO_TEST_CASE(docs_mappings_md_shows_every_mapping_as_it_is) {
  const char* directory = std::getenv("HV_SOURCE_DIR");
  std::ifstream stream(std::string(directory == nullptr ? "." : directory) + "/docs/mappings.md");
  std::ostringstream text;
  text << stream.rdbuf();
  for (const store::Mapping& mapping : test::mappings().all()) {
    BOOST_TEST(text.str().find(mapping.document()) != std::string::npos,
               "docs/mappings.md is not current for " << mapping.type().name);
  }
}

BOOST_AUTO_TEST_SUITE_END()
