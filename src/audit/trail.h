// Trail: where an audit trail is read from, the database or an export of it.
//
// Each part is read whole and in its order; rows and checkpoints stream, so that memory does not grow with
// them. Threading: one thread. Errors: the database's Outcome; badRequest for a file that is no export.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "src/audit/checkpoint.h"
#include "src/audit/record.h"

namespace audit {

// Of the rows that are exported: of each chain those from the first to the last between these times, and what
// is between them; empty: no bound.
struct Span {
  std::string from, to;
  bool isWhole() const noexcept { return from.empty() && to.empty(); }
};

class Trail {
 public:
  virtual ~Trail() = default;
  virtual bool isWhole() const = 0;  // from each chain's first row to its head
  virtual fhir::Result<fhir::Done> eachCheckpoint(
      const std::function<void(const Checkpoint&)>&) = 0;  // by number
  virtual fhir::Result<std::vector<Head>> heads() = 0;     // by chain
  virtual fhir::Result<fhir::Done> eachRecord(
      const std::function<void(const Record&)>&) = 0;  // by chain, position
};

// All of it as it stands now, in one snapshot. The connection must be nobody else's.
fhir::Result<std::unique_ptr<Trail>> trailOf(store::Connection&, const Span& = {});

// An export's file. Keys that it names are added to `keys` when that is empty.
fhir::Result<std::unique_ptr<Trail>> trailOf(const std::string& file, Keys& keys);

// Writes an export: NDJSON, docs/audit.md, "Exports". How many rows.
fhir::Result<std::uint64_t> writeExport(Trail&, const Span&, const Keys&, std::ostream&);

}  // namespace audit
