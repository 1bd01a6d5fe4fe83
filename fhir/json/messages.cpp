#include "fhir/json/messages.h"

#include "fhir/model/messages.h"
#include "fhir/model/primitive.h"

namespace fhir::json {
namespace {

std::string_view describe(Found found) noexcept {
  static constexpr std::string_view names[] = {"a string", "a number",  "true or false",
                                               "null",     "an object", "an array"};
  return names[static_cast<std::size_t>(found)];
}

std::string_view describe(JsonKind kind) noexcept {
  static constexpr std::string_view names[] = {"a JSON string", "a JSON number, without quotes",
                                               "true or false, without quotes"};
  return names[static_cast<std::size_t>(kind)];
}

std::string memberName(const Property& property, bool sibling) {
  return (sibling ? "'_" : "'") + std::string(property.name) + "'";
}

}  // namespace

std::string unknownMember(const TypeDefinition& owner, std::string_view name) {
  if (name == "fhir_comments") return "'fhir_comments' is not part of FHIR R4; leave it out.";
  const std::string_view shown = presentable(name);
  if (!shown.starts_with('_')) return unknownElement(owner, name);
  const std::string text = std::string(owner.name) + " has no element " + quote(shown) + ".";
  const Property* property = owner.find(shown.substr(1));
  if (property && !property->type->isPrimitive())
    return text + " A member with '_' is for primitives only: write the id and extensions inside " +
           quote(property->name) + ".";
  if (property) return text + " " + quote(property->name) + " can have no id and no extensions.";
  const std::string_view nearest = nearestElement(owner, shown.substr(1));
  if (nearest.empty()) return text + " Remove it, or carry it in an extension.";
  return text + " Did you mean '_" + std::string(nearest) + "'?";
}

std::string missingResourceType() {
  return "resourceType is missing: name the type of the resource, such as \"resourceType\": \"Patient\".";
}

std::string duplicateMember(std::string_view name) {
  return "The member " + quote(presentable(name)) + " stands twice in its object; keep one of them.";
}

std::string wrongType(const Property& property, bool sibling, Found found) {
  std::string text = memberName(property, sibling) + " must be ";
  if (sibling) {
    text += "an object with an id or extensions";
  } else if (property.type->isPrimitive()) {
    text += describe(property.type->jsonKind);
    if (property.type->jsonKind == JsonKind::string)
      text += ": " + std::string(fhir::describe(property.type->primitive));
  } else {
    text += "an object (" + std::string(property.type->name) + ")";
  }
  text += "; found ";
  text += describe(found);
  if (found == Found::null) text += ". Leave out what has no value";
  return text + ".";
}

std::string arrayExpected(const Property& property, bool sibling) {
  return memberName(property, sibling) + " may repeat: write it as an array, even with one item.";
}

std::string singleExpected(const Property& property, bool sibling) {
  return memberName(property, sibling) + " is a single value: write it without the brackets of an array.";
}

}  // namespace fhir::json
