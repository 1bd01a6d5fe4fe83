// The rules of one node at the elements it stands for.
#include <algorithm>

#include "fhir/model/messages.h"
#include "fhir/profiles/check.h"
#include "fhir/profiles/values.h"

namespace fhir::profiles {
namespace {

Elements childrenOf(const Element& parent, std::string_view name) {
  Elements found;
  for (const Element* each = parent.firstChild; each; each = each->next)
    if (each->property->element->name == name) found.push_back(each);
  return found;
}

std::size_t lengthOf(std::string_view text) noexcept {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string times(unsigned count) {
  return count == 1 ? std::string("once") : std::to_string(count) + " times";
}

bool isDate(const TypeDefinition& type) noexcept {
  return type.primitive == Primitive::date || type.primitive == Primitive::dateTime ||
         type.primitive == Primitive::instant;
}

// A bound of a choice is for the values of its own type.
bool isFor(const Bound& bound, const Node& node, const Element& element) noexcept {
  return node.types.size() == 1 || bound.type == element.type ||
         (isDate(*bound.type) && isDate(*element.type));
}

}  // namespace

void Check::element(const Node& node, const Element& element) {
  if (isOver() || !step()) return;
  if (node.checksTypes && !types(node, element)) return;
  values(node, element);
  if (node.checksBinding) binding(node, element);
  constraints(node, element);
  children(node, element);
}

void Check::children(const Node& node, const Element& parent) {
  for (const Node* each : node.active) {
    if (isOver()) return;
    const Elements found = childrenOf(parent, each->name);
    cardinality(*each, parent, found);
    for (const Element* one : found) element(*each, *one);
    if (each->slicing) slices(*each, parent, found);
  }
}

void Check::cardinality(const Node& node, const Element& parent, const Elements& found) {
  if (node.checksMin && found.size() < node.min) {
    fault(Severity::error, IssueType::required, parent, node.name, [&] {
      return quote(node.name) + " must be here" +
             (node.min > 1 ? " at least " + times(node.min) : std::string()) + ". Add it.";
    });
  } else if (node.mustSupport && found.empty()) {
    supported(node, parent);
  }
  if (node.checksMax && found.size() > node.max)
    fault(Severity::error, IssueType::structure, *found[node.max], [&] {
      return quote(node.name) + " may be here " +
             (node.max == 0 ? std::string("never") : "at most " + times(node.max)) + "; leave this one out.";
    });
}

void Check::supported(const Node& node, const Element& parent) {
  fault(Severity::information, IssueType::informational, parent, node.name, [&] {
    return (node.sliceName.empty() ? quote(node.name)
                                   : "The slice " + quote(node.sliceName) + " of " + quote(node.name)) +
           " must be supported and is not here. Add it if it is known.";
  });
}

void Check::values(const Node& node, const Element& element) {
  if (node.fixed && !isFixed(element, *node.fixed))
    fault(Severity::error, IssueType::value, element, [&] {
      const std::string value = shown(*node.fixed);
      return quote(node.name) + " must be exactly " + (value.empty() ? "what the profile fixes" : value) +
             ".";
    });
  if (node.pattern && !hasPattern(element, *node.pattern))
    fault(Severity::error, IssueType::value, element, [&] {
      const std::string value = shown(*node.pattern);
      return quote(node.name) + " must have all of " + (value.empty() ? "the profile's pattern" : value) +
             "; more may stand beside it.";
    });
  if (node.maxLength > 0 && element.hasValue() && lengthOf(element.text) > node.maxLength)
    fault(Severity::error, IssueType::tooLong, element, [&] {
      return quote(node.name) + " may have at most " + std::to_string(node.maxLength) +
             " characters. Shorten it.";
    });
  if (node.minValue) bound(*node.minValue, node, element);
  if (node.maxValue) bound(*node.maxValue, node, element);
}

// An empty answer: a date without the precision that it would take, or a quantity in another kind of unit.
void Check::bound(const Bound& bound, const Node& node, const Element& element) {
  if (!isFor(bound, node, element)) return;
  const auto answer = context_.judge.test(bound.holds, element);
  const bool isBare = element.type->isPrimitive();
  if (answer && (*answer ? **answer : isBare)) return;
  fault(Severity::error, IssueType::value, element, [&] {
    const bool compared = answer && *answer;
    return quote(node.name) + " must be " + bound.words +
           (compared ? "." : ", in a unit that compares with it.");
  });
}

void Check::binding(const Node& node, const Element& element) {
  if (!node.binding.valueSet.empty()) binding(node.binding.valueSet, node.binding.strength, element);
  if (!node.binding.maxValueSet.empty())
    binding(node.binding.maxValueSet, BindingStrength::required, element);
}

void Check::binding(std::string_view valueSet, BindingStrength strength, const Element& element) {
  const validation::Membership found = validation::membership(element, valueSet, context_.valueSets);
  if (found == validation::Membership::member) return;
  if (silent_) {
    if (strength != BindingStrength::required) return;
    validation::Report trial(Severity::error, 1);
    validation::checkBinding(element, valueSet, strength, context_.valueSets, trial);
    failed_ = failed_ || trial.hasErrors();
    return;
  }
  // Profiles that derive from one another ask the same.
  const char* level = strength == BindingStrength::required ? "required " : "wished ";
  if (!told_.emplace(&element, level + std::string(valueSet)).second) return;
  const std::size_t before = context_.report.found();
  validation::checkBinding(element, valueSet, strength, context_.valueSets, context_.report);
  if (strength == BindingStrength::required && found == validation::Membership::unknown &&
      context_.report.found() == before && validation::hasCode(element))
    fault(Severity::information, IssueType::notSupported, element, [&] {
      return "A code of the value set " + std::string(valueSet) +
             " is required; whether this is one is not known here. Load the value set with its codes, or ask "
             "a "
             "terminology server.";
    });
}

void Check::constraints(const Node& node, const Element& element) {
  for (const NodeConstraint& each : node.constraints) {
    if (each.only && each.only != element.type) continue;
    if (silent_ && (failed_ || each.constraint.severity() > Severity::error)) continue;
    if (!silent_ && !context_.report.wants(each.constraint.severity())) continue;
    if (context_.judge.judge(each.constraint, element) == validation::Verdict::holds) continue;
    failed_ = failed_ || silent_;
    // Profiles that derive from one another have the same rules.
    if (!silent_ && told_.emplace(&element, each.constraint.expression().text()).second)
      context_.judge.check(each.constraint, element, context_.report);
  }
}

}  // namespace fhir::profiles
