// Plans: what has to be checked at the elements of each type, compiled once from the element tables.
//
// Only what can fail stands in a plan. Internal to this folder. Threading: immutable once made; made at the
// first use, by one thread while others wait.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "fhir/definitions/definitions.h"
#include "fhir/validation/invariants.h"
#include "fhir/validation/presence.h"

namespace fhir::validation {

// The rules that C++ judges itself, at the very element that breaks them: the walk over elements (ele-1),
// references (ref-1), contained resources (dom-2 ... dom-5), Bundles (bdl-3, 4, 7, 8) and narratives (txt-1,
// 2). A test holds them against the FHIRPath of the specification.
bool isNative(std::string_view key) noexcept;

struct ElementConstraint {
  const Constraint* constraint;
  const TypeDefinition* type;  // of a choice: where the element has this type; nullptr: always
};

struct ElementPlan {
  const ElementDefinition* definition = nullptr;
  BindingStrength strength = BindingStrength::none;
  const CodeList* codes = nullptr;             // of the binding, where they can be listed
  std::vector<ElementConstraint> constraints;  // beside those of its type
};

// Checks that belong to one type of the specification.
enum class Special : std::uint8_t { none, extension, reference, canonical, uri, xhtml, bundle };

struct TypePlan {
  Children required = 0;              // children that must be there
  std::vector<ElementPlan> elements;  // by ElementDefinition::order
  std::vector<const Constraint*> constraints;
  Special special = Special::none;
};

const TypePlan& planOf(const TypeDefinition&) noexcept;
// Every rule of the base specification that is judged by FHIRPath, with the type it stands at.
struct PlacedConstraint {
  const Constraint* constraint;
  const TypeDefinition* context;
};
std::span<const PlacedConstraint> baseConstraints() noexcept;

}  // namespace fhir::validation
