// Any JSON text as values: what FHIR's own Resource is not, since a patch may pass through documents that are
// no resource. A number is kept as it is written, so "10" and 10 differ and 1.50 keeps its zero.
//
// Ownership: texts and names point into the Document that was parsed, and may be shared by others' values.
// Threading: value types.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/model/outcome.h"
#include "fhir/patch/patch.h"

namespace fhir::patch {

enum class JsonType : unsigned char { null, boolean, number, string, array, object };

struct JsonMember;

struct JsonValue {
  JsonType type = JsonType::null;
  std::string_view text;          // string: unescaped; number, true and false: as written
  std::vector<JsonMember> items;  // array: without names; object: as they were sent

  bool isContainer() const noexcept { return type == JsonType::array || type == JsonType::object; }
  JsonValue* find(std::string_view name) noexcept;
  const JsonValue* find(std::string_view name) const noexcept;
};

struct JsonMember {
  std::string_view name;
  JsonValue value;
};

// A parsed text; movable, the values stay where they are.
class JsonDocument {
 public:
  // Errors: Failure::badRequest, with line and column for what is no JSON; an object with two members of one
  // name, and what passes a limit.
  static Result<JsonDocument> parse(std::string_view text, const Limits& limits);

  JsonValue& root() noexcept { return root_; }
  const JsonValue& root() const noexcept { return root_; }

 private:
  explicit JsonDocument(std::unique_ptr<char[]> buffer) : buffer_(std::move(buffer)) {}
  std::unique_ptr<char[]> buffer_;
  JsonValue root_;
};

void write(const JsonValue& value, std::string& out);

// Equality of RFC 6902, section 4.6: numbers by value, objects whatever the order of their members.
bool equal(const JsonValue& left, const JsonValue& right);

struct JsonSize {
  std::size_t values = 0;
  std::size_t bytes = 0;  // of texts and names
  std::size_t depth = 0;  // 0 for what is neither object nor array
};
JsonSize measure(const JsonValue& value) noexcept;

}  // namespace fhir::patch
