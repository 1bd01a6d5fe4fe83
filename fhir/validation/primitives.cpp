// The rules of single values: extensions' urls, URNs, narratives.
#include <algorithm>

#include "fhir/markup/narrative.h"
#include "fhir/model/primitive.h"
#include "fhir/validation/rules.h"

namespace fhir::validation {
namespace {

std::string inSmallLetters(std::string_view text) {
  std::string small(text);
  for (char& c : small)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return small;
}

}  // namespace

bool isAbsolute(std::string_view uri) noexcept {
  const std::size_t colon = uri.find(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  return std::all_of(uri.begin(), uri.begin() + static_cast<std::ptrdiff_t>(colon), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '-' || c == '.';
  });
}

void checkExtension(const Element& extension, Report& report) {
  const Element* url = extension.child("url");
  if (!url || !url->hasValue() || isAbsolute(url->text)) return;
  if (extension.parent && extension.parent->type == extension.type) return;
  report.add(Severity::error, IssueType::extension, *url, [] {
    return std::string(
        "The url of an extension is the absolute URL of its definition, such as "
        "\"http://example.org/fhir/StructureDefinition/name\".");
  });
}

void checkUri(const Element& uri, Report& report) {
  if (!uri.text.starts_with("urn:")) return;
  std::string_view text = uri.text;
  if (uri.type->primitive == Primitive::canonical) text = text.substr(0, text.find('|'));
  const Primitive kind = text.starts_with("urn:uuid:")  ? Primitive::uuid
                         : text.starts_with("urn:oid:") ? Primitive::oid
                                                        : Primitive::none;
  if (kind == Primitive::none || isValid(kind, text)) return;
  const bool onlyCase = kind == Primitive::uuid && isValid(kind, inSmallLetters(text));
  report.add(onlyCase ? Severity::warning : Severity::error, IssueType::value, uri, [&] {
    return "'" + std::string(uri.name()) + "' must be " + std::string(describe(kind)) +
           ", as it begins like one.";
  });
}

void checkNarrative(const Element& div, Report& report) {
  const markup::NarrativeFindings findings = markup::checkNarrative(div.text);
  if (!findings.fault && findings.hasContent) return;
  report.add(Severity::error, IssueType::invariant, div, [&] {
    if (!findings.fault) return std::string("Rule txt-2: The narrative must have some text or an image.");
    return "Rule txt-1: The narrative must be one well-formed <div> of the elements and attributes that FHIR "
           "allows; this one has " +
           std::string(findings.fault->reason) + ".";
  });
}

}  // namespace fhir::validation
