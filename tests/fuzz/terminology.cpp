// Code systems and value sets that a client stores or sends: a Bundle of them. The list of a value set's
// codes and the question for a single code tell the same, and pages together are the whole.
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "fhir/json/json.h"
#include "fhir/terminology/canonical.h"
#include "fhir/terminology/check.h"
#include "fhir/terminology/concept.h"
#include "fhir/terminology/expansion.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/growth.h"
#include "tests/fuzz/words.h"

namespace fuzz {
namespace {

using namespace fhir::terminology;

fhir::Resource alone(const fhir::Element& root) {
  fhir::Resource resource(*root.type);
  for (const auto* each = root.firstChild; each; each = each->next)
    resource.appendCopy(resource.root(), *each->property, *each);
  return resource;
}

class Definitions final : public Source {
 public:
  explicit Definitions(const fhir::Resource& bundle) {
    for (const auto* entry = bundle.root().child("entry"); entry; entry = entry->nextSame()) {
      const auto* resource = entry->child("resource");
      if (!resource) continue;
      if (resource->type->name == "CodeSystem") {
        if (auto made = CodeSystem::read(alone(*resource)))
          systems.push_back(*made), codeSystems_.insert(*made);
      } else if (resource->type->name == "ValueSet") {
        if (auto made = ValueSet::read(alone(*resource))) sets.push_back(*made), valueSets_.insert(*made);
      }
    }
  }

  const CodeSystem* codeSystem(std::string_view canonical) const override {
    return codeSystems_.find(canonical);
  }
  const ValueSet* valueSet(std::string_view canonical) const override { return valueSets_.find(canonical); }

  std::vector<std::shared_ptr<const CodeSystem>> systems;
  std::vector<std::shared_ptr<const ValueSet>> sets;

 private:
  Canonicals<CodeSystem> codeSystems_;
  Canonicals<ValueSet> valueSets_;
};

void checkMembers(const Definitions& definitions, const ValueSet& valueSet) {
  Composition listing(definitions);
  std::vector<Member> members;
  if (!listing.list(valueSet, members)) {
    require(listing.why().hasErrors() && !listing.why().issues().front().diagnostics.empty(),
            "a refusal has words");
    return;
  }
  // An expansion that a value set brings along may say what its rules deny.
  for (const auto& each : definitions.sets)
    if (!each->expansion.empty() || each->isExpansionComplete) return;
  std::set<std::pair<std::string_view, std::string_view>> listed;
  for (const Member& each : members) {
    require(listed.emplace(each.system, each.code).second, "each code is listed once");
    require(Composition(definitions).test(valueSet, {each.system, each.code}) != Membership::notMember,
            "a code of the list is a member");
  }
  for (const auto& system : definitions.systems) {
    if (definitions.codeSystem(system->url) != system.get()) continue;  // an older version
    for (const Concept& each : system->concepts())
      if (!listed.contains({system->url, each.code}))
        require(Composition(definitions).test(valueSet, {system->url, each.code}) != Membership::member ||
                    !system->isCaseSensitive,
                "a code that is not listed is no member");
  }
}

std::string codesOf(const fhir::Element& parent) {
  std::string text;
  for (const auto* each = parent.child("contains"); each; each = each->nextSame())
    ((text += each->childText("system")) += '|').append(each->childText("code")) += '\n';
  return text;
}

void checkPages(const Definitions& definitions, const ValueSet& valueSet) {
  ExpansionRequest request;
  request.timestamp = "2026-01-01";
  const auto whole = expand(definitions, valueSet, request);
  if (!whole) return;
  require(static_cast<bool>(fhir::json::parse(fhir::json::toString(*whole))), "an expansion is a resource");
  std::string together;
  request.count = 3;
  for (request.offset = 0; *request.offset < 30; *request.offset += 3) {
    const auto page = expand(definitions, valueSet, request);
    require(static_cast<bool>(page), "a page of what has a whole");
    together += codesOf(*page->root().child("expansion"));
  }
  const std::string all = codesOf(*whole->root().child("expansion"));
  require(all.starts_with(together), "pages are the whole");
  request = {};
  request.timestamp = "2026-01-01";
  request.isNested = true;
  require(static_cast<bool>(expand(definitions, valueSet, request)), "the whole can be nested");
}

void run(std::string_view input) {
  const auto bundle = fhir::json::parse(input);
  if (!bundle || bundle->typeName() != "Bundle") return;
  const Definitions definitions(*bundle);
  for (const auto& valueSet : definitions.sets) {
    checkMembers(definitions, *valueSet);
    checkPages(definitions, *valueSet);
  }
  for (const auto& system : definitions.systems)
    for (const Concept& each :
         system->concepts().first(std::min<std::size_t>(system->concepts().size(), 8))) {
      const auto up = subsumption(*system, each.code, system->concepts().front().code);
      const auto down = subsumption(*system, system->concepts().front().code, each.code);
      require(up.ok() == down.ok(), "subsumption has two sides");
    }
}

std::string mutate(std::string_view input, Random& random) {
  auto resource = fhir::json::parse(input);
  if (!resource) return {};
  change(*resource, random);
  return fhir::json::toString(*resource);
}

std::vector<std::string> words() {
  return with(elementNames(), {"is-a", "descendent-of", "is-not-a", "regex", "in", "not-in", "generalizes",
                               "exists", "concept", "parent", "child", "urn:s", "urn:v"});
}

}  // namespace

const Target target{run, mutate, words};

}  // namespace fuzz
