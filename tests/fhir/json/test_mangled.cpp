// Documents changed at random (by a fixed seed): whatever is sent, the parser answers, and what it takes it
// can write.
#include <boost/test/unit_test.hpp>
#include <random>
#include <string>

#include "fhir/json/json.h"
#include "tests/support/mangled.h"

using namespace fhir;

namespace {

const std::string_view seeds[] = {
    R"({"resourceType":"Patient","id":"a","contained":[{"resourceType":"Practitioner","id":"p"}],"active":true,)"
    R"("_active":{"id":"x"},"name":[{"family":"Chalmers","given":["A",null],"_given":[null,{"id":"b"}]}],)"
    R"("birthDate":"1974-12-25","multipleBirthInteger":2,"extension":[{"url":"u","valueDecimal":1.50e-3}]})",
    R"({"type":"batch","entry":[{"resource":{"status":"final","code":{"text":"\u00e9\ud83c\udfe5\n"},)"
    R"("valueQuantity":{"value":-0.10},"resourceType":"Observation"},"request":{"method":"PUT","url":"a/b"}}],)"
    R"("resourceType":"Bundle"})",
};

constexpr std::string_view pieces[] = {
    "{",    "}",   "[",      "]",     ",",   ":",           "\"",      "\\",          "null",
    "true", "1.0", "\"\"",   "\"_\"", "\\u", "\\ud83c",     "\xff",    "\x01",        "-",
    "{}",   "[]",  "[null]", " ",     "\n",  "\"_active\"", "\"id\":", "\"name\":[{", "\"resourceType\":"};

const support::Mangling everyByte{pieces, 4, 0x00, 0xFF};

}  // namespace

BOOST_AUTO_TEST_CASE(mangled_documents_are_refused_with_reasons_or_come_back_the_same) {
  std::mt19937 random(20240229);
  std::size_t taken = 0;
  for (int i = 0; i < 40'000; ++i) {
    const std::string text = support::mangled(
        std::string(seeds[static_cast<std::size_t>(i) % std::size(seeds)]), everyByte, random);
    const Result<Resource> result = json::parse(text);
    if (!result) {
      BOOST_REQUIRE_MESSAGE(result.outcome().hasErrors(), text);
      continue;
    }
    ++taken;
    const std::string written = json::toString(*result);
    const Result<Resource> again = json::parse(written);
    BOOST_REQUIRE_MESSAGE(again.ok(), text << " was written as " << written);
    BOOST_REQUIRE_MESSAGE(json::toString(*again) == written, text);
  }
  BOOST_TEST_MESSAGE(taken << " mangled documents were still right");
  BOOST_TEST(taken > 100U);
}
