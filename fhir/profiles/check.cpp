#include "fhir/profiles/check.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "fhir/model/messages.h"

namespace fhir::profiles {

void Check::resource(const Element& resource, std::span<const validation::WantedProfile> profiles) {
  for (auto each = profiles.begin(); each != profiles.end(); ++each) {
    const bool isRepeated = std::any_of(profiles.begin(), each, [&](const validation::WantedProfile& before) {
      return before.canonical == each->canonical;
    });
    if (!isRepeated) wanted(resource, *each);
  }
}

void Check::wanted(const Element& resource, const validation::WantedProfile& profile) {
  const Element& at = profile.named ? *profile.named : resource;
  const Goal goal = find(profile.canonical);
  const TypeDefinition* base = goal ? nullptr : baseTypeOf(profile.canonical);
  const TypeDefinition* type = goal ? goal.profile->type : base;
  if (!type) {
    if (profile.named) {
      fault(Severity::warning, IssueType::notFound, at, [] {
        return std::string(
            "The profile named here is not known, so the resource was not checked against it. Load its "
            "StructureDefinition, or name another.");
      });
    } else {
      fault(Severity::error, IssueType::notFound, at, [&] {
        return "The profile " + std::string(profile.canonical) +
               " that was asked for is not known. Load its StructureDefinition, or ask for another.";
      });
    }
    return;
  }
  if (!resource.type->is(type->name)) {
    fault(Severity::error, IssueType::value, at, [&] {
      return "The profile is for " + std::string(type->name) + ", and this is a " +
             std::string(resource.type->name) + ". Name a profile of its own type.";
    });
    return;
  }
  if (goal) checkAloud(resource, goal);
}

std::optional<bool> Check::conformsTo(const Element& element, std::string_view profile) {
  const Match match = conforms(element, profile);
  if (match == Match::unknown) return std::nullopt;
  return match == Match::yes;
}

Goal Check::find(std::string_view canonical) const noexcept {
  const Profile* profile = state_.find(canonical);
  if (!profile) return {};
  return {profile, profile->findNode(canonicalOf(canonical).fragment)};
}

Match Check::conforms(const Element& element, std::string_view canonical) {
  if (const Goal goal = find(canonical)) return tryOut(element, goal);
  const TypeDefinition* base = baseTypeOf(canonical);
  if (!base) return Match::unknown;
  return element.type->is(base->name) ? Match::yes : Match::no;
}

Match Check::tryOut(const Element& element, const Goal& goal) {
  if (goal.node == goal.profile->root.get() && !element.type->is(goal.profile->type->name)) return Match::no;
  const Key key{&element, goal.node};
  if (const auto known = answers_.find(key); known != answers_.end()) {
    assumed_ = std::min(assumed_, known->second.assumed);
    return known->second.conforms ? Match::yes : Match::no;
  }
  if (const auto waiting = asked_.find(key); waiting != asked_.end()) {
    assumed_ = std::min(assumed_, waiting->second);
    return Match::yes;
  }
  if (isDeep()) return Match::unknown;

  const auto mood = std::tuple(profile_, silent_, failed_);
  const std::size_t outer = std::exchange(assumed_, nothing);
  const std::size_t mark = provisional_.size();
  profile_ = goal.profile;
  silent_ = true;
  failed_ = false;
  asked_.emplace(key, ++depth_);
  this->element(*goal.node, element);
  const bool conforms = !failed_;
  asked_.erase(key);
  if (!exhausted_) remember(key, conforms, mark);
  assumed_ = std::min(outer, assumed_);
  --depth_;
  std::tie(profile_, silent_, failed_) = mood;
  return conforms ? Match::yes : Match::no;
}

// What was answered since `mark` may have assumed the answer that is found now.
void Check::remember(const Key& key, bool conforms, std::size_t mark) {
  const bool isSettled = !conforms || assumed_ >= depth_;
  if (isSettled) {
    for (std::size_t i = mark; i < provisional_.size(); ++i) {
      if (conforms) {
        answers_.at(provisional_[i]).assumed = nothing;
      } else {
        answers_.erase(provisional_[i]);
      }
    }
    provisional_.resize(mark);
    assumed_ = nothing;
  } else {
    provisional_.push_back(key);
  }
  answers_.insert_or_assign(key, Answer{conforms, assumed_});
}

void Check::checkAloud(const Element& element, const Goal& goal) {
  if (!reported_.emplace(&element, goal.node).second || isDeep()) return;
  const auto mood = std::tuple(profile_, silent_);
  profile_ = goal.profile;
  silent_ = false;
  ++depth_;
  this->element(*goal.node, element);
  --depth_;
  std::tie(profile_, silent_) = mood;
}

void Check::require(const Element& element, const Goal& goal) {
  if (!silent_) {
    checkAloud(element, goal);
  } else if (tryOut(element, goal) == Match::no) {
    failed_ = true;
  }
}

bool Check::step() {
  if (exhausted_) return false;
  if (++steps_ <= state_.limits.maxSteps) return true;
  exhausted_ = true;
  context_.report.add(Severity::error, IssueType::tooCostly, context_.links.root(), [] {
    return std::string(
        "The profiles were not checked to the end: that would cost too much. Send fewer resources at once.");
  });
  return false;
}

bool Check::isDeep() {
  if (exhausted_ || depth_ < state_.limits.maxDepth) return exhausted_;
  exhausted_ = true;
  context_.report.add(Severity::error, IssueType::tooCostly, context_.links.root(), [] {
    return std::string(
        "The profiles were not checked to the end: too many of them lead to each other, one resource to the "
        "next.");
  });
  return true;
}

bool Check::isTold(Severity severity) noexcept {
  if (silent_) {
    failed_ = failed_ || severity <= Severity::error;
    return false;
  }
  return context_.report.wants(severity);
}

std::string Check::ofProfile() const {
  return profile_ ? " (Profile " + profile_->url + ")" : std::string{};
}

}  // namespace fhir::profiles
