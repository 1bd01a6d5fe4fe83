#include "fhir/patch/json_value.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

#include "fhir/json/scan.h"
#include "fhir/json/text_errors.h"
#include "fhir/model/json_string.h"
#include "rapidjson/reader.h"

namespace fhir::patch {
namespace {

constexpr unsigned readerFlags = rapidjson::kParseInsituFlag | rapidjson::kParseNumbersAsStringsFlag;
// RapidJSON looks at whole blocks of 16 bytes.
constexpr std::size_t padding = 16;

bool hasDuplicate(const std::vector<JsonMember>& members) {
  std::vector<std::string_view> names;
  names.reserve(members.size());
  for (const JsonMember& each : members) names.push_back(each.name);
  std::sort(names.begin(), names.end());
  return std::adjacent_find(names.begin(), names.end()) != names.end();
}

// Builds the values from RapidJSON's events; ends the parsing with a fault.
class Filler : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, Filler> {
 public:
  Filler(JsonValue& root, const Limits& limits) : root_(root), limits_(limits) {}

  bool Null() { return put(JsonType::null, "null") != nullptr; }
  bool Bool(bool value) { return put(JsonType::boolean, value ? "true" : "false") != nullptr; }
  bool RawNumber(const char* text, rapidjson::SizeType size, bool) {
    return put(JsonType::number, {text, size}) != nullptr;
  }
  bool String(const char* text, rapidjson::SizeType size, bool) {
    return put(JsonType::string, {text, size}) != nullptr;
  }
  bool StartObject() { return open(JsonType::object); }
  bool StartArray() { return open(JsonType::array); }
  bool Key(const char* text, rapidjson::SizeType size, bool) {
    name_ = {text, size};
    return true;
  }
  bool EndObject(rapidjson::SizeType) {
    if (hasDuplicate(open_.back()->items))
      return fail(IssueType::structure, "An object has two members of the same name; keep one of them.");
    open_.pop_back();
    return true;
  }
  bool EndArray(rapidjson::SizeType) {
    open_.pop_back();
    return true;
  }

  std::optional<Outcome>& fault() noexcept { return fault_; }

 private:
  // A value is linked before what follows it, so its address holds while it is open.
  JsonValue* put(JsonType type, std::string_view text) {
    if (++count_ > limits_.maxValues) {
      fail(IssueType::tooCostly, "The JSON has too many values.");
      return nullptr;
    }
    JsonValue* value = &root_;
    if (!open_.empty()) {
      JsonValue& owner = *open_.back();
      value = &owner.items.emplace_back(JsonMember{name_, {}}).value;
      name_ = {};
    }
    value->type = type;
    value->text = text;
    return value;
  }
  bool open(JsonType type) {
    if (open_.size() >= limits_.maxDepth)
      return fail(IssueType::tooCostly,
                  "The JSON is nested more than " + std::to_string(limits_.maxDepth) + " levels deep.");
    JsonValue* value = put(type, {});
    if (value) open_.push_back(value);
    return value != nullptr;
  }
  bool fail(IssueType type, std::string message) {
    fault_ = Outcome(Failure::badRequest, type, std::move(message));
    return false;
  }

  JsonValue& root_;
  const Limits& limits_;
  std::vector<JsonValue*> open_;
  std::string_view name_;
  std::size_t count_ = 0;
  std::optional<Outcome> fault_;
};

}  // namespace

JsonValue* JsonValue::find(std::string_view name) noexcept {
  const auto found = std::find_if(items.begin(), items.end(), [&](const auto& m) { return m.name == name; });
  return found == items.end() ? nullptr : &found->value;
}

const JsonValue* JsonValue::find(std::string_view name) const noexcept {
  return const_cast<JsonValue*>(this)->find(name);
}

Result<JsonDocument> JsonDocument::parse(std::string_view text, const Limits& limits) {
  if (const auto fault = json::findTextFault(text)) return json::notJson(text, fault->offset, fault->reason);
  auto buffer = std::make_unique<char[]>(text.size() + padding);
  if (!text.empty()) std::memcpy(buffer.get(), text.data(), text.size());
  JsonDocument document(std::move(buffer));
  rapidjson::InsituStringStream stream(document.buffer_.get());
  rapidjson::Reader reader;
  Filler filler(document.root_, limits);
  const rapidjson::ParseResult result = reader.Parse<readerFlags>(stream, filler);
  if (filler.fault()) return *std::move(filler.fault());
  if (result.IsError()) return json::notJson(text, result);
  return document;
}

void write(const JsonValue& value, std::string& out) {
  if (value.type == JsonType::string) {
    appendJsonString(value.text, out);
    return;
  }
  if (!value.isContainer()) {
    out += value.text;
    return;
  }
  const bool isObject = value.type == JsonType::object;
  out += isObject ? '{' : '[';
  for (const JsonMember& each : value.items) {
    if (&each != value.items.data()) out += ',';
    if (isObject) {
      appendJsonString(each.name, out);
      out += ':';
    }
    write(each.value, out);
  }
  out += isObject ? '}' : ']';
}

JsonSize measure(const JsonValue& value) noexcept {
  JsonSize size{1, value.text.size(), 0};
  for (const JsonMember& each : value.items) {
    const JsonSize below = measure(each.value);
    size.values += below.values;
    size.bytes += below.bytes + each.name.size();
    size.depth = std::max(size.depth, below.depth);
  }
  if (value.isContainer()) ++size.depth;
  return size;
}

}  // namespace fhir::patch
