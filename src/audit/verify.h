// verify: walks every chain of a trail and names what is not as it was written.
//
// What it finds, and the one window in which nothing can be found: docs/audit.md, "What verify finds".
// Memory: some 50 bytes for each chain that a checkpoint saw moved; rows stream. Threading: one thread.
// Errors: the trail's.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "src/audit/trail.h"

namespace audit {

enum class Fault : std::uint8_t {
  changed,     // a row's content is not what its hash says
  removed,     // rows are missing
  inserted,    // a row stands where another one does
  unlinked,    // a row does not follow the one before it: one of the two was put there or made anew
  rewritten,   // a row has another hash than a checkpoint saw
  head,        // the head of a chain is not its last row
  checkpoint,  // a checkpoint is missing, forged or out of order
};

std::string_view nameOf(Fault) noexcept;

struct Finding {
  Fault fault;
  std::string text;  // names the row: chain, position, id, time
};

struct Verified {
  std::uint64_t rows = 0;
  std::uint64_t chains = 0;
  std::uint64_t checkpoints = 0;
  std::uint64_t findings = 0;
  std::uint64_t unproved = 0;   // checkpoints whose key is not known: their signatures say nothing
  std::uint64_t uncovered = 0;  // rows after the last checkpoint of their chain
};

// `exported`: a trail whose checkpoints are held against this one's, or null. `report` is told each finding.
fhir::Result<Verified> verify(Trail&, const Keys&, Trail* exported,
                              const std::function<void(const Finding&)>& report);

}  // namespace audit
