// FHIR's JSON: what is taken comes back the same from JSON and from XML, in every layout and selection; what
// is not is refused with a place for each fault.
#include "fhir/json/json.h"

#include <array>

#include "fhir/xml/xml.h"
#include "rapidjson/document.h"
#include "rapidjson/reader.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/growth.h"
#include "tests/fuzz/words.h"

namespace fuzz {
namespace {

using fhir::Resource;

void checkFaults(const fhir::Outcome& outcome) {
  require(outcome.hasErrors(), "a refused text has a fault");
  // The last one may say how many more there were, or be the only one, of the text.
  for (const fhir::Issue& issue : outcome.issues()) {
    require(!issue.expression.empty() || &issue == &outcome.issues().back(),
            "a fault of the structure has a path");
    require(!issue.diagnostics.empty(), "a fault has words");
  }
}

bool isJson(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  rapidjson::MemoryStream stream(text.data(), text.size());
  rapidjson::Reader reader;
  rapidjson::BaseReaderHandler<> ignore;
  return !reader
              .Parse<rapidjson::kParseValidateEncodingFlag | rapidjson::kParseIterativeFlag |
                     rapidjson::kParseNumbersAsStringsFlag>(stream, ignore)
              .IsError();
}

std::string parsedAgain(const std::string& written) {
  const auto again = fhir::json::parse(written);
  if (!again) requireSame(written, again.outcome().toJson(), "what was written can be read");
  return fhir::json::toString(*again);
}

// Whether a narrative has blanks or comments around its <div>, which XML has no place for, or carriage
// returns, of which XML keeps those in text.
bool hasLooseNarrative(const fhir::Element& element) {
  const std::string_view text = element.text;
  const bool isLoose = element.type->primitive == fhir::Primitive::xhtml &&
                       !(text.find('\r') == std::string_view::npos && text.starts_with("<div") &&
                         (text.ends_with("</div>") || text.ends_with("/>")));
  if (element.hasValue() && isLoose) return true;
  for (const fhir::Element* each = element.firstChild; each; each = each->next)
    if (hasLooseNarrative(*each)) return true;
  return false;
}

void checkXml(const Resource& resource, bool isPretty) {
  const std::string xml = fhir::xml::toString(resource, {.pretty = isPretty});
  const auto back = fhir::xml::parse(xml);
  if (!back) requireSame(xml, back.outcome().toJson(), "what JSON has, XML can hold");
  if (hasLooseNarrative(resource.root())) return;
  requireSame(fhir::json::toString(*back), fhir::json::toString(resource),
              "JSON to XML and back is the same");
}

void checkSelections(const Resource& resource) {
  using fhir::json::Summary;
  for (const Summary summary : {Summary::isTrue, Summary::text, Summary::data, Summary::isFalse}) {
    const std::string part = fhir::json::toString(fhir::json::summarize(resource, summary));
    requireSame(parsedAgain(part), part, "a summary is a resource");
  }
  constexpr std::array<std::string_view, 3> names{"name", "code", "entry"};
  const std::string part = fhir::json::toString(fhir::json::selectElements(resource, names));
  requireSame(parsedAgain(part), part, "selected elements are a resource");
}

void run(std::string_view input) {
  const auto resource = fhir::json::parse(input);
  if (!resource) return checkFaults(resource.outcome());
  require(isJson(input), "what is taken is JSON to RapidJSON too");
  const std::string written = fhir::json::toString(*resource);
  requireSame(parsedAgain(written), written, "JSON to JSON is the same");
  const std::string pretty = fhir::json::toString(*resource, {.pretty = true});
  requireSame(parsedAgain(pretty), written, "indented JSON is the same");
  requireSame(fhir::json::prettyPrint(written), pretty, "both ways to indent are the same");
  requireSame(fhir::json::toString(resource->clone()), written, "a copy is the same");
  for (const bool isPretty : {false, true}) checkXml(*resource, isPretty);
  checkSelections(*resource);
}

std::string mutate(std::string_view input, Random& random) {
  auto resource = fhir::json::parse(input);
  if (!resource) return random.oneIn(8) ? fhir::json::toString(grown(random)) : std::string();
  change(*resource, random);
  return fhir::json::toString(*resource, {.pretty = random.oneIn(8)});
}

std::vector<std::string> words() {
  return with(elementNames(),
              {"\"resourceType\":\"", "\"_", "null", "true", "false", "[", "]", "{", "}", ":", ",", "\\u",
               "\\ud83c\\udfe5", "1e", "-0.0", "[null]", "\"extension\":[{\"url\":\"a\"}]"});
}

}  // namespace

const Target target{run, mutate, words};

}  // namespace fuzz
