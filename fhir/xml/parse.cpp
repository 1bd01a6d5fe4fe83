#include <cstring>
#include <optional>
#include <string>

#include "fhir/markup/characters.h"
#include "fhir/markup/reader.h"
#include "fhir/model/faults.h"
#include "fhir/model/messages.h"
#include "fhir/xml/builder.h"
#include "fhir/xml/xml.h"

namespace fhir::xml {
namespace {

constexpr std::string_view byteOrderMark = "\xEF\xBB\xBF";

Outcome unreadable(std::string_view text, const markup::Fault& fault) {
  if (markup::isBlank(text))
    return Outcome(Failure::badRequest, IssueType::invalid, "The text is empty; a resource was expected.");
  const markup::Position position = markup::positionOf(text, fault.offset);
  std::string_view reason = fault.reason;
  if (reason.ends_with(',')) reason.remove_suffix(1);
  return Outcome(Failure::badRequest, IssueType::invalid,
                 "The text cannot be read as XML: mend " + std::string(reason) + ", at line " +
                     std::to_string(position.line) + ", column " + std::to_string(position.column) + ".");
}

// The type that the root element names.
Result<const TypeDefinition*> rootType(std::string_view text) {
  std::pmr::monotonic_buffer_resource scratch;
  markup::Reader reader(text, scratch);
  markup::Token token;
  do {
    if (!reader.next(token)) return unreadable(text, reader.fault());
  } while (token.kind != markup::TokenKind::startTag);
  if (token.name.space != markup::Namespace::fhir)
    return Outcome(Failure::badRequest, IssueType::structure,
                   "The root element must be a resource in the namespace " +
                       std::string(markup::fhirNamespace) + ", such as <Patient xmlns=\"" +
                       std::string(markup::fhirNamespace) + "\">.");
  const TypeDefinition* type = findResourceType(token.name.local);
  if (!type)
    return Outcome(Failure::badRequest, IssueType::structure,
                   "The root element names no resource type. " + unknownResourceType(token.name.local));
  return type;
}

}  // namespace

Result<Resource> parse(std::string_view text, const Limits& limits) {
  if (text.starts_with(byteOrderMark)) text.remove_prefix(byteOrderMark.size());
  if (const std::optional<markup::Fault> fault = markup::findCharacterFault(text))
    return unreadable(text, *fault);
  const Result<const TypeDefinition*> type = rootType(text);
  if (!type) return type.outcome();

  Resource resource(**type);
  const std::string_view kept = resource.copyText(text);
  markup::Reader reader(kept, resource.arena());
  Faults faults(limits.maxIssues);
  Builder builder(resource, kept, reader, limits, faults);
  const bool isWhole = builder.run();
  if (!isWhole && !reader.fault().reason.empty()) return unreadable(text, reader.fault());
  if (!faults.empty()) return faults.take();
  return resource;
}

}  // namespace fhir::xml
