// The operators. Specification: FHIRPath N1, section 6 Operations.
#include <algorithm>
#include <string>

#include "fhir/fhirpath/arithmetic.h"
#include "fhir/fhirpath/equality.h"
#include "fhir/fhirpath/evaluator.h"
#include "fhir/fhirpath/item_set.h"
#include "fhir/fhirpath/values.h"

namespace fhir::fhirpath {
namespace {

void pushBoolean(std::optional<bool> value, Collection& out) {
  if (value) out.push_back(makeBoolean(*value));
}

struct Operands {
  Evaluator& evaluator;
  const Node& node;
  const Collection& left;
  const Collection& right;
};

bool typeOperator(Evaluator& evaluator, const Node& node, const Collection& input, Collection& out) {
  if (node.op == Op::as) {
    // R4's search parameters use `as` on repeating elements, so it filters.
    for (const Item& item : input)
      if (isOfType(item, node.type, true)) out.push_back(item);
    return true;
  }
  if (input.size() > 1) return evaluator.fail(node, "is works on a single item, found several.");
  if (!input.empty()) out.push_back(makeBoolean(isOfType(input.front(), node.type, false)));
  return true;
}

bool logicOperator(Evaluator& evaluator, const Node& node, const Scope& scope, Collection& out) {
  Scratch result(evaluator);
  std::optional<bool> left;
  std::optional<bool> right;
  if (!evaluator.evaluate(node.children[0], scope, *result) ||
      !singletonBoolean(evaluator, node, *result, left))
    return false;
  if (left) {
    if (node.op == Op::and_ && !*left) return pushBoolean(false, out), true;
    if (node.op == Op::or_ && *left) return pushBoolean(true, out), true;
    if (node.op == Op::implies && !*left) return pushBoolean(true, out), true;
  }
  result->clear();
  if (!evaluator.evaluate(node.children[1], scope, *result) ||
      !singletonBoolean(evaluator, node, *result, right))
    return false;
  if (node.op == Op::xor_) {
    if (left && right) pushBoolean(*left != *right, out);
    return true;
  }
  const bool decisive = node.op != Op::and_;  // the right side's value that decides alone
  if (right && *right == decisive)
    pushBoolean(decisive, out);
  else if (left && right)
    pushBoolean(!decisive, out);
  return true;
}

// The items of `node` that are not in `seen` yet. A chain, a | b | c, fills one set.
bool unite(Evaluator& evaluator, const Node& node, const Scope& scope, ItemSet& seen, Collection& out) {
  if (node.op == Op::union_)
    return evaluator.step(node) && unite(evaluator, node.children[0], scope, seen, out) &&
           unite(evaluator, node.children[1], scope, seen, out);
  Scratch items(evaluator);
  if (!evaluator.evaluate(node, scope, *items)) return false;
  for (const Item& item : *items)
    if (seen.insert(item)) out.push_back(item);
  return !evaluator.failed();
}

bool membershipOperator(const Operands& operands, Collection& out) {
  const bool in = operands.node.op == Op::in;
  const Collection& items = in ? operands.left : operands.right;
  const Collection& set = in ? operands.right : operands.left;
  if (items.empty()) return true;
  if (items.size() > 1)
    return operands.evaluator.fail(operands.node, "membership is asked of a single item, found several.");
  out.push_back(makeBoolean(contains(operands.evaluator, operands.node, set, items.front())));
  return !operands.evaluator.failed();
}

bool equalityOperator(const Operands& operands, Collection& out) {
  const auto& [evaluator, node, left, right] = operands;
  if (node.op == Op::equivalent || node.op == Op::notEquivalent) {
    out.push_back(makeBoolean(equivalent(evaluator, node, left, right) == (node.op == Op::equivalent)));
  } else if (const auto same = equal(evaluator, node, left, right)) {
    out.push_back(makeBoolean(*same == (node.op == Op::equal)));
  }
  return !evaluator.failed();
}

bool comparisonOperator(const Node& node, Evaluator& evaluator, const Item& left, const Item& right,
                        Collection& out) {
  bool comparable = true;
  const auto ordering = order(left, right, comparable);
  if (!comparable) {
    // A value that is only an extension, or a quantity in no known unit, leaves the answer open.
    const auto unknown = [](const Item& item) {
      return item.kind == Kind::element && item.element->type && systemKind(*item.element->type);
    };
    if (unknown(left) || unknown(right)) return true;
    return evaluator.fail(node, "these values have no order between them.");
  }
  if (!ordering) return true;
  switch (node.op) {
    case Op::less:
      return pushBoolean(*ordering < 0, out), true;
    case Op::lessOrEqual:
      return pushBoolean(*ordering <= 0, out), true;
    case Op::greater:
      return pushBoolean(*ordering > 0, out), true;
    default:
      return pushBoolean(*ordering >= 0, out), true;
  }
}

bool signOperator(Evaluator& evaluator, const Node& node, const Collection& input, Collection& out) {
  if (input.empty()) return true;
  const Item item = toSystem(input.front());
  const auto value = number(item);
  if (input.size() > 1 || !value)
    return evaluator.fail(node, "a sign stands before a single number or quantity.");
  if (node.op == Op::positive) {
    out.push_back(item);
    return true;
  }
  Item result = evaluator.makeText(item.kind, value->negated().toString());
  result.unit = item.unit;
  out.push_back(result);
  return true;
}

bool concatenate(const Operands& operands, Collection& out) {
  std::string text;
  for (const Collection* side : {&operands.left, &operands.right}) {
    if (side->empty()) continue;
    const Item item = toSystem(side->front());
    if (item.kind != Kind::string) return operands.evaluator.fail(operands.node, "& joins strings.");
    text += item.text;
  }
  return operands.evaluator.pushString(operands.node, text, out);
}

bool singletonOperator(const Operands& operands, Collection& out) {
  const auto& [evaluator, node, left, right] = operands;
  if (left.size() > 1 || right.size() > 1)
    return evaluator.fail(node, "an operand has several items; expected one.");
  if (node.op == Op::concatenate) return concatenate(operands, out);
  if (left.empty() || right.empty()) return true;
  const Item a = toSystem(left.front());
  const Item b = toSystem(right.front());
  if (node.op == Op::less || node.op == Op::lessOrEqual || node.op == Op::greater ||
      node.op == Op::greaterOrEqual)
    return comparisonOperator(node, evaluator, a, b, out);
  return calculate(evaluator, node, a, b, out);
}

}  // namespace

bool applyOperator(Evaluator& evaluator, const Node& node, const Scope& scope, Collection& out) {
  if (node.op == Op::and_ || node.op == Op::or_ || node.op == Op::xor_ || node.op == Op::implies)
    return logicOperator(evaluator, node, scope, out);
  if (node.op == Op::union_) {
    ItemSet seen(evaluator, node);
    return unite(evaluator, node, scope, seen, out);
  }
  Scratch left(evaluator);
  if (!evaluator.evaluate(node.children[0], scope, *left)) return false;
  if (node.op == Op::is || node.op == Op::as) return typeOperator(evaluator, node, *left, out);
  if (node.op == Op::positive || node.op == Op::negative) return signOperator(evaluator, node, *left, out);
  Scratch right(evaluator);
  if (!evaluator.evaluate(node.children[1], scope, *right)) return false;
  const Operands operands{evaluator, node, *left, *right};
  switch (node.op) {
    case Op::in:
    case Op::contains:
      return membershipOperator(operands, out);
    case Op::equal:
    case Op::notEqual:
    case Op::equivalent:
    case Op::notEquivalent:
      return equalityOperator(operands, out);
    default:
      return singletonOperator(operands, out);
  }
}

}  // namespace fhir::fhirpath
