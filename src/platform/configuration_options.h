// What the option table needs to parse and print one value. For the files of the configuration alone.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "src/platform/configuration.h"

namespace platform::values {

// Each parse() leaves `value` as it was and returns false when the text is not allowed by the option.
bool parse(const Option&, std::string_view text, std::string& value);
bool parse(const Option&, std::string_view text, bool& value);
bool parse(const Option&, std::string_view text, std::uint16_t& value);
bool parse(const Option&, std::string_view text, unsigned& value);
bool parse(const Option&, std::string_view text, std::size_t& value);
bool parse(const Option&, std::string_view text, std::chrono::milliseconds& value);
bool parse(const Option&, std::string_view text, std::vector<std::string>& value);
bool parse(const Option&, std::string_view text, AccessControl& value);
bool parse(const Option&, std::string_view text, References& value);
bool parse(const Option&, std::string_view text, Validation& value);
bool parse(const Option&, std::string_view text, log::Level& value);

std::string print(const Option&, const std::string& value);
std::string print(const Option&, bool value);
std::string print(const Option&, std::uint64_t value);
std::string print(const Option&, std::chrono::milliseconds value);
std::string print(const Option&, const std::vector<std::string>& value);
std::string print(const Option&, AccessControl value);
std::string print(const Option&, References value);
std::string print(const Option&, Validation value);
std::string print(const Option&, log::Level value);

inline std::string print(const Option& option, std::uint16_t value) {
  return print(option, std::uint64_t{value});
}
inline std::string print(const Option& option, unsigned value) {
  return print(option, std::uint64_t{value});
}

}  // namespace platform::values
