// Each rule of the base specification, broken once at least, is found at its FHIRPath; each rule of Bundles,
// too.
#define BOOST_TEST_MODULE validation_rules
#include <array>
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <fstream>
#include <set>
#include <string>

#include "fhir/json/json.h"
#include "fhir/validation/plan.h"
#include "fhir/validation/validator.h"

namespace {

// The two rules that no resource can break: cid-0 names an element that R4 does not have, and HL7 wrote
// eld-11 with exists(), which a list of booleans always has.
const std::set<std::string_view> neverBroken{"cid-0", "eld-11"};

struct Line {
  std::string rule;
  std::string path;
  std::string json;
};

std::vector<Line> brokenRules() {
  const char* source = std::getenv("HV_SOURCE_DIR");
  std::ifstream in(std::string(source ? source : ".") + "/tests/fhir/validation/broken_rules.txt");
  std::vector<Line> lines;
  for (Line line; in >> line.rule;) {
    if (line.rule == "#") {
      std::getline(in, line.json);
      continue;
    }
    in >> line.path >> std::ws;
    std::getline(in, line.json);
    lines.push_back(line);
  }
  return lines;
}

fhir::Outcome faultsOf(const std::string& json) {
  const auto resource = fhir::json::parse(json);
  return resource ? fhir::validation::validate(*resource) : resource.outcome();
}

// Whether a fault stands at the path, with the rule's key where one is given.
bool isSaid(const fhir::Outcome& faults, const std::string& rule, const std::string& path) {
  for (const fhir::Issue& issue : faults.issues()) {
    const std::string& words = issue.diagnostics;
    const bool named =
        words.starts_with("Rule " + rule + ":") || words.find("(rule " + rule + ")") != std::string::npos;
    if (issue.expression == path && (rule.empty() || named)) return true;
  }
  return false;
}

std::string told(const fhir::Outcome& faults) {
  std::string text;
  for (const fhir::Issue& issue : faults.issues())
    text += "\n  " + issue.expression + ": " + issue.diagnostics;
  return text;
}

std::set<std::string> allRules() {
  std::set<std::string> keys;
  for (const auto& placed : fhir::validation::baseConstraints()) keys.emplace(placed.constraint->key());
  for (const fhir::TypeDefinition& type : fhir::types())
    for (const fhir::Invariant& invariant : type.invariants) keys.emplace(invariant.key);
  return keys;
}

bool isRuleOfNames(std::string_view key) {
  return key.ends_with("-0") && key != "cid-0";
}

}  // namespace

BOOST_AUTO_TEST_CASE(each_rule_that_is_broken_is_named_at_its_element) {
  const std::vector<Line> lines = brokenRules();
  BOOST_REQUIRE_GT(lines.size(), 100U);
  for (const Line& line : lines) {
    const fhir::Outcome faults = faultsOf(line.json);
    BOOST_TEST(isSaid(faults, line.rule, line.path),
               line.rule << " at " << line.path << ", but it says:" << told(faults));
  }
}

BOOST_AUTO_TEST_CASE(each_rule_of_names_is_found) {
  std::size_t found = 0;
  for (const fhir::TypeDefinition& type : fhir::types()) {
    if (!type.isResource() || !type.findElement("name")) continue;
    const std::string name(type.name);
    const auto resource = fhir::json::parse(R"({"resourceType":")" + name + R"(","name":"no identifier"})");
    if (!resource) continue;
    for (const auto& placed : fhir::validation::baseConstraints())
      if (placed.context == &type && isRuleOfNames(placed.constraint->key())) {
        BOOST_TEST(isSaid(fhir::validation::validate(*resource), std::string(placed.constraint->key()), name),
                   placed.constraint->key());
        ++found;
      }
  }
  BOOST_TEST(found > 15U);
}

BOOST_AUTO_TEST_CASE(no_rule_is_left_untried) {
  std::set<std::string> tried;
  for (const Line& line : brokenRules()) tried.insert(line.rule);
  for (const std::string& key : allRules())
    BOOST_TEST((tried.contains(key) || isRuleOfNames(key) || neverBroken.contains(key)), key);
}

BOOST_AUTO_TEST_CASE(each_further_rule_of_bundles_is_found) {
  const std::array<std::pair<std::string, std::string>, 6> broken{{
      {"Bundle.entry[0].fullUrl",
       R"({"resourceType":"Bundle","type":"collection","entry":[{"fullUrl":"Patient/1","resource":{"resourceType":"Patient","id":"1"}}]})"},
      {"Bundle.entry[0].fullUrl",
       R"({"resourceType":"Bundle","type":"collection","entry":[{"fullUrl":"http://example.org/Patient/1","resource":{"resourceType":"Patient","id":"2"}}]})"},
      {"Bundle.entry[0].fullUrl",
       R"({"resourceType":"Bundle","type":"collection","entry":[{"fullUrl":"http://example.org/Patient/1","resource":{"resourceType":"Group","id":"1"}}]})"},
      {"Bundle.entry[0].resource.subject.reference",
       R"({"resourceType":"Bundle","type":"document","entry":[{"fullUrl":"http://example.org/Composition/1","resource":{"resourceType":"Composition","subject":{"reference":"Patient/1"}}}]})"},
      {"Bundle.entry[0].resource.section[0].entry[0].reference",
       R"({"resourceType":"Bundle","type":"document","entry":[{"resource":{"resourceType":"Composition","section":[{"entry":[{"reference":"urn:uuid:6a3f9ed4-30b0-4b67-8c58-1f0d7c1b8a53"}]}]}}]})"},
      {"Bundle.entry[0].resource.focus[0].reference",
       R"({"resourceType":"Bundle","type":"message","entry":[{"resource":{"resourceType":"MessageHeader","focus":[{"reference":"Patient/1"}]}}]})"},
  }};
  for (const auto& [path, json] : broken) {
    const fhir::Outcome faults = faultsOf(json);
    BOOST_TEST(isSaid(faults, "", path), path << ", but it says:" << told(faults));
  }
}

BOOST_AUTO_TEST_CASE(no_fault_repeats_a_value_of_the_resource) {
  for (const Line& line : brokenRules()) {
    std::string json = line.json;
    const std::string secret = "Sokolov-9317";
    if (const std::size_t at = json.find("\"a\""); at != std::string::npos)
      json.replace(at, 3, '"' + secret + '"');
    BOOST_TEST(told(faultsOf(json)).find(secret) == std::string::npos, line.rule);
  }
}
