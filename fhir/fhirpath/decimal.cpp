#include "fhir/fhirpath/decimal.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

namespace fhir::fhirpath {
namespace {

constexpr int maxDigits = 38;

constexpr std::array<Int128, maxDigits + 1> tens = [] {
  std::array<Int128, maxDigits + 1> powers{};
  powers[0] = 1;
  for (std::size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
  return powers;
}();

Int128 quotient(Int128 digits, Int128 divisor, Decimal::Rounding rounding) noexcept {
  Int128 result = digits / divisor;
  const Int128 rest = digits % divisor;
  if (rest == 0) return result;
  const bool negative = (digits < 0) != (divisor < 0);
  const Int128 magnitude = rest < 0 ? -rest : rest;
  const Int128 limit = divisor < 0 ? -divisor : divisor;
  switch (rounding) {
    case Decimal::Rounding::down:
      return negative ? result - 1 : result;
    case Decimal::Rounding::up:
      return negative ? result : result + 1;
    case Decimal::Rounding::towardsZero:
      return result;
    case Decimal::Rounding::halfAwayFromZero:
      if (magnitude >= limit - magnitude) result += negative ? -1 : 1;
      return result;
  }
  return result;
}

// Both with the scale of the finer one.
std::optional<std::pair<Int128, Int128>> align(Decimal left, Decimal right) noexcept {
  const int scale = std::max(left.scale(), right.scale());
  const auto leftTens = powerOfTen(scale - left.scale());
  const auto rightTens = powerOfTen(scale - right.scale());
  if (!leftTens || !rightTens) return std::nullopt;
  const auto leftDigits = multiply(left.digits(), *leftTens);
  const auto rightDigits = multiply(right.digits(), *rightTens);
  if (!leftDigits || !rightDigits) return std::nullopt;
  return std::pair{*leftDigits, *rightDigits};
}

// Most numbers: digits alone, so few that they fit into 64 bits.
std::optional<std::int64_t> smallInteger(std::string_view text) noexcept {
  constexpr std::size_t most = 18;
  if (text.empty() || text.size() > most) return std::nullopt;
  std::int64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

}  // namespace

std::optional<Int128> multiply(Int128 left, Int128 right) noexcept {
  Int128 product = 0;
  if (__builtin_mul_overflow(left, right, &product)) return std::nullopt;
  return product;
}

std::optional<Int128> powerOfTen(int exponent) noexcept {
  if (exponent < 0 || exponent > maxDigits) return std::nullopt;
  return tens[static_cast<std::size_t>(exponent)];
}

std::optional<Decimal> Decimal::parse(std::string_view text) noexcept {
  if (const auto small = smallInteger(text)) return Decimal(*small, 0);
  std::size_t at = 0;
  const bool negative = !text.empty() && text[0] == '-';
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) ++at;
  Int128 digits = 0;
  int scale = 0;
  bool point = false;
  std::size_t count = 0;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '.') {
      if (point || count == 0 || at + 1 == text.size()) return std::nullopt;
      point = true;
      continue;
    }
    if (c < '0' || c > '9') break;
    if (digits >= tens[maxDigits - 1]) return std::nullopt;
    digits = digits * 10 + (c - '0');
    scale += point ? 1 : 0;
    ++count;
  }
  if (count == 0 || scale > maxDigits) return std::nullopt;
  if (at < text.size()) {
    if ((text[at] != 'e' && text[at] != 'E') || text[at - 1] == '.') return std::nullopt;
    ++at;
    if (at < text.size() && text[at] == '+') ++at;
    int exponent = 0;
    const auto [end, error] = std::from_chars(text.data() + at, text.data() + text.size(), exponent);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    if (exponent < -maxDigits || exponent > maxDigits) return std::nullopt;
    scale -= exponent;
    if (scale > maxDigits) return std::nullopt;
    if (scale < 0) {
      const auto grown = multiply(digits, tens[static_cast<std::size_t>(std::min(-scale, maxDigits))]);
      if (!grown || -scale > maxDigits) return std::nullopt;
      digits = *grown;
      scale = 0;
    }
  }
  return Decimal(negative ? -digits : digits, scale);
}

std::optional<Decimal> Decimal::fromReal(long double value) noexcept {
  if (!std::isfinite(value)) return std::nullopt;
  if (value == 0) return Decimal(0, 1);
  const int magnitude = static_cast<int>(std::floor(std::log10(std::fabs(value)))) + 1;
  if (magnitude > 30) return std::nullopt;
  const int scale = std::clamp(15 - magnitude, 0, 20);
  const long double scaled =
      std::round(value * static_cast<long double>(tens[static_cast<std::size_t>(scale)]));
  return Decimal(static_cast<Int128>(scaled), scale).trimmed();
}

bool Decimal::isWhole() const noexcept {
  return scale_ == 0 || digits_ % tens[static_cast<std::size_t>(scale_)] == 0;
}

long double Decimal::real() const noexcept {
  return static_cast<long double>(digits_) / static_cast<long double>(tens[static_cast<std::size_t>(scale_)]);
}

std::optional<std::int64_t> Decimal::integer() const noexcept {
  if (!isWhole()) return std::nullopt;
  const Int128 value = scale_ == 0 ? digits_ : digits_ / tens[static_cast<std::size_t>(scale_)];
  if (value > INT64_MAX || value < INT64_MIN) return std::nullopt;
  return static_cast<std::int64_t>(value);
}

std::string Decimal::toString() const {
  constexpr std::size_t longest = 41;  // 39 digits, a point and a sign
  constexpr std::uint64_t chunk = 1'000'000'000'000'000'000;
  std::array<char, longest> text;
  char* at = text.data() + text.size();
  int place = 0;
  const auto put = [&](std::uint64_t rest, int until) {
    for (; place < until || rest != 0; ++place, rest /= 10) {
      if (place == scale_ && scale_ > 0) *--at = '.';
      *--at = static_cast<char>('0' + rest % 10);
    }
  };
  UnsignedInt128 rest =
      digits_ < 0 ? -static_cast<UnsignedInt128>(digits_) : static_cast<UnsignedInt128>(digits_);
  // Division of 64 bits is far faster.
  for (int until = 18; rest >= chunk; rest /= chunk, until += 18)
    put(static_cast<std::uint64_t>(rest % chunk), until);
  put(static_cast<std::uint64_t>(rest), scale_ + 1);
  if (digits_ < 0) *--at = '-';
  return {at, text.data() + text.size()};
}

Decimal Decimal::trimmed() const noexcept {
  Decimal result = *this;
  while (result.scale_ > 0 && result.digits_ % 10 == 0) {
    result.digits_ /= 10;
    --result.scale_;
  }
  return result;
}

std::optional<Decimal> Decimal::rescaled(int scale, Rounding rounding) const noexcept {
  if (scale < 0 || scale > maxDigits) return std::nullopt;
  if (scale >= scale_) {
    const auto factor = powerOfTen(scale - scale_);
    const auto digits = factor ? fhirpath::multiply(digits_, *factor) : std::nullopt;
    if (!digits) return std::nullopt;
    return Decimal(*digits, scale);
  }
  return Decimal(quotient(digits_, tens[static_cast<std::size_t>(scale_ - scale)], rounding), scale);
}

std::optional<Decimal> add(Decimal left, Decimal right) noexcept {
  const auto aligned = align(left, right);
  Int128 sum = 0;
  if (!aligned || __builtin_add_overflow(aligned->first, aligned->second, &sum)) return std::nullopt;
  return Decimal(sum, std::max(left.scale(), right.scale()));
}

std::optional<Decimal> subtract(Decimal left, Decimal right) noexcept {
  return add(left, right.negated());
}

std::optional<Decimal> multiply(Decimal left, Decimal right) noexcept {
  auto digits = multiply(left.digits(), right.digits());
  if (!digits) {
    left = left.trimmed();
    right = right.trimmed();
    digits = multiply(left.digits(), right.digits());
  }
  const int scale = left.scale() + right.scale();
  if (!digits || scale > maxDigits) return std::nullopt;
  return Decimal(*digits, scale);
}

std::optional<Decimal> divide(Decimal left, Decimal right) noexcept {
  if (right.isZero()) return std::nullopt;
  left = left.trimmed();
  right = right.trimmed();
  for (int scale = 16; scale >= 8; --scale) {
    // left / right = (leftDigits * 10^shift / rightDigits) * 10^-scale
    const int shift = scale + right.scale() - left.scale();
    const auto factor = powerOfTen(shift < 0 ? -shift : shift);
    if (!factor) continue;
    const auto grown = multiply(shift < 0 ? right.digits() : left.digits(), *factor);
    if (!grown) continue;
    const Int128 numerator = shift < 0 ? left.digits() : *grown;
    const Int128 denominator = shift < 0 ? *grown : right.digits();
    return Decimal(quotient(numerator, denominator, Decimal::Rounding::halfAwayFromZero), scale).trimmed();
  }
  return std::nullopt;
}

std::optional<Decimal> truncatedQuotient(Decimal left, Decimal right) noexcept {
  if (right.isZero()) return std::nullopt;
  const auto aligned = align(left, right);
  if (!aligned) return std::nullopt;
  return Decimal(aligned->first / aligned->second, 0);
}

std::optional<Decimal> remainder(Decimal left, Decimal right) noexcept {
  if (right.isZero()) return std::nullopt;
  const auto aligned = align(left, right);
  if (!aligned) return std::nullopt;
  return Decimal(aligned->first % aligned->second, std::max(left.scale(), right.scale()));
}

std::strong_ordering compare(Decimal left, Decimal right) noexcept {
  if (left.scale() == right.scale()) return left.digits() <=> right.digits();
  if (const auto aligned = align(left, right)) return aligned->first <=> aligned->second;
  const Decimal a = left.trimmed();
  const Decimal b = right.trimmed();
  if (const auto aligned = align(a, b)) return aligned->first <=> aligned->second;
  // More than 38 digits between them: one is so much larger that its sign and size decide.
  if (a.isNegative() != b.isNegative())
    return a.isNegative() ? std::strong_ordering::less : std::strong_ordering::greater;
  return a.real() < b.real() ? std::strong_ordering::less : std::strong_ordering::greater;
}

}  // namespace fhir::fhirpath
