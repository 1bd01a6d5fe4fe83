// JSON: text -> Resource -> validated -> text, beside RapidJSON's text -> Document -> text.
#include "fhir/json/json.h"

#include <stdexcept>

#include "conformance/bench/library/worker.h"
#include "fhir/model/json_string.h"
#include "fhir/validation/validator.h"
#include "rapidjson/document.h"
#include "rapidjson/stringbuffer.h"
#include "rapidjson/writer.h"

namespace bench {
namespace {

// RapidJSON with its defaults, which is its fastest: numbers lose their digits.
void bare(const std::string& text) {
  rapidjson::Document document;
  document.Parse(text.data(), text.size());
  rapidjson::StringBuffer out;
  rapidjson::Writer<rapidjson::StringBuffer> writer(out);
  if (!document.Accept(writer) || document.HasParseError()) throw std::runtime_error("a file is not JSON");
}

// Severity::fatal: nothing is checked beyond what parsing does.
void ours(const std::string& text, fhir::Severity least) {
  const auto resource = fhir::json::parse(text);
  if (!resource) throw std::runtime_error("a file is no resource");
  fhir::validation::Options options;
  options.least = least;
  if (least != fhir::Severity::fatal && fhir::validation::validate(*resource, options).hasErrors())
    throw std::runtime_error("a resource is at fault");
  fhir::json::toString(*resource);
}

}  // namespace

int measureJson(const std::vector<std::string>& files, std::size_t repetitions) {
  std::vector<std::string> texts;
  texts.reserve(files.size());
  std::string description = "{\"cases\":[";
  std::vector<Case> cases;
  for (const std::string& file : files) {
    const std::string& text = texts.emplace_back(readFile(file));
    const auto add = [&](std::string_view step, Case once) {
      if (!cases.empty()) description += ',';
      description += "{\"bytes\":" + std::to_string(text.size()) + ",\"file\":";
      fhir::appendJsonString(file, description);
      description += ",\"step\":\"" + std::string(step) + "\"}";
      cases.push_back(std::move(once));
    };
    add("bare", [&text] { bare(text); });
    add("parse and write", [&text] { ours(text, fhir::Severity::fatal); });
    add("with errors", [&text] { ours(text, fhir::Severity::error); });
    add("with all", [&text] { ours(text, fhir::Severity::information); });
  }
  return serve(description + "]}", cases, repetitions);
}

}  // namespace bench
