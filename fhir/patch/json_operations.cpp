#include "fhir/patch/json_operations.h"

#include <algorithm>
#include <array>
#include <utility>

#include "fhir/patch/fault.h"

namespace fhir::patch {
namespace {

using Kind = JsonOperation::Kind;

// In the order of the enumeration.
constexpr std::array<std::string_view, 6> names{"add", "remove", "replace", "move", "copy", "test"};

Fault readPointer(const JsonValue& object, std::string_view member, JsonPointer& pointer) {
  const JsonValue* value = object.find(member);
  if (!value || value->type != JsonType::string)
    return malformed("'" + std::string(member) + "' is missing: a JSON Pointer such as \"/name/0/family\".");
  auto parsed = parsePointer(value->text);
  if (!parsed)
    return malformed("'" + std::string(member) +
                     "' is no JSON Pointer: it starts with '/', and '~' is written ~0, '/' in a name ~1.");
  pointer = *std::move(parsed);
  return std::nullopt;
}

Fault readKind(const JsonValue& object, JsonOperation& operation) {
  const JsonValue* value = object.find("op");
  const auto known = value && value->type == JsonType::string
                         ? std::find(names.begin(), names.end(), value->text)
                         : names.end();
  if (known == names.end())
    return malformed("'op' must be one of add, remove, replace, move, copy and test.");
  operation.kind = static_cast<Kind>(known - names.begin());
  operation.name = *known;
  return std::nullopt;
}

Fault read(const JsonValue& object, JsonOperation& operation) {
  if (object.type != JsonType::object)
    return malformed(R"(An operation is an object, such as {"op": "remove", "path": "/active"}.)");
  if (auto fault = readKind(object, operation)) return fault;
  if (const JsonValue* path = object.find("path")) operation.pathText = path->text;
  if (auto fault = readPointer(object, "path", operation.path)) return fault;
  switch (operation.kind) {
    case Kind::move:
    case Kind::copy:
      return readPointer(object, "from", operation.from);
    case Kind::add:
    case Kind::replace:
    case Kind::test:
      operation.value = object.find("value");
      if (!operation.value) return malformed("'value' is missing.");
      return std::nullopt;
    case Kind::remove:
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

Result<std::vector<JsonOperation>> readOperations(const JsonValue& patch, const Limits& limits) {
  if (patch.type != JsonType::array) return malformed("A JSON Patch is an array of operations.");
  if (patch.items.size() > limits.maxOperations)
    return tooCostly("A patch has at most " + std::to_string(limits.maxOperations) + " operations.");
  std::vector<JsonOperation> operations(patch.items.size());
  for (std::size_t i = 0; i < operations.size(); ++i) {
    JsonOperation& each = operations[i];
    if (auto fault = read(patch.items[i].value, each))
      return operationFault(*fault, i, each.name, each.pathText);
  }
  return operations;
}

}  // namespace fhir::patch
