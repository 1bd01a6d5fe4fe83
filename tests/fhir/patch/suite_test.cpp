// HL7's suites: 16 cases of JSON Patch (those of RFC 6902, appendix A) and 33 of FHIRPath Patch.
#define BOOST_TEST_MODULE patch_suite
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <pugixml.hpp>
#include <string>

#include "fhir/json/json.h"
#include "fhir/patch/json_value.h"
#include "fhir/patch/patch.h"
#include "tests/fhir/fhirpath/xml_reader.h"

namespace {

namespace patch = fhir::patch;

const std::filesystem::path& data() {
  static const std::filesystem::path folder = [] {
    const char* shared = std::getenv("HV_SHARED_DIR");
    std::filesystem::path found = std::filesystem::path(shared ? shared : "") / "data/patch";
    if (!std::filesystem::is_directory(found)) {
      std::puts("SKIPPED: HV_SHARED_DIR names no folder with data/patch");
      std::exit(77);
    }
    return found;
  }();
  return folder;
}

std::string text(const patch::JsonValue& value) {
  std::string out;
  patch::write(value, out);
  return out;
}

patch::JsonDocument parsed(const std::string& json) {
  auto document = patch::JsonDocument::parse(json, {});
  BOOST_REQUIRE(document.ok());
  return *std::move(document);
}

// What is wrong with the answer to a case; empty when nothing is.
std::string judge(const patch::JsonValue& one) {
  const auto result = patch::applyJsonPatch(text(*one.find("doc")), text(*one.find("patch")));
  const patch::JsonValue* expected = one.find("expected");
  if (!expected) return result ? "should fail" : "";
  if (!result) return result.outcome().issues().front().diagnostics;
  return patch::equal(parsed(*result).root(), *expected) ? "" : "gives " + *result;
}

fhir::Resource resource(const pugi::xml_node& holder) {
  const auto isElement = [](const pugi::xml_node& each) { return each.type() == pugi::node_element; };
  auto read = test::readXml(holder.find_child(isElement));
  BOOST_REQUIRE(read.has_value());
  return *std::move(read);
}

// The suite breaks the lines of its narratives now here, now there.
std::string withoutWhiteSpace(std::string json) {
  for (std::size_t at = json.find("\\n"); at != std::string::npos; at = json.find("\\n", at))
    json.erase(at, 2);
  std::erase(json, ' ');
  return json;
}

std::string judge(const pugi::xml_node& one) {
  const auto result = patch::applyFhirPathPatch(resource(one.child("input")), resource(one.child("diff")));
  const pugi::xml_node expected = one.child("output");
  if (!expected) return result ? "should fail" : "";
  if (!result) return result.outcome().issues().front().diagnostics;
  const std::string json = fhir::json::toString(*result);
  return withoutWhiteSpace(json) == withoutWhiteSpace(fhir::json::toString(resource(expected)))
             ? ""
             : "gives " + json;
}

}  // namespace

BOOST_AUTO_TEST_CASE(all_cases_of_json_patch_hold) {
  std::ifstream file(data() / "json-patch-tests.json");
  const auto suite = parsed({std::istreambuf_iterator<char>(file), {}});
  BOOST_TEST(suite.root().items.size() == 16U);
  for (const auto& [name, one] : suite.root().items) {
    const std::string fault = judge(one);
    BOOST_TEST(fault.empty(), one.find("comment")->text << ": " << fault);
  }
}

BOOST_AUTO_TEST_CASE(all_cases_of_fhirpath_patch_hold) {
  pugi::xml_document suite;
  BOOST_REQUIRE(suite.load_file((data() / "fhir-patch-tests.xml").c_str(),
                                pugi::parse_default | pugi::parse_ws_pcdata));
  std::size_t count = 0;
  for (const pugi::xml_node& one : suite.document_element().children("case")) {
    ++count;
    const std::string fault = judge(one);
    BOOST_TEST(fault.empty(), one.attribute("name").value() << ": " << fault);
  }
  BOOST_TEST(count == 33U);
}
