#include "fhir/model/messages.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <vector>

#include "fhir/markup/narrative.h"
#include "fhir/model/primitive.h"

namespace fhir {
namespace {

// Restricted Damerau-Levenshtein distance: insertions, deletions, substitutions, neighbours exchanged.
std::size_t distance(std::string_view left, std::string_view right) {
  std::vector<std::size_t> before(right.size() + 1);
  std::vector<std::size_t> above(right.size() + 1);
  std::vector<std::size_t> row(right.size() + 1);
  std::iota(above.begin(), above.end(), std::size_t{0});
  for (std::size_t i = 1; i <= left.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= right.size(); ++j) {
      const std::size_t change = left[i - 1] == right[j - 1] ? 0 : 1;
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + change});
      if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1])
        row[j] = std::min(row[j], before[j - 2] + 1);
    }
    std::swap(before, above);
    std::swap(above, row);
  }
  return above[right.size()];
}

// Keeps the candidate nearest to a name, if it is near enough to be meant.
class Nearest {
 public:
  explicit Nearest(std::string_view name) : name_(name), best_(name.size() / 3 + 2) {}

  void consider(std::string_view candidate) {
    const std::size_t apart = distance(name_, candidate);
    if (apart >= best_) return;
    best_ = apart;
    found_ = candidate;
  }
  std::string_view found() const noexcept { return found_; }

 private:
  std::string_view name_;
  std::size_t best_;
  std::string_view found_;
};

// The member names of a choice, for somebody who wrote the bare name of its element.
std::string choiceMembers(const TypeDefinition& owner, const ElementDefinition& choice) {
  std::string text;
  std::size_t listed = 0;
  for (const Property& each : owner.properties) {
    if (each.element != &choice) continue;
    if (++listed > 4) return text + " ...";
    text += (text.empty() ? "" : ", ") + quote(each.name);
  }
  return text;
}

}  // namespace

std::string quote(std::string_view name) {
  return "'" + std::string(name) + "'";
}

std::string_view presentable(std::string_view name) noexcept {
  const auto identifier = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  return name.size() <= 64 && std::all_of(name.begin(), name.end(), identifier) ? name : std::string_view{};
}

std::string_view nearestElement(const TypeDefinition& owner, std::string_view name) {
  Nearest nearest(name);
  for (const Property& each : owner.properties) nearest.consider(each.name);
  return nearest.found();
}

std::string unknownElement(const TypeDefinition& owner, std::string_view name) {
  const std::string_view shown = presentable(name);
  const std::string type(owner.name);
  if (shown.empty()) return type + " has no element of such a name.";
  const std::string text = type + " has no element " + quote(shown) + ".";
  const ElementDefinition* element = owner.findElement(shown);
  if (element && element->isChoice)
    return text + " Write the type of the value with the name: " + choiceMembers(owner, *element) + ".";
  const std::string_view nearest = nearestElement(owner, shown);
  if (nearest.empty()) return text + " Remove it, or carry it in an extension.";
  return text + " Did you mean " + quote(nearest) + "?";
}

std::string unknownResourceType(std::string_view name) {
  const std::string_view shown = presentable(name);
  if (shown.empty()) return "resourceType must be the name of an R4 resource type, such as \"Patient\".";
  std::string text = "R4 has no resource type " + quote(shown) + ".";
  Nearest nearest(shown);
  for (const TypeDefinition* each : resourceTypes()) nearest.consider(each->name);
  return nearest.found().empty() ? text : text + " Did you mean " + quote(nearest.found()) + "?";
}

std::string secondChoice(const Property& first, const Property& second) {
  return quote(first.name) + " and " + quote(second.name) + " are two types of one value; keep one of them.";
}

std::string wrongValue(const Property& property, std::string_view text) {
  std::string message = quote(property.name) + " must be ";
  if (property.element->isAttribute && property.element->name == "id")
    return message + "1 character or more without spaces.";
  message += std::string(describe(property.type->primitive)) + ".";
  if (property.type->primitive != Primitive::xhtml) return message;
  const std::optional<markup::Fault> fault = markup::checkNarrative(text).fault;
  if (!fault) return message;
  const markup::Position position = markup::positionOf(text, fault->offset);
  return message + " Mend " + std::string(fault->reason) + ", at line " + std::to_string(position.line) +
         ", column " + std::to_string(position.column) + " of it (rule txt-1).";
}

}  // namespace fhir
