// The element tables of FHIR R4 (4.0.1): every data type and resource type, as constant data.
//
// Generated from HL7's own StructureDefinitions (tools/definitions); see fhir/definitions/README.md.
// Specification: https://hl7.org/fhir/R4/elementdefinition.html
// Threading: constant data, safe for all threads. Ownership: static storage; views stay valid for ever.
// Cost: findType and TypeDefinition::find are one hash lookup; no allocation.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

namespace fhir {

struct TypeDefinition;
struct ElementDefinition;

enum class TypeKind : std::uint8_t {
  primitive,  // boolean, code, dateTime, xhtml ...: has a value, an id and extensions
  complex,    // HumanName, Identifier, Extension ... and Element, BackboneElement
  backbone,   // an element with inline children, such as Patient.contact; its name is its path
  resource,   // Patient ... and the abstract Resource and DomainResource
};

// How a primitive is written in JSON.
enum class JsonKind : std::uint8_t { string, number, boolean };

// The primitive types, in alphabetical order.
enum class Primitive : std::uint8_t {
  none,
  base64Binary,
  boolean,
  canonical,
  code,
  date,
  dateTime,
  decimal,
  id,
  instant,
  integer,
  markdown,
  oid,
  positiveInt,
  string,
  time,
  unsignedInt,
  uri,
  url,
  uuid,
  xhtml,
};

enum class BindingStrength : std::uint8_t { none, example, preferred, extensible, required };

inline constexpr std::uint16_t unbounded = std::numeric_limits<std::uint16_t>::max();

// A rule of ElementDefinition.constraint: FHIRPath `expression` must be true for each element it stands at.
struct Invariant {
  std::string_view key;         // "ele-1"
  bool error;                   // severity error (true) or warning
  std::string_view human;       // what the rule asks, in words
  std::string_view expression;  // FHIRPath, with the overlay's corrections
};

// One allowed type of an element: a plain type has one, a choice such as value[x] several.
struct ElementType {
  const TypeDefinition* type;
  // Canonical names of the types a Reference (or canonical) may point to; empty means any.
  std::span<const std::string_view> targets;
};

struct ElementDefinition {
  std::string_view path;  // "Patient.contact.name", "Observation.value[x]"
  std::string_view name;  // "name", "value" (a choice without its [x])
  std::uint16_t order;    // position among its siblings, from 0: the order of XML and of our JSON
  std::uint16_t min;
  std::uint16_t max;  // `unbounded` for *; an element with max > 1 is an array in JSON
  bool isChoice;
  bool isModifier;
  bool isSummary;
  bool isAttribute;  // an attribute in XML (Element.id, Extension.url): its value has no id and no extensions
  BindingStrength bindingStrength;
  std::string_view valueSet;  // canonical url without |version; empty when there is no binding
  std::span<const ElementType> types;
  std::span<const Invariant> invariants;  // those of the element alone; see also its type's

  bool isArray() const noexcept { return max > 1; }
};

// A member that a JSON object of a type may have. A choice element gives one property for each of its types.
struct Property {
  std::string_view name;  // as in JSON and XML: "valueQuantity", "birthDate"
  const ElementDefinition* element;
  const TypeDefinition* type;  // the type of the value; Resource for contained and Bundle.entry.resource
};

struct TypeDefinition {
  std::string_view name;  // "Patient", "HumanName", "code", "Patient.contact"
  TypeKind kind;
  Primitive primitive;  // `none` for all but primitives
  JsonKind jsonKind;    // primitives only
  bool isAbstract;      // Element, BackboneElement, Resource, DomainResource
  const TypeDefinition*
      base;  // "DomainResource" for Patient, "string" for code, nullptr for Element and Resource
  std::string_view pattern;  // primitives: the regular expression of the specification, or empty
  std::span<const ElementDefinition> elements;  // in order, inherited ones first
  std::span<const Property> properties;         // sorted by element order, then by name
  std::span<const Invariant> invariants;  // of each instance, inherited ones included (ele-1, dom-2 ...)
  std::span<const std::uint16_t> slots;   // the hash table behind find()

  bool isPrimitive() const noexcept { return kind == TypeKind::primitive; }
  bool isResource() const noexcept { return kind == TypeKind::resource; }
  // The type itself or one of its bases has this name.
  bool is(std::string_view ancestor) const noexcept;

  // nullptr when the type has no member of this name.
  const Property* find(std::string_view jsonName) const noexcept;
  // Finds "value" for a choice, "birthDate" for a plain element; nullptr when there is none.
  const ElementDefinition* findElement(std::string_view name) const noexcept;
};

// All types, each after its base, side by side in memory: a type's position is `&type - types().data()`.
std::span<const TypeDefinition> types() noexcept;

// nullptr when R4 has no such type. Takes also the paths of backbone elements.
const TypeDefinition* findType(std::string_view name) noexcept;

// The concrete resource types (146 in R4; with Resource and DomainResource 148), sorted by name.
std::span<const TypeDefinition* const> resourceTypes() noexcept;
// nullptr when the name is not that of a concrete resource type.
const TypeDefinition* findResourceType(std::string_view name) noexcept;

// The codes of a value set that is the target of a binding, sorted; `systems` runs in parallel and says which
// code system each comes from. A code of two systems stands there twice.
struct CodeList {
  std::string_view valueSet;
  std::span<const std::string_view> codes;
  std::span<const std::string_view> systems;
  bool contains(std::string_view code) const noexcept;
  bool contains(std::string_view system, std::string_view code) const noexcept;
  // The code system of a code; empty when the list lacks the code.
  std::string_view systemOf(std::string_view code) const noexcept;
};
// `valueSet` without |version. nullptr when no required, extensible or preferred binding names the value set,
// or when its codes can't be listed (mimetypes, ucum-units).
const CodeList* findCodes(std::string_view valueSet) noexcept;

enum class SearchParameterType : std::uint8_t {
  number,
  date,
  string,
  token,
  reference,
  composite,
  quantity,
  uri,
  special
};

struct SearchComponent {
  std::string_view definition;  // canonical url of the component's SearchParameter
  std::string_view expression;
};

// A SearchParameter of R4 for one base type (https://hl7.org/fhir/R4/searchparameter.html).
struct SearchParameter {
  std::string_view url;
  std::string_view code;  // "birthdate"
  SearchParameterType type;
  std::string_view
      expression;  // FHIRPath; only the part that concerns the base type; may be empty for special
  std::span<const std::string_view> targets;  // reference parameters
  std::span<const SearchComponent> components;
};

// Sorted by code; includes those of DomainResource and Resource (_id, _lastUpdated, _tag ...).
std::span<const SearchParameter> searchParameters(const TypeDefinition& resourceType) noexcept;
const SearchParameter* findSearchParameter(const TypeDefinition& resourceType,
                                           std::string_view code) noexcept;

// Whether R4 defines a compartment of this type.
bool isCompartment(std::string_view resourceType) noexcept;
// Which search parameters of `resourceType` make it a member of the compartment (CompartmentDefinition);
// empty when the type is never a member by reference. The resource whose compartment it is belongs to it in
// any case and is not listed. compartment: "Patient", "Practitioner", "Encounter", "Device", "RelatedPerson".
std::span<const std::string_view> compartmentParameters(std::string_view compartment,
                                                        std::string_view resourceType) noexcept;

}  // namespace fhir
