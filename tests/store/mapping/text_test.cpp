// The small text readers: times, slices of JSON.
#include <boost/test/unit_test.hpp>

#include "src/store/mapping/converter.h"
#include "src/store/mapping/json_slice.h"
#include "src/store/mapping/residual.h"
#include "src/store/mapping/time_text.h"

namespace {

using namespace store::mapping;

std::string instant(std::string_view timestamp) {
  std::string out;
  return appendInstant(timestamp, out) ? out : "none";
}

std::string walk(std::string_view json) {
  std::string text;
  for (JsonWalk at(json); at.next();) text += std::string(at.rawKey()) + '=' + std::string(at.value()) + ';';
  return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(texts)

BOOST_AUTO_TEST_CASE(only_whole_possible_dates_are_dates) {
  BOOST_TEST(toDate("2024-02-29").value_or("none") == "2024-02-29");
  for (const char* text : {"2023-02-29", "2024-13-01", "2024-00-01", "0000-01-01", "2024-02", "2024-02-2",
                           "2024-02-29T", "", "2024/02/29"}) {
    BOOST_TEST(!toDate(text), text);
  }
}

BOOST_AUTO_TEST_CASE(only_whole_times_are_timestamps) {
  for (const char* text : {"2024-02-30T10:00:00Z", "2024-01-01T24:00:00Z", "2024-01-01T10:60:00Z",
                           "2024-12-31T23:59:60Z", "2024-01-01T10:00:00", "2024-01-01T10:00:00+5:30",
                           "2024-01-01T10:00:00.Zx", "2024-01-01T10:00Z", ""}) {
    BOOST_TEST(!toTimestamp(text), text);
  }
}

BOOST_AUTO_TEST_CASE(postgresqls_times_become_instants) {
  BOOST_TEST(instant("2024-01-01 10:00:00+00") == "2024-01-01T10:00:00Z");
  BOOST_TEST(instant("2024-01-01 10:00:00.120001+05:30") == "2024-01-01T10:00:00.120001+05:30");
  BOOST_TEST(instant("2024-01-01 10:00:00-03") == "2024-01-01T10:00:00-03:00");
  for (const char* text : {"infinity", "-infinity", "0044-03-15 10:00:00+00 BC", "12024-01-01 10:00:00+00",
                           "1800-01-01 10:00:00+05:53:28", ""}) {
    BOOST_TEST(instant(text) == "none", text);
  }
}

BOOST_AUTO_TEST_CASE(json_is_walked_without_a_tree) {
  BOOST_TEST(walk(R"( { "a" : 1 , "b\"c":"x\\\"}" ,"d":{"e":[1,"]"]},"f":[ ]} )") ==
             R"(a=1;b\"c="x\\\"}";d={"e":[1,"]"]};f=[ ];)");
  BOOST_TEST(walk(R"([1, true,"a,b", null])") == R"(=1;=true;="a,b";=null;)");
  for (const char* nothing : {"", " ", "7", "\"a\"", "null", "{}", "[ ]", "{7}", "{\"a\"}", "{\"a\":}"})
    BOOST_TEST(walk(nothing) == "", nothing);
}

BOOST_AUTO_TEST_CASE(cut_json_is_never_read_beyond_its_end) {
  const std::string json = R"({"a":{"b":["c\"\\",1.5,true]},"d":"\u00e9\ud83d\ude00"})";
  for (std::size_t i = 0; i <= json.size(); ++i) {
    const std::string cut(json, 0, i);  // exactly as long, for the sanitizers
    walk(std::string_view(cut.data(), cut.size()));
    std::string buffer;
    unquote(cut, buffer);
  }
}

BOOST_AUTO_TEST_CASE(escapes_are_resolved) {
  std::string buffer;
  BOOST_TEST(unquote(R"("plain")", buffer).value_or("") == "plain");
  BOOST_TEST(unquote(R"("a\n\t\r\b\f\/\\\"\u0041\u00e9\u20ac\ud83d\ude00")", buffer).value_or("") ==
             "a\n\t\r\b\f/\\\"Aé€😀");
  BOOST_TEST(unquote(R"("\ud83d!\ude00")", buffer).value_or("") == "\uFFFD!\uFFFD");
  BOOST_TEST(!unquote("7", buffer));
  BOOST_TEST(!unquote("\"", buffer));
}

BOOST_AUTO_TEST_CASE(plain_decimals_are_those_that_numeric_gives_back) {
  for (const char* text : {"0", "-1", "1.50", "0.001", "123456789012345678901234567890.5"})
    BOOST_TEST(isPlainDecimal(text), text);
  for (const char* text : {"", "-", "-0", "-0.0", "01", "1.", ".5", "1e3", "+1", "NaN", "1 ", "--1"})
    BOOST_TEST(!isPlainDecimal(text), text);
}

BOOST_AUTO_TEST_CASE(fingerprints_differ_and_nothing_has_none) {
  BOOST_TEST(fingerprint("") == "");
  BOOST_TEST(fingerprint("a").size() == 13U);
  BOOST_TEST(fingerprint("a") != fingerprint("b"));
}

BOOST_AUTO_TEST_SUITE_END()
