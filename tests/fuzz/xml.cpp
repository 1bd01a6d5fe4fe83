// FHIR's XML: what is taken is well-formed to Expat too, and comes back the same from XML and from JSON.
#include "fhir/xml/xml.h"

#include <expat.h>

#include <memory>

#include "fhir/json/json.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/growth.h"
#include "tests/fuzz/words.h"

namespace fuzz {
namespace {

bool isWellFormed(std::string_view text) {
  const std::unique_ptr<XML_ParserStruct, void (*)(XML_Parser)> parser(XML_ParserCreateNS("UTF-8", ' '),
                                                                       XML_ParserFree);
  return XML_Parse(parser.get(), text.data(), static_cast<int>(text.size()), 1) == XML_STATUS_OK;
}

void run(std::string_view input) {
  const auto resource = fhir::xml::parse(input);
  if (!resource) {
    require(resource.outcome().hasErrors(), "a refused text has a fault");
    for (const fhir::Issue& issue : resource.outcome().issues())
      require(!issue.expression.empty() || &issue == &resource.outcome().issues().back(),
              "a fault of the structure has a path");
    return;
  }
  require(isWellFormed(input), "what is taken is well-formed to Expat too");
  const std::string json = fhir::json::toString(*resource);
  for (const bool isPretty : {false, true}) {
    const std::string written = fhir::xml::toString(*resource, {.pretty = isPretty});
    const auto again = fhir::xml::parse(written);
    if (!again) requireSame(written, again.outcome().toJson(), "what was written can be read");
    requireSame(fhir::json::toString(*again), json, "XML to XML is the same");
  }
  const auto back = fhir::json::parse(json);
  if (!back) requireSame(json, back.outcome().toJson(), "what XML has, JSON can hold");
  requireSame(fhir::xml::toString(*back), fhir::xml::toString(*resource), "XML to JSON and back is the same");
}

std::string mutate(std::string_view input, Random& random) {
  auto resource = fhir::xml::parse(input);
  if (!resource) return random.oneIn(8) ? fhir::xml::toString(grown(random)) : std::string();
  change(*resource, random);
  return fhir::xml::toString(*resource, {.pretty = random.oneIn(4)});
}

std::vector<std::string> words() {
  return with(elementNames(), {"<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
                               "<Patient xmlns=\"http://hl7.org/fhir\">",
                               "</Patient>",
                               " value=\"",
                               " url=\"",
                               " id=\"",
                               "/>",
                               "<div xmlns=\"http://www.w3.org/1999/xhtml\">",
                               "</div>",
                               "<!--",
                               "-->",
                               "<![CDATA[",
                               "]]>",
                               "&lt;",
                               "&amp;",
                               "&#xD;",
                               "&#10;",
                               "&apos;",
                               "<!DOCTYPE",
                               "xmlns:f=\"",
                               "f:",
                               "xml:lang=\"",
                               "xml:id=\""});
}

}  // namespace

const Target target{run, mutate, words};

}  // namespace fuzz
