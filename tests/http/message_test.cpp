// What the value types of message.h promise.
#include "src/http/message.h"

#include <boost/test/unit_test.hpp>

#include "src/http/compression.h"

using namespace http;

BOOST_AUTO_TEST_SUITE(message)

BOOST_AUTO_TEST_CASE(repeated_parameters_stay_repeated_and_in_order) {
  const auto parameters = parseParameters("date=ge2020&name=a&date=lt2021&&flag&empty=").value();
  BOOST_REQUIRE(parameters.size() == 5u);
  BOOST_TEST(parameters[0].name == "date");
  BOOST_TEST(parameters[0].value == "ge2020");
  BOOST_TEST(parameters[2].name == "date");
  BOOST_TEST(parameters[2].value == "lt2021");
  BOOST_TEST(parameters[3].name == "flag");
  BOOST_TEST(parameters[3].value == "");
  BOOST_TEST(parameters[4].name == "empty");
}

BOOST_AUTO_TEST_CASE(parameters_are_decoded_and_a_plus_is_a_space) {
  const auto parameters = parseParameters("code=http%3A%2F%2Floinc.org%7C8480-6&name=a+b%2Bc%C3%A9").value();
  BOOST_TEST(parameters[0].value == "http://loinc.org|8480-6");
  BOOST_TEST(parameters[1].value == "a b+c\xC3\xA9");
}

BOOST_AUTO_TEST_CASE(broken_escapes_nul_and_what_is_not_utf8_are_refused) {
  for (const char* text : {"a=%", "a=%2", "a=%zz", "%=1", "a=%00", "a=%C3", "a=%FF", "a=%C0%AF",
                           "a=%ED%A0%80", "a=%F4%90%80%80"}) {
    BOOST_TEST(!parseParameters(text).has_value(), text);
  }
}

BOOST_AUTO_TEST_CASE(percent_encoding_keeps_the_unreserved_and_what_it_is_told_to) {
  BOOST_TEST(percentEncode("aZ09-._~ /|\xC3\xA9") == "aZ09-._~%20%2F%7C%C3%A9");
  BOOST_TEST(percentEncode("a/b c", "/") == "a/b%20c");
}

BOOST_AUTO_TEST_CASE(dates_of_http_go_both_ways) {
  const std::chrono::sys_seconds when{std::chrono::seconds(784111777)};
  BOOST_TEST(formatDate(when) == "Sun, 06 Nov 1994 08:49:37 GMT");
  BOOST_TEST((parseDate("Sun, 06 Nov 1994 08:49:37 GMT") == when));
  for (const char* text :
       {"Sat, 01 Jan 0000 00:00:00 GMT", "Mon, 06 Nov 0997 08:49:37 GMT", "Fri, 31 Dec 9999 23:59:59 GMT"})
    BOOST_TEST(formatDate(parseDate(text).value()) == text);
  for (const char* text :
       {"", "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 31 Feb 1994 08:49:37 GMT", "Xyz, 06 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 25:49:37 GMT", "Sun, 06 Nov 1994 08:49:3x GMT"}) {
    BOOST_TEST(!parseDate(text).has_value(), text);
  }
}

BOOST_AUTO_TEST_CASE(a_header_is_found_whatever_its_case_and_set_once) {
  Response response;
  response.setHeader("ETag", "1");
  response.setHeader("etag", "2");
  BOOST_REQUIRE(response.headers.size() == 1u);
  BOOST_TEST(*response.header("ETAG") == "2");
  BOOST_TEST(response.header("Location") == nullptr);
}

BOOST_AUTO_TEST_CASE(accept_encoding_is_weighed) {
  for (const char* text : {"gzip", "GZIP", "deflate, gzip;q=1.0, *;q=0.5", "*", "gzip;q=0.001", "x-gzip",
                           "identity;q=0.5, gzip;q=0.8", "br , gzip ; q=0.8"}) {
    BOOST_TEST(acceptsGzip(text), text);
  }
  for (const char* text : {"", "identity", "gzip;q=0", "*;q=0", "br", "gzip;q=0.000",
                           "identity;q=1, gzip;q=0.5", "gzip;q=abc", "gzip;q=-1", "*, gzip;q=0"}) {
    BOOST_TEST(!acceptsGzip(text), text);
  }
}

BOOST_AUTO_TEST_CASE(gzip_goes_both_ways_and_never_beyond_the_limit) {
  Gzip gzip;
  const std::string plain(300'000, 'x');
  std::string packed;
  BOOST_REQUIRE(gzip.compress(plain, packed));
  BOOST_TEST(packed.size() < 2000u);
  std::string back;
  BOOST_TEST((gzip.decompress(packed, plain.size(), back) == Gzip::Outcome::Done));
  BOOST_TEST((back == plain));
  BOOST_TEST((gzip.decompress(packed, plain.size() - 1, back) == Gzip::Outcome::TooLarge));
  BOOST_TEST(back.size() <= plain.size());
  BOOST_TEST((gzip.decompress(packed + packed, 2 * plain.size(), back) == Gzip::Outcome::Done));
  BOOST_TEST(back.size() == 2 * plain.size());
  BOOST_TEST((gzip.decompress(packed + "tail", 2 * plain.size(), back) == Gzip::Outcome::Malformed));
  BOOST_TEST((gzip.decompress(packed.substr(0, packed.size() - 3), 2 * plain.size(), back) ==
              Gzip::Outcome::Malformed));
  BOOST_TEST((gzip.decompress("not gzip", 100, back) == Gzip::Outcome::Malformed));
}

BOOST_AUTO_TEST_SUITE_END()
