#include <algorithm>
#include <array>
#include <span>

#include "fhir/search/conversion.h"

namespace fhir::search {
namespace {

void add(const SearchParameter& parameter, std::string_view text, IndexValues& values) {
  if (text.empty()) return;
  auto folded = fold(text);
  if (!folded.empty()) values.strings.push_back({&parameter, std::string(text), std::move(folded)});
}

void addParts(const Element& element, std::span<const std::string_view> parts,
              const SearchParameter& parameter, IndexValues& values) {
  for (const auto part : parts) {
    for (const auto* child = element.child(part); child != nullptr; child = child->nextSame()) {
      add(parameter, child->text, values);
    }
  }
}

bool isPlainName(const Element& name) {
  return name.child("family") == nullptr && name.child("given") == nullptr;
}

// "Müller, Anna" -> "Müller" and "Anna".
void addWords(std::string_view text, const SearchParameter& parameter, IndexValues& values) {
  constexpr std::string_view between = " \t\r\n,;";
  while (true) {
    const auto start = text.find_first_not_of(between);
    if (start == std::string_view::npos) return;
    text.remove_prefix(start);
    const auto length = std::min(text.find_first_of(between), text.size());
    add(parameter, text.substr(0, length), values);
    text.remove_prefix(length);
  }
}

void addName(const Element& name, const SearchParameter& parameter, IndexValues& values) {
  static constexpr std::array<std::string_view, 5> parts{"text", "family", "given", "prefix", "suffix"};
  addParts(name, parts, parameter, values);
  if (!isPlainName(name)) return;
  const auto text = name.childText("text");
  if (text.find(' ') != std::string_view::npos) addWords(text, parameter, values);
}

void addAddress(const Element& address, const SearchParameter& parameter, IndexValues& values) {
  static constexpr std::array<std::string_view, 7> parts{"text",  "line",       "city",   "district",
                                                         "state", "postalCode", "country"};
  addParts(address, parts, parameter, values);
}

void addConcept(const Element& concept_, const SearchParameter& parameter, IndexValues& values) {
  add(parameter, concept_.childText("text"), values);
  for (const auto* coding = concept_.child("coding"); coding != nullptr; coding = coding->nextSame()) {
    add(parameter, coding->childText("display"), values);
  }
}

}  // namespace

void addStrings(const fhirpath::Item& item, const SearchParameter& parameter, IndexValues& values) {
  if (!isComplex(item)) return add(parameter, item.text, values);
  const auto name = typeName(item);
  if (name == "HumanName") return addName(*item.element, parameter, values);
  if (name == "Address") return addAddress(*item.element, parameter, values);
  if (name == "CodeableConcept") return addConcept(*item.element, parameter, values);
  if (name == "Coding") add(parameter, item.element->childText("display"), values);
}

void addWordsOfPlainNames(const Element& root, const SearchParameter& parameter, IndexValues& values) {
  if (parameter.code != "family" && parameter.code != "given") return;
  for (const auto* name = root.child("name"); name != nullptr; name = name->nextSame()) {
    if (name->type->name == "HumanName" && isPlainName(*name)) {
      addWords(name->childText("text"), parameter, values);
    }
  }
}

}  // namespace fhir::search
