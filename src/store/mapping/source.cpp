#include "src/store/mapping/source.h"

#include <rapidjson/error/en.h>
#include <rapidjson/reader.h>

#include <algorithm>

#include "src/platform/nearest.h"

namespace store::mapping {

namespace {

std::size_t lineAt(std::string_view text, std::size_t offset) {
  const auto end = text.begin() + static_cast<std::ptrdiff_t>(std::min(offset, text.size()));
  return 1 + static_cast<std::size_t>(std::count(text.begin(), end, '\n'));
}

// RapidJSON's events -> tree. The stream tells where the reader stands.
class TreeBuilder {
 public:
  TreeBuilder(std::string_view text, const rapidjson::StringStream& stream, Complaints& complaints)
      : text_(text), stream_(stream), complaints_(complaints) {}

  bool Null() { return add({.line = line()}); }
  bool Bool(bool value) {
    return add({.kind = SourceValue::Kind::boolean, .line = line(), .text = value ? "true" : "false"});
  }
  bool RawNumber(const char* data, rapidjson::SizeType size, bool) {
    return add({.kind = SourceValue::Kind::number, .line = line(), .text = std::string(data, size)});
  }
  bool String(const char* data, rapidjson::SizeType size, bool) {
    return add({.kind = SourceValue::Kind::string, .line = line(), .text = std::string(data, size)});
  }
  bool Int(int) { return false; }
  bool Uint(unsigned) { return false; }
  bool Int64(std::int64_t) { return false; }
  bool Uint64(std::uint64_t) { return false; }
  bool Double(double) { return false; }

  bool StartObject() { return open(SourceValue::Kind::object); }
  bool StartArray() { return open(SourceValue::Kind::array); }
  bool EndObject(rapidjson::SizeType) { return close(); }
  bool EndArray(rapidjson::SizeType) { return close(); }

  bool Key(const char* data, rapidjson::SizeType size, bool) {
    std::string name(data, size);
    if (open_.back().find(name) != nullptr) complaints_.add(line(), "'" + name + "' is given twice");
    keys_.push_back(std::move(name));
    return true;
  }

  SourceValue take() { return std::move(root_); }

 private:
  std::size_t line() const { return lineAt(text_, stream_.Tell()); }

  bool open(SourceValue::Kind kind) {
    open_.push_back({.kind = kind, .line = line()});
    return true;
  }
  bool close() {
    SourceValue value = std::move(open_.back());
    open_.pop_back();
    return add(std::move(value));
  }
  bool add(SourceValue value) {
    if (open_.empty()) {
      root_ = std::move(value);
    } else if (open_.back().kind == SourceValue::Kind::array) {
      open_.back().items.push_back(std::move(value));
    } else {
      open_.back().members.emplace_back(std::move(keys_.back()), std::move(value));
      keys_.pop_back();
    }
    return true;
  }

  std::string_view text_;
  const rapidjson::StringStream& stream_;
  Complaints& complaints_;
  SourceValue root_;
  std::vector<SourceValue> open_;
  std::vector<std::string> keys_;
};

}  // namespace

const SourceValue* SourceValue::find(std::string_view name) const noexcept {
  for (const auto& [key, value] : members) {
    if (key == name) return &value;
  }
  return nullptr;
}

void Complaints::add(std::size_t line, std::string_view message) {
  std::string text = fileName_;
  text += ':';
  text += std::to_string(line);
  text += ": ";
  text += message;
  outcome_.setFailure(fhir::Failure::internal);
  outcome_.add(fhir::Severity::error, fhir::IssueType::invalid, std::move(text));
}

std::string suggestion(std::string_view text, const std::vector<std::string_view>& candidates) {
  if (candidates.empty()) return {};
  if (const std::string_view best = platform::nearest(text, candidates); !best.empty()) {
    return ", did you mean '" + std::string(best) + "'?";
  }
  constexpr std::size_t shown = 40;
  std::string message = ", known are: ";
  for (std::size_t i = 0; i < candidates.size() && i < shown; ++i) {
    if (i > 0) message += ", ";
    message += candidates[i];
  }
  if (candidates.size() > shown) message += ", ...";
  return message;
}

void checkKeys(const SourceValue& object, std::initializer_list<std::string_view> known,
               Complaints& complaints) {
  for (const auto& [name, value] : object.members) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    complaints.add(value.line,
                   "unknown key '" + name + "'" + suggestion(name, std::vector<std::string_view>(known)));
  }
}

std::string_view textOf(const SourceValue& object, std::string_view name, bool needed,
                        Complaints& complaints) {
  const SourceValue* value = object.find(name);
  if (value == nullptr) {
    if (needed) complaints.add(object.line, "'" + std::string(name) + "' is missing");
    return {};
  }
  if (value->kind != SourceValue::Kind::string || value->text.empty()) {
    complaints.add(value->line, "'" + std::string(name) + "' must be a text");
    return {};
  }
  return value->text;
}

const SourceValue* memberOf(const SourceValue& object, std::string_view name, SourceValue::Kind kind,
                            Complaints& complaints) {
  static constexpr std::string_view names[] = {"null",   "true or false", "a number",
                                               "a text", "a list",        "an object"};
  const SourceValue* value = object.find(name);
  if (value == nullptr || value->kind == kind) return value;
  complaints.add(value->line,
                 "'" + std::string(name) + "' must be " + std::string(names[static_cast<std::size_t>(kind)]));
  return nullptr;
}

bool flagOf(const SourceValue& object, std::string_view name, Complaints& complaints) {
  const SourceValue* value = memberOf(object, name, SourceValue::Kind::boolean, complaints);
  return value != nullptr && value->isTrue();
}

SourceValue parseSource(std::string_view text, Complaints& complaints) {
  if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos) {
    complaints.add(lineAt(text, nul), "a NUL character");
    return {};
  }
  // RapidJSON skips white space 16 bytes at a time, beyond the end: they must be there.
  const std::string terminated = std::string(text) + std::string(16, '\0');
  rapidjson::StringStream stream(terminated.c_str());
  TreeBuilder builder(terminated, stream, complaints);
  rapidjson::Reader reader;
  constexpr unsigned flags = rapidjson::kParseCommentsFlag | rapidjson::kParseNumbersAsStringsFlag |
                             rapidjson::kParseValidateEncodingFlag | rapidjson::kParseIterativeFlag;
  if (const auto result = reader.Parse<flags>(stream, builder); result.IsError()) {
    complaints.add(lineAt(terminated, result.Offset()),
                   std::string("not JSON: ") + rapidjson::GetParseError_En(result.Code()));
    return {};
  }
  return builder.take();
}

}  // namespace store::mapping
