#include "fhir/validation/bindings.h"

#include <string>

#include "fhir/validation/report.h"

namespace fhir::validation {
namespace {

class BuiltIn : public ValueSets {
 public:
  Membership find(std::string_view valueSet, std::string_view system, std::string_view code) const override {
    const CodeList* list = findCodes(valueSet.substr(0, valueSet.find('|')));
    if (!list) return Membership::unknown;
    const bool found = system.data() ? list->contains(system, code) : list->contains(code);
    return found ? Membership::member : Membership::notMember;
  }
};

Membership codingMembership(const Element& coding, std::string_view codeName, std::string_view valueSet,
                            const ValueSets& valueSets) {
  const Element* code = coding.child(codeName);
  if (!code || !code->hasValue()) return Membership::unknown;
  const Element* system = coding.child("system");
  return valueSets.find(valueSet, system && system->hasValue() ? system->text : std::string_view(""),
                        code->text);
}

// One member is enough; "not" needs that all are known.
Membership conceptMembership(const Element& concept_, std::string_view valueSet, const ValueSets& valueSets) {
  bool unknown = true;
  const Element* coding = concept_.child("coding");
  if (coding) unknown = false;
  for (; coding; coding = coding->nextSame()) {
    const Membership one = codingMembership(*coding, "code", valueSet, valueSets);
    if (one == Membership::member) return one;
    unknown = unknown || one == Membership::unknown;
  }
  return unknown ? Membership::unknown : Membership::notMember;
}

// The type of which another one is a profile: Age is a Quantity.
bool isQuantity(const TypeDefinition& type) noexcept {
  return type.is("Quantity");
}

std::string listed(std::string_view valueSet) {
  constexpr std::size_t most = 12;
  const CodeList* list = findCodes(valueSet.substr(0, valueSet.find('|')));
  if (!list) return {};
  std::string text;
  std::size_t count = 0;
  std::string_view before;
  for (const std::string_view code : list->codes) {
    if (code == before) continue;
    before = code;
    if (++count > most) return text + ", ...";
    text += count == 1 ? ": " : ", ";
    text += code;
  }
  return text;
}

void outside(const Element& element, std::string_view valueSet, BindingStrength strength, Report& report) {
  const bool required = strength == BindingStrength::required;
  report.add(required ? Severity::error : Severity::warning, IssueType::codeInvalid, element, [&] {
    const bool bare = element.type->isPrimitive();
    std::string text = bare ? "The code is not in the value set " : "No coding is in the value set ";
    text += valueSet;
    text += required                                  ? ". Use one of its codes"
            : strength == BindingStrength::extensible ? ". Use one of its codes if one fits"
                                                      : ". Its codes are preferred";
    if (!bare) text += ", with their system";
    return text + listed(valueSet) + ".";
  });
}

// A concept without a coding says nothing that a required binding could hold.
void withoutCode(const Element& element, std::string_view valueSet, Report& report) {
  report.add(Severity::error, IssueType::codeInvalid, element, [&] {
    return "A code of the value set " + std::string(valueSet) +
           " is required; a text alone is none. Add a coding" + listed(valueSet) + ".";
  });
}

bool needsCode(const Element& element) noexcept {
  const std::string_view type = element.type->name;
  if (type == "CodeableConcept") return !element.child("coding") && !element.child("extension");
  if (type == "Coding") return !element.child("code") && !element.child("extension");
  return false;
}

}  // namespace

const ValueSets& builtInValueSets() noexcept {
  static const BuiltIn builtIn;
  return builtIn;
}

bool hasCode(const Element& element) noexcept {
  if (element.type->isPrimitive()) return element.hasValue();
  if (element.type->name != "CodeableConcept") return !element.childText("code").empty();
  for (const Element* each = element.child("coding"); each; each = each->nextSame())
    if (!each->childText("code").empty()) return true;
  return false;
}

Membership membership(const Element& element, std::string_view valueSet, const ValueSets& valueSets) {
  if (element.type->isPrimitive()) {
    if (!element.hasValue()) return Membership::unknown;
    return valueSets.find(valueSet, {}, element.text);
  }
  if (element.type->name == "CodeableConcept") return conceptMembership(element, valueSet, valueSets);
  if (element.type->name == "Coding" || isQuantity(*element.type))
    return codingMembership(element, "code", valueSet, valueSets);
  return Membership::unknown;
}

void checkBinding(const Element& element, std::string_view valueSet, BindingStrength strength,
                  const ValueSets& valueSets, Report& report) {
  if (strength < BindingStrength::preferred) return;
  const bool required = strength == BindingStrength::required;
  if (!report.wants(required ? Severity::error : Severity::warning)) return;
  if (required && needsCode(element)) return withoutCode(element, valueSet, report);
  if (membership(element, valueSet, valueSets) == Membership::notMember)
    outside(element, valueSet, strength, report);
}

}  // namespace fhir::validation
