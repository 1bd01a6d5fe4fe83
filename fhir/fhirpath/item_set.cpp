#include "fhir/fhirpath/item_set.h"

#include <charconv>
#include <functional>
#include <limits>

#include "fhir/fhirpath/equality.h"
#include "fhir/fhirpath/values.h"

namespace fhir::fhirpath {
namespace {

constexpr std::size_t few = 16;

void combine(std::size_t& hash, std::size_t other) noexcept {
  hash ^= other + 0x9E3779B97F4A7C15ULL + (hash << 6) + (hash >> 2);
}

// Decimals that are equal are the same double; not the reverse.
std::size_t hashOfNumber(std::string_view text) noexcept {
  double value = std::numeric_limits<double>::infinity();
  std::from_chars(text.data(), text.data() + text.size(), value);
  return std::hash<double>{}(value);
}

}  // namespace

ItemSet::ItemSet(Evaluator& evaluator, const Node& node, const Collection& items) : ItemSet(evaluator, node) {
  for (const Item& item : items)
    if (!insert(item) && evaluator.failed()) return;
}

bool ItemSet::contains(const Item& item) {
  if (!evaluator_.step(node_)) return false;
  return find(item, isIndexed_ ? keyOf(item) : Key{});
}

bool ItemSet::insert(const Item& item) {
  if (!evaluator_.step(node_)) return false;
  const Key key = isIndexed_ ? keyOf(item) : Key{};
  if (find(item, key) || evaluator_.failed()) return false;
  add(item, key);
  return true;
}

ItemSet::Key ItemSet::keyOf(const Item& item) {
  const Item value = toSystem(item);
  switch (value.kind) {
    case Kind::element:
      return {value.element ? hashOf(*value.element) : 0};
    case Kind::quantity:
      return {.hash = 0, .isNumber = true, .isQuantity = true};
    case Kind::integer:
    case Kind::decimal:
      return {.hash = hashOfNumber(value.text), .isNumber = true};
    case Kind::date:
    case Kind::dateTime:
    case Kind::time: {
      const auto at = temporal(value);
      return {at ? at->hash() : 0};
    }
    default:
      return {std::hash<std::string_view>{}(value.text)};
  }
}

// As equality sees an element: its type and text, and its children in their order.
std::size_t ItemSet::hashOf(const Element& element) {
  std::size_t hash = std::hash<const void*>{}(element.type);
  combine(hash, std::hash<std::string_view>{}(element.text));
  for (const Element* child = element.firstChild; child; child = child->next) {
    if (!evaluator_.step(node_)) return 0;
    combine(hash, std::hash<std::string_view>{}(child->name()));
    combine(hash, keyOf(makeItem(*child)).hash);
  }
  return hash;
}

bool ItemSet::isEqual(const Item& item, std::size_t other) {
  return equal(evaluator_, node_, (*items_)[other], item).value_or(false);
}

bool ItemSet::find(const Item& item, const Key& key) {
  if (!isIndexed_ || key.isQuantity) return fhirpath::contains(evaluator_, node_, *items_, item);
  const auto [first, last] = byHash_.equal_range(key.hash);
  for (auto at = first; at != last; ++at)
    if (isEqual(item, at->second)) return true;
  if (!key.isNumber) return false;
  for (const std::uint32_t quantity : quantities_)
    if (isEqual(item, quantity)) return true;
  return false;
}

void ItemSet::add(const Item& item, const Key& key) {
  const auto position = static_cast<std::uint32_t>(items_->size());
  items_->push_back(item);
  if (isIndexed_) {
    if (key.isQuantity)
      quantities_.push_back(position);
    else
      byHash_.emplace(key.hash, position);
  } else if (items_->size() > few) {
    index();
  }
}

void ItemSet::index() {
  isIndexed_ = true;
  for (std::uint32_t position = 0; position < items_->size(); ++position) {
    const Key key = keyOf((*items_)[position]);
    if (key.isQuantity)
      quantities_.push_back(position);
    else
      byHash_.emplace(key.hash, position);
  }
}

}  // namespace fhir::fhirpath
