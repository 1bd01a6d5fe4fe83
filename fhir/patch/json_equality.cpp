#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>

#include "fhir/patch/json_value.h"

namespace fhir::patch {
namespace {

// A number as 0.digits * 10^exponent, without zeros at either end; no digits for zero.
struct Magnitude {
  bool negative = false;
  std::string digits;
  std::int64_t exponent = 0;

  bool operator==(const Magnitude&) const = default;
};

// nullopt for an exponent that is beyond any sense. `text` is a JSON number.
std::optional<Magnitude> magnitude(std::string_view text) {
  Magnitude number;
  if (text.starts_with('-')) {
    number.negative = true;
    text.remove_prefix(1);
  }
  std::int64_t exponent = 0;
  if (const auto at = text.find_first_of("eE"); at != std::string_view::npos) {
    auto written = text.substr(at + 1);
    if (written.starts_with('+')) written.remove_prefix(1);
    const auto read = std::from_chars(written.data(), written.data() + written.size(), exponent);
    constexpr std::int64_t sensible = 1'000'000'000'000'000;
    if (read.ec != std::errc{} || exponent > sensible || exponent < -sensible) return std::nullopt;
    text = text.substr(0, at);
  }
  const auto point = std::min(text.find('.'), text.size());
  number.digits = text.substr(0, point);
  if (point < text.size()) number.digits += text.substr(point + 1);
  number.exponent = exponent + static_cast<std::int64_t>(point);

  const auto first = number.digits.find_first_not_of('0');
  if (first == std::string::npos) return Magnitude{};
  number.exponent -= static_cast<std::int64_t>(first);
  number.digits = number.digits.substr(first, number.digits.find_last_not_of('0') - first + 1);
  return number;
}

bool sameNumber(std::string_view left, std::string_view right) {
  if (left == right) return true;
  const auto a = magnitude(left);
  const auto b = magnitude(right);
  return a && b && *a == *b;
}

std::vector<const JsonMember*> byName(const std::vector<JsonMember>& members) {
  std::vector<const JsonMember*> sorted;
  sorted.reserve(members.size());
  for (const JsonMember& each : members) sorted.push_back(&each);
  std::sort(sorted.begin(), sorted.end(), [](auto* a, auto* b) { return a->name < b->name; });
  return sorted;
}

}  // namespace

bool equal(const JsonValue& left, const JsonValue& right) {
  if (left.type != right.type || left.items.size() != right.items.size()) return false;
  switch (left.type) {
    case JsonType::number:
      return sameNumber(left.text, right.text);
    case JsonType::array:
      return std::equal(left.items.begin(), left.items.end(), right.items.begin(),
                        [](const JsonMember& a, const JsonMember& b) { return equal(a.value, b.value); });
    case JsonType::object: {
      const auto a = byName(left.items);
      const auto b = byName(right.items);
      return std::equal(a.begin(), a.end(), b.begin(), [](const JsonMember* x, const JsonMember* y) {
        return x->name == y->name && equal(x->value, y->value);
      });
    }
    default:
      return left.text == right.text;
  }
}

}  // namespace fhir::patch
