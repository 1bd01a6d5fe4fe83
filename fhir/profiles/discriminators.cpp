// What tells slices apart: https://hl7.org/fhir/R4/profiling.html#discriminator
#include <algorithm>

#include "fhir/profiles/check.h"
#include "fhir/profiles/compile.h"
#include "fhir/profiles/values.h"

namespace fhir::profiles {
namespace {

using Kind = Discriminator::Kind;

Match best(Match left, Match right) noexcept {
  return std::max(left, right);
}
Match worst(Match left, Match right) noexcept {
  return std::min(left, right);
}
Match of(bool yes) noexcept {
  return yes ? Match::yes : Match::no;
}

bool isOfType(const TypeDefinition& type, const TypeRule& rule) noexcept {
  return !rule.type || type.is(rule.type->name);
}

}  // namespace

Match Check::isIn(const Node& slice, const Slicing& slicing, const Element& item) {
  if (!step()) return Match::unknown;
  if (slicing.discriminators.empty()) return tryOut(item, {profile_, &slice});
  Match all = Match::yes;
  bool any = false;
  for (std::size_t i = 0; i < slicing.discriminators.size() && all != Match::no; ++i) {
    const Criterion& criterion = slice.criteria[i];
    if (criterion.destinations.empty() && criterion.extensionUrl.empty()) continue;
    any = true;
    all = worst(all, meets(slicing.discriminators[i], criterion, item));
  }
  return any ? all : Match::no;
}

Match Check::meets(const Discriminator& discriminator, const Criterion& criterion, const Element& item) {
  if (!criterion.extensionUrl.empty()) return of(item.childText("url") == criterion.extensionUrl);
  std::vector<Found> found;
  follow(discriminator.path, item, found);
  Match match = Match::no;
  for (const Destination& each : criterion.destinations) {
    const bool mayBeAbsent = each.node && each.node->max == 0;
    if (discriminator.kind == Kind::exists || (mayBeAbsent && discriminator.kind == Kind::value)) {
      match = best(match, of(found.empty() == mayBeAbsent));
    } else {
      for (const Found& one : found) match = best(match, meets(discriminator.kind, each, one));
    }
    if (match == Match::yes) break;
  }
  return match;
}

Match Check::meets(Kind kind, const Destination& destination, const Found& found) {
  if (destination.node) return meetsNode(kind, *destination.node, found);
  const Goal goal = find(destination.canonical);
  const TypeDefinition* type = goal ? goal.profile->type : baseTypeOf(destination.canonical);
  if (!type) return Match::unknown;
  if (destination.rest.empty()) {
    if (!found.type) return Match::unknown;
    if (!found.type->is(type->name)) return Match::no;
    if (kind != Kind::profile || !goal) return Match::yes;
    return found.element ? tryOut(*found.element, goal) : Match::unknown;
  }
  const Node* node = goal.node;
  for (const Step& step : destination.rest)
    node = node && step.kind == Step::Kind::member ? node->child(step.name) : nullptr;
  return node ? meetsNode(kind, *node, found) : Match::no;
}

Match Check::meetsNode(Kind kind, const Node& node, const Found& found) {
  Match match = Match::no;
  if (kind == Kind::value) return found.element ? hasValueOf(node, *found.element) : Match::unknown;
  if (!found.type) return Match::unknown;
  for (const TypeRule& rule : node.types) {
    if (!isOfType(*found.type, rule)) continue;
    if (kind == Kind::type || rule.profiles.empty()) return Match::yes;
    for (const std::string& profile : rule.profiles)
      match = best(match, found.element ? conforms(*found.element, profile) : Match::unknown);
  }
  return match;
}

// What a node says of its element's value is all of what it says itself and of its children's.
Match Check::hasValueOf(const Node& node, const Element& element) {
  if (!step()) return Match::unknown;
  return worst(hasOwnValueOf(node, element), hasChildrenOf(node, element));
}

Match Check::hasOwnValueOf(const Node& node, const Element& element) {
  if (node.fixed && !isFixed(element, *node.fixed)) return Match::no;
  if (node.pattern && !hasPattern(element, *node.pattern)) return Match::no;
  Match match = Match::yes;
  if (node.binding.strength == BindingStrength::required && !node.fixed && !node.pattern) {
    const auto member = validation::membership(element, node.binding.valueSet, context_.valueSets);
    if (member == validation::Membership::notMember || !validation::hasCode(element)) return Match::no;
    if (member == validation::Membership::unknown) match = Match::unknown;
  }
  for (const TypeRule& rule : node.types) {
    if (rule.profiles.empty() || !isOfType(*element.type, rule)) continue;
    Match any = Match::no;
    for (const std::string& profile : rule.profiles) any = best(any, conforms(element, profile));
    match = worst(match, any);
  }
  return match;
}

Match Check::hasChildrenOf(const Node& node, const Element& element) {
  Match match = Match::yes;
  const auto anyChild = [&](const Node& wanted) {
    Match any = Match::no;
    bool isThere = false;
    for (const Element* each = element.firstChild; each && any != Match::yes; each = each->next) {
      if (each->property->element->name != wanted.name) continue;
      isThere = true;
      any = best(any, hasValueOf(wanted, *each));
    }
    return !isThere && wanted.min == 0 ? Match::yes : any;
  };
  for (const auto& child : node.children) {
    if (match == Match::no) return match;
    if (child->max == 0 || !saysValue(*child)) continue;
    match = worst(match, anyChild(*child));
    if (!child->slicing) continue;
    for (const auto& slice : child->slicing->slices)
      if (slice->min > 0 && saysValue(*slice)) match = worst(match, anyChild(*slice));
  }
  return match;
}

void Check::follow(const std::vector<Step>& path, const Element& from, std::vector<Found>& found) const {
  found.push_back({&from, from.type});
  for (const Step& step : path) {
    std::vector<Found> next;
    for (const Found& each : found) {
      if (!each.element) {  // what is not at hand stays so, whatever is asked of it
        next.push_back({nullptr, nullptr});
        continue;
      }
      switch (step.kind) {
        case Step::Kind::member:
        case Step::Kind::extension:
          for (const Element* child = each.element->firstChild; child; child = child->next) {
            const bool isWanted = step.kind == Step::Kind::member
                                      ? child->property->element->name == step.name
                                      : child->name() == "extension" && child->childText("url") == step.name;
            if (isWanted) next.push_back({child, child->type});
          }
          break;
        case Step::Kind::ofType:
          if (each.type->name == step.name) next.push_back(each);
          break;
        case Step::Kind::resolve:
          next.push_back(resolve(*each.element));
          break;
      }
    }
    found = std::move(next);
  }
}

}  // namespace fhir::profiles
