// All of R4's search parameters over HL7's own examples (HV_EXAMPLES_DIR: the folder of the package,
// unpacked).
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include "fhir/fhirpath/fhirpath.h"
#include "fhir/json/json.h"
#include "fhir/search/index.h"
#include "fhir/search/union_operands.h"

using namespace fhir;
using namespace fhir::search;

namespace {

std::vector<Resource> examples(const char* directory) {
  std::vector<Resource> resources;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    const auto name = entry.path().filename().string();
    if (!name.ends_with(".json") || name.find('-') == std::string::npos) continue;
    std::ifstream file(entry.path());
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    if (auto parsed = json::parse(text)) resources.push_back(std::move(*parsed));
  }
  return resources;
}

std::size_t count(const IndexValues& values) {
  return values.tokens.size() + values.strings.size() + values.dates.size() + values.references.size() +
         values.quantities.size() + values.numbers.size() + values.uris.size();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(all_parameters)

BOOST_AUTO_TEST_CASE(a_union_is_taken_apart_and_nothing_else_is) {
  using Parts = std::vector<std::string_view>;
  BOOST_TEST(
      (unionOperands("A.b | (A.c as d).e|A.f('x | y')") == Parts{"A.b", "(A.c as d).e", "A.f('x | y')"}));
  BOOST_TEST((unionOperands("A.b") == Parts{"A.b"}));
  BOOST_TEST((unionOperands("(A | B).c") == Parts{"(A | B).c"}));
  BOOST_TEST((unionOperands("A.b.exists() and A.b != false") == Parts{"A.b.exists() and A.b != false"}));
  BOOST_TEST((unionOperands("A | B and C") == Parts{"A | B and C"}));
}

BOOST_AUTO_TEST_CASE(every_expression_of_r4_compiles) {
  std::size_t compiled = 0;
  for (const auto* type : resourceTypes()) {
    for (const auto& parameter : searchParameters(*type)) {
      if (parameter.expression.empty()) continue;
      BOOST_TEST(fhirpath::Expression::parse(parameter.expression, type).ok(),
                 type->name << "." << parameter.code);
      ++compiled;
    }
  }
  BOOST_TEST(compiled > 1600u);
}

BOOST_AUTO_TEST_CASE(official_examples_are_indexed) {
  const char* directory = std::getenv("HV_EXAMPLES_DIR");
  if (directory == nullptr || !std::filesystem::is_directory(directory)) {
    std::cout << "SKIPPED: HV_EXAMPLES_DIR names no folder of examples\n";
    return;
  }
  const auto resources = examples(directory);
  BOOST_TEST(resources.size() > 700u);
  const Indexer indexer("http://here/fhir");
  std::set<const SearchParameter*> parameters;
  std::size_t values = 0;
  const auto start = std::chrono::steady_clock::now();
  for (const auto& resource : resources) {
    const auto index = indexer.index(resource);
    values += count(index);
    BOOST_TEST(index.failed.empty(), resource.typeName() << "/" << resource.id());
    for (const auto& value : index.tokens) parameters.insert(value.parameter);
    for (const auto& value : index.strings) parameters.insert(value.parameter);
    for (const auto& value : index.dates) parameters.insert(value.parameter);
    for (const auto& value : index.references) parameters.insert(value.parameter);
    for (const auto& value : index.quantities) parameters.insert(value.parameter);
    for (const auto& value : index.numbers) parameters.insert(value.parameter);
    for (const auto& value : index.uris) parameters.insert(value.parameter);
  }
  const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - start;
  BOOST_TEST(parameters.size() > 1200u);
  std::cout << resources.size() << " resources, " << parameters.size() << " parameters with values, "
            << values << " values, " << took.count() / static_cast<double>(resources.size())
            << " us for each resource\n";
}

BOOST_AUTO_TEST_SUITE_END()
