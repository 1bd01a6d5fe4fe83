// The round trip of HL7's official examples: what is read is what is written, every digit of it.
//
// HV_EXAMPLES_DIR names the folder of the package (tools/definitions/fetch prints it); without it nothing is
// tested and the program ends with 77. The comparison is independent of our writer: it is made on RapidJSON's
// documents.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <set>
#include <string>

#include "fhir/json/json.h"
#include "rapidjson/document.h"

namespace {

namespace fs = std::filesystem;
using rapidjson::Value;

// A document whose numbers are kept as they are written, told from strings by a leading byte.
struct Exact : rapidjson::BaseReaderHandler<rapidjson::UTF8<>, Exact> {
  explicit Exact(rapidjson::Document& target) : document(target) {}
  bool Null() { return document.Null(); }
  bool Bool(bool value) { return document.Bool(value); }
  bool RawNumber(const char* text, rapidjson::SizeType size, bool) { return put('#', text, size); }
  bool String(const char* text, rapidjson::SizeType size, bool) { return put('"', text, size); }
  bool Key(const char* text, rapidjson::SizeType size, bool) { return document.Key(text, size, true); }
  bool StartObject() { return document.StartObject(); }
  bool EndObject(rapidjson::SizeType count) { return document.EndObject(count); }
  bool StartArray() { return document.StartArray(); }
  bool EndArray(rapidjson::SizeType count) { return document.EndArray(count); }

  bool put(char kind, const char* text, rapidjson::SizeType size) {
    const std::string marked = kind + std::string(text, size);
    return document.String(marked.data(), static_cast<rapidjson::SizeType>(marked.size()), true);
  }
  rapidjson::Document& document;
};

void read(const std::string& text, rapidjson::Document& document) {
  auto generate = [&](rapidjson::Document& target) {
    rapidjson::Reader reader;
    rapidjson::StringStream stream(text.c_str());
    Exact handler(target);
    return !reader.Parse<rapidjson::kParseNumbersAsStringsFlag>(stream, handler).IsError();
  };
  document.Populate(generate);
}

// Where two values differ; empty when they are the same but for the order of members.
std::string difference(const Value& left, const Value& right, const std::string& path) {
  if (left.GetType() != right.GetType()) return path;
  if (left.IsObject()) {
    if (left.MemberCount() != right.MemberCount()) return path + " (members)";
    for (const auto& member : left.GetObject()) {
      std::string name = path + "." + member.name.GetString();
      const auto found = right.FindMember(member.name);
      if (found == right.MemberEnd()) return name;
      if (std::string inner = difference(member.value, found->value, name); !inner.empty()) return inner;
    }
    return {};
  }
  if (left.IsArray()) {
    if (left.Size() != right.Size()) return path + " (items)";
    for (rapidjson::SizeType i = 0; i < left.Size(); ++i)
      if (std::string inner = difference(left[i], right[i], path + "[" + std::to_string(i) + "]");
          !inner.empty())
        return inner;
    return {};
  }
  return left == right ? std::string{} : path;
}

std::string contentOf(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Empty for what is no resource (the package's own package.json).
std::string typeOf(const std::string& text) {
  rapidjson::Document document;
  read(text, document);
  const auto type = document.FindMember("resourceType");
  return type == document.MemberEnd() ? std::string{} : type->value.GetString() + 1;
}

struct Count {
  int same = 0;
  int all = 0;
};

// What went wrong with one example; empty when it came back the same.
std::string roundTrip(const std::string& text) {
  const fhir::Result<fhir::Resource> resource = fhir::json::parse(text);
  if (!resource) {
    const fhir::Issue& issue = resource.outcome().issues()[0];
    return issue.expression + ": " + issue.diagnostics;
  }
  rapidjson::Document before;
  rapidjson::Document after;
  read(text, before);
  read(fhir::json::toString(*resource), after);
  const std::string differs = difference(before, after, "");
  return differs.empty() ? differs : "differs at " + differs;
}

// The specification's own definitions are counted apart from the example instances.
bool isDefinition(const std::string& type) {
  static const std::set<std::string> types = {
      "CodeSystem",      "CompartmentDefinition", "ConceptMap", "OperationDefinition",
      "SearchParameter", "StructureDefinition",   "ValueSet"};
  return types.contains(type);
}

// Files that break the specification themselves, with what must be said of them.
std::string knownFault(const std::string& file) {
  if (file == "SearchParameter-questionnaireresponse-extensions-QuestionnaireResponse-item-subject.json")
    return "SearchParameter.id: 'id' must be 1 to 64 letters, digits, '-' and '.', such as \"patient-1\".";
  return {};
}

}  // namespace

int main() {
  const char* folder = std::getenv("HV_EXAMPLES_DIR");
  if (!folder || !fs::exists(folder)) {
    std::cout << "SKIPPED: official examples not present\n";
    return 77;
  }
  std::map<std::string, Count> examples;
  std::map<std::string, Count> definitions;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() != ".json") continue;
    const std::string name = entry.path().filename().string();
    const std::string text = contentOf(entry.path());
    const std::string type = typeOf(text);
    if (type.empty()) continue;
    Count& count = (isDefinition(type) ? definitions : examples)[type];
    ++count.all;
    if (const std::string fault = roundTrip(text); fault == knownFault(name)) {
      ++count.same;
    } else {
      std::cout << "FAILED " << name << ": " << fault << '\n';
    }
  }
  Count total;
  for (const auto& [type, count] : examples) {
    std::cout << type << ": " << count.same << " of " << count.all << '\n';
    total.same += count.same;
    total.all += count.all;
  }
  Count others;
  for (const auto& [type, count] : definitions) {
    others.same += count.same;
    others.all += count.all;
  }
  std::cout << "examples: " << total.same << " of " << total.all << " came back the same, of "
            << examples.size() << " types\ndefinitions: " << others.same << " of " << others.all << '\n';
  return total.same == total.all && others.same == others.all && total.all > 0 ? 0 : 1;
}
