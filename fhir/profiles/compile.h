// The compiler: a StructureDefinition becomes a Profile.
//
// Internal to this folder. Threading: pure functions.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/model/outcome.h"
#include "fhir/profiles/faults.h"
#include "fhir/profiles/plan.h"

namespace fhir::profiles {

struct Compiled {
  std::shared_ptr<const Profile> profile;  // nullptr with an error, and for a type of R4 itself
  Outcome faults;
};
Compiled compile(const Resource& structureDefinition);

// The tree of the snapshot's elements, each with its rules. False when it cannot be made at all.
bool buildTree(const Element& snapshot, Profile&, LoadFaults&);

// What an element definition says of itself, into `node`; but for slicing and children. `base`: the element
// in R4's table, nullptr for a root; `owner`: the type it belongs to. `values` keeps fixed and pattern
// values.
void readElement(const Element& definition, const ElementDefinition* base, const TypeDefinition& owner,
                 Resource& values, Node& node, LoadFaults&);
// Constraints that R4's tables do not have at this place.
void readConstraints(const Element& definition, const ElementDefinition* base, const TypeDefinition& owner,
                     Node& node, LoadFaults&);
// minValue[x] and maxValue[x].
void readBounds(const Element& definition, Node& node, LoadFaults&);

// ElementDefinition.slicing, nullptr when it is faulty. `types`: those of the sliced element.
std::unique_ptr<Slicing> readSlicing(const Element& slicing, const Node& node, LoadFaults&);
// The slicing that extensions and choices have without saying so.
std::unique_ptr<Slicing> impliedSlicing(Discriminator::Kind kind, std::string_view member);
// Once the tree is whole: what each slice says of its discriminators' elements. `definitions`: the snapshot's
// elements.
void readCriteria(Node& root, const std::vector<const Element*>& definitions, LoadFaults&);
// Leaves in each node's `active` what has to be walked; true when the node itself or anything below checks.
bool markActive(Node& node);

// Whether the node says of its element which value it has: fixed, by pattern, by a required binding, by a
// profile.
bool saysValue(const Node& node);

// The types an element of this node may have: those of its rules.
std::vector<const TypeDefinition*> typesOf(const Node& node);

}  // namespace fhir::profiles
