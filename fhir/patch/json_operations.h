// The operations of a JSON Patch document, read and checked before any is applied (RFC 6902, section 4).
#pragma once

#include <string_view>
#include <vector>

#include "fhir/model/outcome.h"
#include "fhir/patch/json_pointer.h"
#include "fhir/patch/json_value.h"

namespace fhir::patch {

struct JsonOperation {
  enum class Kind : unsigned char { add, remove, replace, move, copy, test };

  Kind kind = Kind::add;
  std::string_view name;  // "replace"
  std::string_view pathText;
  JsonPointer path;
  JsonPointer from;                  // move and copy
  const JsonValue* value = nullptr;  // add, replace and test; in the patch's document
};

// Errors: Failure::badRequest. Members that the operation does not know are ignored, as the RFC asks.
Result<std::vector<JsonOperation>> readOperations(const JsonValue& patch, const Limits& limits);

}  // namespace fhir::patch
