#include "fhir/search/number_range.h"

#include <charconv>
#include <string>
#include <system_error>

namespace fhir::search {
namespace {

constexpr std::size_t maxLength = 64;
constexpr int maxExponent = 100;

// digits * 10^-scale
struct Decimal {
  bool negative = false;
  std::string digits;
  int scale = 0;
};

bool isDigit(char c) {
  return c >= '0' && c <= '9';
}

std::string_view takeDigits(std::string_view& text) {
  std::size_t length = 0;
  while (length < text.size() && isDigit(text[length])) ++length;
  const auto digits = text.substr(0, length);
  text.remove_prefix(length);
  return digits;
}

bool takeExponent(std::string_view& text, int& exponent) {
  text.remove_prefix(1);
  if (!text.empty() && text.front() == '+') {
    text.remove_prefix(1);
    if (text.empty() || !isDigit(text.front())) return false;
  }
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), exponent);
  if (error != std::errc{} || end != text.data() + text.size()) return false;
  return exponent >= -maxExponent && exponent <= maxExponent;
}

// -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?
std::optional<Decimal> parseDecimal(std::string_view text) {
  if (text.empty() || text.size() > maxLength) return std::nullopt;
  Decimal decimal;
  if (text.front() == '-') {
    decimal.negative = true;
    text.remove_prefix(1);
  }
  const auto whole = takeDigits(text);
  if (whole.empty() || (whole.size() > 1 && whole.front() == '0')) return std::nullopt;
  decimal.digits = whole;
  if (!text.empty() && text.front() == '.') {
    text.remove_prefix(1);
    const auto fraction = takeDigits(text);
    if (fraction.empty()) return std::nullopt;
    decimal.digits += fraction;
    decimal.scale = static_cast<int>(fraction.size());
  }
  if (text.empty()) return decimal;
  int exponent = 0;
  if ((text.front() != 'e' && text.front() != 'E') || !takeExponent(text, exponent)) return std::nullopt;
  if (decimal.digits.size() == 1) {
    decimal.digits += '0';
    ++decimal.scale;
  }
  decimal.scale -= exponent;
  return decimal;
}

bool isZero(const std::string& digits) {
  return digits.find_first_not_of('0') == std::string::npos;
}

// digits - 1; digits > 0
void decrement(std::string& digits) {
  auto at = digits.find_last_not_of('0');
  --digits[at];
  for (++at; at < digits.size(); ++at) digits[at] = '9';
}

std::string plain(bool negative, std::string digits, int scale) {
  if (scale < 0) {
    digits.append(static_cast<std::size_t>(-scale), '0');
    scale = 0;
  }
  const auto fraction = static_cast<std::size_t>(scale);
  if (digits.size() <= fraction) digits.insert(0, fraction + 1 - digits.size(), '0');
  const auto whole = digits.size() - fraction;
  auto first = digits.find_first_not_of('0');
  if (first == std::string::npos || first >= whole) first = whole - 1;
  std::string text = negative && !isZero(digits) ? "-" : "";
  text.append(digits, first, whole - first);
  if (fraction > 0) text.append(".").append(digits, whole);
  return text;
}

}  // namespace

std::optional<NumberRange> numberRange(std::string_view text) {
  const auto decimal = parseDecimal(text);
  if (!decimal) return std::nullopt;
  const int scale = decimal->scale + 1;
  const auto away = decimal->digits + '5';  // farther from zero by half a unit
  if (isZero(decimal->digits)) {
    return NumberRange{std::string(text), plain(true, away, scale), plain(false, away, scale)};
  }
  auto near = decimal->digits;
  decrement(near);
  near += '5';
  const auto nearText = plain(decimal->negative, near, scale);
  const auto awayText = plain(decimal->negative, away, scale);
  return decimal->negative ? NumberRange{std::string(text), awayText, nearText}
                           : NumberRange{std::string(text), nearText, awayText};
}

}  // namespace fhir::search
