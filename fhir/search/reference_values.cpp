#include <algorithm>
#include <utility>

#include "fhir/search/conversion.h"
#include "fhir/search/reference_link.h"
#include "fhir/search/targets.h"

namespace fhir::search {
namespace {

using Kind = ReferenceLink::Kind;

// Reference.type is a relative uri, "Patient", or the absolute one of the type.
std::string_view declaredType(const Element& reference) {
  constexpr std::string_view prefix = "http://hl7.org/fhir/StructureDefinition/";
  auto type = reference.childText("type");
  if (type.starts_with(prefix)) type.remove_prefix(prefix.size());
  return findResourceType(type) != nullptr ? type : std::string_view{};
}

// Sets what the text says; false when it is nothing that can be asked for.
bool setTarget(std::string_view text, std::string_view baseUrl, ReferenceValue& value) {
  const auto bar = text.find('|');
  const auto url = text.substr(0, bar);
  const auto link = referenceLink(url, baseUrl);
  if (link.kind != Kind::local && link.kind != Kind::absolute) return false;
  value.targetType = link.type;
  if (link.kind == Kind::local) {
    value.targetId = link.id;
  } else {
    value.url = url;
  }
  if (bar != std::string_view::npos) value.version = text.substr(bar + 1);
  return true;
}

void addReference(const Element& reference, std::string_view baseUrl, ReferenceValue value,
                  IndexValues& values) {
  bool found = setTarget(reference.childText("reference"), baseUrl, value);
  if (value.targetType.empty()) value.targetType = declaredType(reference);
  if (const auto* identifier = reference.child("identifier")) {
    value.identifierSystem = identifier->childText("system");
    value.identifierValue = identifier->childText("value");
    found = found || !value.identifierValue.empty();
  }
  if (found) values.references.push_back(std::move(value));
}

}  // namespace

void addReferences(const fhirpath::Item& item, const SearchParameter& parameter, std::string_view baseUrl,
                   IndexValues& values) {
  ReferenceValue value{&parameter, {}, {}, {}, {}, {}, {}};
  if (!isComplex(item)) {
    if (setTarget(item.text, baseUrl, value)) values.references.push_back(std::move(value));
  } else if (item.element->type->name == "Reference") {
    addReference(*item.element, baseUrl, std::move(value), values);
  } else if (namesTarget(parameter, item.element->type->name) && !item.element->childText("id").empty()) {
    value.targetType = item.element->type->name;
    value.targetId = item.element->childText("id");
    values.references.push_back(std::move(value));
  }
}

void addUris(const fhirpath::Item& item, const SearchParameter& parameter, IndexValues& values) {
  if (!isComplex(item) && !item.text.empty()) values.uris.push_back({&parameter, std::string(item.text)});
}

std::vector<LocalReference> localReferences(const Resource& resource, std::string_view baseUrl) {
  std::vector<LocalReference> found;
  const bool isBundle = resource.typeName() == "Bundle";
  const Element* at = &resource.root();
  while (at != nullptr) {
    const bool isReference = at->type->name == "Reference";
    if (isReference) {
      const auto link = referenceLink(at->childText("reference"), baseUrl);
      if (link.kind == Kind::local) found.push_back({at, link.type, link.id});
    }
    // What a Bundle's entries point to is theirs: it is resolved within the Bundle.
    const bool enter = at->firstChild != nullptr && !(isBundle && at->name() == "entry");
    if (enter) {
      at = at->firstChild;
      continue;
    }
    while (at != nullptr && at->next == nullptr) at = at->parent;
    if (at != nullptr) at = at->next;
  }
  return found;
}

}  // namespace fhir::search
