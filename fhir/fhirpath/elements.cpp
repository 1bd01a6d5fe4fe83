// The element tree (FHIRPath N1, section 5.8) and R4's own functions
// (https://hl7.org/fhir/R4/fhirpath.html#functions).
#include <algorithm>
#include <string>

#include "fhir/fhirpath/calls.h"
#include "fhir/fhirpath/values.h"
#include "fhir/markup/narrative.h"

namespace fhir::fhirpath::calls {
namespace {

constexpr std::string_view definitionBase = "http://hl7.org/fhir/StructureDefinition/";

// The type that ".../Patient/123" or ".../Patient/123/_history/4" names; nullptr when it names none.
const TypeDefinition* typeOfReference(std::string_view reference) noexcept {
  if (const std::size_t version = reference.find("/_history/"); version != std::string_view::npos)
    reference = reference.substr(0, version);
  const std::size_t id = reference.rfind('/');
  if (id == std::string_view::npos || id + 1 == reference.size()) return nullptr;
  const std::size_t before = id == 0 ? std::string_view::npos : reference.rfind('/', id - 1);
  const std::size_t start = before == std::string_view::npos ? 0 : before + 1;
  return findResourceType(reference.substr(start, id - start));
}

// The contained resource with this id, looked for in the resource the element is in and in those around it.
const Element* findContained(const Element& from, std::string_view id) noexcept {
  for (const Element* at = &from; at; at = at->parent) {
    if (!at->type || at->type->kind != TypeKind::resource) continue;
    if (id.empty() && at->name() != "contained") return at;
    for (const Element* child = at->child("contained"); child; child = child->nextSame())
      if (child->childText("id") == id) return child;
    if (at->name() != "contained") break;
  }
  return nullptr;
}

const Element* resolved(const Call& call, const Item& item) {
  std::string_view reference = item.text;
  std::string_view declared;
  if (item.kind == Kind::element && item.element && item.element->type &&
      !item.element->type->isPrimitive()) {
    reference = item.element->childText("reference");
    declared = item.element->childText("type");
  }
  const Element* from = item.element ? item.element : call.evaluator.context().element;
  if (reference.starts_with('#')) {
    return from ? findContained(*from, reference.substr(1)) : nullptr;
  }
  const auto& resolve = call.evaluator.environment().resolve;
  if (!reference.empty() && resolve)
    if (const Element* found = resolve(from, reference)) return found;
  if (declared.starts_with(definitionBase)) declared.remove_prefix(definitionBase.size());
  const TypeDefinition* type = typeOfReference(reference);
  if (!type) type = findResourceType(declared);
  return type ? call.evaluator.placeholder(*type) : nullptr;
}

}  // namespace

bool children(const Call& call, Collection& out) {
  for (const Item& item : call.input) {
    if (item.kind != Kind::element || !item.element) continue;
    for (const Element* child = item.element->firstChild; child; child = child->next)
      out.push_back(makeItem(*child));
  }
  return call.evaluator.step(call.node, out.size());
}

bool descendants(const Call& call, Collection& out) {
  for (const Item& item : call.input) {
    if (item.kind != Kind::element || !item.element) continue;
    const Element* at = item.element->firstChild;
    while (at) {
      out.push_back(makeItem(*at));
      if (at->firstChild) {
        at = at->firstChild;
        continue;
      }
      while (at && !at->next) at = at->parent == item.element ? nullptr : at->parent;
      if (at) at = at->next;
    }
  }
  return call.evaluator.step(call.node, out.size());
}

bool extension(const Call& call, Collection& out) {
  std::optional<Item> url;
  if (!call.single(0, Kind::string, url)) return false;
  if (!url) return true;
  for (const Item& item : call.input) {
    if (item.kind == Kind::string || !item.element) continue;
    for (const Element* child = item.element->child("extension"); child; child = child->nextSame())
      if (child->childText("url") == url->text) out.push_back(makeItem(*child));
  }
  return true;
}

bool hasValue(const Call& call, Collection& out) {
  const bool one = call.input.size() == 1;
  const bool value = one && (call.input.front().kind != Kind::element ||
                             (call.input.front().element && call.input.front().element->hasValue()));
  out.push_back(makeBoolean(value));
  return true;
}

bool getValue(const Call& call, Collection& out) {
  if (call.input.size() != 1) return true;
  const Item value = toSystem(call.input.front());
  if (value.kind != Kind::element) out.push_back(value);
  return true;
}

bool resolve(const Call& call, Collection& out) {
  for (const Item& item : call.input)
    if (const Element* found = resolved(call, item)) out.push_back(makeItem(*found));
  return call.evaluator.step(call.node, call.input.size());
}

bool checkModifiers(const Call& call, Collection& out) {
  Scratch understood(call.evaluator);
  for (std::size_t i = 0; i < call.argumentCount(); ++i)
    if (!call.evaluate(i, *understood)) return false;
  for (const Item& item : call.input) {
    if (item.kind != Kind::element || !item.element) continue;
    for (const Element* child = item.element->child("modifierExtension"); child; child = child->nextSame()) {
      const std::string_view url = child->childText("url");
      const bool known = std::any_of(understood->begin(), understood->end(),
                                     [&](const Item& allowed) { return allowed.text == url; });
      if (!known) return call.fail("there is a modifier extension that is not understood.");
    }
  }
  out.insert(out.end(), call.input.begin(), call.input.end());
  return true;
}

bool htmlChecks(const Call& call, Collection& out) {
  if (!call.requireSingle()) return false;
  if (call.input.empty()) return true;
  const markup::NarrativeFindings findings = markup::checkNarrative(call.input.front().text);
  out.push_back(makeBoolean(!findings.fault && findings.hasContent));
  return true;
}

}  // namespace fhir::fhirpath::calls
