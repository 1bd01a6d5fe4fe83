// The filters of a rule (https://hl7.org/fhir/R4/valueset-filter-operator.html), for one concept.
#include <algorithm>
#include <array>
#include <vector>

#include "fhir/fhirpath/regex.h"
#include "fhir/terminology/composition.h"

namespace fhir::terminology {
namespace {

Membership of(bool isMember) noexcept {
  return isMember ? Membership::member : Membership::notMember;
}

bool isOfCode(std::string_view property) noexcept {
  return property == "concept" || property == "code";
}

bool isKnown(const CodeSystem& system, std::string_view property) {
  static constexpr std::array<std::string_view, 8> standard{"concept", "code",     "display",       "parent",
                                                            "child",   "inactive", "notSelectable", "status"};
  if (std::find(standard.begin(), standard.end(), property) != standard.end()) return true;
  return system.hasProperty(property);
}

// The value of a concept's property, whatever its type; of a Coding its code.
std::string_view valueOf(const Element& property) noexcept {
  for (const Element* each = property.firstChild; each; each = each->next) {
    if (!each->name().starts_with("value")) continue;
    return each->name() == "valueCoding" ? each->childText("code") : each->text;
  }
  return {};
}

std::vector<std::string_view> valuesOf(const CodeSystem& system, const Concept& concept_,
                                       std::string_view property) {
  if (isOfCode(property)) return {concept_.code};
  if (property == "display")
    return concept_.display.empty() ? std::vector<std::string_view>() : std::vector{concept_.display};
  std::vector<std::string_view> values;
  if (system.isStandard(property, "parent"))
    for (const Concept* each : concept_.parents) values.push_back(each->code);
  if (system.isStandard(property, "child"))
    for (const Concept* each : concept_.children) values.push_back(each->code);
  if (!values.empty()) return values;
  for (const Element* each = concept_.element->child("property"); each; each = each->nextSame())
    if (each->childText("code") == property) values.push_back(valueOf(*each));
  if (values.empty() && property == "inactive") values.push_back(concept_.isInactive ? "true" : "false");
  if (values.empty() && property == "notSelectable") values.push_back(concept_.isAbstract ? "true" : "false");
  return values;
}

bool isListed(const CodeSystem& system, std::string_view value, std::string_view list, bool isCode) {
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(','), list.size());
    std::string_view item = list.substr(0, end);
    while (item.starts_with(' ')) item.remove_prefix(1);
    while (item.ends_with(' ')) item.remove_suffix(1);
    if (isCode ? system.isSame(value, item) : value == item) return true;
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return false;
}

}  // namespace

Membership Composition::passes(const CodeSystem& system, const Filter& filter, const Concept& concept_) {
  using enum FilterOperator;
  if (!spend(workOfFilter)) return Membership::unknown;
  if (filter.op == unknown)
    return this->unknown(Lack::filter, system.url,
                         "its 'op' is none of R4's (=, is-a, descendent-of, is-not-a, regex, in, not-in, "
                         "generalizes, exists).");
  if (filter.op == isA || filter.op == descendentOf || filter.op == isNotA || filter.op == generalizes)
    return passesHierarchy(system, filter, concept_);
  if (!isKnown(system, filter.property))
    return this->unknown(Lack::filter, system.url,
                         "the code system has no property '" + std::string(filter.property) +
                             "'. Name one of CodeSystem.property, or code, display, parent, child.");
  const auto values = valuesOf(system, concept_, filter.property);
  const bool isCode = isOfCode(filter.property) || filter.property == "parent" || filter.property == "child";
  const auto any = [&](const auto& matches) {
    return of(std::any_of(values.begin(), values.end(), matches));
  };
  if (!spend(filter.value.size() / 8)) return Membership::unknown;
  switch (filter.op) {
    case equal:
      return any([&](std::string_view value) {
        return isCode ? system.isSame(value, filter.value) : value == filter.value;
      });
    case in:
      return any([&](std::string_view value) { return isListed(system, value, filter.value, isCode); });
    case notIn:
      return of(std::none_of(values.begin(), values.end(), [&](std::string_view value) {
        return isListed(system, value, filter.value, isCode);
      }));
    case exists:
      if (filter.value != "true" && filter.value != "false")
        return this->unknown(Lack::filter, system.url, "the value of 'exists' is true or false.");
      return of(values.empty() == (filter.value == "false"));
    default:
      break;
  }
  if (!filter.pattern)
    return this->unknown(Lack::filter, system.url, "its regular expression has a fault or is too large.");
  std::uint64_t work = 0;
  for (const std::string_view value : values) {
    const auto matches = filter.pattern->matches(value, true, work);
    if (!matches || !spend(work))
      return this->unknown(Lack::filter, system.url, "its regular expression takes too long.");
    if (*matches) return Membership::member;
  }
  return Membership::notMember;
}

Membership Composition::passesHierarchy(const CodeSystem& system, const Filter& filter,
                                        const Concept& concept_) {
  using enum FilterOperator;
  if (!isOfCode(filter.property))
    return this->unknown(Lack::filter, system.url,
                         "is-a, descendent-of, is-not-a and generalizes are of the property 'concept'.");
  const Concept* named = system.find(filter.value);
  if (!named)
    return this->unknown(Lack::filter, system.url,
                         "its value '" + std::string(filter.value) + "' is no code of it.");
  const bool isWider = filter.op == generalizes;
  const Concept& above = isWider ? concept_ : *named;
  const Concept& below = isWider ? *named : concept_;
  const bool isBelow =
      isListing_ ? closure(*named, isWider).contains(&concept_) : isAbove(system, above, below);
  if (isOver()) return Membership::unknown;
  if (isWider) return of(named == &concept_ || isBelow);
  if (filter.op == descendentOf) return of(isBelow);
  return of((named == &concept_ || isBelow) == (filter.op == isA));
}

bool Composition::isAbove(const CodeSystem& system, const Concept& ancestor, const Concept& descendant) {
  return spend(1 + system.concepts().size() / 16) && system.isAbove(ancestor, descendant);
}

// For a list the same question is asked of each concept: so all that are below (or above) one are had at
// once.
const Composition::Concepts& Composition::closure(const Concept& of, bool isUpward) {
  const auto [at, isNew] = closures_.try_emplace({&of, isUpward});
  if (!isNew) return at->second;
  std::vector<const Concept*> open{&of};
  while (!open.empty() && spend(1)) {
    const Concept* concept_ = open.back();
    open.pop_back();
    for (const Concept* each : isUpward ? concept_->parents : concept_->children)
      if (at->second.insert(each).second) open.push_back(each);
  }
  return at->second;
}

}  // namespace fhir::terminology
