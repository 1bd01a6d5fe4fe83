#include "fhir/patch/operations.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include "fhir/patch/fault.h"

namespace fhir::patch {
namespace {

using Kind = Operation::Kind;

// In the order of the enumeration.
constexpr std::array<std::string_view, 5> kinds{"add", "insert", "delete", "replace", "move"};

// One parameter "operation" with its parts by name.
class Parts {
 public:
  explicit Parts(const Element& parameter) : parameter_(parameter) {}

  // nullptr when there is none; a fault when there are several.
  Fault find(std::string_view name, const Element*& part) const {
    part = nullptr;
    for (const Element* each = parameter_.firstChild; each; each = each->next) {
      if (each->name() != "part" || each->childText("name") != name) continue;
      if (part) return malformed("The part '" + std::string(name) + "' stands twice.", each->path());
      part = each;
    }
    return std::nullopt;
  }

  // The text of a primitive part; a fault when it is missing or of another type.
  Fault text(std::string_view name, std::initializer_list<std::string_view> properties,
             std::string_view& text) const {
    const Element* part = nullptr;
    if (auto fault = find(name, part)) return fault;
    for (const std::string_view property : properties) {
      const Element* value = part ? part->child(property) : nullptr;
      if (!value || !value->hasValue()) continue;
      text = value->text;
      return std::nullopt;
    }
    return malformed(
        "The part '" + std::string(name) + "' with a " + std::string(*properties.begin()) + " is missing.",
        parameter_.path());
  }

  Fault position(std::string_view name, std::size_t& position) const {
    std::string_view written;
    if (auto fault = text(name, {"valueInteger", "valueUnsignedInt", "valuePositiveInt"}, written))
      return fault;
    const auto read = std::from_chars(written.data(), written.data() + written.size(), position);
    if (read.ec == std::errc{} && read.ptr == written.data() + written.size()) return std::nullopt;
    return malformed("'" + std::string(name) + "' counts from 0.", parameter_.path());
  }

  // A part of another name would be passed over.
  Fault onlyKnown() const {
    static constexpr std::array<std::string_view, 7> known{"type",  "path",   "name",       "value",
                                                           "index", "source", "destination"};
    for (const Element* each = parameter_.firstChild; each; each = each->next) {
      if (each->name() != "part") continue;
      if (std::find(known.begin(), known.end(), each->childText("name")) == known.end())
        return malformed("An operation has no part of this name.", each->path());
    }
    return std::nullopt;
  }

 private:
  const Element& parameter_;
};

Fault readKind(const Parts& parts, const Element& parameter, Kind& kind, std::string_view& text) {
  if (auto fault = parts.text("type", {"valueCode", "valueString"}, text)) return fault;
  const auto* known = std::find(kinds.begin(), kinds.end(), text);
  if (known == kinds.end()) {
    text = {};
    return malformed("'type' must be one of add, insert, delete, replace and move.", parameter.path());
  }
  kind = static_cast<Kind>(known - kinds.begin());
  return std::nullopt;
}

Fault readValue(const Parts& parts, const Element& parameter, const Element*& value) {
  if (auto fault = parts.find("value", value)) return fault;
  if (!value) return malformed("The part 'value' is missing.", parameter.path());
  return std::nullopt;
}

Fault readRest(const Parts& parts, const Element& parameter, Operation& operation) {
  switch (operation.kind) {
    case Kind::add:
      if (auto fault = parts.text("name", {"valueString", "valueCode", "valueId"}, operation.name))
        return fault;
      return readValue(parts, parameter, operation.value);
    case Kind::insert:
      if (auto fault = parts.position("index", operation.index)) return fault;
      return readValue(parts, parameter, operation.value);
    case Kind::replace:
      return readValue(parts, parameter, operation.value);
    case Kind::move:
      if (auto fault = parts.position("source", operation.source)) return fault;
      return parts.position("destination", operation.destination);
    case Kind::delete_:
      return std::nullopt;
  }
  return std::nullopt;
}

Result<fhirpath::Expression> parsePath(std::string_view text, const TypeDefinition& target,
                                       const Element& parameter) {
  auto path = fhirpath::Expression::parse(text, &target);
  if (path) return path;
  const bool isFhirPath = fhirpath::Expression::parse(text).ok();
  const std::string& why = path.outcome().issues().front().diagnostics;
  if (!isFhirPath) return malformed("'path' is no FHIRPath expression: " + why, parameter.path());
  return notApplicable("'path' does not fit a " + std::string(target.name) + ": " + why, parameter.path());
}

Result<Operation> read(const Element& parameter, std::size_t index, const TypeDefinition& target) {
  const Parts parts(parameter);
  Kind kind{};
  std::string_view kindText;
  std::string_view pathText;
  if (parameter.childText("name") != "operation")
    return operationFault(malformed("Each parameter of a patch is named 'operation'.", parameter.path()),
                          index, {}, {});
  auto fault = readKind(parts, parameter, kind, kindText);
  if (!fault) fault = parts.text("path", {"valueString"}, pathText);
  if (!fault) fault = parts.onlyKnown();
  if (fault) return operationFault(*fault, index, kindText, pathText);
  auto path = parsePath(pathText, target, parameter);
  if (!path) return operationFault(path.outcome(), index, kindText, pathText);
  Operation operation{
      .kind = kind, .kindText = kindText, .pathText = pathText, .path = *std::move(path), .name = {}};
  if ((fault = readRest(parts, parameter, operation)))
    return operationFault(*fault, index, kindText, pathText);
  return operation;
}

}  // namespace

std::string operationPath(std::size_t index) {
  return "Parameters.parameter[" + std::to_string(index) + "]";
}

Result<std::vector<Operation>> readOperations(const Resource& patch, const TypeDefinition& target,
                                              const Limits& limits) {
  if (patch.typeName() != "Parameters")
    return malformed(
        "A FHIRPath Patch is a Parameters resource with a parameter 'operation' for each change.",
        std::string(patch.typeName()));
  std::vector<Operation> operations;
  for (const Element* each = patch.root().child("parameter"); each; each = each->nextSame()) {
    if (operations.size() == limits.maxOperations)
      return tooCostly("A patch has at most " + std::to_string(limits.maxOperations) + " operations.",
                       operationPath(operations.size()));
    auto operation = read(*each, operations.size(), target);
    if (!operation) return std::move(operation).outcome();
    operations.push_back(*std::move(operation));
  }
  return operations;
}

}  // namespace fhir::patch
