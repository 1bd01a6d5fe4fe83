#include "src/rest/budget.h"

#include <string>

namespace rest {

using fhir::Failure;
using fhir::IssueType;
using fhir::Outcome;

std::optional<Outcome> Budget::spent() const {
  if (bytes_ > limits_.entriesBytes) {
    return Outcome(
        Failure::payloadTooLarge, IssueType::tooCostly,
        "The answers of the Bundle's entries are more than " + std::to_string(limits_.entriesBytes) +
            " bytes together, so that this one is not done. Send the entries in several Bundles, or "
            "ask for less in each.");
  }
  if (std::chrono::steady_clock::now() - start_ > limits_.entriesTime) {
    return Outcome(
        Failure::unavailable, IssueType::timeout,
        "The Bundle's entries take more than " +
            std::to_string(std::chrono::duration_cast<std::chrono::seconds>(limits_.entriesTime).count()) +
            " s together, so that this one is not done. Send the entries in several Bundles.");
  }
  return std::nullopt;
}

}  // namespace rest
