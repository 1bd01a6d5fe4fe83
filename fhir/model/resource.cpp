#include "fhir/model/resource.h"

#include <cassert>
#include <cstring>
#include <new>

namespace fhir {

struct Resource::Storage {
  static constexpr std::size_t firstBlock = 4096;

  std::pmr::monotonic_buffer_resource arena{firstBlock};
  Element root;
};

namespace {

std::uint16_t order(const Element& element) noexcept {
  return element.property->element->order;
}

// Links `added` after the last sibling that does not stand behind it in the canonical order.
void link(Element& parent, Element& added) noexcept {
  added.parent = &parent;
  Element* before = parent.lastChild;
  if (before && order(*before) > order(added)) {
    before = nullptr;
    for (Element* each = parent.firstChild; each && order(*each) <= order(added); each = each->next)
      before = each;
  }
  added.next = before ? before->next : parent.firstChild;
  (before ? before->next : parent.firstChild) = &added;
  if (!added.next) parent.lastChild = &added;
}

}  // namespace

Resource::Resource(const TypeDefinition& type) : storage_(std::make_unique<Storage>()) {
  assert(type.isResource() && !type.isAbstract);
  storage_->root.type = &type;
}

Resource::~Resource() = default;
Resource::Resource(Resource&&) noexcept = default;
Resource& Resource::operator=(Resource&&) noexcept = default;

const Element& Resource::root() const noexcept {
  return storage_->root;
}
Element& Resource::root() noexcept {
  return storage_->root;
}
std::pmr::memory_resource& Resource::arena() noexcept {
  return storage_->arena;
}

Element& Resource::append(Element& parent, const Property& property, const TypeDefinition* type) {
  Element* added = new (storage_->arena.allocate(sizeof(Element), alignof(Element))) Element;
  added->property = &property;
  added->type = type ? type : property.type;
  assert(!added->type->isAbstract);
  link(parent, *added);
  return *added;
}

Element& Resource::appendText(Element& parent, std::string_view jsonName, std::string_view text) {
  const Property* property = parent.type->find(jsonName);
  assert(property && property->type->isPrimitive());
  Element& element = property->element->isArray() ? append(parent, *property) : require(parent, jsonName);
  setText(element, text);
  return element;
}

Element& Resource::require(Element& parent, std::string_view jsonName) {
  if (const Element* found = parent.child(jsonName)) return const_cast<Element&>(*found);
  const Property* property = parent.type->find(jsonName);
  assert(property);
  return append(parent, *property);
}

void Resource::setText(Element& element, std::string_view text) {
  element.text = copyText(text);
}

void Resource::remove(Element& element) noexcept {
  Element* parent = element.parent;
  if (!parent) return;
  Element* before = nullptr;
  for (Element* each = parent->firstChild; each != &element; each = each->next) before = each;
  (before ? before->next : parent->firstChild) = element.next;
  if (parent->lastChild == &element) parent->lastChild = before;
  element.parent = nullptr;
  element.next = nullptr;
}

void Resource::moveBefore(Element& element, Element* before) noexcept {
  if (before == &element) return;
  Element* parent = element.parent;
  assert(parent && (!before || (before->parent == parent && order(*before) == order(element))));
  remove(element);
  if (!before) return link(*parent, element);
  element.parent = parent;
  element.next = before;
  Element* previous = nullptr;
  for (Element* each = parent->firstChild; each != before; each = each->next) previous = each;
  (previous ? previous->next : parent->firstChild) = &element;
}

Element& Resource::appendCopy(Element& parent, const Property& property, const Element& source) {
  Element& copy = append(parent, property, source.type);
  if (source.hasValue()) setText(copy, source.text);
  for (const Element* each = source.firstChild; each; each = each->next)
    appendCopy(copy, *each->property, *each);
  return copy;
}

// An empty text gets an address too: it is a value.
std::string_view Resource::copyText(std::string_view text) {
  char* copy = static_cast<char*>(storage_->arena.allocate(text.size() + 1, 1));
  if (!text.empty()) std::memcpy(copy, text.data(), text.size());
  return {copy, text.size()};
}

Resource Resource::clone() const {
  return copyOf(root());
}

Resource Resource::copyOf(const Element& root) {
  Resource copy(*root.type);
  for (const Element* each = root.firstChild; each; each = each->next)
    copy.appendCopy(copy.root(), *each->property, *each);
  return copy;
}

}  // namespace fhir
