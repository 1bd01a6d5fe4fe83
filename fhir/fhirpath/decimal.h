// Decimal: an exact decimal number of up to 38 digits, with the precision it was written with.
//
// Specification: FHIRPath N1, section 4.1.3 Decimal and 6.6 Math. Threading: value type.
// Errors: nullopt when a result does not fit (FHIRPath answers such an overflow with an empty collection).
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fhir::fhirpath {

__extension__ using Int128 = __int128;
__extension__ using UnsignedInt128 = unsigned __int128;

// Products, quotients and powers of ten that say when 38 digits are not enough.
std::optional<Int128> multiply(Int128 left, Int128 right) noexcept;
std::optional<Int128> powerOfTen(int exponent) noexcept;

class Decimal {
 public:
  constexpr Decimal() = default;
  constexpr Decimal(Int128 digits, int scale) noexcept : digits_(digits), scale_(scale) {}

  // "12", "-0.50", "1.5e-3" (the last only in FHIR's JSON numbers). nullopt for anything else.
  static std::optional<Decimal> parse(std::string_view text) noexcept;
  // The nearest decimal with at most 15 significant digits; nullopt for NaN, infinity and huge values.
  static std::optional<Decimal> fromReal(long double value) noexcept;

  Int128 digits() const noexcept { return digits_; }  // value = digits * 10^-scale
  int scale() const noexcept { return scale_; }       // decimals written, never negative
  bool isZero() const noexcept { return digits_ == 0; }
  bool isNegative() const noexcept { return digits_ < 0; }
  bool isWhole() const noexcept;
  long double real() const noexcept;
  // The value as an integer of 64 bits when it is whole and fits.
  std::optional<std::int64_t> integer() const noexcept;
  std::string toString() const;  // "1.50": as many decimals as scale()

  Decimal negated() const noexcept { return {-digits_, scale_}; }
  Decimal abs() const noexcept { return {digits_ < 0 ? -digits_ : digits_, scale_}; }
  Decimal trimmed() const noexcept;  // without trailing zeros behind the point

  // The same value with another number of decimals.
  enum class Rounding : std::uint8_t { down, up, towardsZero, halfAwayFromZero };
  std::optional<Decimal> rescaled(int scale, Rounding rounding) const noexcept;

  friend std::optional<Decimal> add(Decimal left, Decimal right) noexcept;
  friend std::optional<Decimal> subtract(Decimal left, Decimal right) noexcept;
  friend std::optional<Decimal> multiply(Decimal left, Decimal right) noexcept;
  // To 16 decimals where they fit (never fewer than 8), half away from zero, trailing zeros dropped;
  // nullopt also for a division by zero.
  friend std::optional<Decimal> divide(Decimal left, Decimal right) noexcept;
  friend std::optional<Decimal> truncatedQuotient(Decimal left, Decimal right) noexcept;  // div
  friend std::optional<Decimal> remainder(Decimal left, Decimal right) noexcept;          // mod

 private:
  Int128 digits_ = 0;
  int scale_ = 0;
};

// By value: 1.0 equals 1.00.
std::strong_ordering compare(Decimal left, Decimal right) noexcept;

}  // namespace fhir::fhirpath
