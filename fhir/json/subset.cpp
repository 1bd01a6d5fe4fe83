// _summary and _elements (https://hl7.org/fhir/R4/search.html#summary, #elements).
#include <algorithm>
#include <string>

#include "fhir/json/json.h"

namespace fhir::json {
namespace {

constexpr std::string_view tagSystem = "http://terminology.hl7.org/CodeSystem/v3-ObservationValue";
constexpr std::string_view tagCode = "SUBSETTED";

bool isMandatory(const Element& element) noexcept {
  return element.property->element->min > 0;
}

bool isIdOrMeta(const Element& element) noexcept {
  return element.name() == "id" || element.name() == "meta" || element.name() == "implicitRules";
}

bool isInSummary(const Element& element) noexcept {
  const ElementDefinition& definition = *element.property->element;
  return definition.isSummary || definition.isModifier || definition.min > 0;
}

// An extension makes sense only as a whole, and so does a primitive with its extensions.
bool isKeptWhole(const Element& element) noexcept {
  return element.type->isPrimitive() || element.type->name == "Extension";
}

bool hasSummary(const Element& element) noexcept {
  if (isKeptWhole(element) || !element.firstChild) return true;
  for (const Element* each = element.firstChild; each; each = each->next)
    if (isInSummary(*each) && hasSummary(*each)) return true;
  return false;
}

// The children of `source` that are in the summary. A mandatory child of which nothing would be left stays
// whole.
void copySummary(Resource& target, Element& parent, const Element& source) {
  for (const Element* each = source.firstChild; each; each = each->next) {
    if (!isInSummary(*each)) continue;
    const bool isEmpty = !hasSummary(*each);
    if (isEmpty && !isMandatory(*each)) continue;
    if (isEmpty || isKeptWhole(*each)) {
      target.appendCopy(parent, *each->property, *each);
    } else {
      copySummary(target, target.append(parent, *each->property, each->type), *each);
    }
  }
}

template <class Keep>
Resource copyTopLevel(const Resource& source, Keep keep) {
  Resource target(source.type());
  for (const Element* each = source.root().firstChild; each; each = each->next)
    if (keep(*each)) target.appendCopy(target.root(), *each->property, *each);
  return target;
}

void tagSubsetted(Resource& resource) {
  Element& meta = resource.require(resource.root(), "meta");
  for (const Element* tag = meta.child("tag"); tag; tag = tag->nextSame())
    if (tag->childText("system") == tagSystem && tag->childText("code") == tagCode) return;
  Element& tag = resource.append(meta, *meta.type->find("tag"));
  resource.appendText(tag, "system", tagSystem);
  resource.appendText(tag, "code", tagCode);
}

// "value" for valueQuantity too; "Patient.name" as well as "name".
bool isNamed(const Element& element, std::string_view type, std::string_view name) noexcept {
  if (name.size() > type.size() && name.starts_with(type) && name[type.size()] == '.')
    name.remove_prefix(type.size() + 1);
  return element.name() == name || element.property->element->name == name;
}

}  // namespace

Resource summarize(const Resource& resource, Summary summary) {
  if (summary == Summary::none || summary == Summary::isFalse) return resource.clone();
  Resource result(resource.type());
  if (summary == Summary::isTrue) {
    copySummary(result, result.root(), resource.root());
  } else if (summary == Summary::text) {
    result = copyTopLevel(resource, [](const Element& each) {
      return isIdOrMeta(each) || isMandatory(each) || each.name() == "text";
    });
  } else {
    result = copyTopLevel(resource, [](const Element& each) { return each.name() != "text"; });
  }
  tagSubsetted(result);
  return result;
}

Resource selectElements(const Resource& resource, std::span<const std::string_view> elementNames) {
  Resource result = copyTopLevel(resource, [&](const Element& each) {
    return isIdOrMeta(each) || isMandatory(each) || each.property->element->isModifier ||
           std::any_of(elementNames.begin(), elementNames.end(),
                       [&](std::string_view name) { return isNamed(each, resource.typeName(), name); });
  });
  tagSubsetted(result);
  return result;
}

}  // namespace fhir::json
