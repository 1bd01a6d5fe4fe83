// JSON Patch. Input: a JSON document in the first line, the patch behind it. What is applied is JSON again,
// the same each time; of a resource it is a resource of the same type and id.
#include "fhir/json/json.h"
#include "fhir/patch/patch.h"
#include "rapidjson/document.h"
#include "rapidjson/stringbuffer.h"
#include "rapidjson/writer.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/subjects.h"
#include "tests/fuzz/words.h"

namespace fuzz {
namespace {

using Json = rapidjson::Document;

constexpr fhir::patch::Limits kLimits{
    .maxOperations = 50, .maxDepth = 100, .maxValues = 100'000, .maxBytes = 1024 * 1024, .maxSteps = 100'000};

void checkFault(const fhir::Outcome& outcome) {
  require(outcome.hasErrors(), "a refused patch has a fault");
  require(outcome.failure() == fhir::Failure::badRequest ||
              outcome.failure() == fhir::Failure::unprocessable ||
              outcome.failure() == fhir::Failure::payloadTooLarge,
          "the fault is the client's");
}

void runOnResource(std::string_view document, std::string_view patch) {
  const auto before = fhir::json::parse(document);
  const auto after = fhir::patch::applyJsonPatchToResource(document, patch, kLimits);
  if (!after) return checkFault(after.outcome());
  require(before.ok(), "only a resource can be patched as one");
  require(&after->type() == &before->type() && after->id() == before->id(), "type and id stay");
  const std::string written = fhir::json::toString(*after);
  const auto again = fhir::json::parse(written);
  require(again.ok(), "a patched resource can be read");
  requireSame(fhir::json::toString(*again), written, "a patched resource comes back the same");
}

void run(std::string_view input) {
  const std::size_t end = std::min(input.find('\n'), input.size());
  const std::string_view document = input.substr(0, end);
  const std::string_view patch = input.substr(std::min(end + 1, input.size()));
  const auto after = fhir::patch::applyJsonPatch(document, patch, kLimits);
  if (after) {
    // Deeper than any document a client may send, since a patch may nest what it copies.
    const auto same = fhir::patch::applyJsonPatch(*after, "[]", kLimits);
    if (!same) requireSame(*after, same.outcome().toJson(), "what a patch gives is JSON");
    requireSame(*same, *after, "an empty patch changes nothing");
    const auto tested =
        fhir::patch::applyJsonPatch(*after, R"([{"op":"test","path":"","value":)" + *after + "}]");
    require(tested.ok(), "a document equals itself");
  } else {
    checkFault(after.outcome());
  }
  runOnResource(document, patch);
}

void collect(const rapidjson::Value& value, const std::string& path, std::vector<std::string>& out) {
  out.push_back(path);
  if (value.IsArray()) {
    for (rapidjson::SizeType i = 0; i < value.Size(); ++i)
      collect(value[i], path + "/" + std::to_string(i), out);
    out.push_back(path + "/-");
  } else if (value.IsObject()) {
    for (const auto& member : value.GetObject()) {
      std::string name;
      for (const char c : std::string_view(member.name.GetString(), member.name.GetStringLength()))
        name += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
      collect(member.value, path + "/" + name, out);
    }
  }
}

const rapidjson::Value* anyOf(const rapidjson::Value& value, Random& random) {
  const rapidjson::Value* at = &value;
  while (!random.oneIn(4)) {
    if (at->IsArray() && !at->Empty()) {
      at = &(*at)[static_cast<rapidjson::SizeType>(random.below(at->Size()))];
    } else if (at->IsObject() && at->MemberCount() > 0) {
      at = &(at->MemberBegin() + static_cast<std::ptrdiff_t>(random.below(at->MemberCount())))->value;
    } else {
      break;
    }
  }
  return at;
}

std::string operation(const Json& document, Random& random) {
  std::vector<std::string> paths;
  collect(document, "", paths);
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  constexpr std::string_view names[] = {"add", "remove", "replace", "move", "copy", "test"};
  const std::string_view name = random.pick(names);
  const auto path = [&] { return random.pick(paths) + (random.oneIn(5) ? "/id" : ""); };
  writer.StartObject();
  writer.Key("op");
  writer.String(std::string(name));
  writer.Key("path");
  writer.String(path());
  if (name == "move" || name == "copy") {
    writer.Key("from");
    writer.String(path());
  } else if (name != "remove") {
    writer.Key("value");
    anyOf(document, random)->Accept(writer);
  }
  writer.EndObject();
  return buffer.GetString();
}

std::string mutate(std::string_view input, Random& random) {
  const std::size_t end = input.find('\n');
  if (end == std::string_view::npos) return std::string(random.pick(subjectTexts)) + "\n[]";
  Json document;
  document.Parse<rapidjson::kParseIterativeFlag>(input.data(), end);
  if (document.HasParseError() || input.size() > 8192) return {};
  const std::size_t close = input.rfind(']');
  const bool hasList = close != std::string_view::npos && close > end;
  if (!hasList || random.oneIn(8))
    return std::string(input.substr(0, end)) + "\n[" + operation(document, random) + "]";
  const bool isEmpty = input.substr(end + 1) == "[]";
  return std::string(input.substr(0, close)) + (isEmpty ? "" : ",") + operation(document, random) + "]";
}

std::vector<std::string> words() {
  return {"\"op\":\"add\"",
          "\"op\":\"remove\"",
          "\"op\":\"replace\"",
          "\"op\":\"move\"",
          "\"op\":\"copy\"",
          "\"op\":\"test\"",
          "\"path\":\"/",
          "\"from\":\"/",
          "\"value\":",
          "/-",
          "~0",
          "~1",
          "/0",
          "1.0e0",
          "{}",
          "[]",
          "null",
          "\\u0000",
          "\\/"};
}

}  // namespace

const Target target{run, mutate, words};

}  // namespace fuzz
