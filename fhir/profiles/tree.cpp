// From a snapshot's list of elements to a tree: https://hl7.org/fhir/R4/profiling.html#snapshot and #slicing.
#include <algorithm>
#include <unordered_map>
#include <utility>

#include "fhir/model/messages.h"
#include "fhir/profiles/compile.h"

namespace fhir::profiles {
namespace {

struct Place {
  Node* node;
  std::string_view path;
};

std::string_view parentPath(std::string_view path) noexcept {
  const std::size_t dot = path.rfind('.');
  return dot == std::string_view::npos ? std::string_view{} : path.substr(0, dot);
}

// An element of one of the types that a child's name stands for: "value[x]", "status", and "valueQuantity".
struct Named {
  const TypeDefinition* owner = nullptr;
  const ElementDefinition* element = nullptr;
  const Property* choice = nullptr;  // the property, where the name says a type of a choice
};

Named findNamed(const std::vector<const TypeDefinition*>& owners, std::string_view name) {
  if (name.ends_with("[x]")) name.remove_suffix(3);
  for (const TypeDefinition* owner : owners)
    if (const ElementDefinition* element = owner->findElement(name)) return {owner, element, nullptr};
  for (const TypeDefinition* owner : owners)
    if (const Property* property = owner->find(name)) return {owner, property->element, property};
  return {};
}

Node* findSlice(Node& sliced, std::string_view name) noexcept {
  if (!sliced.slicing) return nullptr;
  for (const auto& slice : sliced.slicing->slices) {
    if (slice->sliceName == name) return slice.get();
    if (Node* found = findSlice(*slice, name)) return found;
  }
  return nullptr;
}

class TreeBuilder {
 public:
  TreeBuilder(Profile& profile, LoadFaults& faults) : profile_(profile), faults_(faults) {}

  bool build(const Element& snapshot) {
    for (const Element* each = snapshot.child("element"); each; each = each->nextSame()) {
      definitions_.push_back(each);
      if (!add(*each)) return false;
    }
    readCriteria(*profile_.root, definitions_, faults_);
    markActive(*profile_.root);
    return true;
  }

 private:
  bool add(const Element& definition) {
    const std::string_view path = definition.childText("path");
    if (!profile_.root) return addRoot(definition, path);
    const std::string_view wanted = parentPath(path);
    while (!places_.empty() && places_.back().path != wanted) places_.pop_back();
    if (places_.empty()) {
      faults_.error(
          IssueType::structure, pathElement(definition),
          "No element before this one has the path that this one is below of. A snapshot names each "
          "parent before its children.");
      return false;
    }
    Node& parent = *places_.back().node;
    const std::string_view name = path.substr(wanted.size() + 1);
    const std::vector<const TypeDefinition*> owners =
        &parent == profile_.root.get() ? std::vector{profile_.type} : typesOf(parent);
    // The value of a primitive: what XML writes as the attribute of that name. The element itself has the
    // rules.
    if (owners.size() == 1 && owners[0]->isPrimitive() && name == "value") return true;
    const Named named = findNamed(owners, name);
    if (!named.element) return unknownPath(definition, owners, name);
    Node* node = place(parent, definition, named, name);
    if (!node) return false;
    read(definition, named, *node);
    places_.push_back({node, path});
    return true;
  }

  bool addRoot(const Element& definition, std::string_view path) {
    if (path != profile_.type->name) {
      faults_.error(
          IssueType::structure, pathElement(definition),
          "The first element of the snapshot is the type itself: " + std::string(profile_.type->name) + ".");
      return false;
    }
    profile_.root = std::make_unique<Node>();
    profile_.root->name = profile_.type->name;
    readElement(definition, nullptr, *profile_.type, *profile_.values, *profile_.root, faults_);
    readConstraints(definition, nullptr, *profile_.type, *profile_.root, faults_);
    places_.push_back({profile_.root.get(), path});
    return true;
  }

  bool unknownPath(const Element& definition, const std::vector<const TypeDefinition*>& owners,
                   std::string_view name) {
    faults_.error(IssueType::structure, pathElement(definition),
                  owners.empty() ? "The element above has no type that is known, so it can have no children."
                                 : unknownElement(*owners[0], name));
    return false;
  }

  // The node for a definition: a child of `parent`, or a slice of one.
  Node* place(Node& parent, const Element& definition, const Named& named, std::string_view name) {
    const std::string_view sliceName = definition.childText("sliceName");
    Node* sliced = parent.child(named.element->name);
    if (!sliced && !sliceName.empty())
      faults_.warning(
          IssueType::structure, pathElement(definition),
          "A slice stands behind the element that it is a slice of, which is not there. It is taken "
          "for that element itself; leave out 'sliceName', or add the element with its slicing.");
    if (!sliced || (sliceName.empty() && !named.choice)) {
      Node* node = parent.children.emplace_back(std::make_unique<Node>()).get();
      node->name = named.element->name;
      if (const auto found = general_.find(&parent); found != general_.end())
        if (const Node* general = found->second->child(node->name)) general_[node] = general;
      return node;
    }
    return placeSlice(*sliced, definition, sliceName.empty() ? name : sliceName);
  }

  Node* placeSlice(Node& sliced, const Element& definition, std::string_view sliceName) {
    Node* above = &sliced;
    if (const std::size_t slash = sliceName.rfind('/'); slash != std::string_view::npos)
      if (Node* resliced = findSlice(sliced, sliceName.substr(0, slash))) above = resliced;
    if (!above->slicing) {
      if (above->name == "extension" || above->name == "modifierExtension") {
        above->slicing = impliedSlicing(Discriminator::Kind::value, "url");
      } else if (definition.childText("path").ends_with("[x]") || above->types.size() > 1) {
        above->slicing = impliedSlicing(Discriminator::Kind::type, {});
      } else {
        faults_.error(IssueType::structure, definition,
                      "The element that this is a slice of has no slicing, so nothing says what is in the "
                      "slice. Add 'slicing' to it.");
        return nullptr;
      }
    }
    if (std::any_of(above->slicing->slices.begin(), above->slicing->slices.end(),
                    [&](const auto& each) { return each->sliceName == sliceName; })) {
      const Element* at = definition.child("sliceName");
      faults_.error(IssueType::duplicate, at ? *at : definition,
                    "Another slice of this element has this name. Give each its own.");
      return nullptr;
    }
    Node* node = above->slicing->slices.emplace_back(std::make_unique<Node>()).get();
    node->name = sliced.name;
    node->sliceName = sliceName;
    general_[node] = above;
    return node;
  }

  void read(const Element& definition, const Named& named, Node& node) {
    node.position = definitions_.size() - 1;
    readElement(definition, named.element, *named.owner, *profile_.values, node, faults_);
    if (named.choice)
      std::erase_if(node.types, [&](const TypeRule& rule) { return rule.type != named.choice->type; });
    readConstraints(definition, named.element, *named.owner, node, faults_);
    if (const Element* slicing = definition.child("slicing"))
      node.slicing = readSlicing(*slicing, node, faults_);
    if (const auto found = general_.find(&node); found != general_.end())
      leaveToGeneral(node, *found->second);
  }

  // A slice says again what the sliced element says; that is judged once.
  static void leaveToGeneral(Node& node, const Node& general) {
    const bool isSlice = !node.sliceName.empty();
    node.checksMin = isSlice ? node.min > 0 : node.checksMin && node.min > general.min;
    node.checksMax = node.checksMax || isSlice;
    if (node.max >= general.max) node.checksMax = false;
    if (node.types == general.types) node.checksTypes = false;
    if (node.binding == general.binding) node.checksBinding = false;
    std::erase_if(node.constraints, [&](const NodeConstraint& each) {
      return std::any_of(general.constraints.begin(), general.constraints.end(),
                         [&](const NodeConstraint& other) {
                           return other.constraint.key() == each.constraint.key() &&
                                  other.constraint.expression().text() == each.constraint.expression().text();
                         });
    });
  }

  static const Element& pathElement(const Element& definition) noexcept {
    const Element* path = definition.child("path");
    return path ? *path : definition;
  }

  Profile& profile_;
  LoadFaults& faults_;
  std::vector<const Element*> definitions_;
  std::vector<Place> places_;                             // from the root to the element that was added last
  std::unordered_map<const Node*, const Node*> general_;  // of what is in a slice: the same of all slices
};

}  // namespace

bool buildTree(const Element& snapshot, Profile& profile, LoadFaults& faults) {
  return TreeBuilder(profile, faults).build(snapshot);
}

bool markActive(Node& node) {
  bool any = node.fixed || node.pattern || node.maxLength > 0 || node.minValue || node.maxValue ||
             node.mustSupport || !node.constraints.empty() || node.checksMin || node.checksMax ||
             node.checksTypes || node.checksBinding;
  if (node.slicing) {
    for (const auto& slice : node.slicing->slices) {
      markActive(*slice);
      any = true;
    }
  }
  for (const auto& child : node.children)
    if (markActive(*child)) node.active.push_back(child.get());
  return any || !node.active.empty();
}

}  // namespace fhir::profiles
