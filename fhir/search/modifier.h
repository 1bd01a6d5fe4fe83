// Modifiers of search parameters: which there are, and which each type of parameter takes here.
//
// Specification: Search, "Modifiers" (https://hl7.org/fhir/R4/search.html#modifiers).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "fhir/definitions/definitions.h"
#include "fhir/search/query.h"

namespace fhir::search {

// What R4 calls it, without the colon ("not-in"); "type" stands for the name of a resource type.
std::string_view code(Modifier) noexcept;

// nullopt when the text is none of R4's modifiers; a resource type's name gives Modifier::type.
std::optional<Modifier> findModifier(std::string_view text) noexcept;

bool takes(const SearchParameter&, Modifier) noexcept;

// For messages: "':missing', ':exact' and ':contains'"; empty when the parameter takes none.
std::string modifiersOf(const SearchParameter&);

}  // namespace fhir::search
