// One value of a search parameter, as text -> Value.
//
// Specification: Search, "Search Parameter Types" and "Prefixes"
// (https://hl7.org/fhir/R4/search.html#ptypes). Threading: pure functions.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "fhir/search/query.h"

namespace fhir::search {

// The parameter as it was asked for.
struct Asked {
  const TypeDefinition& type;
  const SearchParameter& parameter;
  Modifier modifier = Modifier::none;
  std::string_view typeModifier;
  std::string_view baseUrl;
};

// Bytes of a value as it is sent.
inline constexpr std::size_t longestValue = 2048;

// Reads `raw`, one value of a comma-separated list with its escapes, into `value`.
// Returns nullopt, or what is wrong and how to write it right: a sentence's end ("is not ..."), never with
// the value in it, since a value may say who is searched for.
std::optional<std::string> parseValue(std::string_view raw, const Asked& asked, Value& value);

}  // namespace fhir::search
