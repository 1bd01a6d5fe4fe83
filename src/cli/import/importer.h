// Importer: files into the store, by several threads, with progress and a report of what was refused.
//
// Each file belongs to one thread at a time; its position is kept in the transaction of each batch, so that
// an import that broke off goes on where it was. Files whose conditional references find nothing yet are
// tried again at the end. Threading: run() is called once; it starts and joins its threads.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "fhir/model/outcome.h"
#include "fhir/validation/validator.h"
#include "src/cli/import/source.h"
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
  // `rules`: what each resource is checked for before it is stored, beside its structure; nullopt: nothing.
  Importer(const store::Store& store, std::optional<fhir::validation::Options> rules, unsigned threads,
           bool showProgress);

  // Fails only when the database is away for good; what was refused is in the report.
  fhir::Result<ImportReport> run(std::vector<Source> sources);

 private:
  enum class Fate : std::uint8_t { done, again };
  fhir::Result<Fate> importSource(store::Session&, const Source&, bool last);
  fhir::Result<Fate> importLines(store::Session&, const Source&, const std::string& key,
                                 std::string_view text);
  fhir::Result<Fate> importDocument(store::Session&, const Source&, const std::string& key,
                                    std::string_view text, bool last);
  fhir::Result<fhir::Done> storeBatch(store::Session&, const Source&, const std::string& key,
                                      std::vector<fhir::Resource> batch,
                                      const std::vector<std::int64_t>& positions, std::int64_t reached);
  fhir::Result<std::vector<Source>> pass(std::vector<Source> sources, bool last);
  // Makes the resource one that can be stored; the fault when it can't be.
  std::optional<fhir::Outcome> prepare(fhir::Resource&) const;
  void refuse(const Source&, std::int64_t position, std::string resource, fhir::Outcome);
  void show(bool final);

  const store::Store& store_;
  std::optional<fhir::validation::Options> rules_;
  unsigned threads_;
  bool showProgress_;
  std::mutex mutex_;  // guards report_
  ImportReport report_;
  std::chrono::steady_clock::time_point started_;
  std::uint64_t bytesTotal_ = 0;
  std::atomic<std::uint64_t> bytesDone_{0};
};

}  // namespace cli
