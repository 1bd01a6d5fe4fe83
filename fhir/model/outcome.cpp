#include "fhir/model/outcome.h"

#include <algorithm>
#include <iterator>

#include "fhir/model/json_string.h"

namespace fhir {

std::string_view code(Severity severity) noexcept {
  static constexpr std::string_view codes[] = {"fatal", "error", "warning", "information"};
  return codes[static_cast<std::size_t>(severity)];
}

// In the order of the enum.
std::string_view code(IssueType type) noexcept {
  static constexpr std::string_view codes[] = {
      "invalid",       "structure", "required",         "value",         "invariant",  "security",
      "login",         "unknown",   "expired",          "forbidden",     "suppressed", "processing",
      "not-supported", "duplicate", "multiple-matches", "not-found",     "deleted",    "too-long",
      "code-invalid",  "extension", "too-costly",       "business-rule", "conflict",   "transient",
      "lock-error",    "no-store",  "exception",        "timeout",       "incomplete", "throttled",
      "informational"};
  static_assert(std::size(codes) == static_cast<std::size_t>(IssueType::informational) + 1);
  return codes[static_cast<std::size_t>(type)];
}

void Outcome::append(const Outcome& other) {
  issues_.insert(issues_.end(), other.issues_.begin(), other.issues_.end());
}

bool Outcome::hasErrors() const noexcept {
  return std::any_of(issues_.begin(), issues_.end(), [](const Issue& issue) {
    return issue.severity == Severity::fatal || issue.severity == Severity::error;
  });
}

namespace {

void appendIssue(const Issue& issue, std::string& out) {
  out += "{\"severity\":\"";
  out += code(issue.severity);
  out += "\",\"code\":\"";
  out += code(issue.type);
  out += '"';
  if (!issue.diagnostics.empty()) {
    out += ",\"diagnostics\":";
    appendJsonString(issue.diagnostics, out);
  }
  if (!issue.expression.empty()) {
    out += ",\"expression\":[";
    appendJsonString(issue.expression, out);
    out += ']';
  }
  out += '}';
}

}  // namespace

std::string Outcome::toJson() const {
  std::string out = "{\"resourceType\":\"OperationOutcome\",\"issue\":[";
  if (issues_.empty()) appendIssue({Severity::information, IssueType::informational, "All OK", {}}, out);
  for (std::size_t i = 0; i < issues_.size(); ++i) {
    if (i > 0) out += ',';
    appendIssue(issues_[i], out);
  }
  out += "]}";
  return out;
}

}  // namespace fhir
