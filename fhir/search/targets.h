// What a reference parameter may point to.
//
// Threading: pure functions.
#pragma once

#include <algorithm>
#include <string_view>

#include "fhir/definitions/definitions.h"

namespace fhir::search {

inline bool namesTarget(const SearchParameter& parameter, std::string_view type) noexcept {
  const auto& targets = parameter.targets;
  return std::find(targets.begin(), targets.end(), type) != targets.end();
}

// A parameter that names no types may point to any.
inline bool mayPointTo(const SearchParameter& parameter, std::string_view type) noexcept {
  return parameter.targets.empty() || namesTarget(parameter, type);
}

}  // namespace fhir::search
