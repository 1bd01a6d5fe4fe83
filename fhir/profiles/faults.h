// What is wrong with a conformance resource, told with the FHIRPath in it. Internal to this folder.
#pragma once

#include <string>
#include <utility>

#include "fhir/model/outcome.h"
#include "fhir/model/resource.h"

namespace fhir::profiles {

class LoadFaults {
 public:
  void error(IssueType type, const Element& at, std::string words) {
    outcome_.add(Severity::error, type, std::move(words), at.path());
  }
  void warning(IssueType type, const Element& at, std::string words) {
    outcome_.add(Severity::warning, type, std::move(words), at.path());
  }
  void missing(const Element& parent, const char* child, std::string words) {
    outcome_.add(Severity::error, IssueType::required, std::move(words), parent.path() + "." + child);
  }

  bool hasErrors() const noexcept { return outcome_.hasErrors(); }
  Outcome take() { return std::exchange(outcome_, Outcome{}); }

 private:
  Outcome outcome_;
};

}  // namespace fhir::profiles
