// The list of all codes of a value set.
#include <algorithm>
#include <tuple>
#include <unordered_set>
#include <utility>

#include "fhir/terminology/composition.h"

namespace fhir::terminology {
namespace {

Member memberOf(const CodeSystem& system, const Concept& concept_) {
  return {.system = system.url,
          .version = system.version,
          .code = concept_.code,
          .display = concept_.display,
          .codeSystem = &system,
          .concept_ = &concept_,
          .listed = nullptr,
          .isAbstract = concept_.isAbstract,
          .isInactive = concept_.isInactive};
}

std::string keyOf(const Member& member) {
  std::string key(member.system);
  key += '\n';
  key += member.code;
  return key;
}

}  // namespace

bool Composition::list(const ValueSet& valueSet, std::vector<Member>& out) {
  isListing_ = true;
  return listIn(valueSet, out, 0);
}

bool Composition::listIn(const ValueSet& valueSet, std::vector<Member>& out, unsigned depth) {
  if (!spend(workOfImport)) return false;
  if (depth > maxImports) {
    unknown(Lack::depth, valueSet.url);
    return false;
  }
  if (!valueSet.hasCompose) return listExpansion(valueSet, out);
  if (listComposed(valueSet, out, depth)) return true;
  if (lack_ == Lack::depth || lack_ == Lack::size || isOver() || asksForVersions()) return false;
  const auto [lack, what, detail] = std::tuple(lack_, what_, detail_);
  out.clear();
  if (listExpansion(valueSet, out)) return true;
  unknown(lack, what, detail);
  return false;
}

bool Composition::listComposed(const ValueSet& valueSet, std::vector<Member>& out, unsigned depth) {
  std::unordered_set<std::string> seen;
  std::vector<Member> found;
  for (const Inclusion& each : valueSet.includes) {
    found.clear();
    if (!listOne(each, found, depth)) return false;
    if (!spend(found.size() * workOfMember)) return false;
    for (const Member& member : found)
      if (seen.insert(keyOf(member)).second) out.push_back(member);
    if (out.size() > maxMembers) {
      unknown(Lack::size, valueSet.url);
      return false;
    }
  }
  bool isOpen = false;
  std::erase_if(out, [&](const Member& member) {
    if (valueSet.excludesInactive && member.isInactive) return true;
    if (isOpen || valueSet.excludes.empty()) return false;
    const Membership excluded = inAny(valueSet.excludes, {member.system, member.code}, depth);
    isOpen = excluded == Membership::unknown;
    return excluded == Membership::member;
  });
  return !isOpen;
}

bool Composition::listOne(const Inclusion& inclusion, std::vector<Member>& out, unsigned depth) {
  std::size_t next = 0;
  if (!inclusion.system.empty()) {
    if (!listSystem(inclusion, out)) return false;
  } else if (!inclusion.valueSets.empty()) {
    const std::string_view first = inclusion.valueSets[next++];
    const ValueSet* imported = source_.valueSet(first);
    if (!imported) unknown(Lack::valueSet, first);
    if (!imported || !listIn(*imported, out, depth + 1)) return false;
  }
  for (; next < inclusion.valueSets.size(); ++next)
    if (!keep(out, inclusion.valueSets[next], depth)) return false;
  return true;
}

// Takes out what is not in the imported value set.
bool Composition::keep(std::vector<Member>& members, std::string_view imported, unsigned depth) {
  bool isOpen = false;
  std::erase_if(members, [&](const Member& member) {
    if (isOpen) return false;
    const Membership found = inImport(imported, {member.system, member.code}, depth);
    isOpen = found == Membership::unknown;
    return found == Membership::notMember;
  });
  return !isOpen;
}

bool Composition::listSystem(const Inclusion& inclusion, std::vector<Member>& out) {
  if (!inclusion.concepts.empty()) {
    const bool isVersioned = !inclusion.version.empty() || asksForVersions();
    const CodeSystem* system = isVersioned ? systemOf(inclusion) : source_.codeSystem(inclusion.system);
    if (!system && isVersioned && lack_ == Lack::version) return false;
    return listConcepts(inclusion, system, out);
  }
  if (isGrammar(inclusion.system)) {
    unknown(Lack::grammar, inclusion.system);
    return false;
  }
  const CodeSystem* system = systemOf(inclusion);
  if (!system) return false;
  if (system->content != Content::complete) {
    unknown(Lack::wholeSystem, inclusion.system);
    return false;
  }
  for (const Concept& each : system->concepts()) {
    const Membership found = passesAll(*system, inclusion, each);
    if (found == Membership::unknown) return false;
    if (found == Membership::member) out.push_back(memberOf(*system, each));
  }
  return true;
}

// The value set's own list needs no code system; where one is here it tells more of the codes.
bool Composition::listConcepts(const Inclusion& inclusion, const CodeSystem* system,
                               std::vector<Member>& out) {
  for (const ListedConcept& each : inclusion.concepts) {
    const Concept* found = system ? system->find(each.code) : nullptr;
    Member member = found ? memberOf(*system, *found) : Member{};
    member.system = inclusion.system;
    member.version = system ? std::string_view(system->version) : inclusion.version;
    member.code = each.code;
    if (!each.display.empty()) member.display = each.display;
    member.codeSystem = system;
    member.listed = each.element;
    out.push_back(member);
  }
  return true;
}

bool Composition::listExpansion(const ValueSet& valueSet, std::vector<Member>& out) {
  std::unordered_set<std::string> seen;
  const auto complete = [&](Member member) {
    if (!seen.insert(keyOf(member)).second) return;
    member.codeSystem = source_.codeSystem(member.system);
    member.concept_ = member.codeSystem ? member.codeSystem->find(member.code) : nullptr;
    if (member.display.empty() && member.concept_) member.display = member.concept_->display;
    out.push_back(member);
  };
  if (valueSet.isExpansionComplete) {
    for (const ExpandedCode& each : valueSet.expansion)
      complete({.system = each.system,
                .version = each.version,
                .code = each.code,
                .display = each.display,
                .codeSystem = nullptr,
                .concept_ = nullptr,
                .listed = each.element,
                .isAbstract = each.isAbstract,
                .isInactive = each.isInactive});
    return true;
  }
  const CodeList* codes =
      source_.valueSet(valueSet.url) == r4().valueSet(valueSet.url) ? findCodes(valueSet.url) : nullptr;
  if (!codes) {
    unknown(Lack::rules, valueSet.url);
    return false;
  }
  for (std::size_t i = 0; i < codes->codes.size(); ++i) {
    Member member;
    member.system = codes->systems[i];
    member.code = codes->codes[i];
    complete(member);
  }
  return true;
}

}  // namespace fhir::terminology
