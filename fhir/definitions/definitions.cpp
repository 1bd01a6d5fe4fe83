#include "fhir/definitions/definitions.h"

#include <algorithm>

#include "fhir/definitions/hash.h"
#include "fhir/definitions/tables.h"

namespace fhir {

using detail::tables;

bool TypeDefinition::is(std::string_view ancestor) const noexcept {
  for (const TypeDefinition* type = this; type; type = type->base)
    if (type->name == ancestor) return true;
  return false;
}

const Property* TypeDefinition::find(std::string_view jsonName) const noexcept {
  const std::size_t mask = slots.size() - 1;
  for (std::size_t slot = detail::hashName(jsonName) & mask; slots[slot] != 0; slot = (slot + 1) & mask) {
    const Property& property = properties[slots[slot] - 1U];
    if (property.name == jsonName) return &property;
  }
  return nullptr;
}

const ElementDefinition* TypeDefinition::findElement(std::string_view name) const noexcept {
  for (const ElementDefinition& element : elements)
    if (element.name == name) return &element;
  return nullptr;
}

std::span<const TypeDefinition> types() noexcept {
  return tables().types;
}

const TypeDefinition* findType(std::string_view name) noexcept {
  const auto found = tables().typeByName.find(name);
  return found == tables().typeByName.end() ? nullptr : found->second;
}

std::span<const TypeDefinition* const> resourceTypes() noexcept {
  return tables().resourceTypes;
}

const TypeDefinition* findResourceType(std::string_view name) noexcept {
  const TypeDefinition* type = findType(name);
  return type && type->isResource() && !type->isAbstract ? type : nullptr;
}

bool CodeList::contains(std::string_view code) const noexcept {
  return std::binary_search(codes.begin(), codes.end(), code);
}

bool CodeList::contains(std::string_view system, std::string_view code) const noexcept {
  const auto [first, last] = std::equal_range(codes.begin(), codes.end(), code);
  for (auto each = first; each != last; ++each)
    if (systems[static_cast<std::size_t>(each - codes.begin())] == system) return true;
  return false;
}

std::string_view CodeList::systemOf(std::string_view code) const noexcept {
  const auto found = std::lower_bound(codes.begin(), codes.end(), code);
  if (found == codes.end() || *found != code) return {};
  return systems[static_cast<std::size_t>(found - codes.begin())];
}

const CodeList* findCodes(std::string_view valueSet) noexcept {
  const auto found = tables().codesByValueSet.find(valueSet);
  return found == tables().codesByValueSet.end() ? nullptr : found->second;
}

std::span<const SearchParameter> searchParameters(const TypeDefinition& resourceType) noexcept {
  const auto found = tables().searchParameters.find(&resourceType);
  if (found == tables().searchParameters.end()) return {};
  return found->second;
}

const SearchParameter* findSearchParameter(const TypeDefinition& resourceType,
                                           std::string_view code) noexcept {
  const std::span<const SearchParameter> all = searchParameters(resourceType);
  const auto found =
      std::lower_bound(all.begin(), all.end(), code,
                       [](const SearchParameter& each, std::string_view key) { return each.code < key; });
  return found != all.end() && found->code == code ? &*found : nullptr;
}

bool isCompartment(std::string_view resourceType) noexcept {
  const auto& all = tables().compartments;
  return std::any_of(all.begin(), all.end(),
                     [&](const auto& each) { return each.compartment == resourceType; });
}

std::span<const std::string_view> compartmentParameters(std::string_view compartment,
                                                        std::string_view resourceType) noexcept {
  for (const detail::CompartmentMembers& members : tables().compartments)
    if (members.compartment == compartment && members.resourceType == resourceType) return members.parameters;
  return {};
}

}  // namespace fhir
