#include "fhir/patch/values.h"

#include <string>
#include <utility>

#include "fhir/model/primitive.h"

namespace fhir::patch {
namespace {

// The value[x] of a parameter or part; nullptr when it has none.
const Element* dataValue(const Element& part) noexcept {
  for (const Element* each = part.firstChild; each; each = each->next)
    if (each->property->element->name == "value") return each;
  return nullptr;
}

std::string quote(std::string_view name) {
  return "'" + std::string(name) + "'";
}

// The same children under an element that may be of another type (a code's extensions under a string).
Fault copyChildren(Resource& resource, Element& to, const Element& from) {
  for (const Element* each = from.firstChild; each; each = each->next) {
    const Property* property = to.type->find(each->name());
    if (!property)
      return notApplicable(quote(to.type->name) + " has no element " + quote(each->name()) + ".",
                           from.path());
    resource.appendCopy(to, *property, *each);
  }
  return std::nullopt;
}

bool fits(const TypeDefinition& target, const Element& value) noexcept {
  if (!value.hasValue()) return true;
  const bool sameNotation =
      value.type->primitive == Primitive::string || value.type->jsonKind == target.jsonKind;
  return sameNotation && isValid(target.primitive, value.text);
}

Fault fillPrimitive(Resource& resource, Element& element, const Element& value) {
  if (!value.type->isPrimitive() || !fits(*element.type, value))
    return notApplicable("The value must be " + std::string(describe(element.type->primitive)) + ".",
                         value.path());
  if (value.hasValue()) resource.setText(element, value.text);
  return copyChildren(resource, element, value);
}

Fault fill(Resource& resource, Element& element, const Element& part);

Fault fillParts(Resource& resource, Element& element, const Element& part) {
  for (const Element* each = part.firstChild; each; each = each->next) {
    if (each->name() != "part") continue;
    const std::string_view name = each->childText("name");
    Fault fault;
    const Property* property = propertyFor(*element.type, name, *each, fault);
    if (!property) return fault;
    if (!property->element->isArray() && element.child(property->name))
      return notApplicable(quote(name) + " is given twice, but does not repeat.", each->path());
    Element* added = nullptr;
    if ((fault = appendValue(resource, element, *property, *each, added))) return fault;
  }
  return std::nullopt;
}

Fault fill(Resource& resource, Element& element, const Element& part) {
  const Element* value = dataValue(part);
  if (!value) return fillParts(resource, element, part);
  if (element.type->isPrimitive()) return fillPrimitive(resource, element, *value);
  if (value->type != element.type)
    return notApplicable("The value is a " + std::string(value->type->name) + ", but the element is a " +
                             std::string(element.type->name) + ".",
                         value->path());
  return copyChildren(resource, element, *value);
}

const Property* choiceFor(const TypeDefinition& owner, const ElementDefinition& choice, const Element& part,
                          Fault& fault) {
  const Element* value = dataValue(part);
  for (const Property& each : owner.properties)
    if (value && each.element == &choice && each.type == value->type) return &each;
  fault = notApplicable(quote(choice.path) + " has no such type; give the value as value[x] of one it has.",
                        part.path());
  return nullptr;
}

}  // namespace

const Property* propertyFor(const TypeDefinition& owner, std::string_view name, const Element& part,
                            Fault& fault) {
  const ElementDefinition* element = owner.findElement(name);
  if (element && element->isChoice) return choiceFor(owner, *element, part, fault);
  const Property* property = owner.find(name);
  if (!property) fault = notApplicable(quote(owner.name) + " has no element of this name.", part.path());
  return property;
}

Fault appendValue(Resource& resource, Element& parent, const Property& property, const Element& part,
                  Element*& added) {
  if (property.type->isResource()) {
    const Element* given = part.child("resource");
    if (!given) return notApplicable("The value must be a resource.", part.path());
    added = &resource.appendCopy(parent, property, *given);
    return std::nullopt;
  }
  added = &resource.append(parent, property);
  if (auto fault = fill(resource, *added, part)) return fault;
  if (!added->hasValue() && !added->firstChild) return notApplicable("The value is empty.", part.path());
  return std::nullopt;
}

}  // namespace fhir::patch
