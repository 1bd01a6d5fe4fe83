// One ElementDefinition's own rules. https://hl7.org/fhir/R4/elementdefinition.html
#include <algorithm>
#include <charconv>
#include <utility>

#include "fhir/profiles/compile.h"
#include "fhir/profiles/value_sets.h"

namespace fhir::profiles {
namespace {

constexpr std::string_view systemTypes = "http://hl7.org/fhirpath/System.";
constexpr std::string_view profileElement =
    "http://hl7.org/fhir/StructureDefinition/elementdefinition-profile-element";
constexpr std::string_view maxValueSet =
    "http://hl7.org/fhir/StructureDefinition/elementdefinition-maxValueSet";

const Element* extensionOf(const Element& element, std::string_view url) noexcept {
  for (const Element* each = element.child("extension"); each; each = each->nextSame())
    if (each->childText("url") == url) return each;
  return nullptr;
}

// The value of an extension of whatever type; empty when there is none.
std::string_view extensionText(const Element& element, std::string_view url) noexcept {
  const Element* extension = extensionOf(element, url);
  if (!extension) return {};
  for (const Element* each = extension->firstChild; each; each = each->next)
    if (each->property->element->name == "value") return each->text;
  return {};
}

// A number of the text "3"; `otherwise` for "*" and for none.
unsigned numberOf(std::string_view text, unsigned otherwise) noexcept {
  unsigned number = otherwise;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

std::uint8_t aggregationOf(const Element& type) noexcept {
  std::uint8_t modes = 0;
  for (const Element* each = type.child("aggregation"); each; each = each->nextSame())
    modes = static_cast<std::uint8_t>(modes | (each->text == "contained" ? contained
                                               : each->text == "bundled" ? bundled
                                                                         : referenced));
  return modes;
}

// The type itself is no profile of it.
void addProfile(const Element& profile, const TypeDefinition* type, TypeRule& rule) {
  if (type && baseTypeOf(profile.text) == type) return;
  std::string canonical(profile.text);
  if (const std::string_view id = extensionText(profile, profileElement); !id.empty())
    canonical.append("#").append(id);
  rule.profiles.push_back(std::move(canonical));
}

// R4's type of the element that a type code stands for; nullptr when the element cannot have it.
const TypeDefinition* typeFor(std::string_view code, const ElementDefinition* base) noexcept {
  const TypeDefinition* named = findType(code);
  if (!base || !named) return named;
  for (const ElementType& each : base->types) {
    if (each.type == named) return named;
    if (each.type->kind == TypeKind::backbone && each.type->is(code)) return each.type;
    if (named->is(each.type->name)) return named;
  }
  return nullptr;
}

void readTypes(const Element& definition, const ElementDefinition* base, Node& node, LoadFaults& faults) {
  for (const Element* each = definition.child("type"); each; each = each->nextSame()) {
    const Element* code = each->child("code");
    if (!code) continue;
    TypeRule rule;
    if (!code->text.starts_with(systemTypes)) {
      rule.type = typeFor(code->text, base);
      if (!rule.type) {
        faults.error(IssueType::value, *code, "The element can't have this type by the base specification.");
        continue;
      }
    }
    for (const Element* profile = each->child("profile"); profile; profile = profile->nextSame())
      addProfile(*profile, rule.type, rule);
    for (const Element* target = each->child("targetProfile"); target; target = target->nextSame())
      rule.targets.emplace_back(target->text);
    rule.aggregation = aggregationOf(*each);
    const std::string_view versioning = each->childText("versioning");
    if (versioning == "independent") rule.versioning = Versioning::independent;
    if (versioning == "specific") rule.versioning = Versioning::specific;
    node.types.push_back(std::move(rule));
  }
  if (!node.types.empty() || !base) return;
  for (const ElementType& each : base->types) node.types.push_back({each.type, {}, {}, 0, {}});
}

// Whether targets are those of the base specification, which checks them itself.
bool areBaseTargets(const TypeRule& rule, const ElementType& base) {
  if (rule.targets.empty()) return true;
  return std::all_of(rule.targets.begin(), rule.targets.end(),
                     [](const std::string& target) { return baseTypeOf(target) != nullptr; }) &&
         (std::any_of(rule.targets.begin(), rule.targets.end(),
                      [](const std::string& target) { return baseTypeOf(target)->isAbstract; }) ||
          (!base.targets.empty() &&
           std::all_of(base.targets.begin(), base.targets.end(), [&](std::string_view name) {
             return std::any_of(rule.targets.begin(), rule.targets.end(),
                                [&](const std::string& target) { return baseTypeOf(target)->name == name; });
           })));
}

bool narrowsTypes(const Node& node, const ElementDefinition* base) {
  if (!base) return false;
  for (const ElementType& each : base->types)
    if (std::none_of(node.types.begin(), node.types.end(),
                     [&](const TypeRule& rule) { return !rule.type || rule.type == each.type; }))
      return true;
  return std::any_of(node.types.begin(), node.types.end(), [&](const TypeRule& rule) {
    if (!rule.profiles.empty() || rule.aggregation != 0 || rule.versioning != Versioning::either) return true;
    return std::any_of(base->types.begin(), base->types.end(), [&](const ElementType& each) {
      return each.type == rule.type && !areBaseTargets(rule, each);
    });
  });
}

void readBinding(const Element& definition, const ElementDefinition* base, Node& node) {
  const Element* binding = definition.child("binding");
  if (!binding) return;
  const std::string_view strength = binding->childText("strength");
  node.binding.strength = strength == "required"     ? BindingStrength::required
                          : strength == "extensible" ? BindingStrength::extensible
                          : strength == "preferred"  ? BindingStrength::preferred
                                                     : BindingStrength::example;
  node.binding.valueSet = binding->childText("valueSet");
  if (node.binding.strength == BindingStrength::extensible ||
      node.binding.strength == BindingStrength::preferred)
    node.binding.maxValueSet = extensionText(*binding, maxValueSet);
  const bool isBase = base && base->bindingStrength == node.binding.strength &&
                      base->valueSet == canonicalOf(node.binding.valueSet).url;
  node.checksBinding =
      !node.binding.maxValueSet.empty() ||
      (!isBase && !node.binding.valueSet.empty() && node.binding.strength >= BindingStrength::preferred);
}

// A copy of fixed[x] or pattern[x] that the profile owns.
const Element* keepValue(const Element& definition, std::string_view name, Resource& values, Node& node,
                         LoadFaults& faults) {
  const Element* value = definition.firstChild;
  while (value && value->property->element->name != name) value = value->next;
  if (!value) return nullptr;
  if (!node.types.empty() && std::none_of(node.types.begin(), node.types.end(), [&](const TypeRule& rule) {
        return !rule.type || rule.type == value->type ||
               (rule.type->isPrimitive() && value->type->isPrimitive());
      })) {
    faults.error(IssueType::value, *value,
                 "The element can't have a value of this type. Write one of a type that 'type' names.");
    return nullptr;
  }
  Element& snapshot = values.require(values.root(), "snapshot");
  Element& holder = values.append(snapshot, *snapshot.type->find("element"));
  return &values.appendCopy(holder, *value->property, *value);
}

void readCardinality(const Element& definition, const ElementDefinition* base, Node& node,
                     LoadFaults& faults) {
  const unsigned baseMax = !base || base->max == unbounded ? unlimited : base->max;
  node.min = numberOf(definition.childText("min"), base ? base->min : 0);
  node.max = definition.childText("max") == "*" ? unlimited : numberOf(definition.childText("max"), baseMax);
  if (node.min > node.max)
    faults.error(IssueType::value, *definition.child("min"),
                 "'min' is above 'max'; nothing can keep to both.");
  node.checksMin = base && node.min > base->min;
  node.checksMax = base && node.max < baseMax;
}

bool isBaseInvariant(std::string_view key, const TypeDefinition& type) {
  return std::any_of(type.invariants.begin(), type.invariants.end(),
                     [&](const Invariant& each) { return each.key == key; });
}

bool isBaseConstraint(std::string_view key, const ElementDefinition* base, const TypeDefinition& owner,
                      const Node& node) {
  if (!base) return isBaseInvariant(key, owner);
  if (std::any_of(base->invariants.begin(), base->invariants.end(),
                  [&](const Invariant& each) { return each.key == key; }))
    return true;
  return std::all_of(node.types.begin(), node.types.end(),
                     [&](const TypeRule& rule) { return !rule.type || isBaseInvariant(key, *rule.type); });
}

void addConstraint(const Element& constraint, const TypeDefinition& context, const TypeDefinition* only,
                   Node& node, LoadFaults& faults) {
  const Element& expression = *constraint.child("expression");
  const Invariant invariant{constraint.childText("key"), constraint.childText("severity") != "warning",
                            constraint.childText("human"), expression.text};
  auto compiled = validation::Constraint::compile(invariant, context);
  if (!compiled) {
    faults.error(IssueType::invalid, expression,
                 "This is no FHIRPath: " + compiled.outcome().issues()[0].diagnostics);
    return;
  }
  node.constraints.push_back({*std::move(compiled), only});
  if (const auto checked = fhirpath::Expression::parse(expression.text, &context); !checked)
    faults.warning(IssueType::invalid, expression,
                   "The expression does not fit the element: " + checked.outcome().issues()[0].diagnostics);
}

}  // namespace

void readElement(const Element& definition, const ElementDefinition* base, const TypeDefinition& owner,
                 Resource& values, Node& node, LoadFaults& faults) {
  node.id = definition.childText("id");
  if (const std::string_view sliceName = definition.childText("sliceName"); node.sliceName.empty())
    node.sliceName = sliceName;
  readTypes(definition, base, node, faults);
  if (!base && node.types.empty()) node.types.push_back({&owner, {}, {}, 0, {}});
  node.checksTypes = narrowsTypes(node, base);
  readCardinality(definition, base, node, faults);
  readBinding(definition, base, node);
  node.fixed = keepValue(definition, "fixed", values, node, faults);
  node.pattern = keepValue(definition, "pattern", values, node, faults);
  node.maxLength = numberOf(definition.childText("maxLength"), 0);
  node.mustSupport = definition.childText("mustSupport") == "true";
  node.isModifier = definition.childText("isModifier") == "true";
  readBounds(definition, node, faults);
}

void readConstraints(const Element& definition, const ElementDefinition* base, const TypeDefinition& owner,
                     Node& node, LoadFaults& faults) {
  for (const Element* each = definition.child("constraint"); each; each = each->nextSame()) {
    if (isBaseConstraint(each->childText("key"), base, owner, node)) continue;
    const Element* expression = each->child("expression");
    if (!expression || !expression->hasValue()) {
      faults.warning(IssueType::notSupported, *each,
                     "The rule has no FHIRPath 'expression', so it is not judged. Add one.");
      continue;
    }
    if (!base) {
      addConstraint(*each, owner, nullptr, node, faults);
      continue;
    }
    const auto types = typesOf(node);
    for (const TypeDefinition* type : types)
      addConstraint(*each, *type, types.size() > 1 ? type : nullptr, node, faults);
  }
}

}  // namespace fhir::profiles
