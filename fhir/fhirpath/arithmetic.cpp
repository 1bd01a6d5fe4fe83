#include "fhir/fhirpath/arithmetic.h"

#include <array>
#include <limits>
#include <string>
#include <utility>

#include "fhir/fhirpath/ucum.h"
#include "fhir/fhirpath/values.h"

namespace fhir::fhirpath {
namespace {

std::optional<Decimal> apply(Op op, const Decimal& left, const Decimal& right) {
  switch (op) {
    case Op::add:
      return add(left, right);
    case Op::subtract:
      return subtract(left, right);
    case Op::multiply:
      return multiply(left, right);
    case Op::divide:
      return divide(left, right);
    case Op::div:
      return truncatedQuotient(left, right);
    default:
      return remainder(left, right);
  }
}

// The calendar unit a quantity adds to dates: calendar words, and those units of UCUM that are fixed
// durations.
std::optional<CalendarUnit> durationUnit(std::string_view unit) {
  static constexpr std::array<std::pair<std::string_view, CalendarUnit>, 6> fixed{
      {{"wk", CalendarUnit::week},
       {"d", CalendarUnit::day},
       {"h", CalendarUnit::hour},
       {"min", CalendarUnit::minute},
       {"s", CalendarUnit::second},
       {"ms", CalendarUnit::millisecond}}};
  for (const auto& [code, meaning] : fixed)
    if (code == unit) return meaning;
  return calendarUnit(unit);
}

bool moveTemporal(Evaluator& evaluator, const Node& node, const Item& left, const Item& right,
                  Collection& out) {
  const auto start = temporal(left);
  const auto amount = number(right);
  const auto unit = durationUnit(right.unit);
  if (!unit)
    return evaluator.fail(node, "only calendar durations and fixed units of time are added to dates.");
  if (!start || !amount) return true;
  // Below a second fractions count; above it only whole units do.
  CalendarUnit grain = *unit;
  std::optional<Decimal> whole = *amount;
  if (grain == CalendarUnit::second) {
    grain = CalendarUnit::millisecond;
    whole = multiply(*amount, Decimal(1000, 0));
  }
  if (whole) whole = whole->rescaled(0, Decimal::Rounding::towardsZero);
  const auto count = whole ? whole->integer() : std::nullopt;
  if (!count || *count == std::numeric_limits<std::int64_t>::min()) return true;
  const auto moved = start->plus(node.op == Op::subtract ? -*count : *count, grain);
  if (moved) out.push_back(evaluator.makeText(left.kind, moved->toString()));
  return true;
}

bool calculateQuantity(Evaluator& evaluator, const Node& node, const Item& left, const Item& right,
                       Collection& out) {
  const auto a = number(left);
  const auto b = number(right);
  if (!a || !b) return true;
  const std::string_view leftUnit = left.kind == Kind::quantity ? left.unit : std::string_view("1");
  const std::string_view rightUnit = right.kind == Kind::quantity ? right.unit : std::string_view("1");
  std::string unit(leftUnit);
  if (node.op == Op::multiply) {
    unit = ucum::multiplyUnits(leftUnit, rightUnit);
  } else if (node.op == Op::divide) {
    unit = ucum::divideUnits(leftUnit, rightUnit);
  } else if (node.op != Op::add && node.op != Op::subtract) {
    return evaluator.fail(node, "div and mod are not defined for quantities.");
  } else if (leftUnit != rightUnit) {
    if (!ucum::comparable(leftUnit, rightUnit)) return true;
    const auto converted = ucum::convert({*b, rightUnit}, leftUnit);
    const auto result = converted ? apply(node.op, *a, *converted) : std::nullopt;
    if (result) out.push_back(evaluator.makeQuantity(*result, unit));
    return true;
  }
  if (const auto result = apply(node.op, *a, *b)) out.push_back(evaluator.makeQuantity(*result, unit));
  return true;
}

}  // namespace

void pushInteger(Evaluator& evaluator, const std::optional<Decimal>& value, Collection& out) {
  const auto integer = value ? value->integer() : std::nullopt;
  if (integer && *integer >= std::numeric_limits<std::int32_t>::min() &&
      *integer <= std::numeric_limits<std::int32_t>::max())
    out.push_back(evaluator.makeInteger(*integer));
}

bool calculate(Evaluator& evaluator, const Node& node, const Item& left, const Item& right, Collection& out) {
  const bool additive = node.op == Op::add || node.op == Op::subtract;
  if (isNumber(left) && isNumber(right)) {
    const auto a = number(left);
    const auto b = number(right);
    if (!a || !b) return true;
    const auto result = apply(node.op, *a, *b);
    const bool whole = left.kind == Kind::integer && right.kind == Kind::integer && node.op != Op::divide;
    if (whole || node.op == Op::div)
      pushInteger(evaluator, result, out);
    else if (result)
      out.push_back(evaluator.makeDecimal(*result));
    return true;
  }
  if (node.op == Op::add && left.kind == Kind::string && right.kind == Kind::string)
    return evaluator.pushString(node, std::string(left.text).append(right.text), out);
  if (additive && right.kind == Kind::quantity && temporal(left))
    return moveTemporal(evaluator, node, left, right, out);
  const bool measured =
      (left.kind == Kind::quantity || isNumber(left)) && (right.kind == Kind::quantity || isNumber(right));
  if (measured) return calculateQuantity(evaluator, node, left, right, out);
  return evaluator.fail(node, "the operator is not defined for values of these types.");
}

}  // namespace fhir::fhirpath
