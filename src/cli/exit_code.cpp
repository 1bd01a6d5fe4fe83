#include "src/cli/exit_code.h"

#include <iostream>

namespace cli {

void complain(const std::string& sentence) {
  std::cerr << "hvfhir: " << sentence << '\n';
}

ExitCode report(const fhir::Outcome& outcome) {
  for (const fhir::Issue& issue : outcome.issues()) {
    complain(issue.expression.empty() ? issue.diagnostics : issue.expression + ": " + issue.diagnostics);
  }
  return outcome.failure() == fhir::Failure::unavailable ? ExitCode::unreachable : ExitCode::failed;
}

}  // namespace cli
