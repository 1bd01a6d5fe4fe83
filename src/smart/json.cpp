#include "src/smart/json.h"

#include <cmath>
#include <unordered_set>

namespace smart {
namespace {

constexpr unsigned kDeepest = 16;

std::string_view viewOf(const Json& text) {
  return {text.GetString(), text.GetStringLength()};
}

// Whether no object has a member twice, no text a NUL, and nothing is nested too deeply.
bool isStrict(const Json& value, unsigned depth) {
  if (depth > kDeepest) return false;
  if (value.IsString()) return viewOf(value).find('\0') == std::string_view::npos;
  if (value.IsArray()) {
    for (const Json& each : value.GetArray())
      if (!isStrict(each, depth + 1)) return false;
  } else if (value.IsObject()) {
    std::unordered_set<std::string_view> names;
    for (const auto& each : value.GetObject())
      if (!names.insert(viewOf(each.name)).second || !isStrict(each.value, depth + 1)) return false;
  }
  return true;
}

rapidjson::SizeType sizeOf(std::string_view text) {
  return static_cast<rapidjson::SizeType>(text.size());
}

}  // namespace

std::optional<JsonObject> JsonObject::parse(std::string_view text) {
  constexpr unsigned flags = rapidjson::kParseValidateEncodingFlag | rapidjson::kParseIterativeFlag;
  // A NUL inside would end the text for the parser.
  if (text.find('\0') != std::string_view::npos) return std::nullopt;
  JsonObject out;
  out.document_->Parse<flags>(text.data(), text.size());
  if (out.document_->HasParseError() || !out.document_->IsObject() || !isStrict(*out.document_, 0))
    return std::nullopt;
  return out;
}

const Json* member(const Json& object, std::string_view name) {
  for (const auto& each : object.GetObject())
    if (viewOf(each.name) == name) return &each.value;
  return nullptr;
}

bool has(const Json& object, std::string_view name) {
  return member(object, name) != nullptr;
}

std::optional<std::string> textMember(const Json& object, std::string_view name) {
  const Json* const found = member(object, name);
  if (found == nullptr || !found->IsString()) return std::nullopt;
  return std::string(viewOf(*found));
}

std::optional<std::int64_t> timeMember(const Json& object, std::string_view name) {
  constexpr double last = 253'402'300'799;
  const Json* const found = member(object, name);
  if (found == nullptr || !found->IsNumber()) return std::nullopt;
  const double seconds = found->GetDouble();
  if (!(seconds >= 0 && seconds <= last)) return std::nullopt;
  return static_cast<std::int64_t>(std::floor(seconds));
}

std::optional<std::vector<std::string>> textsMember(const Json& object, std::string_view name) {
  const Json* const found = member(object, name);
  if (found == nullptr || !found->IsArray()) return std::nullopt;
  std::vector<std::string> out;
  for (const Json& each : found->GetArray()) {
    if (!each.IsString()) return std::nullopt;
    out.emplace_back(viewOf(each));
  }
  return out;
}

void JsonWriter::key(std::string_view name) {
  writer_.Key(name.data(), sizeOf(name));
}

JsonWriter& JsonWriter::add(std::string_view name, std::string_view text) {
  key(name);
  writer_.String(text.data(), sizeOf(text));
  return *this;
}

JsonWriter& JsonWriter::add(std::string_view name, std::int64_t number) {
  key(name);
  writer_.Int64(number);
  return *this;
}

JsonWriter& JsonWriter::add(std::string_view name, bool truth) {
  key(name);
  writer_.Bool(truth);
  return *this;
}

JsonWriter& JsonWriter::add(std::string_view name, std::span<const std::string> texts) {
  key(name);
  writer_.StartArray();
  for (const std::string& text : texts) writer_.String(text.data(), sizeOf(text));
  writer_.EndArray();
  return *this;
}

JsonWriter& JsonWriter::addRaw(std::string_view name, std::string_view json) {
  key(name);
  writer_.RawValue(json.data(), json.size(), rapidjson::kObjectType);
  return *this;
}

JsonWriter& JsonWriter::addIfAny(std::string_view name, const std::optional<std::string>& text) {
  return text ? add(name, *text) : *this;
}

std::string JsonWriter::take() {
  writer_.EndObject();
  return {buffer_.GetString(), buffer_.GetSize()};
}

std::string writeJson(const Json& value) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  value.Accept(writer);
  return {buffer.GetString(), buffer.GetSize()};
}

}  // namespace smart
