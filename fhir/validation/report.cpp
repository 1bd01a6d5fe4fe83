#include "fhir/validation/report.h"

#include <utility>

namespace fhir::validation {

bool Report::hasRoom(Severity severity) noexcept {
  return wants(severity) && ++found_[static_cast<std::size_t>(severity)] <= maxIssues_;
}

Outcome Report::take() {
  std::size_t more = 0;
  for (const std::size_t found : found_)
    if (found > maxIssues_) more += found - maxIssues_;
  Outcome outcome = std::move(issues_);
  outcome.setFailure(Failure::unprocessable);
  if (more > 0)
    outcome.add(Severity::information, IssueType::incomplete,
                "There are " + std::to_string(more) + " more; mend these first.");
  issues_ = Outcome();
  found_ = {};
  return outcome;
}

}  // namespace fhir::validation
