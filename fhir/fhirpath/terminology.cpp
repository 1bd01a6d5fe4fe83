// R4's functions that ask of value sets, code systems and profiles
// (https://hl7.org/fhir/R4/fhirpath.html#functions). What the environment does not know gives an empty
// collection.
#include <string>
#include <vector>

#include "fhir/fhirpath/calls.h"
#include "fhir/fhirpath/values.h"

namespace fhir::fhirpath::calls {
namespace {

constexpr std::string_view definitionBase = "http://hl7.org/fhir/StructureDefinition/";

// Whether a code, Coding or CodeableConcept is in the value set.
std::optional<bool> isMember(const Environment& environment, const Item& item, std::string_view valueSet) {
  if (!environment.memberOf) return std::nullopt;
  const Item value = toSystem(item);
  if (value.kind == Kind::string) return environment.memberOf(valueSet, {}, value.text);
  if (item.kind != Kind::element || !item.element || !item.element->type) return std::nullopt;
  if (item.element->type->name == "Coding")
    return environment.memberOf(valueSet, item.element->childText("system"), item.element->childText("code"));
  if (item.element->type->name != "CodeableConcept") return std::nullopt;
  for (const Element* coding = item.element->child("coding"); coding; coding = coding->nextSame()) {
    const auto member =
        environment.memberOf(valueSet, coding->childText("system"), coding->childText("code"));
    if (!member || *member) return member;
  }
  return false;
}

// The codings of a Coding or CodeableConcept; nullopt for anything else.
std::optional<std::vector<Code>> codesOf(const Item& item) {
  if (item.kind != Kind::element || !item.element || !item.element->type) return std::nullopt;
  std::vector<Code> codes;
  const auto add = [&](const Element& coding) {
    codes.push_back({coding.childText("system"), coding.childText("code")});
  };
  if (item.element->type->name == "Coding") {
    add(*item.element);
  } else if (item.element->type->name == "CodeableConcept") {
    for (const Element* each = item.element->child("coding"); each; each = each->nextSame()) add(*each);
  } else {
    return std::nullopt;
  }
  return codes;
}

std::optional<bool> subsumes(const Environment& environment, const Code& ancestor, const Code& descendant) {
  if (ancestor.system.empty() || ancestor.code.empty() || descendant.code.empty()) return std::nullopt;
  if (ancestor.system == descendant.system && ancestor.code == descendant.code) return true;
  return environment.subsumes ? environment.subsumes(ancestor, descendant) : std::nullopt;
}

}  // namespace

bool memberOf(const Call& call, Collection& out) {
  std::optional<Item> valueSet;
  if (!call.requireSingle() || !call.single(0, Kind::string, valueSet)) return false;
  if (call.input.empty() || !valueSet) return true;
  const auto member = isMember(call.evaluator.environment(), call.input.front(), valueSet->text);
  if (member) out.push_back(makeBoolean(*member));
  return true;
}

bool conformsTo(const Call& call, Collection& out) {
  std::optional<Item> profile;
  if (!call.requireSingle() || !call.single(0, Kind::string, profile)) return false;
  if (call.input.empty() || !profile) return true;
  const Item& item = call.input.front();
  if (item.kind != Kind::element || !item.element || !item.element->type) return true;
  std::optional<bool> answer;
  if (const auto& environment = call.evaluator.environment(); environment.conformsTo)
    answer = environment.conformsTo(*item.element, profile->text);
  if (!answer && profile->text.starts_with(definitionBase)) {
    const std::string_view typeName = profile->text.substr(definitionBase.size());
    if (findType(typeName)) answer = item.element->type->is(typeName);
  }
  if (!answer) return call.fail("conformsTo() does not know this profile.", IssueType::notFound);
  out.push_back(makeBoolean(*answer));
  return true;
}

// subsumes and subsumedBy: of concepts, whether any coding of the one subsumes any of the other.
bool subsumption(const Call& call, Collection& out) {
  Scratch argument(call.evaluator);
  if (!call.requireSingle() || !call.evaluate(0, *argument)) return false;
  if (argument->size() > 1) return call.fail("the argument must be one Coding or CodeableConcept.");
  if (call.input.empty() || argument->empty()) return true;
  const auto own = codesOf(call.input.front());
  const auto given = codesOf(argument->front());
  if (!own || !given) return call.fail("this compares Codings and CodeableConcepts only.");
  const bool isAncestor = call.node.function == Function::subsumes;
  bool isOpen = own->empty() || given->empty();
  for (const Code& ancestor : isAncestor ? *own : *given)
    for (const Code& descendant : isAncestor ? *given : *own) {
      if (!call.evaluator.step(call.node)) return false;
      const auto answer = subsumes(call.evaluator.environment(), ancestor, descendant);
      if (answer && *answer) return out.push_back(makeBoolean(true)), true;
      isOpen = isOpen || !answer;
    }
  if (!isOpen) out.push_back(makeBoolean(false));
  return true;
}

bool slice(const Call& call, Collection& out) {
  std::optional<Item> structure;
  std::optional<Item> name;
  if (!call.single(0, Kind::string, structure) || !call.single(1, Kind::string, name)) return false;
  const auto& isInSlice = call.evaluator.environment().slice;
  if (!structure || !name || !isInSlice) return true;
  for (const Item& item : call.input)
    if (item.kind == Kind::element && item.element && isInSlice(*item.element, structure->text, name->text))
      out.push_back(item);
  return call.evaluator.step(call.node, call.input.size());
}

bool elementDefinition(const Call& call, Collection& out) {
  const auto& definition = call.evaluator.environment().elementDefinition;
  if (!definition) return true;
  for (const Item& item : call.input) {
    const Element* found = item.kind == Kind::element && item.element ? definition(*item.element) : nullptr;
    if (found) out.push_back(makeItem(*found));
  }
  return call.evaluator.step(call.node, call.input.size());
}

}  // namespace fhir::fhirpath::calls
