// What the mutations share: edits of a JSON document at a Place.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "tests/fhir/validation/mutations.h"

namespace fhir::validation::test {

using rapidjson::Document;
using rapidjson::Value;

inline Value text(std::string_view value, Document& document) {
  return Value(value.data(), static_cast<rapidjson::SizeType>(value.size()), document.GetAllocator());
}

inline bool isType(const Place& place, std::string_view name) {
  return place.property->type->name == name;
}

// Puts a value in the place, and returns the place's FHIRPath.
inline std::string set(const Place& place, Document& document, Value value) {
  place.pointer.Set(document, value);
  return place.path;
}

inline Value& object(const Place& place, Document& document) {
  return *place.pointer.Get(document);
}

inline void put(Value& object, std::string_view name, Value value, Document& document) {
  object.RemoveMember(text(name, document));
  object.AddMember(text(name, document), value, document.GetAllocator());
}

inline bool isElementObject(const Place& place, const Value& value) {
  return value.IsObject() && !place.property->type->isResource();
}

}  // namespace fhir::validation::test
