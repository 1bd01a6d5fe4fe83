// Report: the faults that a validation finds, in the order it finds them.
//
// A fault is fhir::Issue: severity, code, FHIRPath and words that say what is wrong and how to mend it. The
// words repeat no value of the resource. Threading: one thread.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "fhir/model/outcome.h"
#include "fhir/model/resource.h"

namespace fhir::validation {

class Report {
 public:
  // Faults less severe than `least` are not wanted. Of each severity the first `maxIssues` are kept; what is
  // beyond is counted.
  explicit Report(Severity least = Severity::information, std::size_t maxIssues = 100)
      : least_(least), maxIssues_(maxIssues) {}

  // Whether rules of this severity are worth checking at all.
  bool wants(Severity severity) const noexcept { return severity <= least_; }

  // Words and path are made for a fault that is kept only: `words()` gives the diagnostics.
  template <class Words>
  void add(Severity severity, IssueType type, const Element& at, const Words& words) {
    if (hasRoom(severity)) issues_.add(severity, type, words(), at.path());
  }
  // A fault of a child that is not there, or of its members together: "Patient.contact[0].name".
  template <class Words>
  void add(Severity severity, IssueType type, const Element& parent, std::string_view child,
           const Words& words) {
    if (hasRoom(severity)) issues_.add(severity, type, words(), parent.path() + "." + std::string(child));
  }

  bool hasErrors() const noexcept { return found_[0] + found_[1] > 0; }
  std::size_t found() const noexcept { return found_[0] + found_[1] + found_[2] + found_[3]; }

  // All that was kept; a last issue says how many more there were. Its failure is `unprocessable` (422).
  // Empty when nothing was found.
  Outcome take();

 private:
  bool hasRoom(Severity severity) noexcept;

  Severity least_;
  std::size_t maxIssues_;
  std::array<std::size_t, 4> found_{};  // by Severity
  Outcome issues_;
};

}  // namespace fhir::validation
