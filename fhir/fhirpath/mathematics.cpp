// FHIRPath N1, section 5.7 Math and 5.9 current date and time; boundaries, precision and comparability as in
// use since.
#include <algorithm>
#include <cmath>
#include <string>

#include "fhir/fhirpath/arithmetic.h"
#include "fhir/fhirpath/calls.h"
#include "fhir/fhirpath/ucum.h"
#include "fhir/fhirpath/values.h"

namespace fhir::fhirpath::calls {
namespace {

constexpr int maxBoundaryDecimals = 31;

// The input's only item with its number; empty when there is none, false with a fault when it is no number.
struct Operand {
  std::optional<Item> item;
  Decimal value;
};

bool operand(const Call& call, Operand& out, bool quantities = false) {
  if (!call.requireSingle()) return false;
  if (call.input.empty()) return true;
  const Item item = toSystem(call.input.front());
  if (!isNumber(item) && !(quantities && item.kind == Kind::quantity))
    return call.fail(std::string(name(call.node.function)) + "() works on numbers.");
  if (const auto value = number(item)) {
    out.item = item;
    out.value = *value;
  }
  return true;
}

bool pushDecimal(const Call& call, const std::optional<Decimal>& value, Collection& out) {
  if (value) out.push_back(call.evaluator.makeDecimal(*value));
  return true;
}

bool pushLike(const Call& call, const Item& item, const std::optional<Decimal>& value, Collection& out) {
  if (!value) return true;
  if (item.kind == Kind::quantity)
    out.push_back(call.evaluator.makeQuantity(*value, item.unit));
  else if (item.kind == Kind::integer && value->scale() == 0)
    pushInteger(call.evaluator, *value, out);
  else
    out.push_back(call.evaluator.makeDecimal(*value));
  return true;
}

// The whole power, exact; nullopt when the digits do not suffice.
std::optional<Decimal> wholePower(Decimal base, std::int64_t exponent) {
  std::optional<Decimal> result = Decimal(1, 0);
  for (; exponent > 0; exponent /= 2) {
    if (exponent % 2 == 1) result = multiply(*result, base);
    if (!result) return std::nullopt;
    if (exponent == 1) break;
    const auto squared = multiply(base, base);
    if (!squared) return std::nullopt;
    base = *squared;
  }
  return result;
}

// Half a unit of the last decimal below or above, to `scale` decimals; what is nothing but zeros there is
// zero.
std::optional<Decimal> decimalBoundary(const Decimal& value, int scale, bool high) {
  if (scale < 0 || scale > maxBoundaryDecimals) return std::nullopt;
  if (scale < value.scale()) {
    const auto rounded = value.rescaled(scale, Decimal::Rounding::halfAwayFromZero);
    if (rounded && rounded->isZero()) return rounded;
  }
  const Decimal half(high ? 5 : -5, value.scale() + 1);
  const auto boundary = add(value, half);
  if (!boundary) return std::nullopt;
  return boundary->rescaled(scale, high ? Decimal::Rounding::up : Decimal::Rounding::down);
}

std::optional<Item> temporalBoundary(const Call& call, const Item& item, std::optional<int> digits,
                                     bool high) {
  const auto value = temporal(item);
  if (!value) return std::nullopt;
  const int standard = item.kind == Kind::date ? 8 : item.kind == Kind::time ? 9 : 17;
  const int wanted = digits.value_or(standard);
  const auto result = high ? value->highBoundary(wanted) : value->lowBoundary(wanted);
  return result ? std::optional<Item>(call.evaluator.makeText(item.kind, result->toString())) : std::nullopt;
}

}  // namespace

bool absolute(const Call& call, Collection& out) {
  Operand number;
  if (!operand(call, number, true)) return false;
  return !number.item || pushLike(call, *number.item, number.value.abs(), out);
}

// ceiling, floor and truncate.
bool whole(const Call& call, Collection& out) {
  Operand number;
  if (!operand(call, number)) return false;
  if (!number.item) return true;
  const Function function = call.node.function;
  const auto rounding = function == Function::ceiling ? Decimal::Rounding::up
                        : function == Function::floor ? Decimal::Rounding::down
                                                      : Decimal::Rounding::towardsZero;
  pushInteger(call.evaluator, number.value.rescaled(0, rounding), out);
  return true;
}

// exp, ln and sqrt.
bool real(const Call& call, Collection& out) {
  Operand number;
  if (!operand(call, number)) return false;
  if (!number.item) return true;
  const long double value = number.value.real();
  switch (call.node.function) {
    case Function::exp:
      return pushDecimal(call, Decimal::fromReal(std::exp(value)), out);
    case Function::ln:
      return pushDecimal(call, value > 0 ? Decimal::fromReal(std::log(value)) : std::nullopt, out);
    default:
      return pushDecimal(call, value >= 0 ? Decimal::fromReal(std::sqrt(value)) : std::nullopt, out);
  }
}

bool logarithm(const Call& call, Collection& out) {
  Operand number;
  std::optional<Item> base;
  if (!operand(call, number) || !call.single(0, Kind::decimal, base)) return false;
  if (!number.item || !base) return true;
  const long double value = number.value.real();
  const long double root = fhirpath::number(*base).value_or(Decimal()).real();
  if (value <= 0 || root <= 0 || root == 1) return true;
  return pushDecimal(call, Decimal::fromReal(std::log(value) / std::log(root)), out);
}

bool power(const Call& call, Collection& out) {
  Operand number;
  std::optional<Item> argument;
  if (!operand(call, number) || !call.single(0, Kind::decimal, argument)) return false;
  if (!number.item || !argument) return true;
  const Decimal exponent = fhirpath::number(*argument).value_or(Decimal());
  const auto count = exponent.integer();
  const bool integers = number.item->kind == Kind::integer && argument->kind == Kind::integer;
  if (count && *count >= 0 && *count < 1'000'000)
    if (const auto exact = wholePower(number.value, *count)) {
      if (!integers) return pushDecimal(call, *exact, out);
      pushInteger(call.evaluator, exact, out);
      return true;
    }
  if (integers && count && *count >= 0) return true;
  return pushDecimal(call, Decimal::fromReal(std::pow(number.value.real(), exponent.real())), out);
}

bool round(const Call& call, Collection& out) {
  Operand number;
  std::optional<Item> precision;
  if (!operand(call, number) || !call.single(0, Kind::integer, precision)) return false;
  if (!number.item) return true;
  const auto decimals = precision ? fhirpath::number(*precision).value_or(Decimal()).integer() : 0;
  if (!decimals || *decimals < 0) return call.fail("round() takes a precision of 0 or more.");
  const int scale = static_cast<int>(std::min<std::int64_t>(*decimals, number.value.scale()));
  return pushDecimal(call, number.value.rescaled(scale, Decimal::Rounding::halfAwayFromZero), out);
}

// lowBoundary and highBoundary.
bool boundary(const Call& call, Collection& out) {
  std::optional<Item> argument;
  if (!call.requireSingle() || !call.single(0, Kind::integer, argument)) return false;
  if (call.input.empty()) return true;
  const Item item = toSystem(call.input.front());
  const bool high = call.node.function == Function::highBoundary;
  std::optional<int> digits;
  if (argument) {
    const auto value = number(*argument).value_or(Decimal()).integer().value_or(-1);
    digits = static_cast<int>(std::clamp<std::int64_t>(value, -1, 1000));
  }
  if (const auto value = number(item)) {
    const Item like{item.kind == Kind::quantity ? Kind::quantity : Kind::decimal, nullptr, {}, item.unit};
    return pushLike(call, like, decimalBoundary(*value, digits.value_or(8), high), out);
  }
  if (item.kind != Kind::date && item.kind != Kind::dateTime && item.kind != Kind::time)
    return call.fail("boundaries exist of numbers, quantities, dates and times.");
  if (const auto result = temporalBoundary(call, item, digits, high)) out.push_back(*result);
  return true;
}

bool precision(const Call& call, Collection& out) {
  if (!call.requireSingle()) return false;
  if (call.input.empty()) return true;
  const Item item = toSystem(call.input.front());
  if (const auto value = number(item))
    out.push_back(call.evaluator.makeInteger(value->scale()));
  else if (const auto instant = temporal(item))
    out.push_back(call.evaluator.makeInteger(instant->digits()));
  return true;
}

bool comparable(const Call& call, Collection& out) {
  std::optional<Item> other;
  if (!call.requireSingle() || !call.single(0, Kind::quantity, other)) return false;
  if (call.input.empty() || !other) return true;
  const Item item = toSystem(call.input.front());
  if (item.kind != Kind::quantity) return call.fail("comparable() works on quantities.");
  out.push_back(makeBoolean(ucum::comparable(item.unit, other->unit)));
  return true;
}

// now, today and timeOfDay.
bool clock(const Call& call, Collection& out) {
  const auto instant = Temporal::parseDateTime(call.evaluator.now());
  if (!instant) return call.fail("the environment's present time is no dateTime.", IssueType::exception);
  const Function function = call.node.function;
  const Kind kind = function == Function::now     ? Kind::dateTime
                    : function == Function::today ? Kind::date
                                                  : Kind::time;
  const Temporal part = function == Function::now     ? *instant
                        : function == Function::today ? instant->date()
                                                      : instant->time();
  out.push_back(call.evaluator.makeText(kind, part.toString()));
  return true;
}

}  // namespace fhir::fhirpath::calls
