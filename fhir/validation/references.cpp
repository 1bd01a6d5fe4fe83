#include <algorithm>

#include "fhir/search/reference_link.h"
#include "fhir/validation/rules.h"

namespace fhir::validation {
namespace {

using Kind = search::ReferenceLink::Kind;

constexpr std::string_view definitionBase = "http://hl7.org/fhir/StructureDefinition/";

// The resource types that the element may point to; empty means any.
std::span<const std::string_view> targetsOf(const Element& element) noexcept {
  if (!element.property) return {};
  for (const ElementType& type : element.property->element->types)
    if (type.type == element.type) return type.targets;
  return {};
}

bool isAllowed(std::span<const std::string_view> targets, std::string_view type) noexcept {
  return targets.empty() || std::find(targets.begin(), targets.end(), type) != targets.end();
}

std::string listed(std::span<const std::string_view> targets) {
  std::string text;
  for (const std::string_view target : targets) {
    if (!text.empty()) text += target == targets.back() ? " or " : ", ";
    text += target;
  }
  return text;
}

void wrongTarget(const Element& at, std::span<const std::string_view> targets, std::string_view found,
                 Report& report) {
  report.add(Severity::error, IssueType::value, at, [&] {
    return "'" +
           std::string(at.parent && at.type->isPrimitive() && at.parent->property
                           ? at.parent->property->element->name
                           : at.name()) +
           "' must refer to " + listed(targets) + ", not to " + std::string(found) + ".";
  });
}

// The type name of Reference.type; empty for one that is no resource type (a logical model).
std::string_view declaredType(const Element& type) noexcept {
  std::string_view name = type.text;
  if (name.starts_with(definitionBase)) name.remove_prefix(definitionBase.size());
  return findResourceType(name) ? name : std::string_view{};
}

// "Patient?identifier=..." is for the entries of a transaction (https://hl7.org/fhir/R4/http.html#trules).
std::string_view conditionalType(std::string_view text) noexcept {
  const std::string_view name = text.substr(0, text.find('?'));
  return name.size() < text.size() && findResourceType(name) ? name : std::string_view{};
}

void unknownLiteral(const Element& literal, Report& report) {
  report.add(Severity::error, IssueType::value, literal, [] {
    return std::string(
        "A relative reference is [type]/[id], such as \"Patient/123\", with a resource type of R4; else "
        "write an "
        "absolute URL, or #id of a contained resource.");
  });
}

// The type of the resource that the literal points to; empty when it cannot be told. Reports what is wrong
// with the literal itself.
std::string_view literalType(const Element& literal, Context& context) {
  const auto link = search::referenceLink(literal.text, {});
  if (const Element* found = context.links.resolve(literal, literal.text)) return found->type->name;
  switch (link.kind) {
    case Kind::fragment:
      context.report.add(Severity::error, IssueType::invariant, literal, [] {
        return std::string(
            "Rule ref-1: No contained resource has this id. Add it to 'contained' of the resource, or refer "
            "to "
            "a resource of its own by [type]/[id].");
      });
      return {};
    case Kind::local:
    case Kind::absolute:
      return link.type;
    case Kind::other:
      if (const std::string_view type = conditionalType(literal.text); !type.empty()) return type;
      unknownLiteral(literal, context.report);
      return {};
  }
  return {};
}

}  // namespace

void checkReference(const Element& reference, Context& context) {
  const std::span<const std::string_view> targets = targetsOf(reference);
  const Element* literal = reference.child("reference");
  const Element* type = reference.child("type");
  std::string_view found;
  if (literal && literal->hasValue()) {
    found = literalType(*literal, context);
    if (!found.empty() && !isAllowed(targets, found)) wrongTarget(*literal, targets, found, context.report);
  }
  if (!type || !type->hasValue()) return;
  const std::string_view declared = declaredType(*type);
  if (declared.empty()) return;
  if (!found.empty() && declared != found) {
    context.report.add(Severity::error, IssueType::value, *type, [&] {
      return "'type' says " + std::string(declared) + ", but 'reference' points to a " + std::string(found) +
             ". Mend the one that is wrong, or leave out 'type'.";
    });
  } else if (found.empty() && !isAllowed(targets, declared)) {
    wrongTarget(*type, targets, declared, context.report);
  }
}

void checkCanonical(const Element& canonical, Context& context) {
  if (!canonical.text.starts_with('#')) return;
  const Element* found = context.links.resolve(canonical, canonical.text);
  if (!found) {
    context.report.add(Severity::error, IssueType::notFound, canonical, [] {
      return std::string(
          "No contained resource has this id. Add it to 'contained', or write the canonical url.");
    });
    return;
  }
  const std::span<const std::string_view> targets = targetsOf(canonical);
  if (!isAllowed(targets, found->type->name))
    wrongTarget(canonical, targets, found->type->name, context.report);
}

}  // namespace fhir::validation
