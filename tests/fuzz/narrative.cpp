// Narratives: what is found safe is well-formed to Expat too, has nothing active in it, and comes back the
// same through JSON and XML.
#include "fhir/markup/narrative.h"

#include <expat.h>

#include <array>
#include <cstdint>
#include <memory>

#include "fhir/json/json.h"
#include "fhir/xml/xml.h"
#include "tests/fuzz/fuzz.h"

namespace fuzz {
namespace {

bool isOneOf(std::string_view word, std::initializer_list<std::string_view> list) {
  for (const std::string_view each : list)
    if (each == word) return true;
  return false;
}

// What Expat makes of it, judged apart from our own rules.
struct Judge {
  bool isActive = false;
};

void XMLCALL onStart(void* judge, const XML_Char* name, const XML_Char** attributes) {
  auto& isActive = static_cast<Judge*>(judge)->isActive;
  const std::string_view whole(name);
  constexpr std::string_view xhtml = "http://www.w3.org/1999/xhtml ";
  if (!whole.starts_with(xhtml) ||
      isOneOf(whole.substr(xhtml.size()), {"script", "style", "iframe", "frame", "object", "embed", "form",
                                           "input", "link", "base", "meta", "svg", "math"}))
    isActive = true;
  for (; *attributes; attributes += 2) {
    const std::string_view attribute = attributes[0];
    std::string value;
    for (const char c : std::string_view(attributes[1]))
      if (static_cast<unsigned char>(c) > ' ') value += static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
    if (attribute.starts_with("on")) isActive = true;
    if (isOneOf(attribute, {"href", "src", "cite", "longdesc"}) &&
        (value.starts_with("javascript:") || value.starts_with("vbscript:") ||
         value.starts_with("data:text")))
      isActive = true;
  }
}

// nullopt when it is not well-formed.
std::optional<Judge> judged(std::string_view text) {
  const std::unique_ptr<XML_ParserStruct, void (*)(XML_Parser)> parser(XML_ParserCreateNS("UTF-8", ' '),
                                                                       XML_ParserFree);
  Judge judge;
  XML_SetUserData(parser.get(), &judge);
  XML_SetElementHandler(parser.get(), onStart, nullptr);
  if (XML_Parse(parser.get(), text.data(), static_cast<int>(text.size()), 1) != XML_STATUS_OK)
    return std::nullopt;
  return judge;
}

void run(std::string_view input) {
  const fhir::markup::NarrativeFindings findings = fhir::markup::checkNarrative(input);
  std::string json = R"({"resourceType":"Basic","text":{"status":"generated","div":)";
  fhir::json::writeString(input, json);
  const auto resource = fhir::json::parse(json + "}}");
  if (findings.fault) {
    require(findings.fault->offset <= input.size() && !findings.fault->reason.empty(),
            "a fault has a place and words");
    require(!resource.ok(), "no resource has a narrative that is at fault");
    return;
  }
  const auto judge = judged(input);
  require(judge.has_value(), "a narrative is well-formed to Expat too");
  require(!judge->isActive, "a narrative has nothing active in it");
  require(resource.ok(), "a narrative that is safe can stand in a resource");
  const std::string xml = fhir::xml::toString(*resource);
  const auto back = fhir::xml::parse(xml);
  if (!back) requireSame(xml, back.outcome().toJson(), "a narrative can be written as XML");
  // What stands around the <div> has no place in XML, nor have all carriage returns.
  const bool isKept = input.find('\r') == std::string_view::npos;
  if (isKept && input.starts_with("<div") && input.ends_with("</div>"))
    requireSame(fhir::json::toString(*back), fhir::json::toString(*resource),
                "a narrative comes back from XML");
}

std::vector<std::string> words() {
  return {"<div xmlns=\"http://www.w3.org/1999/xhtml\">",
          "</div>",
          "<p>",
          "<br/>",
          "<a href=\"",
          "<img src=\"",
          " style=\"",
          "javascript:",
          "data:image/png;base64,",
          "data:image/svg+xml",
          "url(",
          "expression(",
          "/**/",
          "\\75",
          "&#x6A;",
          "&lt;",
          "&amp;",
          "&nbsp;",
          "&#13;",
          "<!--",
          "-->",
          "<![CDATA[",
          "]]>",
          "xmlns:p=\"",
          " onclick=\"",
          "<script>",
          "\r\n",
          " class='",
          "<table>",
          "<tr>",
          "<td colspan=\"2\">",
          "cid:",
          "#a",
          "http://",
          "mailto:",
          "//",
          "&Tab;",
          "@import"};
}

}  // namespace

const Target target{run, nullptr, words};

}  // namespace fuzz
