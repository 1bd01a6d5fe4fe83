#include <algorithm>
#include <span>
#include <string>
#include <utility>

#include "fhir/json/json.h"
#include "fhir/json/scan.h"
#include "fhir/patch/fault.h"
#include "fhir/patch/json_operations.h"
#include "fhir/patch/json_value.h"
#include "fhir/patch/patch.h"
#include "fhir/patch/result.h"

namespace fhir::patch {
namespace {

using Kind = JsonOperation::Kind;
using Tokens = std::span<const std::string>;

// Applies operations to one document, within the limits.
class Applier {
 public:
  Applier(JsonValue& root, const Limits& limits) : root_(root), limits_(limits), size_(measure(root)) {}

  Fault apply(const JsonOperation& operation) {
    switch (operation.kind) {
      case Kind::add:
        return addNew(operation.path, *operation.value);
      case Kind::remove:
        return remove(operation.path);
      case Kind::replace:
        return replace(operation.path, *operation.value);
      case Kind::move:
        return move(operation.from, operation.path);
      case Kind::copy:
        return copy(operation.from, operation.path);
      case Kind::test:
        return test(operation.path, *operation.value);
    }
    return std::nullopt;
  }

 private:
  Fault spend(std::size_t steps) {
    steps_ += steps;
    if (steps_ <= limits_.maxSteps) return std::nullopt;
    return tooCostly("The patch takes too many steps on this document.");
  }

  // Counts a value that comes to stand below `depth` others.
  Fault grow(const JsonValue& value, std::size_t depth) {
    const JsonSize more = measure(value);
    size_.values += more.values;
    size_.bytes += more.bytes;
    if (size_.values > limits_.maxValues || size_.bytes > limits_.maxBytes)
      return tooCostly("The document becomes too large.");
    return checkDepth(more.depth, depth);
  }

  Fault checkDepth(std::size_t below, std::size_t above) const {
    if (above + below <= limits_.maxDepth) return std::nullopt;
    return tooCostly("The document would be nested more than " + std::to_string(limits_.maxDepth) +
                     " levels deep.");
  }

  Fault find(Tokens pointer, JsonValue*& found) {
    found = &root_;
    for (const std::string& token : pointer) {
      if (found->type == JsonType::array) {
        const auto index = arrayIndex(token);
        if (!index || *index >= found->items.size()) return notApplicable("There is no such array item.");
        found = &found->items[*index].value;
        continue;
      }
      if (auto fault = spend(found->items.size())) return fault;
      JsonValue* member = found->type == JsonType::object ? found->find(token) : nullptr;
      if (!member) return notApplicable("There is no such element here.");
      found = member;
    }
    return std::nullopt;
  }

  Fault put(Tokens path, JsonValue value) {
    if (path.empty()) {
      root_ = std::move(value);
      return std::nullopt;
    }
    JsonValue* owner = nullptr;
    if (auto fault = find(path.first(path.size() - 1), owner)) return fault;
    const std::string& token = path.back();
    if (owner->type == JsonType::array) return insert(*owner, token, std::move(value));
    if (owner->type != JsonType::object)
      return notApplicable("What is to hold the value is neither an object nor an array.");
    if (auto fault = spend(owner->items.size())) return fault;
    if (JsonValue* member = owner->find(token)) {
      *member = std::move(value);
    } else {
      owner->items.push_back({token, std::move(value)});
    }
    return std::nullopt;
  }

  Fault insert(JsonValue& array, const std::string& token, JsonValue value) {
    const std::size_t count = array.items.size();
    const auto index = token == "-" ? count : arrayIndex(token);
    if (!index || *index > count)
      return notApplicable("An item can be added at 0 to the number of items, or at '-', the end.");
    if (auto fault = spend(count - *index)) return fault;
    array.items.insert(array.items.begin() + static_cast<std::ptrdiff_t>(*index), {{}, std::move(value)});
    return std::nullopt;
  }

  Fault take(Tokens path, JsonValue& taken) {
    if (path.empty()) return notApplicable("The whole document can't be removed.");
    JsonValue* value = nullptr;
    if (auto fault = find(path, value)) return fault;
    JsonValue* owner = nullptr;
    if (auto fault = find(path.first(path.size() - 1), owner)) return fault;
    const auto at = std::find_if(owner->items.begin(), owner->items.end(),
                                 [&](const JsonMember& each) { return &each.value == value; });
    if (auto fault = spend(owner->items.size())) return fault;
    taken = std::move(at->value);
    owner->items.erase(at);
    return std::nullopt;
  }

  Fault addNew(Tokens path, const JsonValue& value) {
    if (auto fault = grow(value, path.size())) return fault;
    return put(path, value);
  }

  Fault remove(Tokens path) {
    JsonValue removed;
    return take(path, removed);
  }

  Fault replace(Tokens path, const JsonValue& value) {
    JsonValue* found = nullptr;
    if (auto fault = find(path, found)) return fault;
    if (auto fault = grow(value, path.size())) return fault;
    *found = value;
    return std::nullopt;
  }

  Fault move(Tokens from, Tokens path) {
    if (from.size() < path.size() && std::equal(from.begin(), from.end(), path.begin()))
      return notApplicable("A value can't be moved into itself.");
    JsonValue* found = nullptr;
    if (auto fault = find(from, found)) return fault;
    if (std::equal(from.begin(), from.end(), path.begin(), path.end())) return std::nullopt;
    const JsonSize moved = measure(*found);
    if (auto fault = spend(moved.values)) return fault;
    if (auto fault = checkDepth(moved.depth, path.size())) return fault;
    JsonValue value;
    if (auto fault = take(from, value)) return fault;
    return put(path, std::move(value));
  }

  Fault copy(Tokens from, Tokens path) {
    JsonValue* found = nullptr;
    if (auto fault = find(from, found)) return fault;
    if (auto fault = grow(*found, path.size())) return fault;
    return put(path, JsonValue(*found));
  }

  Fault test(Tokens path, const JsonValue& value) {
    JsonValue* found = nullptr;
    if (auto fault = find(path, found)) return fault;
    if (equal(*found, value)) return std::nullopt;
    return notApplicable("The test failed: the document has another value here.");
  }

  JsonValue& root_;
  const Limits& limits_;
  JsonSize size_;
  std::size_t steps_ = 0;
};

// `type` is that of the resource which the document is; nullptr for any other.
Result<std::string> patched(std::string_view document, std::string_view patch, const TypeDefinition* type,
                            const Limits& limits) {
  auto instructions = JsonDocument::parse(patch, limits);
  if (!instructions) return std::move(instructions).outcome();
  const auto operations = readOperations(instructions->root(), limits);
  if (!operations) return operations.outcome();
  auto target = JsonDocument::parse(document, limits);
  if (!target) return std::move(target).outcome();
  Applier applier(target->root(), limits);
  for (std::size_t i = 0; i < operations->size(); ++i) {
    const JsonOperation& each = (*operations)[i];
    auto fault = applier.apply(each);
    if (!fault) continue;
    Outcome cause(fault->failure(), fault->issues().front().type, fault->issues().front().diagnostics,
                  type ? fhirPath(*type, each.path) : std::string());
    return operationFault(cause, i, each.name, each.pathText);
  }
  std::string result;
  result.reserve(document.size() + patch.size());
  write(target->root(), result);
  return result;
}

}  // namespace

Result<std::string> applyJsonPatch(std::string_view document, std::string_view patch, const Limits& limits) {
  return patched(document, patch, nullptr, limits);
}

Result<Resource> applyJsonPatchToResource(std::string_view resource, std::string_view patch,
                                          const Limits& limits) {
  const auto before = json::parse(resource, {.maxDepth = limits.maxDepth, .maxElements = limits.maxValues});
  if (!before) return before.outcome();
  const auto after = patched(resource, patch, &before->type(), limits);
  if (!after) return after.outcome();
  return checkedResult(*after, before->type(), before->id(), limits);
}

}  // namespace fhir::patch
