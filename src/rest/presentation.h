// Presentation: how much of a resource is shown, and how it is laid out. Parameters of the answer, not of the
// question.
//
// Specification: RESTful API, section 3.1.0.1.5, General parameters (_format, _pretty, _summary, _elements)
// (https://hl7.org/fhir/R4/http.html#parameters); Search, sections 3.1.1.5.8 and 3.1.1.5.9. Threading: pure
// functions.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/json/json.h"
#include "fhir/model/outcome.h"
#include "fhir/search/query.h"
#include "src/http/message.h"
#include "src/rest/format.h"

namespace rest {

struct Presentation {
  Format format;
  bool pretty = false;
  fhir::json::Summary summary = fhir::json::Summary::none;
  bool countOnly = false;             // _summary=count
  std::vector<std::string> elements;  // _elements; empty: all

  bool isWhole() const noexcept { return summary == fhir::json::Summary::none && elements.empty(); }
};

using Parameters = std::span<const http::Parameter>;

// The one value of a parameter; nullptr when absent. Fails with 400 when it is sent twice.
fhir::Result<const std::string*> single(Parameters, std::string_view name);

// _format against what the client accepts, and _pretty.
fhir::Result<Presentation> layout(const http::Request&, Parameters, bool prettyByDefault);
// Adds _summary and _elements. `type`: what _elements' names are checked against; nullptr checks nothing.
fhir::Result<fhir::Done> addView(Presentation&, Parameters, const fhir::TypeDefinition* type);
// The same from a search, which has parsed them already.
fhir::Result<fhir::Done> addView(Presentation&, const fhir::search::SearchQuery&);

// Parameters that are none of `known` nor of the general ones (_format, _pretty): 400 naming each.
fhir::Result<fhir::Done> refuseUnknown(Parameters, std::span<const std::string_view> known);
// Their names, when the client asked for lenient handling.
std::vector<std::string> unknownNames(Parameters, std::span<const std::string_view> known);

// What the store gave, or a page of it, as a resource.
fhir::Result<fhir::Resource> parseStored(std::string_view json);
// The resource as asked for, not yet indented. The text itself when the whole is asked for: no parse, no
// copy.
fhir::Result<std::string> view(std::string json, const Presentation&);
// The text in the format that was asked for, indented when that was asked for. Fails when XML cannot hold it.
fhir::Result<std::string> layOut(std::string json, const Presentation&);

}  // namespace rest
