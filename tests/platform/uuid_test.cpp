#include "src/platform/uuid.h"

#include <boost/test/unit_test.hpp>
#include <set>

using platform::Uuid;

BOOST_AUTO_TEST_SUITE(uuid)

BOOST_AUTO_TEST_CASE(a_name_gives_the_uuid_that_RFC_4122_gives_it) {
  const Uuid dns = Uuid::parse("6ba7b810-9dad-11d1-80b4-00c04fd430c8").value();
  BOOST_TEST(Uuid::fromName(dns, "www.example.com").toString() == "2ed6657d-e927-568b-95e1-2665a8aea6a2");
  BOOST_TEST(Uuid::fromName(dns, "python.org").toString() == "886313e1-3b8a-5372-9b90-0c9aee199e5d");
}

BOOST_AUTO_TEST_CASE(random_ones_are_of_version_4_and_differ) {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const std::string text = Uuid::random().toString();
    BOOST_TEST(text[14] == '4');
    BOOST_TEST((text[19] == '8' || text[19] == '9' || text[19] == 'a' || text[19] == 'b'));
    seen.insert(text);
  }
  BOOST_TEST(seen.size() == 1000U);
}

BOOST_AUTO_TEST_CASE(text_round_trips_in_lower_case) {
  const auto parsed = Uuid::parse("00112233-4455-6677-8899-AABBCCDDEEFF");
  BOOST_REQUIRE(parsed.has_value());
  BOOST_TEST(parsed->toString() == "00112233-4455-6677-8899-aabbccddeeff");
}

BOOST_AUTO_TEST_CASE(anything_else_is_no_uuid) {
  for (const char* text :
       {"", "x", "00112233-4455-6677-8899-aabbccddeef", "00112233-4455-6677-8899-aabbccddeeff0",
        "0011223304455-6677-8899-aabbccddeeff", "00112233-4455-6677-8899-aabbccddeefg",
        "{0112233-4455-6677-8899-aabbccddeef}", "00112233445566778899aabbccddeeff"}) {
    BOOST_TEST(!Uuid::parse(text).has_value(), text);
  }
}

BOOST_AUTO_TEST_SUITE_END()
