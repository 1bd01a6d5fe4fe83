#include "fhir/model/faults.h"

namespace fhir {

bool Faults::hasRoom() noexcept {
  if (outcome_.issues().size() < limit_) return true;
  ++more_;
  return false;
}

void Faults::replace(Failure failure, IssueType type, std::string diagnostics, std::string expression) {
  outcome_ = Outcome(failure, type, std::move(diagnostics), std::move(expression));
  more_ = 0;
}

void Faults::tooDeep(std::size_t maxDepth) {
  replace(Failure::badRequest, IssueType::tooCostly,
          "The resource is nested more than " + std::to_string(maxDepth) + " levels deep.");
}

void Faults::tooManyElements(std::size_t maxElements) {
  replace(Failure::payloadTooLarge, IssueType::tooCostly,
          "The resource has more than " + std::to_string(maxElements) + " elements. Send it in parts.");
}

Outcome Faults::take() {
  if (more_ > 0)
    outcome_.add(Severity::error, IssueType::structure,
                 "There are " + std::to_string(more_) + " more faults, not listed here.");
  return std::move(outcome_);
}

}  // namespace fhir
