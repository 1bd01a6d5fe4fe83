// Types of elements, the profiles of their types, and what references lead to.
// https://hl7.org/fhir/R4/elementdefinition.html (type), https://hl7.org/fhir/R4/references.html
#include <algorithm>

#include "fhir/model/messages.h"
#include "fhir/profiles/check.h"
#include "fhir/search/reference_link.h"

namespace fhir::profiles {
namespace {

bool allows(const TypeRule& rule, const TypeDefinition& type) noexcept {
  return !rule.type || rule.type == &type || (rule.type->isAbstract && type.is(rule.type->name));
}

std::string typesOf(const std::vector<TypeRule>& rules) {
  std::string text;
  for (const TypeRule& rule : rules)
    if (rule.type) text += (text.empty() ? "" : " or ") + std::string(rule.type->name);
  return text;
}

std::string listed(const std::vector<std::string>& canonicals) {
  std::string text;
  for (const std::string& each : canonicals) {
    const TypeDefinition* type = baseTypeOf(each);
    text += (text.empty() ? "" : ", ") + (type ? std::string(type->name) : each);
  }
  return text;
}

// The element that says where a Reference leads; a canonical or uri says it itself.
const Element& literalOf(const Element& reference) noexcept {
  const Element* literal = reference.child("reference");
  return literal ? *literal : reference;
}

}  // namespace

bool Check::types(const Node& node, const Element& element) {
  const auto rule = std::find_if(node.types.begin(), node.types.end(),
                                 [&](const TypeRule& each) { return allows(each, *element.type); });
  if (rule == node.types.end()) {
    fault(Severity::error, IssueType::structure, element, [&] {
      return quote(node.name) + " must be of type " + typesOf(node.types) + " here, and this is of type " +
             std::string(element.type->name) + ". Write it as that.";
    });
    return false;
  }
  if (!rule->profiles.empty()) typeProfiles(*rule, element);
  if (!rule->targets.empty() || rule->aggregation != 0 || rule->versioning != Versioning::either)
    targets(*rule, element);
  return true;
}

void Check::typeProfiles(const TypeRule& rule, const Element& element) {
  std::vector<Goal> goals;
  bool isUnknown = false;
  for (const std::string& each : rule.profiles) {
    const Goal goal = find(each);
    if (!goal && !baseTypeOf(each)) isUnknown = true;
    if (goal) goals.push_back(goal);
    if (!goal && baseTypeOf(each) && element.type->is(baseTypeOf(each)->name)) return;
  }
  if (goals.size() == 1 && !isUnknown) {
    // The validator's own walk checks each extension against the definition of its url.
    const bool isExtension =
        element.type->name == "Extension" && element.childText("url") == goals[0].profile->url;
    if (silent_ || !isExtension) require(element, goals[0]);
    return;
  }
  for (const Goal& goal : goals)
    if (tryOut(element, goal) != Match::no) return;
  if (isUnknown) return unjudged(element, listed(rule.profiles));
  const auto fits = [&](const Goal& goal) { return element.type->is(goal.profile->type->name); };
  if (std::count_if(goals.begin(), goals.end(), fits) == 1)
    return require(element, *std::find_if(goals.begin(), goals.end(), fits));
  fault(Severity::error, IssueType::structure, element, [&] {
    return "This must keep to one of the profiles " + listed(rule.profiles) + ", and keeps to none.";
  });
}

void Check::unjudged(const Element& at, std::string_view profile) {
  fault(Severity::information, IssueType::notSupported, at, [&] {
    return "Whether this keeps to " + std::string(profile) +
           " is not known here. Load the StructureDefinition.";
  });
}

Found Check::resolve(const Element& reference) const {
  const Element& literal = literalOf(reference);
  if (literal.hasValue()) {
    if (const Element* found = context_.links.resolve(literal, literal.text)) return {found, found->type};
    const auto link = search::referenceLink(literal.text, {});
    if (!link.type.empty()) return {nullptr, findResourceType(link.type)};
  }
  std::string_view type = reference.childText("type");
  if (type.starts_with(baseDefinitions)) type.remove_prefix(baseDefinitions.size());
  return {nullptr, findResourceType(type)};
}

const TypeDefinition* Check::typeOf(std::string_view canonical) const noexcept {
  const Goal goal = find(canonical);
  return goal ? goal.profile->type : baseTypeOf(canonical);
}

void Check::targets(const TypeRule& rule, const Element& element) {
  const Element& literal = literalOf(element);
  const Found found = resolve(element);
  if (literal.hasValue()) aggregation(rule, literal, found.element != nullptr);
  if (rule.targets.empty()) return;
  if (found.element) {
    targetAtHand(rule, literal, *found.element);
  } else if (found.type) {
    targetElsewhere(rule, literal, found.type);
  }
}

// A resource that is not at hand is known by its type alone.
void Check::targetElsewhere(const TypeRule& rule, const Element& at, const TypeDefinition* type) {
  for (const std::string& each : rule.targets) {
    const TypeDefinition* wanted = typeOf(each);
    if (!wanted || type->is(wanted->name)) return;
  }
  fault(Severity::error, IssueType::value, at, [&] {
    return "This must refer to " + listed(rule.targets) + ", and refers to a " + std::string(type->name) +
           ".";
  });
}

void Check::targetAtHand(const TypeRule& rule, const Element& at, const Element& target) {
  std::vector<Goal> goals;
  bool isUnknown = false;
  for (const std::string& each : rule.targets) {
    const Goal goal = find(each);
    const TypeDefinition* base = goal ? nullptr : baseTypeOf(each);
    if (base && target.type->is(base->name)) return;
    if (!goal && !base) isUnknown = true;
    if (goal && target.type->is(goal.profile->type->name)) goals.push_back(goal);
  }
  for (const Goal& goal : goals)
    if (tryOut(target, goal) != Match::no) return;
  if (isUnknown) return unjudged(at, listed(rule.targets));
  if (goals.empty()) return targetElsewhere(rule, at, target.type);
  fault(Severity::error, IssueType::value, at, [&] {
    return "This must refer to a resource that keeps to " + listed(rule.targets) +
           (goals.size() == 1 ? "; what is wrong with it is told at its own place."
                              : ", and it keeps to none of these.");
  });
  if (!silent_ && goals.size() == 1) checkAloud(target, goals[0]);
}

// https://hl7.org/fhir/R4/valueset-resource-aggregation-mode.html
void Check::aggregation(const TypeRule& rule, const Element& at, bool isAtHand) {
  const bool isContained = at.text.starts_with('#');
  const unsigned way = isContained ? contained : isAtHand ? (bundled | referenced) : referenced;
  if (rule.aggregation != 0 && (rule.aggregation & way) == 0) {
    fault(Severity::error, IssueType::value, at, [&] {
      std::string ways;
      const auto add = [&](unsigned one, std::string_view words) {
        if ((rule.aggregation & one) != 0) ways.append(ways.empty() ? "" : " or ").append(words);
      };
      add(contained, "a contained resource");
      add(bundled, "an entry of the same Bundle");
      add(referenced, "a resource of its own");
      return "This must refer to " + ways + ".";
    });
  }
  const bool hasVersion = at.text.find("/_history/") != std::string_view::npos;
  if (rule.versioning == Versioning::either || isContained ||
      hasVersion == (rule.versioning == Versioning::specific))
    return;
  fault(Severity::error, IssueType::value, at, [&] {
    return std::string(hasVersion
                           ? "The reference must name no version. Leave out /_history/ and what follows."
                           : "The reference must name a version: [type]/[id]/_history/[version].");
  });
}

}  // namespace fhir::profiles
