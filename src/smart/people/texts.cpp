#include "src/smart/people/texts.h"

#include <rapidjson/document.h>
#include <rapidjson/error/en.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <utility>

#include "src/http/text.h"

namespace people {
namespace {

using fhir::IssueType;
using fhir::Outcome;
using fhir::Severity;

constexpr std::string_view kModel = "en";

std::set<std::string> namesIn(std::string_view text) {
  std::set<std::string> out;
  for (std::size_t at = text.find('{'); at != std::string_view::npos; at = text.find('{', at + 1)) {
    const std::size_t end = text.find('}', at);
    if (end == std::string_view::npos) break;
    out.emplace(text.substr(at + 1, end - at - 1));
  }
  return out;
}

void complain(Outcome& outcome, const std::string& file, const std::string& what) {
  outcome.add(Severity::error, IssueType::invalid, file + ": " + what);
}

std::string textOf(const rapidjson::Value& value) {
  return {value.GetString(), value.GetStringLength()};
}

const rapidjson::Value* memberOf(const rapidjson::Value& value, const char* name) {
  if (!value.IsObject()) return nullptr;
  const auto found = value.FindMember(name);
  return found == value.MemberEnd() ? nullptr : &found->value;
}

std::optional<Language> read(const std::filesystem::path& path, Outcome& outcome) {
  const std::string file = path.string();
  std::ifstream stream(path, std::ios::binary);
  std::stringstream content;
  content << stream.rdbuf();
  if (!stream) {
    complain(outcome, file, "cannot be read.");
    return std::nullopt;
  }
  const std::string json = content.str();
  rapidjson::Document document;
  document.Parse<rapidjson::kParseValidateEncodingFlag>(json.data(), json.size());
  if (document.HasParseError()) {
    complain(outcome, file, rapidjson::GetParseError_En(document.GetParseError()));
    return std::nullopt;
  }
  const rapidjson::Value* name = memberOf(document, "language");
  const rapidjson::Value* texts = memberOf(document, "texts");
  if (name == nullptr || !name->IsString() || texts == nullptr || !texts->IsObject()) {
    complain(outcome, file, R"(must be {"language": "...", "texts": {...}}.)");
    return std::nullopt;
  }
  Language out{path.stem().string(), textOf(*name), {}};
  for (const auto& member : texts->GetObject()) {
    const std::string key = textOf(member.name);
    if (!member.value.IsString() || member.value.GetStringLength() == 0) {
      complain(outcome, file, key + " must be a text.");
    } else if (!out.texts.emplace(key, textOf(member.value)).second) {
      complain(outcome, file, key + " is there twice.");
    }
  }
  return out;
}

void compare(const Language& model, const Language& other, Outcome& outcome) {
  const std::string file = other.code + ".json";
  for (const auto& [key, text] : model.texts) {
    const auto found = other.texts.find(key);
    if (found == other.texts.end()) {
      complain(outcome, file, "lacks " + key + ".");
    } else if (namesIn(found->second) != namesIn(text)) {
      complain(outcome, file, key + " has other placeholders than en.json.");
    }
  }
  for (const auto& [key, text] : other.texts)
    if (!model.texts.contains(key)) complain(outcome, file, key + " is not in en.json.");
}

// The quality of "hi;q=0.8" in thousandths; 0 when it is not acceptable or not understood.
int qualityOf(std::string_view parameters) {
  if (parameters.empty()) return 1000;
  parameters = http::text::trim(parameters);
  if (!parameters.starts_with("q=") && !parameters.starts_with("Q=")) return 0;
  const std::string_view digits = parameters.substr(2);
  if (digits.starts_with('1')) return 1000;
  int out = 0;
  int unit = 100;
  for (const char c : digits.substr(std::min<std::size_t>(2, digits.size()))) {
    if (c < '0' || c > '9') return 0;
    out += (c - '0') * unit;
    unit /= 10;
  }
  return out;
}

}  // namespace

Message Message::of(std::string key) {
  return {std::move(key), {}, {}};
}
Message Message::of(std::string key, std::vector<Filling> values) {
  return {std::move(key), {}, std::move(values)};
}
Message Message::plain(std::string literal) {
  return {{}, std::move(literal), {}};
}

fhir::Result<Texts> Texts::load(const std::string& directory) {
  Outcome outcome;
  Texts out;
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator(directory, failed)) {
    if (entry.path().extension() != ".json") continue;
    if (auto language = read(entry.path(), outcome)) out.languages_.push_back(*std::move(language));
  }
  std::ranges::sort(out.languages_, {}, &Language::code);
  const Language* model = out.find(kModel);
  if (model == nullptr) {
    complain(outcome, directory, "has no en.json that can be used.");
    return outcome;
  }
  for (const Language& language : out.languages_)
    if (&language != model) compare(*model, language, outcome);
  if (outcome.hasErrors()) return outcome;
  return out;
}

const Language* Texts::find(std::string_view code) const noexcept {
  const auto found = std::ranges::find(languages_, code, &Language::code);
  return found == languages_.end() ? nullptr : &*found;
}

const Language& Texts::bestOf(std::string_view acceptLanguage) const noexcept {
  const Language* best = find(kModel);
  int bestQuality = 0;
  while (!acceptLanguage.empty()) {
    const std::string_view element = http::text::nextElement(acceptLanguage);
    const std::size_t semicolon = std::min(element.find(';'), element.size());
    std::string_view range = http::text::trim(element.substr(0, semicolon));
    range = range.substr(0, range.find('-'));
    const int quality = qualityOf(element.substr(std::min(semicolon + 1, element.size())));
    if (quality <= bestQuality) continue;
    const auto found = std::ranges::find_if(
        languages_, [&](const Language& each) { return http::text::equalsIgnoringCase(each.code, range); });
    if (found == languages_.end()) continue;
    best = &*found;
    bestQuality = quality;
  }
  return *best;
}

bool Texts::has(std::string_view key) const noexcept {
  return find(kModel)->texts.contains(key);
}

std::set<std::string> Texts::placeholders(std::string_view key) const {
  return namesIn(find(kModel)->texts.find(key)->second);
}

std::string say(const Language& language, const Message& message) {
  if (message.key.empty()) return message.literal;
  const auto found = language.texts.find(message.key);
  if (found == language.texts.end()) return message.key;
  const std::string& text = found->second;
  std::string out;
  std::size_t from = 0;
  for (std::size_t at = text.find('{'); at != std::string::npos; at = text.find('{', from)) {
    const std::size_t end = text.find('}', at);
    if (end == std::string::npos) break;
    out += text.substr(from, at - from);
    const std::string_view name = std::string_view(text).substr(at + 1, end - at - 1);
    const auto value = std::ranges::find(message.values, name, &Filling::name);
    if (value != message.values.end()) out += say(language, value->message);
    from = end + 1;
  }
  return out + text.substr(from);
}

}  // namespace people
