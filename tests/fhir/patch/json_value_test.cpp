#include "fhir/patch/json_value.h"

#include <boost/test/unit_test.hpp>
#include <string>

namespace {

using fhir::patch::JsonDocument;

bool same(const std::string& left, const std::string& right) {
  const auto a = JsonDocument::parse(left, {});
  const auto b = JsonDocument::parse(right, {});
  BOOST_REQUIRE((a.ok() && b.ok()));
  return equal(a->root(), b->root());
}

std::string written(const std::string& text) {
  const auto document = JsonDocument::parse(text, {});
  BOOST_REQUIRE(document.ok());
  std::string out;
  write(document->root(), out);
  return out;
}

std::string fault(const std::string& text, const fhir::patch::Limits& limits = {}) {
  const auto document = JsonDocument::parse(text, limits);
  return document ? "" : document.outcome().issues().front().diagnostics;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(json_value)

BOOST_AUTO_TEST_CASE(numbers_are_equal_by_value_whatever_their_notation) {
  BOOST_TEST(same("1", "1.0"));
  BOOST_TEST(same("100", "1e2"));
  BOOST_TEST(same("0.001", "1E-3"));
  BOOST_TEST(same("-0", "0.00e7"));
  BOOST_TEST(same("12345678901234567890.10", "12345678901234567890.1"));
  BOOST_TEST(!same("12345678901234567890.1", "12345678901234567890.2"));
  BOOST_TEST(!same("1", "-1"));
  BOOST_TEST(!same("1e-9999999999999999999", "2e-9999999999999999999"));
  BOOST_TEST(same("1e-9999999999999999999", "1e-9999999999999999999"));
}

BOOST_AUTO_TEST_CASE(a_number_is_no_string_and_null_is_nothing_else) {
  BOOST_TEST(!same("10", "\"10\""));
  BOOST_TEST(!same("null", "\"null\""));
  BOOST_TEST(!same("false", "null"));
  BOOST_TEST(!same("[]", "{}"));
}

BOOST_AUTO_TEST_CASE(the_order_counts_for_items_and_not_for_members) {
  BOOST_TEST(same(R"({"a":1,"b":[1,2]})", R"({"b":[1.0,2],"a":1})"));
  BOOST_TEST(!same("[1,2]", "[2,1]"));
  BOOST_TEST(!same(R"({"a":1})", R"({"a":1,"b":1})"));
  BOOST_TEST(!same(R"({"a":1})", R"({"b":1})"));
}

BOOST_AUTO_TEST_CASE(what_is_read_is_written_as_it_was) {
  for (const char* text : {R"({"a":1.50,"b":[null,true,false,"\"\\\n"],"c":{}})", "[]", "\"\"", "1e-400"})
    BOOST_TEST(written(text) == text);
  BOOST_TEST(written("\"\\u00e4\\u0000\"") == "\"\xC3\xA4\\u0000\"");
}

BOOST_AUTO_TEST_CASE(what_is_no_json_is_refused_with_its_place) {
  BOOST_TEST(fault("[1,\n 2").find("line 2") != std::string::npos);
  BOOST_TEST(fault("[01]") != "");
  BOOST_TEST(fault("[\"\xFF\"]") != "");
  BOOST_TEST(fault("") != "");
  BOOST_TEST(fault(R"({"a":1,"b":2,"a":3})").find("same name") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(limits_of_depth_and_size_hold) {
  BOOST_TEST(fault(std::string(100, '[') + std::string(100, ']')).empty());
  BOOST_TEST(fault(std::string(101, '[') + std::string(101, ']')) != "");
  BOOST_TEST(fault("[1,2,3]", {.maxValues = 3}) != "");
  BOOST_TEST(fault("[1,2,3]", {.maxValues = 4}).empty());
}

BOOST_AUTO_TEST_SUITE_END()
