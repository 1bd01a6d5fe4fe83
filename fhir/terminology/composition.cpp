#include "fhir/terminology/composition.h"

#include <algorithm>

#include "fhir/fhirpath/ucum.h"
#include "fhir/terminology/canonical.h"

namespace fhir::terminology {
namespace {

// Either is enough.
Membership either(Membership left, Membership right) noexcept {
  if (left == Membership::member || right == Membership::member) return Membership::member;
  return left == Membership::unknown || right == Membership::unknown ? Membership::unknown
                                                                     : Membership::notMember;
}
// Both are needed.
Membership both(Membership left, Membership right) noexcept {
  if (left == Membership::notMember || right == Membership::notMember) return Membership::notMember;
  return left == Membership::unknown || right == Membership::unknown ? Membership::unknown
                                                                     : Membership::member;
}
Membership of(bool isMember) noexcept {
  return isMember ? Membership::member : Membership::notMember;
}
Membership opposite(Membership membership) noexcept {
  if (membership == Membership::unknown) return membership;
  return of(membership == Membership::notMember);
}

std::string_view versionFor(const std::vector<std::string>& canonicals, std::string_view system) noexcept {
  for (const std::string& each : canonicals)
    if (const Canonical named = canonicalOf(each); named.url == system) return named.version;
  return {};
}

}  // namespace

bool isGrammar(std::string_view system) noexcept {
  return system == "http://unitsofmeasure.org";
}

bool isInGrammar(std::string_view system, std::string_view code) {
  return isGrammar(system) && ucum::isUnit(code);
}

bool Composition::spend(std::uint64_t steps) {
  work_ += steps;
  if (isOver()) unknown(Lack::work, {});
  return !isOver();
}

// What was too much work stays the reason.
Membership Composition::unknown(Lack lack, std::string_view what, std::string_view detail) {
  if (lack_ == Lack::work) return Membership::unknown;
  lack_ = lack;
  what_ = what;
  detail_ = detail;
  return Membership::unknown;
}

const CodeSystem* Composition::systemOf(const Inclusion& inclusion) {
  std::string_view version = inclusion.version;
  if (versions_) {
    if (version.empty()) version = versionFor(versions_->defaults, inclusion.system);
    if (const auto forced = versionFor(versions_->forced, inclusion.system); !forced.empty())
      version = forced;
  }
  std::string canonical(inclusion.system);
  if (!version.empty()) canonical.append("|").append(version);
  const CodeSystem* found = source_.codeSystem(canonical);
  if (!found) unknown(Lack::system, canonical);
  if (found && versions_) {
    const auto checked = versionFor(versions_->checks, inclusion.system);
    if (!checked.empty() && checked != found->version) {
      unknown(Lack::version, inclusion.system, found->version);
      return nullptr;
    }
  }
  return found;
}

// Then an expansion, which was made of other versions, tells nothing.
bool Composition::asksForVersions() const noexcept {
  return versions_ &&
         !(versions_->defaults.empty() && versions_->checks.empty() && versions_->forced.empty());
}

Membership Composition::test(const ValueSet& valueSet, const Code& code) {
  return testIn(valueSet, code, 0);
}

Membership Composition::testIn(const ValueSet& valueSet, const Code& code, unsigned depth) {
  if (!spend(workOfImport)) return Membership::unknown;
  if (depth > maxImports) return unknown(Lack::depth, valueSet.url);
  if (!valueSet.hasCompose) return inExpansion(valueSet, code);
  Membership found = inAny(valueSet.includes, code, depth);
  if (found != Membership::notMember && !valueSet.excludes.empty())
    found = both(found, opposite(inAny(valueSet.excludes, code, depth)));
  if (found == Membership::unknown && !asksForVersions() && !isOver()) {
    const auto [lack, what, detail] = std::tuple(lack_, what_, detail_);
    found = inExpansion(valueSet, code);
    if (found == Membership::unknown) unknown(lack, what, detail);
  }
  if (found == Membership::member && valueSet.excludesInactive &&
      std::any_of(valueSet.includes.begin(), valueSet.includes.end(),
                  [&](const Inclusion& each) { return isInactive(each, code); }))
    return Membership::notMember;
  return found;
}

bool Composition::isInactive(const Inclusion& inclusion, const Code& code) const {
  if (code.system.data() && code.system != inclusion.system) return false;
  const CodeSystem* system = source_.codeSystem(inclusion.system);
  const Concept* found = system ? system->find(code.code) : nullptr;
  return found && found->isInactive;
}

Membership Composition::inAny(const std::vector<Inclusion>& inclusions, const Code& code, unsigned depth) {
  Membership found = Membership::notMember;
  for (const Inclusion& each : inclusions) {
    found = either(found, inOne(each, code, depth));
    if (found == Membership::member) break;
  }
  return found;
}

Membership Composition::inOne(const Inclusion& inclusion, const Code& code, unsigned depth) {
  if (inclusion.system.empty() && inclusion.valueSets.empty()) return Membership::notMember;
  Membership found = Membership::member;
  if (!inclusion.system.empty()) {
    if (code.system.data() && code.system != inclusion.system) return Membership::notMember;
    found = inSystem(inclusion, code);
  }
  for (const std::string_view imported : inclusion.valueSets) {
    if (found == Membership::notMember) break;
    found = both(found, inImport(imported, code, depth));
  }
  return found;
}

Membership Composition::inImport(std::string_view canonical, const Code& code, unsigned depth) {
  const ValueSet* imported = source_.valueSet(canonical);
  return imported ? testIn(*imported, code, depth + 1) : unknown(Lack::valueSet, canonical);
}

Membership Composition::inSystem(const Inclusion& inclusion, const Code& code) {
  if (!inclusion.concepts.empty()) {
    if (inclusion.find(code.code)) return Membership::member;
    if (!spend(inclusion.concepts.size() / 16)) return Membership::unknown;
    const CodeSystem* system = source_.codeSystem(inclusion.system);
    return of(system && !system->isCaseSensitive &&
              std::any_of(inclusion.concepts.begin(), inclusion.concepts.end(),
                          [&](const ListedConcept& each) { return system->isSame(each.code, code.code); }));
  }
  if (isGrammar(inclusion.system) && inclusion.filters.empty())
    return of(isInGrammar(inclusion.system, code.code));
  const CodeSystem* system = systemOf(inclusion);
  if (!system) return Membership::unknown;
  const Concept* found = system->find(code.code);
  if (!found)
    return system->content == Content::complete ? Membership::notMember
                                                : unknown(Lack::wholeSystem, inclusion.system);
  return passesAll(*system, inclusion, *found);
}

Membership Composition::passesAll(const CodeSystem& system, const Inclusion& inclusion,
                                  const Concept& concept_) {
  Membership found = Membership::member;
  for (const Filter& filter : inclusion.filters) {
    found = both(found, passes(system, filter, concept_));
    if (found == Membership::notMember) break;
  }
  return found;
}

// Of a value set that has no rules, or rules that cannot be followed.
Membership Composition::inExpansion(const ValueSet& valueSet, const Code& code) {
  if (!spend(valueSet.expansion.size())) return Membership::unknown;
  const bool found =
      std::any_of(valueSet.expansion.begin(), valueSet.expansion.end(), [&](const ExpandedCode& each) {
        return each.code == code.code && (!code.system.data() || each.system == code.system);
      });
  if (found) return Membership::member;
  if (valueSet.isExpansionComplete) return Membership::notMember;
  const CodeList* list =
      source_.valueSet(valueSet.url) == r4().valueSet(valueSet.url) ? findCodes(valueSet.url) : nullptr;
  if (list)
    return of(code.system.data() ? list->contains(code.system, code.code) : list->contains(code.code));
  return unknown(Lack::rules, valueSet.url);
}

Outcome Composition::why() const {
  const auto lacking = [](IssueType type, std::string words) {
    return Outcome(Failure::unprocessable, type, std::move(words));
  };
  switch (lack_) {
    case Lack::system:
      return lacking(IssueType::notFound, "The code system " + what_ +
                                              " is not here, so its codes are not known. Store it as a "
                                              "CodeSystem, or list the codes in the value set.");
    case Lack::wholeSystem:
      return lacking(IssueType::notSupported,
                     "Only a part of the code system " + what_ +
                         " is here (its content is not complete), so not all of its "
                         "codes are known. Store the whole of it, or list the codes.");
    case Lack::grammar:
      return lacking(IssueType::tooCostly, "The code system " + what_ +
                                               " has a grammar and codes without end. Ask $validate-code for "
                                               "the single code.");
    case Lack::valueSet:
      return lacking(IssueType::notFound,
                     "The value set imports " + what_ + ", which is not here. Store it, or leave it out.");
    case Lack::filter:
      return lacking(IssueType::notSupported,
                     "A filter over the code system " + what_ + " cannot be followed: " + detail_);
    case Lack::depth:
      return lacking(IssueType::processing,
                     "The value sets import each other in a circle or over more than " +
                         std::to_string(maxImports) + " levels. Break the circle at " + what_ + ".");
    case Lack::size:
      return lacking(IssueType::tooCostly, "The value set has more than " + std::to_string(maxMembers) +
                                               " codes. Ask for a narrower one.");
    case Lack::version:
      return lacking(IssueType::businessRule, "check-system-version: the code system " + what_ +
                                                  " is here in version " +
                                                  (detail_.empty() ? "none" : detail_) + ".");
    case Lack::work:
      return lacking(
          IssueType::tooCostly,
          "The rules of the value set take too much work. Ask for a narrower one: fewer imports of "
          "imports, simpler regular expressions.");
    case Lack::rules:
    case Lack::none:
      break;
  }
  return lacking(IssueType::notSupported, "The value set " + what_ +
                                              " says neither by rules nor by a complete expansion which "
                                              "codes it has. Add 'compose'.");
}

}  // namespace fhir::terminology
