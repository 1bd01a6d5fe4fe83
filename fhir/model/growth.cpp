#include "fhir/model/growth.h"

#include <array>
#include <memory>

namespace fhir {
namespace {

constexpr std::size_t maxElementsOfAType = 64;  // a test holds the tables to it

}  // namespace

Element& Growth::append(Element& parent, const Property& property, const TypeDefinition* type) {
  constexpr std::size_t ahead = 32;
  if (spare_ == spareEnd_) {
    spare_ = static_cast<Element*>(resource_.arena().allocate(ahead * sizeof(Element), alignof(Element)));
    spareEnd_ = spare_ + ahead;
  }
  Element& added = *std::construct_at(spare_++);
  ++elements_;
  added.property = &property;
  added.type = type ? type : property.type;
  added.parent = &parent;
  (parent.lastChild ? parent.lastChild->next : parent.firstChild) = &added;
  parent.lastChild = &added;
  return added;
}

void sortChildren(Element& parent) noexcept {
  std::array<Element*, maxElementsOfAType> first{};
  std::array<Element*, maxElementsOfAType> last{};
  for (Element* each = parent.firstChild; each; each = each->next) {
    const std::size_t order = each->property->element->order;
    (last[order] ? last[order]->next : first[order]) = each;
    last[order] = each;
  }
  Element* tail = nullptr;
  for (std::size_t order = 0; order < first.size(); ++order) {
    if (!first[order]) continue;
    (tail ? tail->next : parent.firstChild) = first[order];
    tail = last[order];
  }
  if (tail) tail->next = nullptr;
  parent.lastChild = tail;
}

Element* findChild(const Element& parent, const Property& property) noexcept {
  for (Element* each = parent.firstChild; each; each = each->next)
    if (each->property->element == property.element) return each;
  return nullptr;
}

std::string pathOfNext(const Element& parent, const Property& property) {
  std::string path = parent.path() + "." + std::string(property.element->name);
  if (!property.element->isArray()) return path;
  std::size_t index = 0;
  for (const Element* each = parent.firstChild; each; each = each->next)
    if (each->property == &property) ++index;
  return path + "[" + std::to_string(index) + "]";
}

}  // namespace fhir
