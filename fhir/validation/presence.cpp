#include "fhir/validation/presence.h"

#include <algorithm>

#include "fhir/fhirpath/node.h"

namespace fhir::validation {
namespace {

using fhirpath::Function;
using fhirpath::Node;
using fhirpath::Op;

// All that can be known of a collection in the abstract.
enum class Known : std::uint8_t {
  nothing,  // it may be anything, or its evaluation may fail
  none,     // empty
  some,     // not empty
  isTrue,   // the one System value true
  isFalse,
};

Known of(bool value) noexcept {
  return value ? Known::isTrue : Known::isFalse;
}
bool isBoolean(Known known) noexcept {
  return known == Known::isTrue || known == Known::isFalse;
}
bool isThere(Known known) noexcept {
  return known == Known::some || isBoolean(known);
}
// In a condition an item that is no System boolean may be an element with one.
Known condition(Known known) noexcept {
  return known == Known::some ? Known::nothing : known;
}

bool isThis(const Node& node, const TypeDefinition& context) noexcept {
  if (node.op == Op::this_) return true;
  return node.op == Op::member && !node.hasSource && node.text == context.name &&
         !context.findElement(node.text);
}

// The element of `context` that the node is a child of that name of; nullptr when it is none.
const ElementDefinition* childNamed(const Node& node, const TypeDefinition& context) noexcept {
  if (node.op != Op::member) return nullptr;
  if (node.hasSource && !isThis(node.children[0], context)) return nullptr;
  return context.findElement(node.text);
}

class Abstract {
 public:
  Abstract(const TypeDefinition& context, Children children) : context_(context), children_(children) {}

  Known evaluate(const Node& node) const {
    switch (node.op) {
      case Op::empty:
        return Known::none;
      case Op::literal:
        return node.kind == fhirpath::Kind::boolean ? of(node.text == "true") : Known::some;
      case Op::this_:
        return Known::some;
      case Op::member:
        return member(node);
      case Op::call:
        return call(node);
      case Op::indexer:
      case Op::is:
      case Op::as:
        return evaluate(node.children[0]) == Known::none ? Known::none : Known::nothing;
      case Op::union_:
        return united(evaluate(node.children[0]), evaluate(node.children[1]));
      case Op::in:
        return evaluate(node.children[0]) == Known::none ? Known::none : Known::nothing;
      case Op::contains:
        return evaluate(node.children[1]) == Known::none ? Known::none : Known::nothing;
      case Op::equal:
      case Op::notEqual:
        return equality(node);
      case Op::less:
      case Op::lessOrEqual:
      case Op::greater:
      case Op::greaterOrEqual:
        return eitherNone(node) ? Known::none : Known::nothing;
      case Op::and_:
      case Op::or_:
      case Op::xor_:
      case Op::implies:
        return logic(node.op, condition(evaluate(node.children[0])), condition(evaluate(node.children[1])));
      default:
        return Known::nothing;
    }
  }

 private:
  Known member(const Node& node) const {
    if (isThis(node, context_)) return Known::some;
    if (const ElementDefinition* child = childNamed(node, context_))
      return (children_ >> child->order & 1U) != 0 ? Known::some : Known::none;
    if (!node.hasSource) return Known::nothing;
    return evaluate(node.children[0]) == Known::none ? Known::none : Known::nothing;
  }

  Known call(const Node& node) const {
    const Known input = node.hasSource ? evaluate(node.children[0]) : Known::some;
    switch (node.function) {
      case Function::empty:
        return input == Known::nothing ? input : of(input == Known::none);
      case Function::exists:
        if (input == Known::none) return Known::isFalse;
        return isThere(input) && node.argumentCount() == 0 ? Known::isTrue : Known::nothing;
      case Function::not_:
        return isBoolean(input) ? of(input == Known::isFalse) : input == Known::none ? input : Known::nothing;
      case Function::hasValue:
        return input == Known::none ? Known::isFalse : Known::nothing;
      case Function::all:
      case Function::isDistinct:
        return input == Known::none ? Known::isTrue : Known::nothing;
      case Function::trace:
        return input;
      case Function::as:
      case Function::children:
      case Function::contains:
      case Function::descendants:
      case Function::distinct:
      case Function::endsWith:
      case Function::extension:
      case Function::first:
      case Function::intersect:
      case Function::last:
      case Function::matches:
      case Function::ofType:
      case Function::replaceMatches:
      case Function::resolve:
      case Function::select:
      case Function::startsWith:
      case Function::substring:
      case Function::tail:
      case Function::toInteger:
      case Function::toString:
      case Function::where:
        return input == Known::none ? Known::none : Known::nothing;
      default:
        return Known::nothing;
    }
  }

  bool eitherNone(const Node& node) const {
    return evaluate(node.children[0]) == Known::none || evaluate(node.children[1]) == Known::none;
  }

  Known equality(const Node& node) const {
    if (eitherNone(node)) return Known::none;
    const Known left = evaluate(node.children[0]);
    const Known right = evaluate(node.children[1]);
    if (!isBoolean(left) || !isBoolean(right)) return Known::nothing;
    return of((left == right) == (node.op == Op::equal));
  }

  static Known united(Known left, Known right) noexcept {
    if (isThere(left) || isThere(right)) return Known::some;
    return left == Known::none && right == Known::none ? Known::none : Known::nothing;
  }

  // FHIRPath N1, section 6.5 Boolean logic.
  static Known logic(Op op, Known left, Known right) noexcept {
    if (op == Op::implies) {
      if (left == Known::isFalse || right == Known::isTrue) return Known::isTrue;
      if (left == Known::isTrue) return right;
      return left == Known::none && right != Known::nothing ? Known::none : Known::nothing;
    }
    if (op == Op::xor_) {
      if (isBoolean(left) && isBoolean(right)) return of(left != right);
      return left == Known::none || right == Known::none ? Known::none : Known::nothing;
    }
    const Known deciding = op == Op::and_ ? Known::isFalse : Known::isTrue;
    if (left == deciding || right == deciding) return deciding;
    if (left == Known::nothing || right == Known::nothing) return Known::nothing;
    return left == Known::none || right == Known::none ? Known::none : left;
  }

  const TypeDefinition& context_;
  Children children_;
};

// The children that the node's answer may hang on. Arguments that are evaluated for other items are not
// looked at.
void collect(const Node& node, const TypeDefinition& context, std::vector<std::uint8_t>& orders) {
  if (const ElementDefinition* child = childNamed(node, context)) {
    const auto order = static_cast<std::uint8_t>(child->order);
    if (std::find(orders.begin(), orders.end(), order) == orders.end()) orders.push_back(order);
    return;
  }
  const std::size_t count = node.op == Op::call ? (node.hasSource ? 1 : 0) : node.children.size();
  for (std::size_t i = 0; i < count; ++i) collect(node.children[i], context, orders);
}

Presence::Answer answerOf(Known known) noexcept {
  // An empty result is not true.
  if (known == Known::isFalse || known == Known::none) return Presence::Answer::broken;
  return known == Known::isTrue ? Presence::Answer::holds : Presence::Answer::unsettled;
}

}  // namespace

Children childrenOf(const Element& element) noexcept {
  Children children = 0;
  for (const Element* each = element.firstChild; each; each = each->next)
    children |= Children{1} << each->property->element->order;
  return children;
}

Presence::Presence(const fhirpath::Expression& expression, const TypeDefinition& context) {
  constexpr std::size_t mostChildren = 8;
  collect(expression.node(), context, orders_);
  if (orders_.size() > mostChildren) {
    orders_.clear();
    return;
  }
  answers_.reserve(std::size_t{1} << orders_.size());
  for (std::size_t combination = 0; combination < std::size_t{1} << orders_.size(); ++combination) {
    Children children = 0;
    for (std::size_t i = 0; i < orders_.size(); ++i)
      children |= Children{combination >> i & 1U} << orders_[i];
    answers_.push_back(answerOf(Abstract(context, children).evaluate(expression.node())));
  }
}

}  // namespace fhir::validation
