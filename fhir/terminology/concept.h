// One concept of a code system: finding it, its words in a language, and how two of them relate.
//
// Specification: CodeSystem, operations $lookup and $subsumes
// (https://hl7.org/fhir/R4/codesystem-operations.html). Threading: pure functions.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/terminology/composition.h"

namespace fhir::terminology {

// The code system in a version, or in the newest when `version` is empty. 404 when it is not here.
Result<const CodeSystem*> findSystem(const Source&, std::string_view system, std::string_view version = {});

// The concept of a code. 404 when the system lacks it, with the nearest codes that it has; 422 when the
// system is not wholly here and the code is not in what is.
Result<const Concept*> findConcept(const CodeSystem&, std::string_view code);

// The display in the language (a BCP-47 tag; empty: the default): of the value set's own element of the code,
// then of the code system's, then the default one. A designation of "nl" serves "nl-BE".
std::string_view displayOf(const Member&, std::string_view language);
std::string_view displayOf(const Concept&, std::string_view language);
// All displays and designations that a code may be shown by.
std::vector<std::string_view> displaysOf(const Member&);

enum class Subsumption : std::uint8_t { equivalent, subsumes, subsumedBy, notSubsumed };
std::string_view code(Subsumption) noexcept;  // "subsumed-by"
// How A relates to B: `subsumes` means that A is the wider one. 404 for an unknown code; 422 where the
// system's hierarchy says nothing of subsumption.
Result<Subsumption> subsumption(const CodeSystem&, std::string_view codeA, std::string_view codeB);

// --- for search: what :in, :not-in, :above and :below ask ---

// All codes of a value set (url or url|version), abstract ones too; or why they cannot be told.
Result<std::vector<Code>> codesOf(const Source&, std::string_view valueSet);
// The code itself and all below it (above it). 404 for what is not here, 422 for a system that is not wholly
// here or whose hierarchy says nothing of subsumption.
Result<std::vector<std::string_view>> descendants(const Source&, std::string_view system,
                                                  std::string_view code);
Result<std::vector<std::string_view>> ancestors(const Source&, std::string_view system,
                                                std::string_view code);

}  // namespace fhir::terminology
