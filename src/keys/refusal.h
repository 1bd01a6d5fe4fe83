// How a provider refuses. The type of the one issue says to the caller, and to tests, what kind of refusal it
// is (provider.h); the words are for the person who runs the server.
#pragma once

#include <string>
#include <utility>

#include "fhir/model/outcome.h"

namespace keys {

inline fhir::Outcome unavailable(fhir::IssueType type, std::string words) {
  return {fhir::Failure::unavailable, type, std::move(words)};
}

inline fhir::Outcome misconfigured(std::string words) {
  return {fhir::Failure::badRequest, fhir::IssueType::value, std::move(words)};
}

// Of a text that is not as wrap() made it, or was made for another binding.
inline fhir::Outcome notAuthentic(std::string words) {
  return unavailable(fhir::IssueType::security, std::move(words));
}

}  // namespace keys
