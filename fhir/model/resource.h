// Resource: one FHIR resource in memory, as a tree of typed elements that own nothing themselves.
//
// Every codec builds it (fhir/json, fhir/xml) and everything else walks it (FHIRPath, validation, search
// indexing, mapping, patch), so a resource is parsed once and never copied.
//
// The tree is canonical: children stand in the order of the specification's element table, items of a
// repeating element in the order they were sent. So a writer needs no sorting and XML comes out in order.
//
// Ownership: a Resource owns one arena; its Elements, their values and names live exactly as long as it does.
// Threading: distinct Resources are independent; one Resource may be read by many threads, changed by one.
// Units: Element::value is the lexical form as it was sent ("1.50", "2015-02", "true"), unescaped UTF-8.
#pragma once

#include <cstddef>
#include <memory>
#include <memory_resource>
#include <string>
#include <string_view>

#include "fhir/definitions/definitions.h"

namespace fhir {

// One element of a resource. A repeating element is several Elements side by side with the same `property`.
struct Element {
  // How its parent calls it; nullptr for a resource's root and for a value of its own
  // (Resource::createValue).
  const Property* property = nullptr;
  // Its own type: for contained resources and Bundle entries the type that resourceType names.
  const TypeDefinition* type = nullptr;

  Element* parent = nullptr;
  Element* firstChild = nullptr;
  Element* lastChild = nullptr;
  Element* next = nullptr;  // next sibling

  // A primitive's value; data() is nullptr when it has none (only an id or extensions). Empty for the others.
  std::string_view text;

  bool hasValue() const noexcept { return text.data() != nullptr; }
  std::string_view name() const noexcept { return property ? property->name : std::string_view{}; }

  // First child of this JSON name ("valueQuantity", "birthDate"); nullptr when absent.
  const Element* child(std::string_view jsonName) const noexcept;
  // Next sibling with the same property; nullptr after the last.
  const Element* nextSame() const noexcept;
  // child(jsonName)'s text; empty when absent.
  std::string_view childText(std::string_view jsonName) const noexcept;
  // Position among siblings of the same property, from 0.
  std::size_t index() const noexcept;
  // FHIRPath to this element from its root: "Patient.name[0].given[1]"; array elements always carry their
  // index.
  std::string path() const;
};

class Resource {
 public:
  // An empty resource of a concrete resource type.
  explicit Resource(const TypeDefinition& type);
  ~Resource();
  Resource(Resource&&) noexcept;
  Resource& operator=(Resource&&) noexcept;
  Resource(const Resource&) = delete;
  Resource& operator=(const Resource&) = delete;

  const Element& root() const noexcept;
  Element& root() noexcept;
  const TypeDefinition& type() const noexcept { return *root().type; }
  std::string_view typeName() const noexcept { return type().name; }
  std::string_view id() const noexcept { return root().childText("id"); }

  // --- building and changing; `parent` must belong to this Resource ---

  // Adds an element at its place in the canonical order (after its last sibling of the same property).
  // `type` is needed only where the property's type is abstract (contained, entry.resource).
  Element& append(Element& parent, const Property& property, const TypeDefinition* type = nullptr);
  // Adds (single element) or appends (array) a primitive by JSON name. The name must exist in parent.type.
  Element& appendText(Element& parent, std::string_view jsonName, std::string_view text);
  // The single element of this JSON name, made when absent.
  Element& require(Element& parent, std::string_view jsonName);
  // Copies `text` into the arena and sets it.
  void setText(Element& element, std::string_view text);
  // Unlinks an element with all below it (its memory goes with the arena).
  void remove(Element& element) noexcept;
  // Puts an element before another one that has the same parent and is of the same element definition; behind
  // all of them when `before` is nullptr.
  void moveBefore(Element& element, Element* before) noexcept;
  // A deep copy of `source` (of any Resource) as a new child.
  Element& appendCopy(Element& parent, const Property& property, const Element& source);

  std::string_view copyText(std::string_view text);
  std::pmr::memory_resource& arena() noexcept;

  Resource clone() const;
  // A resource that stands inside another one (contained, Bundle.entry.resource), as one of its own.
  static Resource copyOf(const Element& root);

 private:
  struct Storage;
  std::unique_ptr<Storage> storage_;
};

}  // namespace fhir
