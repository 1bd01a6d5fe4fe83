// Budget: what the entries of one batch or transaction may cost together. Ten thousand searches in a small
// Bundle must neither fill the memory with their answers nor keep a worker for hours.
//
// Threading: one thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>

#include "fhir/model/outcome.h"
#include "src/http/message.h"
#include "src/rest/limits.h"

namespace rest {

class Budget {
 public:
  explicit Budget(const Limits& limits) : limits_(limits), start_(std::chrono::steady_clock::now()) {}

  // Counts the answer of an entry.
  void add(const http::Response& answer) noexcept { bytes_ += answer.body.size(); }

  // Why no further entry is done: 413 too-costly or 503 timeout; nullopt while there is something left.
  std::optional<fhir::Outcome> spent() const;

 private:
  const Limits& limits_;
  std::chrono::steady_clock::time_point start_;
  std::size_t bytes_ = 0;
};

}  // namespace rest
