#include <algorithm>
#include <utility>
#include <vector>

#include "fhir/fhirpath/fhirpath.h"
#include "fhir/json/json.h"
#include "fhir/patch/fault.h"
#include "fhir/patch/operations.h"
#include "fhir/patch/patch.h"
#include "fhir/patch/result.h"
#include "fhir/patch/values.h"

namespace fhir::patch {
namespace {

using Kind = Operation::Kind;

// Applies operations to one resource, within the limits.
class Applier {
 public:
  Applier(Resource& resource, const Limits& limits) : resource_(resource), maxDepth_(limits.maxDepth) {
    environment_.maxSteps = limits.maxSteps;
  }

  Fault apply(const Operation& operation) {
    std::vector<Element*> found;
    if (auto fault = find(operation.path, found)) return fault;
    switch (operation.kind) {
      case Kind::add:
        return add(operation, found);
      case Kind::insert:
        return insert(operation, found);
      case Kind::delete_:
        return remove(found);
      case Kind::replace:
        return replace(operation, found);
      case Kind::move:
        return move(operation, found);
    }
    return std::nullopt;
  }

 private:
  // The elements that the path leads to, which must be the resource's own. All paths of a patch together
  // have one share of steps.
  Fault find(const fhirpath::Expression& path, std::vector<Element*>& found) {
    fhirpath::Evaluation evaluation(environment_);
    const auto items = evaluation.run(path, resource_.root());
    environment_.maxSteps -= std::min(environment_.maxSteps, evaluation.steps());
    if (!items) return items.outcome();
    for (const fhirpath::Item& item : *items) {
      if (item.kind != fhirpath::Kind::element || !isOwn(item.element))
        return notApplicable("The path must lead to elements of the resource.");
      // The resource is ours to change; FHIRPath only reads.
      found.push_back(const_cast<Element*>(item.element));
    }
    return std::nullopt;
  }

  bool isOwn(const Element* element) const noexcept {
    while (element && element->parent) element = element->parent;
    return element == &resource_.root();
  }

  static Fault requireOne(const std::vector<Element*>& found) {
    if (found.empty()) return notApplicable("The path leads to no element.");
    if (found.size() > 1)
      return notApplicable("The path leads to " + std::to_string(found.size()) +
                           " elements; name one of them.");
    return std::nullopt;
  }

  // The elements must be all items of one repeating element, in order.
  static Fault requireList(const std::vector<Element*>& found) {
    const Element& first = *found.front();
    if (!first.property || !first.property->element->isArray())
      return notApplicable("The path must lead to an element that repeats.");
    const Element* expected = first.parent->child(first.name());
    for (const Element* each : found) {
      if (each != expected) return notApplicable("The path must lead to all items of one repeating element.");
      expected = each->nextSame();
    }
    if (expected) return notApplicable("The path must lead to all items of one repeating element.");
    return std::nullopt;
  }

  Fault add(const Operation& operation, const std::vector<Element*>& found) {
    if (auto fault = requireOne(found)) return fault;
    Element& parent = *found.front();
    Fault fault;
    const Property* property = propertyFor(*parent.type, operation.name, *operation.value, fault);
    if (!property) return fault;
    if (!property->element->isArray() && has(parent, *property->element))
      return notApplicable("The element is there already and does not repeat; use replace.");
    Element* added = nullptr;
    return append(parent, *property, *operation.value, added);
  }

  Fault append(Element& parent, const Property& property, const Element& part, Element*& added) {
    std::size_t depth = 0;
    for (const Element* each = &parent; each; each = each->parent) ++depth;
    if (depth > maxDepth_)
      return tooCostly("The resource would be nested more than " + std::to_string(maxDepth_) +
                       " levels deep.");
    return appendValue(resource_, parent, property, part, added);
  }

  static bool has(const Element& parent, const ElementDefinition& element) noexcept {
    for (const Element* each = parent.firstChild; each; each = each->next)
      if (each->property->element == &element) return true;
    return false;
  }

  Fault insert(const Operation& operation, const std::vector<Element*>& found) {
    if (found.empty())
      return notApplicable("The path leads to no element; use add for the first item of a list.");
    if (auto fault = requireList(found)) return fault;
    if (operation.index > found.size()) return notApplicable("The index is beyond the end of the list.");
    Element& parent = *found.front()->parent;
    Element* added = nullptr;
    if (auto fault = append(parent, *found.front()->property, *operation.value, added)) return fault;
    resource_.moveBefore(*added, operation.index < found.size() ? found[operation.index] : nullptr);
    return std::nullopt;
  }

  // An element cannot be empty: with its last child goes the parent.
  Fault remove(const std::vector<Element*>& found) {
    if (found.empty()) return std::nullopt;
    if (auto fault = requireOne(found)) return fault;
    Element* element = found.front();
    if (!element->parent) return notApplicable("The resource itself can't be deleted by a patch.");
    while (element->parent) {
      Element* parent = element->parent;
      resource_.remove(*element);
      if (parent->firstChild || parent->hasValue()) break;
      element = parent;
    }
    return std::nullopt;
  }

  Fault replace(const Operation& operation, const std::vector<Element*>& found) {
    if (auto fault = requireOne(found)) return fault;
    Element& old = *found.front();
    if (!old.parent) return notApplicable("The resource itself can't be replaced by a patch.");
    Fault fault;
    const Property* property =
        propertyFor(*old.parent->type, old.property->element->name, *operation.value, fault);
    if (!property) return fault;
    Element* added = nullptr;
    if ((fault = append(*old.parent, *property, *operation.value, added))) return fault;
    resource_.moveBefore(*added, &old);
    resource_.remove(old);
    return std::nullopt;
  }

  // Taken out at `source`, then put in at `destination` of what is left.
  Fault move(const Operation& operation, std::vector<Element*>& found) {
    if (found.empty()) return notApplicable("The path leads to no element.");
    if (auto fault = requireList(found)) return fault;
    if (operation.source >= found.size() || operation.destination >= found.size())
      return notApplicable("'source' and 'destination' must be less than the number of items.");
    Element* moved = found[operation.source];
    found.erase(found.begin() + static_cast<std::ptrdiff_t>(operation.source));
    resource_.moveBefore(*moved,
                         operation.destination < found.size() ? found[operation.destination] : nullptr);
    return std::nullopt;
  }

  Resource& resource_;
  std::size_t maxDepth_;
  fhirpath::Environment environment_;
};

}  // namespace

Result<Resource> applyFhirPathPatch(const Resource& resource, const Resource& patch, const Limits& limits) {
  const auto operations = readOperations(patch, resource.type(), limits);
  if (!operations) return operations.outcome();
  Resource patched = resource.clone();
  Applier applier(patched, limits);
  for (std::size_t i = 0; i < operations->size(); ++i) {
    const Operation& each = (*operations)[i];
    auto fault = applier.apply(each);
    if (!fault) continue;
    Outcome cause;
    cause.setFailure(fault->failure());
    for (Issue issue : fault->issues()) {
      if (issue.expression.empty()) issue.expression = operationPath(i);
      cause.add(std::move(issue));
    }
    return operationFault(cause, i, each.kindText, each.pathText);
  }
  return checkedResult(json::toString(patched), resource.type(), resource.id(), limits);
}

}  // namespace fhir::patch
