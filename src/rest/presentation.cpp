#include "src/rest/presentation.h"

#include <algorithm>
#include <array>
#include <utility>

#include "fhir/xml/xml.h"
#include "src/http/text.h"
#include "src/platform/nearest.h"

namespace rest {
namespace {

using fhir::Failure;
using fhir::IssueType;
using fhir::Outcome;
using fhir::json::Summary;

Outcome badParameter(std::string_view name, std::string diagnostics) {
  return Outcome(Failure::badRequest, IssueType::value, std::move(diagnostics), std::string(name));
}

bool isGeneral(std::string_view name) noexcept {
  return name == "_format" || name == "_pretty";
}

bool isKnown(std::string_view name, std::span<const std::string_view> known) noexcept {
  return isGeneral(name) || std::find(known.begin(), known.end(), name) != known.end();
}

// "value" and "valueQuantity" both mean the element value[x].
const fhir::ElementDefinition* findElement(const fhir::TypeDefinition& type, std::string_view name) {
  if (const auto* element = type.findElement(name)) return element;
  const auto* property = type.find(name);
  return property ? property->element : nullptr;
}

fhir::Issue unknownElement(const fhir::TypeDefinition& type, std::string_view name) {
  std::vector<std::string_view> candidates;
  for (const auto& element : type.elements) candidates.push_back(element.name);
  const auto guess = platform::nearest(name, candidates);
  std::string diagnostics = std::string(type.name) + " has no element of a name in _elements";
  diagnostics += guess.empty() ? "." : "; did you mean " + std::string(guess) + "?";
  return {fhir::Severity::error, IssueType::value, std::move(diagnostics), "_elements"};
}

fhir::Result<std::vector<std::string>> parseElements(std::string_view list,
                                                     const fhir::TypeDefinition* type) {
  std::vector<std::string> names;
  Outcome faults;
  while (!list.empty()) {
    const auto comma = std::min(list.find(','), list.size());
    auto name = http::text::trim(list.substr(0, comma));
    list.remove_prefix(std::min(comma + 1, list.size()));
    if (type && name.starts_with(type->name) && name.substr(type->name.size()).starts_with('.')) {
      name.remove_prefix(type->name.size() + 1);
    }
    if (type) {
      const auto* element = findElement(*type, name);
      if (!element) {
        faults.add(unknownElement(*type, name));
        continue;
      }
      name = element->name;
    }
    names.emplace_back(name);
  }
  if (!faults.empty()) return faults;
  if (names.empty())
    return badParameter("_elements", "_elements is a list of element names, separated by commas.");
  return names;
}

Outcome bothViews() {
  return badParameter("_elements", "Send either _summary or _elements, not both.");
}

fhir::Result<fhir::Done> setSummary(Presentation& presentation, std::string_view value) {
  static constexpr std::array<std::pair<std::string_view, Summary>, 4> kValues{{{"true", Summary::isTrue},
                                                                                {"text", Summary::text},
                                                                                {"data", Summary::data},
                                                                                {"false", Summary::none}}};
  if (value == "count") {
    presentation.countOnly = true;
    return fhir::Done{};
  }
  const auto* found =
      std::find_if(kValues.begin(), kValues.end(), [&](const auto& v) { return v.first == value; });
  if (found == kValues.end())
    return badParameter("_summary", "_summary is true, text, data, count or false.");
  presentation.summary = found->second;
  return fhir::Done{};
}

}  // namespace

fhir::Result<const std::string*> single(Parameters parameters, std::string_view name) {
  const std::string* found = nullptr;
  for (const auto& parameter : parameters) {
    if (parameter.name != name) continue;
    if (found) return badParameter(name, "The parameter " + std::string(name) + " may be sent only once.");
    found = &parameter.value;
  }
  return found;
}

fhir::Result<Presentation> layout(const http::Request& request, Parameters parameters, bool prettyByDefault) {
  Presentation presentation;
  auto asked = single(parameters, "_format");
  if (!asked) return std::move(asked).outcome();
  auto format = negotiate(request, *asked ? std::optional<std::string_view>(**asked) : std::nullopt);
  if (!format) return std::move(format).outcome();
  presentation.format = *format;

  auto pretty = single(parameters, "_pretty");
  if (!pretty) return std::move(pretty).outcome();
  if (*pretty && **pretty != "true" && **pretty != "false")
    return badParameter("_pretty", "_pretty is true or false.");
  presentation.pretty = *pretty ? **pretty == "true" : prettyByDefault;
  return presentation;
}

fhir::Result<fhir::Done> addView(Presentation& presentation, Parameters parameters,
                                 const fhir::TypeDefinition* type) {
  auto summary = single(parameters, "_summary");
  if (!summary) return std::move(summary).outcome();
  auto elements = single(parameters, "_elements");
  if (!elements) return std::move(elements).outcome();
  if (*summary) {
    auto set = setSummary(presentation, **summary);
    if (!set) return set;
  }
  if (*elements) {
    if (*summary && **summary != "false") return bothViews();
    auto names = parseElements(**elements, type);
    if (!names) return std::move(names).outcome();
    presentation.elements = std::move(*names);
  }
  return fhir::Done{};
}

fhir::Result<fhir::Done> addView(Presentation& presentation, const fhir::search::SearchQuery& query) {
  using fhir::search::SummaryMode;
  const bool whole = query.summary == SummaryMode::none || query.summary == SummaryMode::isFalse;
  if (!whole && !query.elements.empty()) return bothViews();
  switch (query.summary) {
    case SummaryMode::isTrue:
      presentation.summary = Summary::isTrue;
      break;
    case SummaryMode::text:
      presentation.summary = Summary::text;
      break;
    case SummaryMode::data:
      presentation.summary = Summary::data;
      break;
    case SummaryMode::count:
      presentation.countOnly = true;
      break;
    case SummaryMode::none:
    case SummaryMode::isFalse:
      break;
  }
  presentation.elements = query.elements;
  return fhir::Done{};
}

fhir::Result<fhir::Done> refuseUnknown(Parameters parameters, std::span<const std::string_view> known) {
  Outcome faults;
  for (const auto& parameter : parameters) {
    if (isKnown(parameter.name, known)) continue;
    std::string diagnostics = "This interaction has no parameter of this name";
    const auto guess = platform::nearest(parameter.name, known);
    diagnostics += guess.empty() ? "." : "; did you mean " + std::string(guess) + "?";
    faults.add(fhir::Severity::error, IssueType::notSupported, std::move(diagnostics), parameter.name);
  }
  if (!faults.empty()) return faults;
  return fhir::Done{};
}

std::vector<std::string> unknownNames(Parameters parameters, std::span<const std::string_view> known) {
  std::vector<std::string> names;
  for (const auto& parameter : parameters) {
    if (!isKnown(parameter.name, known)) names.push_back(parameter.name);
  }
  return names;
}

fhir::Result<fhir::Resource> parseStored(std::string_view json) {
  auto resource = fhir::json::parse(json, fhir::ownLimits);
  if (resource) return resource;
  return Outcome(Failure::internal, IssueType::exception, "A stored resource could not be read.");
}

fhir::Result<std::string> view(std::string json, const Presentation& presentation) {
  if (presentation.isWhole()) return json;
  auto resource = parseStored(json);
  if (!resource) return std::move(resource).outcome();
  if (!presentation.elements.empty()) {
    const std::vector<std::string_view> names(presentation.elements.begin(), presentation.elements.end());
    return fhir::json::toString(fhir::json::selectElements(*resource, names));
  }
  return fhir::json::toString(fhir::json::summarize(*resource, presentation.summary));
}

fhir::Result<std::string> layOut(std::string json, const Presentation& presentation) {
  if (syntax(presentation.format.mimeType) == Syntax::xml) {
    const auto resource = parseStored(json);
    if (!resource) return resource.outcome();
    return fhir::xml::toString(*resource, {.pretty = presentation.pretty});
  }
  if (presentation.pretty) return fhir::json::prettyPrint(json);
  return json;
}

}  // namespace rest
