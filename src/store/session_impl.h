// The inside of a Session; only for the files of this folder.
#pragma once

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_set>
#include <vector>

#include "src/store/connection.h"
#include "src/store/index_rows.h"
#include "src/store/key.h"
#include "src/store/mapping/mapping.h"
#include "src/store/registry.h"
#include "src/store/store.h"

namespace store {

// A resource on its way in: what would be written, to the table or to the generic store.
struct Draft {
  const TypePlan* plan = nullptr;
  Key key;
  const fhir::Resource* resource = nullptr;
  std::optional<Encoded> encoded;  // of a mapped type
  bool inTable() const noexcept { return encoded && encoded->holdable; }
  std::string name() const;  // "Patient/42"
  // For the column fhir_residual of its table: NULL, as in the platform's own rows, when the columns say all.
  std::optional<std::string_view> residual() const noexcept;
};

// Where a resource's current version stands, and what it says.
struct Location {
  StoredResource current;  // versionId 0: nowhere
  bool generic = false;
  std::string updatedAt, createdAt;                // as the database writes them
  std::vector<std::optional<std::string>> values;  // of a row: its mapped columns
  bool exists() const noexcept { return current.versionId != 0; }
};

// What only the database knows of a draft's way into its type's table.
struct Fit {
  std::vector<bool> missing;  // by column: the row that this foreign key points to is not here
  std::vector<bool> taken;    // by column: one row only may say this, and another one does
  bool keyTaken = false;      // a row of another type of the same table has the key
  bool changesFixed = false;  // a column that never changes in a row would change
  bool lacksTarget() const noexcept {
    return std::find(missing.begin(), missing.end(), true) != missing.end();
  }
};

// What the database said of a row that it wrote.
struct Stamp {
  VersionId versionId = 0;
  std::string updatedAt;
};

struct Session::Impl {
  Impl(const Registry& shared, ConnectionOptions options)
      : registry(shared), connection(std::move(options)) {}

  const Registry& registry;
  Connection connection;
  bool inTransaction = false;  // begin() was called
  std::chrono::nanoseconds reported{0};

  // --- transactions (session.cpp) ---
  // Nothing has been done yet, so a connection that died while it was idle is made anew.
  fhir::Result<fhir::Done> beginTransaction();
  // Runs `work` inside a transaction of its own, or inside the one that begin() opened; tries again after a
  // deadlock or serialization failure (only in one of its own). `work` returns a Result.
  template <class Work>
  auto transact(Work&& work) -> decltype(work());
  // Runs one statement's `work` (atomic by itself) and tries again likewise; a read may also be tried again
  // when the connection had died while it was idle.
  template <class Work>
  auto once(Work&& work) -> decltype(work());

  // After a deadlock or serialization failure the work may be tried again; after a unique or foreign key
  // violation once: what somebody else has just created or moved away is seen then.
  bool mayRetry(int attempt) const noexcept {
    const std::string_view state = connection.lastState();
    return (connection.shouldRetry() && attempt < 5) ||
           ((state == "23505" || state == "23503") && attempt == 1);
  }

  // --- reading (read.cpp) ---
  fhir::Result<std::optional<StoredResource>> readCurrent(const TypePlan&, const Key&, std::string_view id);
  fhir::Result<std::optional<StoredResource>> readVersion(const TypePlan&, const Key&, std::string_view id,
                                                          VersionId);

  fhir::Result<HistoryPage> readHistory(const HistoryQuery&);           // history.cpp
  fhir::Result<SearchPage> readPage(const fhir::search::SearchQuery&);  // search.cpp

  // --- writing (write.cpp) ---
  Draft draft(const fhir::Resource&, const TypePlan&, Key) const;
  fhir::Result<Location> locate(const TypePlan&, const Key&);  // and locks the row
  fhir::Result<Location> locateIn(const TypePlan&, const Key&, bool generic);
  fhir::Result<Written> put(Draft&, std::optional<VersionId> ifMatch);
  fhir::Result<Written> insertDraft(Draft&);
  fhir::Result<Written> changeDraft(Draft&, const Location&);
  Written written(const Draft&, const Stamp&, Change) const;
  fhir::Result<Written> moveDraft(Draft&, const Location&, Change);
  // The same content makes no version, whoever wrote it and however the row says it.
  static bool saysTheSame(const Draft&, const Location&);
  // Refused (422) when not all values can be found: what is stored must be found by every search.
  fhir::Result<fhir::search::IndexValues> indexValues(const Draft&) const;
  fhir::Result<Stamp> place(Draft&, const Location& before);

  // --- whether a row fits (fit.cpp) ---
  fhir::Result<Fit> fitOf(const Draft&, const Location& before);
  // Makes the draft one that its table takes, unless a target is missing (then locked, see lockTargets):
  // leaves out what another row says already; a key that is taken sends it to the generic store.
  fhir::Result<Fit> settle(Draft&, const Location& before);
  // For a row that others hold by foreign keys: it keeps what the draft cannot say in it, and its residual
  // says the rest.
  fhir::Result<fhir::Done> fitInto(Draft&, const Location& before);

  // --- the statements of one resource (rows.cpp) ---
  // Adds the row to the type's table unless a rule that Fit knows is against it (nullopt then).
  fhir::Result<std::optional<Stamp>> insertRow(const Draft&, const Location& before,
                                               Parameter updatedAt = {});
  fhir::Result<Stamp> insertGeneric(Draft&, const Location& before);
  fhir::Result<Stamp> updateRow(Draft&);
  fhir::Result<Stamp> updateGeneric(Draft&);
  fhir::Result<Stamp> markDeleted(const TypePlan&, const Key&, bool generic);
  // Removes the row, whose last version goes to history unless it goes on elsewhere with it (keepVersion).
  // False when rows of others point to it: then it stays.
  fhir::Result<bool> leave(const TypePlan&, const Key&, bool generic, bool keepVersion);

  // --- references (references.cpp) ---
  fhir::Result<fhir::Done> checkStrict(const fhir::Resource&);
  // Until the end of the transaction: who creates "Type/id" or begins to wait for it excludes the others.
  fhir::Result<fhir::Done> lockNames(std::vector<std::string> names);
  fhir::Result<fhir::Done> lockTargets(const Draft&);
  fhir::Result<fhir::Done> rememberDangling(const Draft&);
  fhir::Result<fhir::Done> forgetDangling(const TypePlan&, const Key&);
  // A Patient or Practitioner has arrived: what waited for it moves into its table.
  fhir::Result<fhir::Done> adopt(const TypePlan& arrived, std::string_view id);
  fhir::Result<fhir::Done> adoptOne(const TypePlan&, std::string_view sourceKey);

  // --- many at once (import.cpp) ---
  fhir::Result<std::vector<Change>> importTogether(const std::vector<fhir::Resource>&);
  fhir::Result<fhir::Done> keepProgress(const Session::Progress&);
  fhir::Result<fhir::Done> importType(const TypePlan&, const std::vector<Draft*>&,
                                      std::vector<Change>& changes,
                                      const std::vector<std::size_t>& positions);
  fhir::Result<fhir::Done> insertMany(const TypePlan&, const std::vector<Draft*>&);
  fhir::Result<fhir::Done> adoptMany(const TypePlan&, const std::vector<Draft*>&);
  fhir::Result<std::unordered_set<std::string>> existing(const TypePlan&, const std::vector<Draft*>&);
  fhir::Result<std::unordered_set<std::string>> presentTargets(const std::vector<Draft*>&);

  // --- index (reindex.cpp) ---
  fhir::Result<fhir::Done> replaceIndex(const TypePlan&, std::string_view key,
                                        const fhir::search::IndexValues&);
  fhir::Result<fhir::Done> dropIndex(const TypePlan&, std::string_view key);
  fhir::Result<fhir::Done> drainReindexQueue(const TypePlan&);
  fhir::Result<fhir::Done> reindexRow(const TypePlan&, std::string_view key);
};

// Parameter list of an INSERT or UPDATE of a draft's own columns: the values, with foreign keys turned into
// keys.
struct RowValues {
  std::vector<std::string> storage;
  std::vector<Parameter> values;  // in the order of Mapping::columns()
  explicit RowValues(const Draft&);
};

template <class Work>
auto Session::Impl::transact(Work&& work) -> decltype(work()) {
  if (inTransaction) return work();
  for (int attempt = 1;; ++attempt) {
    if (auto begun = beginTransaction(); !begun) return std::move(begun).outcome();
    auto result = work();
    if (result.ok()) {
      auto committed = connection.commit();
      if (committed.ok()) return result;
      if (!mayRetry(attempt)) return std::move(committed).outcome();
    } else {
      const bool again = mayRetry(attempt);
      if (connection.connected()) {
        const auto back = connection.command("ROLLBACK");
        if (!back) connection.close();
      }
      if (!again) return result;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(attempt * attempt * 2));
  }
}

template <class Work>
auto Session::Impl::once(Work&& work) -> decltype(work()) {
  for (int attempt = 1;; ++attempt) {
    const bool wasConnected = connection.connected();
    auto result = work();
    if (result.ok() || inTransaction) return result;
    const bool lost = wasConnected && !connection.connected();
    if (!(lost && attempt == 1) && !(connection.shouldRetry() && attempt < 5)) return result;
    if (!lost) std::this_thread::sleep_for(std::chrono::milliseconds(attempt * attempt * 2));
  }
}

}  // namespace store
