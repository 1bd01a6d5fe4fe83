// FHIRPath N1, sections 5.1 Existence, 5.5 iif, 5.9 Utility Functions and 6.3 Types.
#include <algorithm>

#include "fhir/fhirpath/calls.h"
#include "fhir/fhirpath/item_set.h"
#include "fhir/fhirpath/values.h"

namespace fhir::fhirpath::calls {
namespace {

bool push(bool value, Collection& out) {
  out.push_back(makeBoolean(value));
  return true;
}

bool condition(const Call& call, const Node& criterion, const Scope& scope, std::optional<bool>& out) {
  Scratch result(call.evaluator);
  return call.evaluator.evaluate(criterion, scope, *result) &&
         singletonBoolean(call.evaluator, criterion, *result, out);
}

}  // namespace

bool all(const Call& call, Collection& out) {
  for (std::size_t i = 0; i < call.input.size(); ++i) {
    std::optional<bool> holds;
    if (!condition(call, call.node.argument(0), Scope{call.input[i], i, call.scope.total}, holds))
      return false;
    if (!holds.value_or(false)) return push(false, out);
  }
  return push(true, out);
}

// allTrue, allFalse, anyTrue and anyFalse.
bool quantified(const Call& call, Collection& out) {
  const Function function = call.node.function;
  const bool wanted = function == Function::allTrue || function == Function::anyTrue;
  const bool every = function == Function::allTrue || function == Function::allFalse;
  bool result = every;
  for (const Item& item : call.input) {
    const auto value = boolean(toSystem(item));
    if (!value) return call.fail(std::string(name(function)) + "() works on booleans only.");
    if ((*value == wanted) != every) result = !every;
  }
  return push(result, out);
}

bool exists(const Call& call, Collection& out) {
  if (call.argumentCount() == 0) return push(!call.input.empty(), out);
  for (std::size_t i = 0; i < call.input.size(); ++i) {
    std::optional<bool> holds;
    if (!condition(call, call.node.argument(0), Scope{call.input[i], i, call.scope.total}, holds))
      return false;
    if (holds.value_or(false)) return push(true, out);
  }
  return push(false, out);
}

bool empty(const Call& call, Collection& out) {
  return push(call.input.empty(), out);
}

bool count(const Call& call, Collection& out) {
  out.push_back(call.evaluator.makeInteger(static_cast<std::int64_t>(call.input.size())));
  return true;
}

bool not_(const Call& call, Collection& out) {
  std::optional<bool> value;
  if (!singletonBoolean(call.evaluator, call.node, call.input, value)) return false;
  return !value || push(!*value, out);
}

bool isDistinct(const Call& call, Collection& out) {
  ItemSet seen(call.evaluator, call.node);
  const bool result =
      std::all_of(call.input.begin(), call.input.end(), [&](const Item& item) { return seen.insert(item); });
  return !call.evaluator.failed() && push(result, out);
}

// subsetOf and supersetOf.
bool subset(const Call& call, Collection& out) {
  Scratch other(call.evaluator);
  if (!call.evaluate(0, *other)) return false;
  const bool sub = call.node.function == Function::subsetOf;
  const Collection& small = sub ? call.input : *other;
  const Collection& large = sub ? *other : call.input;
  ItemSet set(call.evaluator, call.node, large);
  const bool result =
      std::all_of(small.begin(), small.end(), [&](const Item& item) { return set.contains(item); });
  return !call.evaluator.failed() && push(result, out);
}

bool iif(const Call& call, Collection& out) {
  if (!call.requireSingle()) return false;
  Scope scope = call.scope;
  if (call.node.hasSource && !call.input.empty()) scope.self = call.input.front();
  std::optional<bool> holds;
  if (!condition(call, call.node.argument(0), scope, holds)) return false;
  if (holds.value_or(false)) return call.evaluator.evaluate(call.node.argument(1), scope, out);
  return call.argumentCount() < 3 || call.evaluator.evaluate(call.node.argument(2), scope, out);
}

// Gives its input back. Nothing is logged: it would be somebody's health data.
bool trace(const Call& call, Collection& out) {
  out.insert(out.end(), call.input.begin(), call.input.end());
  return true;
}

// is, as and ofType as functions. `as` of several items works like ofType, for R4's own invariants need it.
bool typed(const Call& call, Collection& out) {
  if (call.node.function == Function::is) {
    if (!call.requireSingle()) return false;
    return call.input.empty() || push(isOfType(call.input.front(), call.node.type, false), out);
  }
  for (const Item& item : call.input)
    if (isOfType(item, call.node.type, true)) out.push_back(item);
  return true;
}

bool type(const Call& call, Collection& out) {
  for (const Item& item : call.input) {
    if (item.kind != Kind::element)
      out.push_back(Item{Kind::string, nullptr, systemName(item.kind), "System"});
    else if (item.element && item.element->type)
      out.push_back(Item{Kind::string, nullptr, item.element->type->name, "FHIR"});
  }
  return true;
}

}  // namespace fhir::fhirpath::calls
