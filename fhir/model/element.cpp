#include "fhir/model/resource.h"

namespace fhir {

const Element* Element::child(std::string_view jsonName) const noexcept {
  for (const Element* each = firstChild; each; each = each->next)
    if (each->property->name == jsonName) return each;
  return nullptr;
}

// Items of a repeating element stand side by side.
const Element* Element::nextSame() const noexcept {
  return next && next->property == property ? next : nullptr;
}

std::string_view Element::childText(std::string_view jsonName) const noexcept {
  const Element* found = child(jsonName);
  return found ? found->text : std::string_view{};
}

std::size_t Element::index() const noexcept {
  if (!parent) return 0;
  std::size_t position = 0;
  for (const Element* each = parent->firstChild; each && each != this; each = each->next)
    if (each->property == property) ++position;
  return position;
}

std::string Element::path() const {
  if (!property || !parent) return std::string(type->name);
  std::string text = parent->path();
  text += '.';
  text += property->element->name;
  if (property->element->isArray()) {
    text += '[';
    text += std::to_string(index());
    text += ']';
  }
  return text;
}

}  // namespace fhir
