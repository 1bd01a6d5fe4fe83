// _include and _revinclude: https://hl7.org/fhir/R4/search.html#include
//
// One statement for each include and round: it finds the links of all resources of the round, then what they
// lead to. With :iterate the resources found are the next round's.
//
// What a query's `referred` are is one statement, too, from the matches of its sources to what they lead to.
#include <algorithm>
#include <set>
#include <utility>

#include "src/store/include_sql.h"
#include "src/store/key.h"
#include "src/store/known_units.h"
#include "src/store/session_impl.h"

namespace store {
namespace {

using fhir::search::Contained;
using fhir::search::ContainedType;
using fhir::search::Include;
using fhir::search::Referred;
using fhir::search::SearchQuery;
using fhir::search::TypeSearch;

constexpr int kMaxRounds = 16;

class Seen {
 public:
  bool add(const StoredResource& resource) {
    return names_.insert(std::string(resource.type->name) + "/" + resource.id).second;
  }

 private:
  std::set<std::string> names_;
};

void addKey(const StoredResource& resource, Keys& keys) {
  keys[resource.type].push_back(keyOf(resource.type->name, resource.id).uuid);
}

void addInside(const StoredResource& contained, Keys& keys) {
  const std::string_view container = contained.containedIn;
  const auto slash = container.find('/');
  const auto type = container.substr(0, slash);
  keys[contained.type].push_back(
      containedKey(type, keyOf(type, container.substr(slash + 1)).uuid, contained.id));
}

// Of a page's matches, which no include shows again.
void addMatches(const SearchQuery& query, const SearchPage& page, Seen& seen, Keys& round, Inside& inside) {
  for (const StoredResource& match : page.matches) {
    if (!match.containedIn.empty()) {
      addInside(match, inside.matches);
      continue;
    }
    seen.add(match);
    addKey(match, round);
  }
  if (query.contained == Contained::none || query.containedType == ContainedType::contained) return;
  for (const TypeSearch& each : query.types) inside.sources.push_back(each.type);
}

}  // namespace

fhir::Result<std::vector<StoredResource>> Session::Impl::readReferred(
    const Referred& referred, const std::optional<ResourceName>& after, std::uint32_t count) {
  const Include all;
  KnownUnits units(connection);
  IncludeSql sql(view(), all, units.units());
  const SqlText text = sql.makeReferred(referred, after, count);
  if (units.failure()) return *units.failure();
  auto rows = runIndexed(text, sql.types());
  if (!rows) return std::move(rows).outcome();
  std::vector<StoredResource> found;
  for (std::size_t row = 0; row < rows->size() && !rows->isNull(row, 1); ++row)
    found.push_back(registry.plan(*fhir::findResourceType(rows->text(row, 1))).decode(*rows, row, 2));
  return found;
}

fhir::Result<fhir::Done> Session::Impl::addIncludes(const SearchQuery& query, SearchPage& page) {
  if (query.includes.empty() || page.matches.empty()) return fhir::Done{};
  Seen seen;
  Keys round;
  Inside inside;
  addMatches(query, page, seen, round, inside);
  const std::uint32_t most = registry.options().maxIncluded;
  KnownUnits units(connection);
  for (int number = 0; number < kMaxRounds && !(round.empty() && inside.empty()); ++number) {
    Keys next;
    for (const Include& include : query.includes) {
      if (number > 0 && !include.iterate) continue;
      IncludeSql sql(view(), include, units.units());
      const auto text = sql.make(round, inside, most);
      if (!text) continue;
      if (units.failure()) return *units.failure();
      auto rows = runIndexed(*text, sql.types());
      if (!rows) return std::move(rows).outcome();
      for (std::size_t row = 0; row < rows->size() && !rows->isNull(row, 1); ++row) {
        const auto* type = fhir::findResourceType(rows->text(row, 1));
        StoredResource resource = registry.plan(*type).decode(*rows, row, 2);
        if (!seen.add(resource)) continue;
        if (page.included.size() == most) {
          page.includesCut = true;
          return fhir::Done{};
        }
        addKey(resource, next);
        page.included.push_back(std::move(resource));
      }
    }
    round = std::move(next);
    inside = {};
  }
  page.includesCut = !round.empty() && std::any_of(query.includes.begin(), query.includes.end(),
                                                   [](const Include& each) { return each.iterate; });
  return fhir::Done{};
}

}  // namespace store
