// Ways in which an element of a resource can be wrong, made in a JSON document of a right one.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/definitions/definitions.h"
#include "rapidjson/document.h"
#include "rapidjson/pointer.h"

namespace fhir::validation::test {

// A member of an object, or the first item of a member that is an array.
struct Place {
  rapidjson::Pointer pointer;
  rapidjson::Pointer parent;  // the object that has the member
  std::string path;           // FHIRPath of the element
  std::string parentPath;
  const TypeDefinition* owner = nullptr;
  const Property* property = nullptr;
  bool isItem = false;

  // The FHIRPath without an index: of the member as a whole.
  std::string memberPath() const { return parentPath + "." + std::string(property->element->name); }
};

struct Mutation {
  std::string_view name;
  // Whether an element here can be wrong in this way.
  bool (*applies)(const Place&, const rapidjson::Value&);
  // Makes it wrong and returns the FHIRPath at which this has to be said.
  std::string (*apply)(const Place&, rapidjson::Document&);
};

std::span<const Mutation> structureMutations();
std::span<const Mutation> ruleMutations();
const std::vector<Mutation>& mutations();  // both

// All places of a resource; of a repeating element the first item only.
std::vector<Place> placesOf(const rapidjson::Document& resource);

}  // namespace fhir::validation::test
