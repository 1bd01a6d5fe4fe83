#include "fhir/profiles/value_sets.h"

#include "fhir/terminology/composition.h"
#include "fhir/terminology/concept.h"

namespace fhir::profiles {
namespace {

void tell(const Outcome& outcome, const Element& root, LoadFaults& faults) {
  const Issue& issue = outcome.issues().front();
  if (issue.expression.ends_with(".url")) {
    faults.missing(root, "url", issue.diagnostics);
  } else {
    faults.error(issue.type, root, issue.diagnostics);
  }
}

}  // namespace

std::shared_ptr<const CodeSystem> readCodeSystem(const Resource& resource, LoadFaults& faults) {
  if (resource.root().childText("content") == "supplement") return nullptr;
  auto made = CodeSystem::read(resource.clone());
  if (made) return *std::move(made);
  tell(made.outcome(), resource.root(), faults);
  return nullptr;
}

std::shared_ptr<const ValueSet> readValueSet(const Resource& resource, LoadFaults& faults) {
  auto made = ValueSet::read(resource.clone());
  if (made) return *std::move(made);
  tell(made.outcome(), resource.root(), faults);
  return nullptr;
}

const CodeSystem* LoadedValueSets::codeSystem(std::string_view canonical) const {
  const CodeSystem* loaded = codeSystems_.find(canonical);
  return loaded ? loaded : terminology::r4().codeSystem(canonical);
}

const ValueSet* LoadedValueSets::valueSet(std::string_view canonical) const {
  const ValueSet* loaded = valueSets_.find(canonical);
  return loaded ? loaded : terminology::r4().valueSet(canonical);
}

std::optional<bool> LoadedValueSets::subsumes(std::string_view system, std::string_view ancestor,
                                              std::string_view code) const {
  const CodeSystem* found = codeSystem(system);
  if (!found) return std::nullopt;
  const auto relation = terminology::subsumption(*found, ancestor, code);
  if (!relation) return std::nullopt;
  return *relation == terminology::Subsumption::subsumes || *relation == terminology::Subsumption::equivalent;
}

// The lists of R4's bindings are the quick way to what R4's own value sets hold.
validation::Membership LoadedValueSets::find(std::string_view valueSet, std::string_view system,
                                             std::string_view code) const {
  const ValueSet* loaded = valueSets_.find(valueSet);
  if (!loaded) {
    const auto bound = validation::builtInValueSets().find(valueSet, system, code);
    if (bound != validation::Membership::unknown) return bound;
    loaded = terminology::r4().valueSet(valueSet);
  }
  if (!loaded) return validation::Membership::unknown;
  switch (terminology::Composition(*this).test(*loaded, {system, code})) {
    case terminology::Membership::member:
      return validation::Membership::member;
    case terminology::Membership::notMember:
      return validation::Membership::notMember;
    case terminology::Membership::unknown:
      break;
  }
  return validation::Membership::unknown;
}

}  // namespace fhir::profiles
