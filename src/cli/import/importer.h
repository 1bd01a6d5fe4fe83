// Importer: files into the store, by several threads, with progress and a report of what was refused.
//
// Each file belongs to one thread at a time; its position is kept in the transaction of each batch, so that
// an import that broke off goes on where it was. What was refused is tried and reported again by each run.
// Files whose conditional references find nothing yet are tried again at the end. Threading: run() is called
// once; it starts and joins its threads.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <limits>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "fhir/model/outcome.h"
#include "src/cli/import/bundle.h"
#include "src/cli/import/source.h"
#include "src/rules/rules.h"
#include "src/store/store.h"

namespace cli {

struct Refusal {
  std::string source;     // file name
  std::int64_t position;  // line of NDJSON or entry of a Bundle, from 1
  std::string resource;   // "Patient", the type as far as it is known
  fhir::Outcome outcome;
};

struct ImportReport {
  std::map<std::string, std::uint64_t> stored;  // by type: created, updated or unchanged
  std::uint64_t created = 0, updated = 0, unchanged = 0;
  std::uint64_t skipped = 0;  // imported by an earlier run
  std::vector<Refusal> refused;
  std::chrono::milliseconds elapsed{0};
  std::uint64_t resources() const noexcept { return created + updated + unchanged; }
};

class Importer {
 public:
  // Both must outlive it. `rules`: what each resource is checked for before it is stored.
  Importer(const store::Store& store, const rules::Rules& rules, unsigned threads, bool showProgress);

  // Fails only when the database is away for good; what was refused is in the report.
  fhir::Result<ImportReport> run(std::vector<Source> sources);

 private:
  enum class Fate : std::uint8_t { done, again };
  struct Task {
    Source source;
    std::int64_t reached = 0;  // lines that this run is done with
    // The first line or entry that the next run should try again.
    std::int64_t firstFault = std::numeric_limits<std::int64_t>::max();
  };
  struct Batch;
  fhir::Result<std::vector<Task>> pass(std::vector<Task> tasks, bool last);
  fhir::Result<Fate> importTask(store::Session&, Task&, bool last);
  fhir::Result<Fate> importLines(store::Session&, Task&, const std::string& key, std::string_view text,
                                 bool last);
  fhir::Result<Fate> importDocument(store::Session&, Task&, const std::string& key, std::string_view text,
                                    bool last);
  fhir::Result<Unpacked> open(store::Session&, const std::string& key, fhir::Resource document);
  fhir::Result<fhir::Done> storeBatch(store::Session&, Task&, const std::string& key, Batch&,
                                      std::int64_t reached);
  Lookup lookupBy(store::Session&);
  // Why the resource can't be stored.
  std::optional<fhir::Outcome> check(const fhir::Resource&) const;
  void refuse(const Task&, std::int64_t position, std::string resource, fhir::Outcome);
  void show(bool final);

  const store::Store& store_;
  const rules::Rules& rules_;
  unsigned threads_;
  bool showProgress_;
  std::mutex mutex_;  // guards report_ and found_
  ImportReport report_;
  std::unordered_map<std::string, std::string> found_;  // "Type?system|value" -> id
  std::chrono::steady_clock::time_point started_;
  std::uint64_t bytesTotal_ = 0;
  std::atomic<std::uint64_t> bytesDone_{0};
};

}  // namespace cli
