// Token parameters over elements whose codes are all known: another code can match nothing.
//
// Specification: Terminologies, "Required" (https://hl7.org/fhir/R4/terminologies.html#required).
// Threading: pure functions.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "fhir/definitions/definitions.h"
#include "fhir/search/query.h"

namespace fhir::search {

// What is wrong with the token `value` of a parameter over one boolean, or one code with a required binding:
// a sentence's end that names the codes there are, never the value. nullopt when it may match, or nothing is
// known.
std::optional<std::string> closedCodeFault(const TypeDefinition&, const SearchParameter&, const Value&);

// The codes that a parameter over one boolean, or one code with a required binding, may have; empty when
// nothing is known.
std::span<const std::string_view> closedCodes(const TypeDefinition&, const SearchParameter&);

}  // namespace fhir::search
