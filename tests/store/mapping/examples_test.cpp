// The official examples of the mapped types, where HV_EXAMPLES_DIR names the folder that has them.
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "tests/store/mapping/support.h"

BOOST_AUTO_TEST_SUITE(examples)

BOOST_AUTO_TEST_CASE(every_official_example_comes_back_the_same) {
  const char* directory = std::getenv("HV_EXAMPLES_DIR");
  if (directory == nullptr) {
    std::cout << "SKIPPED: HV_EXAMPLES_DIR is not set\n";
    return;
  }
  for (const store::Mapping& mapping : test::mappings().all()) {
    const std::string type(mapping.type().name);
    std::size_t total = 0, held = 0, whole = 0;
    for (const auto& file : std::filesystem::directory_iterator(directory)) {
      const std::string name = file.path().filename().string();
      if (!name.starts_with(type + '-') || !name.ends_with(".json")) continue;
      std::ifstream stream(file.path());
      std::ostringstream text;
      text << stream.rdbuf();
      const fhir::Resource resource = test::parse(text.str());
      const std::string original = test::canonical(text.str());
      const store::Envelope envelope{resource.id(), "1", "2026-01-01T00:00:00.000Z"};
      ++total;

      const store::Encoded encoded = mapping.encode(resource);
      if (encoded.holdable) {
        ++held;
        whole += encoded.indexedWhole ? 1 : 0;
        const std::vector<std::optional<std::string_view>> row(encoded.values.begin(), encoded.values.end());
        std::string json;
        mapping.decode(row, encoded.residual, envelope, json);
        BOOST_TEST(test::canonical(json) == original, name << ": " << encoded.residual);
      } else {
        BOOST_TEST(!encoded.reason.empty());
      }
      std::string json;
      store::decodeWhole(resource.type(), store::encodeWhole(resource), envelope, json);
      BOOST_TEST(test::canonical(json) == original, name);
    }
    BOOST_TEST(total > 0U);
    std::cout << type << ": " << total << " examples, " << held << " held by " << mapping.table()
              << ", of these " << whole << " indexed whole\n";
  }
}

BOOST_AUTO_TEST_SUITE_END()
