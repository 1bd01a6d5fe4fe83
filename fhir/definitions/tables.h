// The tables that definitions.h looks things up in, expanded once from the facts.
#pragma once

#include <cstdint>
#include <memory_resource>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "fhir/definitions/definitions.h"

namespace fhir::detail {

struct CompartmentMembers {
  std::string_view compartment;
  std::string_view resourceType;
  std::span<const std::string_view> parameters;
};

// Everything in the spans lives in `memory`; the rest are indexes over it. Constant once loaded.
struct Tables {
  std::pmr::monotonic_buffer_resource memory{std::size_t{4} << 20U};

  std::span<TypeDefinition> types;
  std::unordered_map<std::string_view, TypeDefinition*> typeByName;
  std::vector<const TypeDefinition*> resourceTypes;

  std::vector<CodeList> codeLists;
  std::unordered_map<std::string_view, const CodeList*> codesByValueSet;

  std::unordered_map<const TypeDefinition*, std::vector<SearchParameter>> searchParameters;
  std::vector<CompartmentMembers> compartments;
};

const Tables& tables();

}  // namespace fhir::detail
