// The parameters that the operations take: those of R4's OperationDefinitions, and no others.
//
// Specification: https://hl7.org/fhir/R4/operationslist.html, the page of each operation.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace rest::operations {

enum class InputType : std::uint8_t {
  text,
  uri,
  code,
  dateTime,
  boolean,
  integer,
  coding,
  codeableConcept,
  valueSet,
  codeSystem,
  meta,
  patient
};

struct Declared {
  std::string_view name;
  InputType type = InputType::text;
  bool repeats = false;
};

inline constexpr std::array kExpand{
    Declared{"url", InputType::uri},
    Declared{"valueSet", InputType::valueSet},
    Declared{"valueSetVersion"},
    Declared{"context", InputType::uri},
    Declared{"contextDirection", InputType::code},
    Declared{"filter"},
    Declared{"date", InputType::dateTime},
    Declared{"offset", InputType::integer},
    Declared{"count", InputType::integer},
    Declared{"includeDesignations", InputType::boolean},
    Declared{"designation", InputType::text, true},
    Declared{"includeDefinition", InputType::boolean},
    Declared{"activeOnly", InputType::boolean},
    Declared{"excludeNested", InputType::boolean},
    Declared{"excludeNotForUI", InputType::boolean},
    Declared{"excludePostCoordinated", InputType::boolean},
    Declared{"displayLanguage", InputType::code},
    Declared{"exclude-system", InputType::uri, true},
    Declared{"system-version", InputType::uri, true},
    Declared{"check-system-version", InputType::uri, true},
    Declared{"force-system-version", InputType::uri, true},
};

inline constexpr std::array kValueSetValidateCode{
    Declared{"url", InputType::uri},
    Declared{"context", InputType::uri},
    Declared{"valueSet", InputType::valueSet},
    Declared{"valueSetVersion"},
    Declared{"code", InputType::code},
    Declared{"system", InputType::uri},
    Declared{"systemVersion"},
    Declared{"display"},
    Declared{"coding", InputType::coding},
    Declared{"codeableConcept", InputType::codeableConcept},
    Declared{"date", InputType::dateTime},
    Declared{"abstract", InputType::boolean},
    Declared{"displayLanguage", InputType::code},
};

inline constexpr std::array kCodeSystemValidateCode{
    Declared{"url", InputType::uri},
    Declared{"codeSystem", InputType::codeSystem},
    Declared{"code", InputType::code},
    Declared{"version"},
    Declared{"display"},
    Declared{"coding", InputType::coding},
    Declared{"codeableConcept", InputType::codeableConcept},
    Declared{"date", InputType::dateTime},
    Declared{"abstract", InputType::boolean},
    Declared{"displayLanguage", InputType::code},
};

inline constexpr std::array kLookup{
    Declared{"code", InputType::code},
    Declared{"system", InputType::uri},
    Declared{"version"},
    Declared{"coding", InputType::coding},
    Declared{"date", InputType::dateTime},
    Declared{"displayLanguage", InputType::code},
    Declared{"property", InputType::code, true},
};

inline constexpr std::array kSubsumes{
    Declared{"codeA", InputType::code},     Declared{"codeB", InputType::code},
    Declared{"system", InputType::uri},     Declared{"version"},
    Declared{"codingA", InputType::coding}, Declared{"codingB", InputType::coding},
};

// SearchParameter/$status, this server's own.
inline constexpr std::array kSearchParameterStatus{Declared{"url"}};
inline constexpr std::array kMetaChange{Declared{"meta", InputType::meta}};

inline constexpr std::array kEverything{
    Declared{"start", InputType::dateTime},  Declared{"end", InputType::dateTime},
    Declared{"_since", InputType::dateTime}, Declared{"_type", InputType::text, true},
    Declared{"_count", InputType::integer},  Declared{"_cursor"},
};

inline constexpr std::array kMatch{
    Declared{"resource", InputType::patient},
    Declared{"onlyCertainMatches", InputType::boolean},
    Declared{"count", InputType::integer},
};

// Patient/$break-glass, this server's own.
inline constexpr std::array kBreakGlass{Declared{"reason"}, Declared{"minutes", InputType::integer}};

// Their names, for the pipeline.
template <std::size_t N>
constexpr std::array<std::string_view, N> namesOf(const std::array<Declared, N>& declared) {
  std::array<std::string_view, N> names{};
  for (std::size_t i = 0; i < N; ++i) names[i] = declared[i].name;
  return names;
}

}  // namespace rest::operations
