#include <cstring>
#include <optional>

#include "fhir/json/builder.h"
#include "fhir/json/json.h"
#include "fhir/json/messages.h"
#include "fhir/json/scan.h"
#include "fhir/json/text_errors.h"
#include "fhir/model/faults.h"
#include "fhir/model/messages.h"
#include "rapidjson/reader.h"

namespace fhir::json {
namespace {

constexpr unsigned readerFlags = rapidjson::kParseInsituFlag | rapidjson::kParseNumbersAsStringsFlag;
constexpr std::string_view byteOrderMark = "\xEF\xBB\xBF";
// RapidJSON looks at whole blocks of 16 bytes.
constexpr std::size_t padding = 16;

// Takes any JSON up to a depth.
struct Checker : rapidjson::BaseReaderHandler<rapidjson::UTF8<>, Checker> {
  explicit Checker(std::size_t limit) : room(limit) {}
  bool StartObject() { return room-- > 0; }
  bool StartArray() { return room-- > 0; }
  bool EndObject(rapidjson::SizeType) { return ++room > 0; }
  bool EndArray(rapidjson::SizeType) { return ++room > 0; }
  std::size_t room;
};

// A copy that the reader may change, with a zero byte at its end.
char* copyPadded(std::string_view text, std::pmr::memory_resource& arena) {
  char* buffer = static_cast<char*>(arena.allocate(text.size() + padding, padding));
  std::memcpy(buffer, text.data(), text.size());
  std::memset(buffer + text.size(), 0, padding);
  return buffer;
}

// What is wrong with a text that names no resource type.
Outcome withoutType(std::string_view text, std::optional<std::string_view> name, std::size_t maxDepth) {
  std::pmr::monotonic_buffer_resource scratch;
  rapidjson::InsituStringStream stream(copyPadded(text, scratch));
  rapidjson::Reader reader;
  Checker checker(maxDepth);
  const rapidjson::ParseResult result = reader.Parse<readerFlags>(stream, checker);
  if (result.IsError() && result.Code() != rapidjson::kParseErrorTermination) return notJson(text, result);
  std::string message = name ? unknownResourceType(*name) : missingResourceType();
  if (text[text.find_first_not_of(" \t\r\n")] != '{')
    message = "A resource must be a JSON object, such as {\"resourceType\": \"Patient\"}.";
  return Outcome(Failure::badRequest, IssueType::structure, std::move(message));
}

}  // namespace

Result<Resource> parse(std::string_view text, const Limits& limits) {
  if (text.starts_with(byteOrderMark)) text.remove_prefix(byteOrderMark.size());
  if (const std::optional<TextFault> fault = findTextFault(text))
    return notJson(text, fault->offset, fault->reason);

  const std::optional<std::string_view> name = scanResourceType(text);
  const TypeDefinition* type = name ? findResourceType(*name) : nullptr;
  if (!type) return withoutType(text, name, limits.maxDepth);
  Resource resource(*type);
  Faults faults(limits.maxIssues);
  char* buffer = copyPadded(text, resource.arena());
  rapidjson::InsituStringStream stream(buffer);
  Builder builder(resource, stream, buffer + text.size(), limits, faults);
  rapidjson::Reader reader;
  const rapidjson::ParseResult result = reader.Parse<readerFlags>(stream, builder);
  if (result.IsError() && result.Code() != rapidjson::kParseErrorTermination) return notJson(text, result);
  if (!faults.empty()) return faults.take();
  return resource;
}

}  // namespace fhir::json
