// Collects the faults of one document, up to a limit; what is beyond it is only counted.
#pragma once

#include <cstddef>
#include <string>
#include <utility>

#include "fhir/model/outcome.h"

namespace fhir {

class Faults {
 public:
  explicit Faults(std::size_t limit) : limit_(limit) {}

  // Whether the next fault still has room: messages and paths need not be built for one that has not.
  bool hasRoom() noexcept;
  void add(IssueType type, std::string diagnostics, std::string expression) {
    outcome_.add(Severity::error, type, std::move(diagnostics), std::move(expression));
  }
  // A fault after which nothing else can be said; it takes the place of all others.
  void replace(Failure failure, IssueType type, std::string diagnostics, std::string expression = {});

  // The two limits that end a document's reading (fhir/model/limits.h).
  void tooDeep(std::size_t maxDepth);
  void tooManyElements(std::size_t maxElements);

  bool empty() const noexcept { return outcome_.empty(); }
  // All faults, with a last issue that says how many were left out.
  Outcome take();

 private:
  std::size_t limit_;
  std::size_t more_ = 0;
  Outcome outcome_;
};

}  // namespace fhir
