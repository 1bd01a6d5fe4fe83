// Extensions against their own definitions: https://hl7.org/fhir/R4/defining-extensions.html
#include <algorithm>
#include <array>

#include "fhir/model/messages.h"
#include "fhir/profiles/check.h"

namespace fhir::profiles {
namespace {

// "Patient.contact.name": the element itself and those above it have these names, up to one of that type.
bool isAt(const Element& element, std::string_view path) noexcept {
  if (path == "Element") return true;  // as HL7 uses it, resources too
  const Element* at = &element;
  while (!at->type->is(path)) {
    const std::size_t dot = path.rfind('.');
    if (dot == std::string_view::npos || !at->parent || !at->property) return false;
    std::string_view name = path.substr(dot + 1);
    if (name.ends_with("[x]")) name.remove_suffix(3);
    if (at->property->element->name != name && at->name() != name) return false;
    at = at->parent;
    path = path.substr(0, dot);
  }
  return true;
}

// A context that R4 does not know the type of (those of later versions), or an element of a profile.
bool isForeign(std::string_view path) noexcept {
  return !findType(path.substr(0, path.find('.')));
}

std::string listed(const Profile& profile) {
  std::string text;
  for (const ExtensionContext& each : profile.contexts) text += (text.empty() ? "" : ", ") + each.expression;
  return text;
}

}  // namespace

void Check::extension(const Element& extension) {
  const std::string_view url = extension.childText("url");
  if (url.find(':') == std::string_view::npos) return;  // a part of another extension
  const Goal goal = find(url);
  if (!goal || goal.profile->type->name != "Extension") {
    if (extension.name() == "modifierExtension")
      fault(Severity::warning, IssueType::extension, extension, [] {
        return std::string(
            "The definition of this modifier extension is not known. What it changes of the meaning must not "
            "be "
            "ignored by those who use the resource. Load its StructureDefinition, or leave it out.");
      });
    return;
  }
  profile_ = goal.profile;
  placement(extension, goal);
  extensionContext(extension, goal);
  profile_ = nullptr;
  checkAloud(extension, goal);
}

void Check::placement(const Element& extension, const Goal& goal) {
  const bool isModifier = extension.name() == "modifierExtension";
  if (isModifier == goal.node->isModifier) return;
  fault(Severity::error, IssueType::extension, extension, [&] {
    return isModifier ? "This extension changes no meaning. Write it in 'extension'."
                      : "This extension changes the meaning of its element. Write it in 'modifierExtension'.";
  });
}

void Check::extensionContext(const Element& extension, const Goal& goal) {
  const Element* holder = extension.parent;
  if (!holder) return;
  Match match = goal.profile->contexts.empty() ? Match::yes : Match::no;
  for (const ExtensionContext& each : goal.profile->contexts) match = std::max(match, isIn(each, extension));
  if (match == Match::no)
    fault(Severity::error, IssueType::extension, extension, [&] {
      return "This extension may not stand here, only at: " + listed(*goal.profile) +
             ". Move it, or leave it out.";
    });
  const std::array<fhirpath::Variable, 1> variables{
      {{"extension", {fhirpath::Kind::element, &extension, {}, {}}}}};
  for (const fhirpath::Expression& each : goal.profile->contextInvariants) {
    const auto answer = context_.judge.test(each, *holder, variables);
    if (answer && answer->value_or(false)) continue;
    fault(Severity::error, IssueType::extension, extension, [&] {
      return "This extension may stand only where this holds: " + std::string(each.text()) + ".";
    });
  }
}

Match Check::isIn(const ExtensionContext& context, const Element& extension) {
  const Element& holder = *extension.parent;
  switch (context.kind) {
    case ExtensionContext::Kind::extension:
      return holder.type->name == "Extension" &&
                     holder.childText("url") == canonicalOf(context.expression).url
                 ? Match::yes
                 : Match::no;
    case ExtensionContext::Kind::fhirpath: {
      const auto found =
          context_.judge.selects(*context.condition, validation::resourceOf(extension), holder);
      return found && *found ? Match::yes : Match::no;
    }
    case ExtensionContext::Kind::element:
      break;
  }
  if (isAt(holder, context.expression)) return Match::yes;
  return isForeign(context.expression) ? Match::unknown : Match::no;
}

}  // namespace fhir::profiles
