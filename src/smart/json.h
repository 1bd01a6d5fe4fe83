// Strict JSON objects: claims, headers of signatures, key sets, registrations.
//
// A member that stands twice, text that is not UTF-8 or has a NUL, anything after the object and nesting of
// more than 16 levels are refused. Threading: value types. Errors: nullopt.
#pragma once

#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace smart {

using Json = rapidjson::Value;

class JsonObject {
 public:
  static std::optional<JsonObject> parse(std::string_view text);

  const Json& value() const noexcept { return *document_; }

 private:
  JsonObject() : document_(std::make_unique<rapidjson::Document>()) {}
  std::unique_ptr<rapidjson::Document> document_;
};

// nullptr when the object has no such member.
const Json* member(const Json& object, std::string_view name);
bool has(const Json& object, std::string_view name);
// nullopt when it is not there or is something else.
std::optional<std::string> textMember(const Json& object, std::string_view name);
// A whole number of seconds since 1970 (NumericDate; a fraction is cut off), 0 to year 9999.
std::optional<std::int64_t> timeMember(const Json& object, std::string_view name);
// An array of strings; nullopt when it is not there or is something else.
std::optional<std::vector<std::string>> textsMember(const Json& object, std::string_view name);

// Writes one object, member by member.
class JsonWriter {
 public:
  JsonWriter() : writer_(buffer_) { writer_.StartObject(); }
  JsonWriter& add(std::string_view name, std::string_view text);
  JsonWriter& add(std::string_view name, const char* text) { return add(name, std::string_view(text)); }
  JsonWriter& add(std::string_view name, std::int64_t number);
  JsonWriter& add(std::string_view name, bool truth);
  JsonWriter& add(std::string_view name, std::span<const std::string> texts);
  JsonWriter& addRaw(std::string_view name, std::string_view json);  // JSON that is known to be good
  JsonWriter& addIfAny(std::string_view name, const std::optional<std::string>& text);
  std::string take();

 private:
  void key(std::string_view name);
  rapidjson::StringBuffer buffer_;
  rapidjson::Writer<rapidjson::StringBuffer> writer_;
};

std::string writeJson(const Json&);

}  // namespace smart
