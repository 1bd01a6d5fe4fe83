#include "fhir/profiles/values.h"

#include "fhir/json/json.h"

namespace fhir::profiles {
namespace {

bool sameText(const Element& left, const Element& right) noexcept {
  return left.hasValue() == right.hasValue() && left.text == right.text;
}

}  // namespace

bool isFixed(const Element& element, const Element& value) noexcept {
  if (!sameText(element, value)) return false;
  const Element* left = element.firstChild;
  const Element* right = value.firstChild;
  for (; left && right; left = left->next, right = right->next)
    if (left->name() != right->name() || !isFixed(*left, *right)) return false;
  return !left && !right;
}

bool hasPattern(const Element& element, const Element& pattern) noexcept {
  if (pattern.hasValue() && !sameText(element, pattern)) return false;
  for (const Element* wanted = pattern.firstChild; wanted; wanted = wanted->next) {
    const Element* each = element.firstChild;
    while (each && !(each->name() == wanted->name() && hasPattern(*each, *wanted))) each = each->next;
    if (!each) return false;
  }
  return true;
}

std::string shown(const Element& value) {
  constexpr std::size_t most = 400;
  std::string text;
  json::write(value, text);
  return text.size() > most ? std::string{} : text;
}

}  // namespace fhir::profiles
