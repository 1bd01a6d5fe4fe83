#include "tests/fhir/profiles/fixtures.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "fhir/json/json.h"

namespace fhir::profiles::test {
namespace {

// The path of an id: without the names of slices.
std::string pathOf(std::string_view id) {
  std::string path;
  bool inSlice = false;
  for (const char c : id) {
    if (c == ':') inSlice = true;
    if (c == '.') inSlice = false;
    if (!inSlice) path += c;
  }
  return path;
}

// The slice that an id ends with; empty when it ends with none.
std::string sliceOf(std::string_view id) {
  const std::size_t dot = id.rfind('.');
  const std::size_t colon = id.rfind(':');
  if (colon == std::string_view::npos || (dot != std::string_view::npos && colon < dot)) return {};
  return std::string(id.substr(colon + 1));
}

std::string joined(const std::vector<std::string>& elements) {
  std::string text;
  for (const std::string& each : elements) text += "," + each;
  return text;
}

}  // namespace

std::string element(std::string_view id, std::string_view rest) {
  std::string text = R"({"id":")" + std::string(id) + R"(","path":")" + pathOf(id) + '"';
  if (const std::string slice = sliceOf(id); !slice.empty()) text += R"(,"sliceName":")" + slice + '"';
  if (!rest.empty()) text.append(",").append(rest);
  return text + "}";
}

std::string constraint(const std::vector<Rule>& rules) {
  std::string text;
  for (const Rule& each : rules)
    text += std::string(text.empty() ? "" : ",") + R"({"key":")" + std::string(each.key) +
            R"(","severity":")" + std::string(each.severity) + R"(","human":"As it must be","expression":")" +
            std::string(each.expression) + "\"}";
  return R"("constraint":[)" + text + "]";
}

std::string profile(std::string_view name, std::string_view type, const std::vector<std::string>& elements,
                    std::string_view more) {
  const TypeDefinition* definition = findType(type);
  const bool isRoot =
      !elements.empty() && elements[0].find(R"("path":")" + std::string(type) + '"') != std::string::npos;
  std::string snapshot = isRoot ? joined(elements).substr(1) : element(type) + joined(elements);
  return R"({"resourceType":"StructureDefinition","url":")" + example + std::string(name) +
         R"(","version":"1.0","name":"Fixture","status":"active","kind":")" +
         (definition && definition->isResource() ? "resource" : "complex-type") + R"(","abstract":false,)" +
         std::string(more) + R"("type":")" + std::string(type) +
         R"(","baseDefinition":"http://hl7.org/fhir/StructureDefinition/)" + std::string(type) +
         R"(","derivation":"constraint","snapshot":{"element":[)" + snapshot + "]}}";
}

std::string extension(std::string_view name, const std::vector<std::string>& elements,
                      std::string_view more) {
  std::vector<std::string> all = elements;
  all.push_back(
      element("Extension.url", R"("min":1,"max":"1","fixedUri":")" + example + std::string(name) + '"'));
  const std::string context = R"("context":[{"type":"element","expression":"Element"}],)";
  return profile(name, "Extension", all, more.empty() ? std::string_view(context) : more);
}

Resource parse(std::string_view json) {
  auto resource = json::parse(json);
  BOOST_REQUIRE_MESSAGE(resource.ok(), told(resource.ok() ? Outcome() : resource.outcome()) << "\n" << json);
  return *std::move(resource);
}

ProfileSet load(const std::vector<std::string>& definitions) {
  ProfileSetBuilder builder;
  for (const std::string& each : definitions) {
    const Outcome faults = builder.add(parse(each));
    BOOST_REQUIRE_MESSAGE(faults.empty(), told(faults) << "\n" << each);
  }
  return builder.finish().set;
}

Outcome faultsOf(const ProfileSet& set, std::string_view json, const Asked& asked) {
  std::vector<std::string> canonicals;
  for (const std::string& each : asked.profiles)
    canonicals.push_back(each.find(':') == std::string::npos ? example + each : each);
  const std::vector<std::string_view> views(canonicals.begin(), canonicals.end());
  validation::Options options;
  options.profiles = &set;
  options.valueSets = &set.valueSets();
  options.asked = views;
  options.least = asked.least;
  return validation::validate(parse(json), options);
}

std::vector<std::string> places(const Outcome& outcome) {
  std::vector<std::string> found;
  for (const Issue& issue : outcome.issues())
    if (!issue.diagnostics.starts_with("Rule dom-6:"))
      found.push_back(std::string(code(issue.severity)) + " " + issue.expression);
  std::sort(found.begin(), found.end());
  return found;
}

std::string told(const Outcome& outcome) {
  std::string text;
  for (const Issue& issue : outcome.issues())
    text += "\n  " + std::string(code(issue.severity)) + " " + issue.expression + ": " + issue.diagnostics;
  return text.empty() ? " nothing" : text;
}

bool areAt(const Outcome& outcome, std::vector<std::string> expected) {
  std::sort(expected.begin(), expected.end());
  return places(outcome) == expected;
}

}  // namespace fhir::profiles::test
