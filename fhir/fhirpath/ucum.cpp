#include "fhir/fhirpath/ucum.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "fhir/fhirpath/temporal.h"
#include "fhir/fhirpath/ucum_units.h"

namespace fhir::ucum {
namespace {

using fhirpath::CalendarUnit;
using fhirpath::Int128;

constexpr std::size_t maxUnitSize = 200;
constexpr int maxNesting = 20;

Int128 greatestCommonDivisor(Int128 a, Int128 b) noexcept {
  while (b != 0) {
    const Int128 rest = a % b;
    a = b;
    b = rest;
  }
  return a < 0 ? -a : a;
}

// top / bottom * 10^exponent, positive; `real` is the same, for what 128 bits cannot hold.
struct Factor {
  Int128 top = 1;
  Int128 bottom = 1;
  int exponent = 0;
  bool exact = true;
  long double real = 1;

  void normalize() noexcept {
    if (!exact) return;
    const Int128 divisor = greatestCommonDivisor(top, bottom);
    top /= divisor;
    bottom /= divisor;
    for (; top % 10 == 0; top /= 10) ++exponent;
    for (; bottom % 10 == 0; bottom /= 10) --exponent;
  }
};

Factor inverse(Factor factor) noexcept {
  std::swap(factor.top, factor.bottom);
  factor.exponent = -factor.exponent;
  factor.real = 1 / factor.real;
  return factor;
}

Factor multiply(const Factor& left, const Factor& right) noexcept {
  Factor result;
  result.real = left.real * right.real;
  const auto top = fhirpath::multiply(left.top, right.top);
  const auto bottom = fhirpath::multiply(left.bottom, right.bottom);
  result.exact = left.exact && right.exact && top && bottom;
  if (result.exact) {
    result.top = *top;
    result.bottom = *bottom;
    result.exponent = left.exponent + right.exponent;
  }
  result.normalize();
  return result;
}

Factor factorOf(const Decimal& value) noexcept {
  Factor factor{value.digits(), 1, -value.scale(), true, value.real()};
  factor.normalize();
  return factor;
}

// A product of powers of base and arbitrary units, by number; the calendar month has a number of its own.
struct Dimension {
  std::vector<std::pair<std::uint16_t, int>> powers;  // sorted by number, no zero powers

  void multiply(const Dimension& other, int sign) {
    for (const auto& [number, power] : other.powers) add(number, power * sign);
  }
  void add(std::uint16_t number, int power) {
    const auto at = std::lower_bound(powers.begin(), powers.end(), number,
                                     [](const auto& entry, std::uint16_t key) { return entry.first < key; });
    if (at == powers.end() || at->first != number) {
      powers.insert(at, {number, power});
    } else if ((at->second += power) == 0) {
      powers.erase(at);
    }
  }
  bool operator==(const Dimension&) const = default;
};

struct Unit {
  Dimension dimension;
  Factor factor;
  Decimal offset;  // added to a value before the factor: temperatures

  void multiply(const Unit& other, int power) {
    const Factor once = power < 0 ? inverse(other.factor) : other.factor;
    for (int i = 0; i < std::abs(power); ++i) factor = ucum::multiply(factor, once);
    if (power != 0) dimension.multiply(other.dimension, power);
  }
};

constexpr std::uint16_t calendarMonth = 1000;

struct Atom {
  Unit unit;
  bool metric = false;
};

using Atoms = std::unordered_map<std::string_view, Atom>;

// Reads a unit expression; `atoms` are those known so far.
class UnitParser {
 public:
  UnitParser(const Atoms& atoms, std::string_view text) : atoms_(atoms), rest_(text) {}

  std::optional<Unit> run() {
    Unit unit;
    if (rest_.size() > maxUnitSize || !term(unit) || !rest_.empty()) return std::nullopt;
    return unit;
  }

 private:
  bool term(Unit& unit) {
    if (++nesting_ > maxNesting) return false;
    int sign = 1;
    if (rest_.starts_with('/')) {
      sign = -1;
      rest_.remove_prefix(1);
    }
    for (;;) {
      if (!component(unit, sign)) return false;
      if (!rest_.starts_with('.') && !rest_.starts_with('/')) break;
      sign = rest_[0] == '/' ? -1 : 1;
      rest_.remove_prefix(1);
    }
    --nesting_;
    return true;
  }

  bool component(Unit& unit, int sign) {
    Unit part;
    if (rest_.starts_with('(')) {
      rest_.remove_prefix(1);
      if (!term(part) || !rest_.starts_with(')')) return false;
      rest_.remove_prefix(1);
      unit.multiply(part, sign);
      return true;
    }
    if (rest_.starts_with('{')) return annotation();
    int power = 1;
    if (!factor(part) && (!simple(part) || !exponent(power))) return false;
    // A temperature scale's zero means something only for the unit alone.
    if (whole_ && rest_.empty() && power == 1) unit.offset = part.offset;
    whole_ = false;
    unit.multiply(part, sign * power);
    return !rest_.starts_with('{') || annotation();
  }

  bool annotation() {
    const std::size_t end = rest_.find('}');
    if (end == std::string_view::npos) return false;
    rest_.remove_prefix(end + 1);
    return true;
  }

  bool factor(Unit& part) {
    const std::size_t end = std::min(rest_.find_first_not_of("0123456789"), rest_.size());
    if (end == 0 || end > 18 || (end < rest_.size() && (rest_[end] == '*' || rest_[end] == '^')))
      return false;
    const auto value = Decimal::parse(rest_.substr(0, end));
    if (!value || value->isZero()) return false;
    part.factor = factorOf(*value);
    rest_.remove_prefix(end);
    return true;
  }

  bool exponent(int& power) {
    if (rest_.empty() || rest_[0] == '.' || rest_[0] == '/' || rest_[0] == ')' || rest_[0] == '{')
      return true;
    if (rest_[0] == '+') rest_.remove_prefix(1);
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), power);
    if (error != std::errc{} || power > 40 || power < -40) return false;
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    return true;
  }

  bool simple(Unit& part) {
    std::size_t end = 0;
    if (rest_.starts_with("10*") || rest_.starts_with("10^")) {
      end = 3;
    } else {
      while (end < rest_.size() &&
             std::string_view("0123456789+-./(){}").find(rest_[end]) == std::string_view::npos)
        if (rest_[end++] == '[') end = std::min(rest_.find(']', end), rest_.size() - 1) + 1;
    }
    const std::string_view code = rest_.substr(0, end);
    rest_.remove_prefix(end);
    return !code.empty() && lookUp(code, part);
  }

  bool lookUp(std::string_view code, Unit& part) const {
    if (const auto found = atoms_.find(code); found != atoms_.end()) {
      part = found->second.unit;
      return true;
    }
    for (const Prefix& prefix : prefixes()) {
      if (!code.starts_with(prefix.code)) continue;
      const auto found = atoms_.find(code.substr(prefix.code.size()));
      if (found == atoms_.end() || !found->second.metric) continue;
      part = found->second.unit;
      Factor scale;
      scale.exponent = prefix.exponent;
      scale.top = Int128{1} << prefix.binary;
      scale.real =
          std::pow(10.0L, static_cast<long double>(prefix.exponent)) * static_cast<long double>(scale.top);
      part.factor = multiply(part.factor, scale);
      return true;
    }
    return false;
  }

  const Atoms& atoms_;
  std::string_view rest_;
  int nesting_ = 0;
  bool whole_ = true;
};

Atoms makeAtoms() {
  Atoms atoms;
  std::uint16_t number = 0;
  for (const UnitEntry& entry : units()) {
    Atom atom;
    atom.metric = entry.unitClass != UnitClass::plain;
    if (entry.unitClass == UnitClass::base || entry.unitClass == UnitClass::arbitrary) {
      atom.unit.dimension.add(number++, 1);
    } else if (const auto definition = UnitParser(atoms, entry.definition).run()) {
      atom.unit = *definition;
      atom.unit.offset = Decimal();
      atom.unit.factor =
          multiply(atom.unit.factor, factorOf(Decimal::parse(entry.value).value_or(Decimal(1, 0))));
    }
    if (entry.code == "Cel") atom.unit.offset = Decimal(27315, 2);
    if (entry.code == "[degF]") atom.unit.offset = Decimal(45967, 2);
    if (entry.code == "[degRe]") atom.unit.offset = Decimal(21852, 2);
    atoms.emplace(entry.code, std::move(atom));
  }
  return atoms;
}

enum class Calendar : std::uint8_t { own, asUcum };

std::optional<Unit> calendarUnit(CalendarUnit unit, Calendar calendar);

std::optional<Unit> parse(std::string_view code, Calendar calendar = Calendar::own) {
  static const Atoms atoms = makeAtoms();
  if (const auto found = atoms.find(code); found != atoms.end()) return found->second.unit;
  if (const auto word = fhirpath::calendarUnit(code)) return calendarUnit(*word, calendar);
  return UnitParser(atoms, code).run();
}

std::optional<Unit> calendarUnit(CalendarUnit unit, Calendar calendar) {
  static constexpr std::array<std::string_view, 8> codes{"a", "mo", "wk", "d", "h", "min", "s", "ms"};
  if (calendar == Calendar::asUcum || unit > CalendarUnit::month)
    return parse(codes[static_cast<std::size_t>(unit)]);
  Unit result;
  result.dimension.add(calendarMonth, 1);
  if (unit == CalendarUnit::year) result.factor = factorOf(Decimal(12, 0));
  return result;
}

// value * factor(from) / factor(to), as top / bottom; nullopt where 128 bits do not suffice.
struct Ratio {
  Int128 top;
  Int128 bottom;
};

std::optional<Ratio> scaled(const Decimal& value, const Factor& factor) {
  if (!factor.exact) return std::nullopt;
  const int exponent = factor.exponent - value.scale();
  const auto tens = fhirpath::powerOfTen(exponent < 0 ? -exponent : exponent);
  const auto top = fhirpath::multiply(value.digits(), factor.top);
  if (!tens || !top) return std::nullopt;
  const auto grownTop = exponent > 0 ? fhirpath::multiply(*top, *tens) : top;
  const auto grownBottom = exponent < 0 ? fhirpath::multiply(factor.bottom, *tens) : factor.bottom;
  if (!grownTop || !grownBottom) return std::nullopt;
  return Ratio{*grownTop, *grownBottom};
}

std::optional<Decimal> shifted(const Quantity& quantity, const Unit& unit) {
  if (unit.offset.isZero()) return quantity.value.trimmed();
  const auto sum = add(quantity.value, unit.offset);
  return sum ? std::optional<Decimal>(sum->trimmed()) : std::nullopt;
}

std::strong_ordering compareReal(long double left, long double right) noexcept {
  const long double tolerance = std::max(std::fabs(left), std::fabs(right)) * 1e-15L;
  if (std::fabs(left - right) <= tolerance) return std::strong_ordering::equal;
  return left < right ? std::strong_ordering::less : std::strong_ordering::greater;
}

std::optional<Decimal> convert(const Quantity& quantity, const Unit& from, const Unit& to) {
  const auto value = shifted(quantity, from);
  if (!value) return std::nullopt;
  const Factor factor = multiply(from.factor, inverse(to.factor));
  std::optional<Decimal> result;
  if (const auto ratio = scaled(*value, factor))
    result = divide(Decimal(ratio->top, 0), Decimal(ratio->bottom, 0));
  if (!result) result = Decimal::fromReal(value->real() * factor.real);
  return result ? subtract(*result, to.offset) : std::nullopt;
}

}  // namespace

bool isUnit(std::string_view code) {
  return parse(code).has_value();
}

bool comparable(std::string_view left, std::string_view right) {
  const auto a = parse(left);
  const auto b = parse(right);
  return a && b ? a->dimension == b->dimension : left == right;
}

std::optional<std::strong_ordering> compare(const Quantity& left, const Quantity& right) {
  if (left.unit == right.unit) return compare(left.value, right.value);
  const auto a = parse(left.unit);
  const auto b = parse(right.unit);
  if (!a || !b || a->dimension != b->dimension) return std::nullopt;
  const auto x = shifted(left, *a);
  const auto y = shifted(right, *b);
  if (!x || !y) return std::nullopt;
  const Factor factor = multiply(a->factor, inverse(b->factor));
  if (const auto ratio = scaled(*x, factor)) {
    const auto tens = fhirpath::powerOfTen(y->scale());
    const auto leftSide = tens ? fhirpath::multiply(ratio->top, *tens) : std::nullopt;
    const auto rightSide = fhirpath::multiply(y->digits(), ratio->bottom);
    if (leftSide && rightSide) return *leftSide <=> *rightSide;
  }
  return compareReal(x->real() * factor.real, y->real());
}

bool equivalent(const Quantity& left, const Quantity& right) {
  const auto a = parse(left.unit, Calendar::asUcum);
  const auto b = parse(right.unit, Calendar::asUcum);
  if (!a || !b) return left.unit == right.unit && compare(left.value, right.value) == 0;
  if (a->dimension != b->dimension) return false;
  const bool leftIsLarger = a->factor.real >= b->factor.real;
  const Unit& target = leftIsLarger ? *a : *b;
  const auto x = convert(left, *a, target);
  const auto y = convert(right, *b, target);
  const int scale = std::min(left.value.trimmed().scale(), right.value.trimmed().scale());
  const auto roundedX = x ? x->rescaled(scale, Decimal::Rounding::halfAwayFromZero) : std::nullopt;
  const auto roundedY = y ? y->rescaled(scale, Decimal::Rounding::halfAwayFromZero) : std::nullopt;
  return roundedX && roundedY && compare(*roundedX, *roundedY) == 0;
}

std::optional<Decimal> convert(const Quantity& quantity, std::string_view unit) {
  const auto from = parse(quantity.unit);
  const auto to = parse(unit);
  if (!from || !to || from->dimension != to->dimension) return std::nullopt;
  return convert(quantity, *from, *to);
}

std::optional<std::string> canonicalUnit(std::string_view code) {
  static const std::vector<std::string_view> codes = [] {
    std::vector<std::string_view> numbered;
    for (const UnitEntry& entry : units()) {
      if (entry.unitClass == UnitClass::base || entry.unitClass == UnitClass::arbitrary)
        numbered.push_back(entry.code);
    }
    return numbered;
  }();
  const auto unit = parse(code, Calendar::asUcum);
  if (!unit) return std::nullopt;
  std::string text;
  for (const auto& [number, power] : unit->dimension.powers) {
    if (!text.empty()) text += '.';
    text += codes.at(number);
    if (power != 1) text += std::to_string(power);
  }
  return text.empty() ? "1" : text;
}

std::string multiplyUnits(std::string_view left, std::string_view right) {
  if (right == "1") return std::string(left);
  if (left == "1") return std::string(right);
  return std::string(left).append(".").append(
      right.find('/') == std::string_view::npos ? std::string(right) : "(" + std::string(right) + ")");
}

std::string divideUnits(std::string_view left, std::string_view right) {
  if (right == "1") return std::string(left);
  if (left == right) return "1";
  const bool compound = right.find_first_of("./") != std::string_view::npos;
  const std::string divisor = compound ? "(" + std::string(right) + ")" : std::string(right);
  return (left == "1" ? std::string() : std::string(left)) + "/" + divisor;
}

}  // namespace fhir::ucum
