#include "fhir/patch/fault.h"

#include <utility>

namespace fhir::patch {
namespace {

// Paths are the client's own words, but need not be repeated at any length.
std::string shorten(std::string_view text) {
  constexpr std::size_t shown = 200;
  if (text.size() <= shown) return std::string(text);
  std::size_t end = shown;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return std::string(text.substr(0, end)) + " ...";
}

}  // namespace

Outcome operationFault(const Outcome& cause, std::size_t index, std::string_view kind,
                       std::string_view path) {
  std::string where = "Operation " + std::to_string(index);
  if (!kind.empty()) {
    where += " (" + std::string(kind);
    if (!path.empty()) where += ", path '" + shorten(path) + "'";
    where += ")";
  }
  Outcome outcome;
  outcome.setFailure(cause.failure());
  for (const Issue& issue : cause.issues())
    outcome.add(issue.severity, issue.type, where + ": " + issue.diagnostics, issue.expression);
  return outcome;
}

Outcome malformed(std::string diagnostics, std::string expression) {
  return Outcome(Failure::badRequest, IssueType::invalid, std::move(diagnostics), std::move(expression));
}

Outcome notApplicable(std::string diagnostics, std::string expression) {
  return Outcome(Failure::unprocessable, IssueType::processing, std::move(diagnostics),
                 std::move(expression));
}

Outcome tooCostly(std::string diagnostics, std::string expression) {
  return Outcome(Failure::unprocessable, IssueType::tooCostly, std::move(diagnostics), std::move(expression));
}

}  // namespace fhir::patch
