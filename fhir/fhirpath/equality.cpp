#include "fhir/fhirpath/equality.h"

#include <algorithm>
#include <string>

#include "fhir/fhirpath/characters.h"
#include "fhir/fhirpath/ucum.h"
#include "fhir/fhirpath/values.h"

namespace fhir::fhirpath {
namespace {

bool isTemporal(const Item& item) noexcept {
  return item.kind == Kind::date || item.kind == Kind::dateTime || item.kind == Kind::time;
}

bool isMeasured(const Item& item) noexcept {
  return isNumber(item) || item.kind == Kind::quantity;
}

std::optional<ucum::Quantity> quantity(const Item& item) noexcept {
  const auto value = number(item);
  if (!value) return std::nullopt;
  return ucum::Quantity{*value, item.kind == Kind::quantity ? item.unit : std::string_view("1")};
}

std::optional<bool> equalElements(Evaluator& evaluator, const Node& node, const Element& left,
                                  const Element& right) {
  if (&left == &right) return true;
  if (left.type != right.type || left.hasValue() != right.hasValue() || left.text != right.text) return false;
  bool open = false;
  const Element* a = left.firstChild;
  const Element* b = right.firstChild;
  for (; a && b; a = a->next, b = b->next) {
    if (!evaluator.step(node)) return false;
    if (a->name() != b->name()) return false;
    const auto same = equal(evaluator, node, makeItem(*a), makeItem(*b));
    if (same && !*same) return false;
    open = open || !same;
  }
  if (a || b) return false;
  return open ? std::nullopt : std::optional<bool>(true);
}

std::optional<bool> equalNumbers(const Item& left, const Item& right) noexcept {
  const auto a = number(left);
  const auto b = number(right);
  return a && b ? std::optional(compare(*a, *b) == 0) : std::nullopt;
}

std::optional<bool> equalValues(const Item& left, const Item& right) {
  if (left.kind == right.kind && (left.kind == Kind::string || left.kind == Kind::boolean))
    return left.text == right.text && left.unit == right.unit;
  if (isMeasured(left) && isMeasured(right)) {
    if (left.kind != Kind::quantity && right.kind != Kind::quantity) return equalNumbers(left, right);
    const auto a = quantity(left);
    const auto b = quantity(right);
    if (!a || !b) return std::nullopt;
    const auto ordering = ucum::compare(*a, *b);
    return ordering ? std::optional<bool>(*ordering == 0) : std::nullopt;
  }
  if (isTemporal(left) && isTemporal(right)) {
    if ((left.kind == Kind::time) != (right.kind == Kind::time)) return false;
    const auto a = temporal(left);
    const auto b = temporal(right);
    if (!a || !b) return left.text == right.text;
    const auto ordering = compare(*a, *b);
    return ordering ? std::optional<bool>(*ordering == 0) : std::nullopt;
  }
  return left.kind == right.kind && left.text == right.text && left.unit == right.unit;
}

// To the decimals of the less precise one.
bool equivalentNumbers(const Decimal& left, const Decimal& right) {
  const Decimal a = left.trimmed();
  const Decimal b = right.trimmed();
  const int scale = std::min(a.scale(), b.scale());
  const auto roundedLeft = a.rescaled(scale, Decimal::Rounding::halfAwayFromZero);
  const auto roundedRight = b.rescaled(scale, Decimal::Rounding::halfAwayFromZero);
  return roundedLeft && roundedRight && compare(*roundedLeft, *roundedRight) == 0;
}

// Every child has its own equivalent of the same name on the other side, in whatever order.
bool equivalentElements(Evaluator& evaluator, const Node& node, const Element& left, const Element& right) {
  if (left.type != right.type) return false;
  std::vector<const Element*> open;
  for (const Element* child = right.firstChild; child; child = child->next) open.push_back(child);
  for (const Element* child = left.firstChild; child; child = child->next) {
    const auto found = std::find_if(open.begin(), open.end(), [&](const Element* other) {
      return other->name() == child->name() &&
             equivalent(evaluator, node, makeItem(*child), makeItem(*other));
    });
    if (found == open.end() || evaluator.failed()) return false;
    open.erase(found);
  }
  return open.empty();
}

}  // namespace

std::optional<bool> equal(Evaluator& evaluator, const Node& node, const Item& left, const Item& right) {
  if (!evaluator.step(node)) return false;
  if (left.kind != Kind::element && left.kind == right.kind && left.kind != Kind::quantity)
    return equalValues(left, right);
  if (left.kind == Kind::element && right.kind == Kind::element && left.element == right.element) return true;
  const Item a = toSystem(left);
  const Item b = toSystem(right);
  if (a.kind != Kind::element && b.kind != Kind::element) {
    // Units are worth the work of many steps.
    constexpr std::uint64_t unitCost = 20;
    if (a.kind == Kind::quantity && b.kind == Kind::quantity && a.unit != b.unit &&
        !evaluator.step(node, unitCost))
      return false;
    return equalValues(a, b);
  }
  if (left.kind != Kind::element || right.kind != Kind::element) return false;
  return equalElements(evaluator, node, *left.element, *right.element);
}

std::optional<bool> equal(Evaluator& evaluator, const Node& node, const Collection& left,
                          const Collection& right) {
  if (left.empty() || right.empty()) return std::nullopt;
  if (left.size() != right.size()) return false;
  bool open = false;
  for (std::size_t i = 0; i < left.size(); ++i) {
    const auto same = equal(evaluator, node, left[i], right[i]);
    if (same && !*same) return false;
    open = open || !same;
  }
  return open ? std::nullopt : std::optional<bool>(true);
}

bool equivalent(Evaluator& evaluator, const Node& node, const Item& left, const Item& right) {
  if (!evaluator.step(node)) return false;
  const Item a = toSystem(left);
  const Item b = toSystem(right);
  if (a.kind == Kind::element || b.kind == Kind::element) {
    if (a.kind != b.kind || !a.element || !b.element) return false;
    return a.element == b.element || equivalentElements(evaluator, node, *a.element, *b.element);
  }
  if (a.kind == Kind::string && b.kind == Kind::string)
    return a.unit == b.unit && normalized(a.text) == normalized(b.text);
  if (isNumber(a) && isNumber(b)) {
    const auto x = number(a);
    const auto y = number(b);
    return x && y && equivalentNumbers(*x, *y);
  }
  if (isMeasured(a) && isMeasured(b)) {
    const auto x = quantity(a);
    const auto y = quantity(b);
    return x && y && ucum::equivalent(*x, *y);
  }
  return equalValues(a, b).value_or(false);
}

bool equivalent(Evaluator& evaluator, const Node& node, const Collection& left, const Collection& right) {
  if (left.size() != right.size()) return false;
  std::vector<bool> taken(right.size(), false);
  for (const Item& item : left) {
    std::size_t i = 0;
    while (i < right.size() && (taken[i] || !equivalent(evaluator, node, item, right[i]))) ++i;
    if (i == right.size() || evaluator.failed()) return false;
    taken[i] = true;
  }
  return true;
}

bool contains(Evaluator& evaluator, const Node& node, const Collection& items, const Item& item) {
  return std::any_of(items.begin(), items.end(),
                     [&](const Item& other) { return equal(evaluator, node, other, item).value_or(false); });
}

std::optional<std::strong_ordering> order(const Item& left, const Item& right, bool& comparable) {
  comparable = true;
  if (isMeasured(left) && isMeasured(right)) {
    const auto a = quantity(left);
    const auto b = quantity(right);
    if (!a || !b) return std::nullopt;
    if (left.kind != Kind::quantity && right.kind != Kind::quantity) return compare(a->value, b->value);
    return ucum::compare(*a, *b);
  }
  if (left.kind == Kind::string && right.kind == Kind::string) return left.text <=> right.text;
  if (isTemporal(left) && isTemporal(right) && (left.kind == Kind::time) == (right.kind == Kind::time)) {
    const auto a = temporal(left);
    const auto b = temporal(right);
    return a && b ? compare(*a, *b) : std::nullopt;
  }
  comparable = false;
  return std::nullopt;
}

}  // namespace fhir::fhirpath
