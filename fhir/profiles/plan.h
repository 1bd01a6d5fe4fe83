// Plans: a profile's snapshot, compiled to a tree of nodes that say what is to be checked at each element.
//
// What the base specification checks itself stands in no plan. Internal to this folder. Threading: immutable
// once made; what refers to other profiles does so by canonical, so that a plan serves any set.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fhir/definitions/definitions.h"
#include "fhir/fhirpath/fhirpath.h"
#include "fhir/model/resource.h"
#include "fhir/validation/invariants.h"

namespace fhir::profiles {

struct Node;

inline constexpr unsigned unlimited = std::numeric_limits<unsigned>::max();

// How a Reference may reach its target (ElementDefinition.type.aggregation); 0: any way.
enum Aggregation : std::uint8_t { contained = 1, referenced = 2, bundled = 4 };
enum class Versioning : std::uint8_t { either, independent, specific };

// One allowed type. Canonicals are url, url|version, or url#id of an element of a profile.
struct TypeRule {
  const TypeDefinition* type = nullptr;  // nullptr: one of FHIRPath's own (ids, urls)
  std::vector<std::string> profiles;     // the value keeps to one of them; empty: to its type
  std::vector<std::string> targets;      // what is referred to keeps to one of them; empty: anything
  std::uint8_t aggregation = 0;
  Versioning versioning = Versioning::either;

  bool operator==(const TypeRule&) const = default;
};

struct Binding {
  BindingStrength strength = BindingStrength::none;
  std::string valueSet;
  std::string maxValueSet;  // required beside an extensible or preferred one; mostly empty

  bool operator==(const Binding&) const = default;
};

struct NodeConstraint {
  validation::Constraint constraint;
  const TypeDefinition* only;  // where the element has this type; nullptr: always
};

// A bound of ElementDefinition.minValue or maxValue, as the condition "$this >= ..."
struct Bound {
  fhirpath::Expression holds;
  const TypeDefinition* type;  // of the bound
  std::string words;           // "at least 5 mg"
};

// A step of a discriminator's path. https://hl7.org/fhir/R4/fhirpath.html#simple
struct Step {
  enum class Kind : std::uint8_t { member, extension, ofType, resolve };
  Kind kind = Kind::member;
  std::string name;  // of the member or type; the extension's url
};

struct Discriminator {
  enum class Kind : std::uint8_t { value, exists, type, profile };
  Kind kind = Kind::value;
  std::vector<Step> path;  // empty for $this
};

// What a slice's definition says of the element that a discriminator names: the nodes for it inside this
// profile, and where the path leads into other profiles, these and what is left of the path.
struct Destination {
  const Node* node = nullptr;
  std::string canonical;  // without node: a profile, or one of R4's types
  std::vector<Step> rest;
};

struct Criterion {
  std::vector<Destination> destinations;  // one of them is enough; none: the discriminator says nothing here
  std::string extensionUrl;               // the plain case of an extension's slice: its url, nothing else
};

struct Slicing {
  enum class Rules : std::uint8_t { open, closed, openAtEnd };
  std::vector<Discriminator> discriminators;
  Rules rules = Rules::open;
  bool ordered = false;
  std::vector<std::unique_ptr<Node>> slices;
};

// One element definition of the snapshot.
struct Node {
  std::string id;         // "Observation.component:systolic.value[x]"
  std::string name;       // of the element as its parent has it: "value" for value[x]; a root's is its type
  std::string sliceName;  // empty unless it is a slice
  std::size_t position = 0;  // in snapshot.element

  unsigned min = 0;
  unsigned max = unlimited;
  std::vector<TypeRule> types;  // empty for a root and for what has no type of its own
  const Element* fixed = nullptr;
  const Element* pattern = nullptr;
  Binding binding;
  std::uint32_t maxLength = 0;  // in characters; 0: none
  std::optional<Bound> minValue;
  std::optional<Bound> maxValue;
  bool mustSupport = false;
  bool isModifier = false;
  std::vector<NodeConstraint> constraints;  // those that the base specification does not have

  std::vector<std::unique_ptr<Node>> children;
  std::unique_ptr<Slicing> slicing;
  std::vector<Criterion> criteria;  // of a slice, for each discriminator of the slicing it is in

  // Which of the above are this node's own rules: neither the base specification's nor, of a slice, those of
  // the element that is sliced.
  bool checksMin = false;
  bool checksMax = false;
  bool checksTypes = false;
  bool checksBinding = false;
  std::vector<const Node*> active;  // the children that have anything to check at or below them

  Node* child(std::string_view named) noexcept {
    for (const auto& each : children)
      if (each->name == named) return each.get();
    return nullptr;
  }
  const Node* child(std::string_view named) const noexcept {
    for (const auto& each : children)
      if (each->name == named) return each.get();
    return nullptr;
  }
};

// Where an extension may stand. https://hl7.org/fhir/R4/defining-extensions.html#context
struct ExtensionContext {
  enum class Kind : std::uint8_t { element, extension, fhirpath };
  Kind kind = Kind::element;
  std::string expression;
  std::optional<fhirpath::Expression> condition;  // of a fhirpath context
};

struct Profile {
  std::string url;
  std::string version;
  std::string base;  // baseDefinition
  const TypeDefinition* type = nullptr;
  std::unique_ptr<Node> root;
  std::vector<ExtensionContext> contexts;
  std::vector<fhirpath::Expression> contextInvariants;
  // What it refers to, each once: bases, profiles of types and targets, with the FHIRPath of the first place.
  std::vector<std::pair<std::string, std::string>> references;
  std::optional<Resource> values;  // owns what `fixed` and `pattern` point to

  const Node* findNode(std::string_view id) const noexcept;
};

// SimpleQuantity, the one profile that R4's own elements name: a Quantity without comparator. Static storage.
const Profile& simpleQuantity();

inline constexpr std::string_view baseDefinitions = "http://hl7.org/fhir/StructureDefinition/";
// The type of R4 that a canonical names; nullptr when it names a profile.
const TypeDefinition* baseTypeOf(std::string_view canonical) noexcept;

}  // namespace fhir::profiles
