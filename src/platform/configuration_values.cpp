#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <optional>
#include <utility>

#include "src/platform/configuration_options.h"

namespace platform::values {
namespace {

struct Scale {
  std::string_view suffix;
  std::uint64_t factor;
};

// The largest first: print() takes the first that divides the number.
constexpr std::array<Scale, 4> byteScales{
    {{"GiB", 1ULL << 30}, {"MiB", 1ULL << 20}, {"KiB", 1ULL << 10}, {"B", 1}}};
constexpr std::array<Scale, 4> timeScales{{{"h", 3'600'000}, {"min", 60'000}, {"s", 1'000}, {"ms", 1}}};

std::span<const Scale> scales(Unit unit) {
  if (unit == Unit::bytes) return byteScales;
  if (unit == Unit::milliseconds) return timeScales;
  return {};
}

// "512 KiB", "30s", "1024": digits, then a unit that the option knows; bytes may do without one.
std::optional<std::uint64_t> number(const Option& option, std::string_view text) {
  std::uint64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc{}) return std::nullopt;
  std::string_view suffix = text.substr(static_cast<std::size_t>(end - text.data()));
  while (suffix.starts_with(' ')) suffix.remove_prefix(1);
  std::uint64_t factor = 1;
  if (!suffix.empty() || (option.unit == Unit::milliseconds && count != 0)) {
    const auto known = scales(option.unit);
    const auto found = std::ranges::find(known, suffix, &Scale::suffix);
    if (found == known.end()) return std::nullopt;
    factor = found->factor;
  }
  if (count > std::numeric_limits<std::uint64_t>::max() / factor) return std::nullopt;
  const std::uint64_t value = count * factor;
  if (value < option.least || value > option.most) return std::nullopt;
  return value;
}

template <class T>
bool parseNumber(const Option& option, std::string_view text, T& value) {
  const auto parsed = number(option, text);
  if (!parsed || !std::in_range<T>(*parsed)) return false;
  value = static_cast<T>(*parsed);
  return true;
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

constexpr std::array accessNames{std::pair{AccessControl::smart, std::string_view("smart")},
                                 std::pair{AccessControl::off, std::string_view("off")}};
constexpr std::array referenceNames{std::pair{References::lenient, std::string_view("lenient")},
                                    std::pair{References::strict, std::string_view("strict")}};
constexpr std::array validationNames{std::pair{Validation::structure, std::string_view("structure")},
                                     std::pair{Validation::base, std::string_view("base")},
                                     std::pair{Validation::profiles, std::string_view("profiles")}};
constexpr std::array levels{log::Level::debug, log::Level::info, log::Level::warning, log::Level::error,
                            log::Level::off};

// A choice, by the table of its names.
template <class Names, class T>
bool parseNamed(const Names& names, std::string_view text, T& value) {
  const auto found = std::ranges::find(names, text, [](const auto& named) { return named.second; });
  if (found == names.end()) return false;
  value = found->first;
  return true;
}

template <class Names, class T>
std::string printNamed(const Names& names, T value) {
  const auto found = std::ranges::find(names, value, [](const auto& named) { return named.first; });
  return std::string(found->second);
}

}  // namespace

bool parse(const Option& option, std::string_view text, std::string& value) {
  const bool printable =
      std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
  if (!printable || text.size() < option.least) return false;
  value = text;
  return true;
}

bool parse(const Option&, std::string_view text, bool& value) {
  if (text == "yes" || text == "true" || text == "on") {
    value = true;
  } else if (text == "no" || text == "false" || text == "off") {
    value = false;
  } else {
    return false;
  }
  return true;
}

bool parse(const Option& option, std::string_view text, std::uint16_t& value) {
  return parseNumber(option, text, value);
}
bool parse(const Option& option, std::string_view text, unsigned& value) {
  return parseNumber(option, text, value);
}
bool parse(const Option& option, std::string_view text, std::size_t& value) {
  return parseNumber(option, text, value);
}

bool parse(const Option& option, std::string_view text, std::chrono::milliseconds& value) {
  const auto parsed = number(option, text);
  if (!parsed) return false;
  value = std::chrono::milliseconds(*parsed);
  return true;
}

bool parse(const Option&, std::string_view text, std::vector<std::string>& value) {
  std::vector<std::string> items;
  for (std::string_view rest = trim(text); !rest.empty();) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    const std::string_view item = trim(rest.substr(0, comma));
    if (item.empty()) return false;
    items.emplace_back(item);
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  value = std::move(items);
  return true;
}

bool parse(const Option&, std::string_view text, AccessControl& value) {
  return parseNamed(accessNames, text, value);
}

bool parse(const Option&, std::string_view text, References& value) {
  return parseNamed(referenceNames, text, value);
}

bool parse(const Option&, std::string_view text, Validation& value) {
  return parseNamed(validationNames, text, value);
}

bool parse(const Option&, std::string_view text, log::Level& value) {
  const auto found = std::ranges::find(levels, text, [](log::Level level) { return log::name(level); });
  if (found == levels.end()) return false;
  value = *found;
  return true;
}

std::string print(const Option&, const std::string& value) {
  return value;
}
std::string print(const Option&, bool value) {
  return value ? "yes" : "no";
}

std::string print(const Option& option, std::uint64_t value) {
  if (value == 0) return "0";
  for (const Scale& scale : scales(option.unit)) {
    if (value % scale.factor == 0) return std::to_string(value / scale.factor) + std::string(scale.suffix);
  }
  return std::to_string(value);
}

std::string print(const Option& option, std::chrono::milliseconds value) {
  return print(option, static_cast<std::uint64_t>(value.count()));
}

std::string print(const Option&, const std::vector<std::string>& value) {
  std::string text;
  for (const std::string& item : value) text += (text.empty() ? "" : ", ") + item;
  return text;
}

std::string print(const Option&, AccessControl value) {
  return printNamed(accessNames, value);
}

std::string print(const Option&, References value) {
  return printNamed(referenceNames, value);
}

std::string print(const Option&, Validation value) {
  return printNamed(validationNames, value);
}

std::string print(const Option&, log::Level value) {
  return std::string(log::name(value));
}

}  // namespace platform::values
