#include "fhir/search/conversion.h"

namespace fhir::search {
namespace {

void add(const SearchParameter& parameter, std::string_view system, std::string_view code,
         std::string_view text, IndexValues& values) {
  if (system.empty() && code.empty() && text.empty()) return;
  values.tokens.push_back({&parameter, std::string(system), std::string(code), std::string(text)});
}

void addCoding(const Element& coding, const SearchParameter& parameter, IndexValues& values) {
  add(parameter, coding.childText("system"), coding.childText("code"), coding.childText("display"), values);
}

void addConcept(const Element& concept_, const SearchParameter& parameter, IndexValues& values) {
  for (const auto* coding = concept_.child("coding"); coding != nullptr; coding = coding->nextSame()) {
    addCoding(*coding, parameter, values);
  }
  add(parameter, {}, {}, concept_.childText("text"), values);
}

// Once for each coding of its type; the number itself is found once.
void addIdentifier(const Element& identifier, const SearchParameter& parameter, IndexValues& values) {
  const auto* type = identifier.child("type");
  const auto value = identifier.childText("value");
  add(parameter, identifier.childText("system"), value,
      type != nullptr ? type->childText("text") : std::string_view{}, values);
  if (type == nullptr || value.empty()) return;
  for (const auto* coding = type->child("coding"); coding != nullptr; coding = coding->nextSame()) {
    if (coding->childText("code").empty()) continue;
    values.tokens.push_back({&parameter, {}, std::string(value), {}});
    values.tokens.back().typeSystem = coding->childText("system");
    values.tokens.back().typeCode = coding->childText("code");
  }
}

std::string_view impliedSystem(const Element& element) {
  if (element.type->primitive != Primitive::code || element.property == nullptr) return {};
  const auto& definition = *element.property->element;
  if (definition.bindingStrength != BindingStrength::required) return {};
  const auto* codes = findCodes(definition.valueSet);
  return codes != nullptr ? codes->systemOf(element.text) : std::string_view{};
}

}  // namespace

void addTokens(const fhirpath::Item& item, const SearchParameter& parameter, IndexValues& values) {
  if (!isComplex(item)) {
    const bool isElement = item.kind == fhirpath::Kind::element;
    if (item.text.empty() || (isElement && item.element == nullptr)) return;
    return add(parameter, isElement ? impliedSystem(*item.element) : std::string_view{}, item.text, {},
               values);
  }
  const auto& element = *item.element;
  const auto name = element.type->name;
  if (name == "CodeableConcept") return addConcept(element, parameter, values);
  if (name == "Coding") return addCoding(element, parameter, values);
  if (name == "Identifier") return addIdentifier(element, parameter, values);
  if (name == "ContactPoint") add(parameter, {}, element.childText("value"), {}, values);
}

}  // namespace fhir::search
