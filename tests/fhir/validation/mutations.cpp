#include "tests/fhir/validation/mutations.h"

#include "tests/fhir/validation/editing.h"

namespace fhir::validation::test {
namespace {

using rapidjson::Pointer;

void collect(const Value& value, const TypeDefinition& type, const Pointer& pointer, const std::string& path,
             std::vector<Place>& places) {
  for (const auto& member : value.GetObject()) {
    const std::string name = member.name.GetString();
    const Property* property = type.find(name);
    if (!property || name == "resourceType") continue;
    Place place;
    place.parent = pointer;
    place.parentPath = path;
    place.owner = &type;
    place.property = property;
    place.isItem = member.value.IsArray();
    place.pointer = pointer.Append(name);
    place.path = path + "." + std::string(property->element->name);
    if (place.isItem) {
      place.pointer = place.pointer.Append(rapidjson::SizeType{0});
      place.path += "[0]";
    }
    const Value& item = place.isItem ? member.value[0] : member.value;
    if (item.IsNull()) continue;
    places.push_back(place);
    if (!item.IsObject()) continue;
    const bool isResource = property->type->isAbstract;
    const TypeDefinition* inner =
        isResource ? findResourceType(item.FindMember("resourceType")->value.GetString()) : property->type;
    collect(item, *inner, place.pointer, place.path, places);
  }
}

}  // namespace

const std::vector<Mutation>& mutations() {
  static const std::vector<Mutation> all = [] {
    std::vector<Mutation> both(structureMutations().begin(), structureMutations().end());
    both.insert(both.end(), ruleMutations().begin(), ruleMutations().end());
    return both;
  }();
  return all;
}

std::vector<Place> placesOf(const Document& resource) {
  std::vector<Place> places;
  const TypeDefinition* type = findResourceType(resource.FindMember("resourceType")->value.GetString());
  if (type) collect(resource, *type, Pointer(), std::string(type->name), places);
  return places;
}

}  // namespace fhir::validation::test
