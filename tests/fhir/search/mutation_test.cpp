// The query parser against names and values made at random out of the pieces it knows: it must answer, and
// soon.
#include <array>
#include <boost/test/unit_test.hpp>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fhir/search/index.h"
#include "fhir/search/query.h"

using namespace fhir;
using namespace fhir::search;

namespace {

class AllParameters : public Catalog {
 public:
  bool supports(const TypeDefinition&, const SearchParameter&) const override { return true; }
  bool sorts(const TypeDefinition&, const SearchParameter&) const override { return true; }
};

constexpr std::array<std::string_view, 30> pieces{
    "\\", ",", "|",    "$",    ":",       "ge",  "eq",       "ap",         "1970",  "-01",
    "T",  "Z", "+05",  "1e99", "Patient", "/",   "_history", "urn:uuid:",  "http:", "#",
    ".",  "-", "\xC3", "\xA9", "missing", "not", "true",     "identifier", "9",     "e"};

std::string randomText(std::mt19937& random, std::size_t most) {
  std::string text;
  for (auto left = random() % (most + 1); left > 0; --left) text += pieces[random() % pieces.size()];
  return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(mutations)

BOOST_AUTO_TEST_CASE(any_text_is_answered) {
  std::mt19937 random(20131);  // NOLINT: the same texts at each run
  const AllParameters catalog;
  const auto types = resourceTypes();
  std::size_t understood = 0;
  for (int i = 0; i < 50'000; ++i) {
    const auto& type = *types[random() % types.size()];
    const auto known = searchParameters(type);
    std::vector<std::pair<std::string, std::string>> parameters;
    for (auto left = random() % 3 + 1; left > 0; --left) {
      std::string name(known[random() % known.size()].code);
      if (random() % 4 == 0) name += ":" + randomText(random, 2);
      if (random() % 8 == 0) name = randomText(random, 4);
      parameters.emplace_back(std::move(name), randomText(random, 8));
    }
    ParseOptions options;
    options.lenient = random() % 2 == 0;
    options.baseUrl = "http://here/fhir";
    const auto query = parse(type, parameters, catalog, options);
    if (!query.ok()) {
      BOOST_TEST_REQUIRE(query.outcome().hasErrors());
      continue;
    }
    ++understood;
    for (const auto& condition : query->types.front().conditions) {
      if (const auto* criterion = std::get_if<Criterion>(&condition.node))
        BOOST_TEST_REQUIRE(!criterion->values.empty());
    }
  }
  BOOST_TEST(understood > 0u);
}

BOOST_AUTO_TEST_CASE(folding_is_stable) {
  std::mt19937 random(4);  // NOLINT: the same texts at each run
  for (int i = 0; i < 20'000; ++i) {
    std::string text;
    for (auto left = random() % 12; left > 0; --left) text += static_cast<char>(random() % 256);
    const auto once = fold(text);
    BOOST_TEST_REQUIRE(fold(once) == once);
  }
}

BOOST_AUTO_TEST_SUITE_END()
