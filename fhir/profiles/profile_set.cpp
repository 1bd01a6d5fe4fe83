#include "fhir/profiles/profile_set.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "fhir/profiles/check.h"
#include "fhir/profiles/compile.h"
#include "fhir/profiles/state.h"

namespace fhir::profiles {
namespace {

bool isSame(const Profile& profile, std::string_view canonical) noexcept {
  const Canonical wanted = canonicalOf(canonical);
  return profile.url == wanted.url && (wanted.version.empty() || profile.version == wanted.version);
}

std::string nameOf(const Profile& profile) {
  return profile.version.empty() ? profile.url : profile.url + "|" + profile.version;
}

Outcome danglingOf(const Profile& profile, const State& state) {
  Outcome faults;
  for (const auto& [canonical, path] : profile.references) {
    const Profile* found = state.find(canonical);
    if (found && found->findNode(canonicalOf(canonical).fragment)) continue;
    if (!found && baseTypeOf(canonical)) continue;
    faults.add(Severity::warning, IssueType::notFound,
               "It refers to " + canonical + ", which is not loaded; what it asks for cannot be judged.",
               path);
  }
  const Profile* base = state.find(profile.base);
  const TypeDefinition* type = base ? base->type : baseTypeOf(profile.base);
  if (type && !profile.type->is(type->name))
    faults.add(Severity::warning, IssueType::value,
               "It derives from a definition of " + std::string(type->name) + ", but is itself one of " +
                   std::string(profile.type->name) + ". Mend the one that is wrong.",
               "StructureDefinition.baseDefinition");
  return faults;
}

}  // namespace

const Profile* State::find(std::string_view canonical) const noexcept {
  if (const Profile* loaded = profiles.find(canonical)) return loaded;
  const Profile& own = simpleQuantity();
  return isSame(own, canonical) ? &own : nullptr;
}

ProfileSet::ProfileSet() : ProfileSet(std::make_shared<const State>()) {}
ProfileSet::ProfileSet(std::shared_ptr<const State> state) : state_(std::move(state)) {}
ProfileSet::~ProfileSet() = default;
ProfileSet::ProfileSet(const ProfileSet&) = default;
ProfileSet& ProfileSet::operator=(const ProfileSet&) = default;

bool ProfileSet::knows(std::string_view canonical) const {
  return state_->find(canonical) || baseTypeOf(canonical);
}

bool ProfileSet::derives(std::string_view canonical, std::string_view ancestor) const {
  std::set<const Profile*> passed;
  const Profile* profile = state_->find(canonical);
  std::string_view at = canonical;
  while (profile && passed.insert(profile).second) {
    if (isSame(*profile, ancestor)) return true;
    at = profile->base;
    profile = state_->find(at);
  }
  const TypeDefinition* type = baseTypeOf(at);
  const TypeDefinition* above = baseTypeOf(ancestor);
  return type && above && type->is(above->name);
}

std::vector<ProfileSummary> ProfileSet::profiles() const {
  std::vector<ProfileSummary> all;
  state_->profiles.each([&](const Profile& each) {
    all.push_back({each.url, each.version, each.type->name});
  });
  std::sort(all.begin(), all.end(), [](const ProfileSummary& left, const ProfileSummary& right) {
    if (left.url != right.url) return left.url < right.url;
    return isBefore(left.version, right.version);
  });
  return all;
}

const validation::ValueSets& ProfileSet::valueSets() const noexcept {
  return state_->codes;
}

const terminology::Source& ProfileSet::terminology() const noexcept {
  return state_->codes;
}

std::unique_ptr<validation::ProfileCheck> ProfileSet::begin(validation::Context& context) const {
  return std::make_unique<Check>(*state_, context);
}

ProfileSetBuilder::ProfileSetBuilder() : state_(std::make_unique<State>()) {}
ProfileSetBuilder::ProfileSetBuilder(const ProfileSet& from)
    : state_(std::make_unique<State>(*from.state_)) {}
ProfileSetBuilder::~ProfileSetBuilder() = default;

void ProfileSetBuilder::setLimits(const Limits& limits) {
  state_->limits = limits;
}

Outcome ProfileSetBuilder::add(const Resource& resource) {
  const std::string_view type = resource.typeName();
  if (type == "StructureDefinition") {
    Compiled compiled = compile(resource);
    if (compiled.profile) state_->profiles.insert(std::move(compiled.profile));
    return std::move(compiled.faults);
  }
  LoadFaults faults;
  if (type == "ValueSet") {
    if (auto made = readValueSet(resource, faults)) state_->valueSets.insert(std::move(made));
  } else if (type == "CodeSystem") {
    if (auto made = readCodeSystem(resource, faults)) state_->codeSystems.insert(std::move(made));
  } else {
    faults.error(IssueType::notSupported, resource.root(),
                 "Only a StructureDefinition, ValueSet or CodeSystem can be added.");
  }
  return faults.take();
}

bool ProfileSetBuilder::remove(std::string_view canonical) {
  const bool profile = state_->profiles.erase(canonical);
  const bool valueSet = state_->valueSets.erase(canonical);
  const bool codeSystem = state_->codeSystems.erase(canonical);
  return profile || valueSet || codeSystem;
}

ProfileSetBuilder::Finished ProfileSetBuilder::finish() {
  std::vector<Dangling> dangling;
  state_->profiles.each([&](const Profile& each) {
    if (Outcome faults = danglingOf(each, *state_); !faults.empty())
      dangling.push_back({nameOf(each), std::move(faults)});
  });
  std::sort(dangling.begin(), dangling.end(),
            [](const Dangling& left, const Dangling& right) { return left.url < right.url; });
  auto next = std::make_unique<State>(*state_);
  return {ProfileSet(std::shared_ptr<const State>(std::exchange(state_, std::move(next)))),
          std::move(dangling)};
}

}  // namespace fhir::profiles
