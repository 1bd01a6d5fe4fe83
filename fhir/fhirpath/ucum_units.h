// The units and prefixes of UCUM that this library knows, as data: a unit's value in terms of other units.
//
// Specification: The Unified Code for Units of Measure, version 2.1, tables 1 to 14; https://ucum.org/ucum
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace fhir::ucum {

struct Prefix {
  std::string_view code;
  int exponent;  // of ten; 0 for the binary ones
  int binary;    // of two
};

enum class UnitClass : std::uint8_t {
  base,       // one of the seven; `definition` is empty
  plain,      // may not take a prefix
  metric,     // may take a prefix
  arbitrary,  // compares only with itself; may take a prefix
};

struct UnitEntry {
  std::string_view code;
  UnitClass unitClass;
  std::string_view value;       // how many of `definition`
  std::string_view definition;  // a unit expression of entries that stand further up
};

std::span<const Prefix> prefixes() noexcept;
std::span<const UnitEntry> units() noexcept;

}  // namespace fhir::ucum
