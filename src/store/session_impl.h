// The inside of a Session; only for the files of this folder.
#pragma once

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "src/store/access_sql.h"
#include "src/store/connection.h"
#include "src/store/index_rows.h"
#include "src/store/key.h"
#include "src/store/mapping/mapping.h"
#include "src/store/registry.h"
#include "src/store/sealing.h"
#include "src/store/search_conditions.h"
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
  // Whether a column of its row has a value that another row may have already.
  bool saysWhatOnlyOneMay() const noexcept;
};

// What a draft is found by, and the set of parameters that this is so for.
struct Found {
  std::string epoch;  // expectedEpoch()
  Searchable values;
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

// Whether a statement that adds a row itself refuses (42501) what the caller may not create.
enum class Judged : std::uint8_t { here, elsewhere };

// The rows of one look at the first place.
struct Prefetched {
  const TypePlan* plan = nullptr;
  const Access* access = nullptr;  // whom it was read for
  std::string id;
  OwnedRows rows;
  std::chrono::nanoseconds waited{0};  // its share of the round trip
};

// SQLSTATE of fhir.expect_search_epoch: the search parameters are others than those that this process knows.
inline constexpr std::string_view kOtherParameters = "HV001";

class KnownUnits;  // known_units.h

struct Session::Impl {
  Impl(const Registry& shared, ConnectionOptions options)
      : registry(shared), connection(std::move(options)) {}

  const Registry& registry;
  Connection connection;
  const Access* access = nullptr;   // whom the session acts for
  std::string audit;                // Session::noteAs
  bool inTransaction = false;       // begin() was called
  bool waitsInTransaction = false;  // something began to wait for a target since the transaction began
  bool targetsComeLater = false;    // checkTargets() will be called, so checkStrict() lets everything pass
  std::chrono::nanoseconds reported{0};
  std::vector<Prefetched> prefetched;
  OwnedRows planned;           // of the last runPlanned()
  std::optional<Given> given;  // kept from the first takeGiven() on: else nobody asks

  View view() const noexcept { return {registry, access}; }

  // --- what takeGiven() tells (given.cpp) ---
  void give(const StoredResource&);
  void give(const std::vector<StoredResource>&);
  void noteWritten() noexcept;
  // The same of what came of reading, when it came to something.
  fhir::Result<std::optional<StoredResource>> handOut(fhir::Result<std::optional<StoredResource>>);
  fhir::Result<SearchPage> handOut(fhir::Result<SearchPage>);
  fhir::Result<HistoryPage> handOut(fhir::Result<HistoryPage>);
  fhir::Result<Written> handOut(fhir::Result<Written>);

  // --- transactions (store.cpp) ---
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
    return ((connection.shouldRetry() || state == kOtherParameters) && attempt < 5) ||
           ((state == "23505" || state == "23503") && attempt == 1);
  }

  // --- reading ahead (prefetch.cpp) ---
  std::optional<Prefetched> takePrefetched(const TypePlan&, std::string_view id);
  void forgetPrefetched() noexcept { prefetched.clear(); }

  // --- reading (read.cpp) ---
  // " AND ..." of a current row, or of a version, that is seen.
  SqlText seen(const View&, const TypePlan&, bool generic, AccessSql::For);
  std::shared_ptr<const RowByKey> readIn(const View&, const TypePlan&, bool generic);
  SqlText selectVersions(const TypePlan&, const std::function<void(SqlText&)>& condition) const;
  fhir::Result<Rows> run(const SqlText& text) { return connection.run(text.text(), text.parameters()); }
  // Which of the keys stand for current resources that are seen for the purpose.
  fhir::Result<std::set<std::string>> seenOf(const TypePlan&, const std::vector<std::string>& keys,
                                             AccessSql::For);
  fhir::Result<std::optional<StoredResource>> readCurrent(const TypePlan&, const Key&, std::string_view id);
  fhir::Result<std::optional<StoredResource>> readEitherPlace(const TypePlan&, const Key&,
                                                              std::string_view id);
  fhir::Result<std::optional<StoredResource>> readVersion(const TypePlan&, const Key&, std::string_view id,
                                                          VersionId);

  // --- history.cpp ---
  fhir::Result<HistoryPage> readHistory(const HistoryQuery&);
  fhir::Result<fhir::Done> countVersions(const HistoryQuery&, HistoryPage&);
  // By key and version; into "Patient/key/version".
  fhir::Result<fhir::Done> readVersions(const TypePlan&,
                                        const std::vector<std::pair<std::string, std::string>>& chosen,
                                        std::map<std::string, StoredResource>& out);
  bool isRestricted(const HistoryQuery&) const;

  // --- search (search.cpp, search_includes.cpp) ---
  fhir::Result<SearchPage> readPage(const fhir::search::SearchQuery&);
  fhir::Result<std::uint64_t> countMatches(const fhir::search::SearchQuery&, KnownUnits&);
  // Appends what _include and _revinclude bring, each resource once and none of the page's matches.
  fhir::Result<fhir::Done> addIncludes(const fhir::search::SearchQuery&, SearchPage&);
  // A page of a query with `referred`, and of what that is, `count` and one more after the position.
  fhir::Result<SearchPage> readWithReferred(const fhir::search::SearchQuery&);
  fhir::Result<std::vector<StoredResource>> readReferred(const fhir::search::Referred&,
                                                         const std::optional<ResourceName>& after,
                                                         std::uint32_t count);
  fhir::Result<SearchPage> readLastOfEach(const fhir::search::SearchQuery&, std::uint32_t each);
  // Runs a statement whose first column says whether rows of `types` wait to be indexed: those are indexed,
  // and it runs again.
  // With `planned` it is planned for its values each time; else PostgreSQL may plan it once for any.
  fhir::Result<Rows> runIndexed(const SqlText&, const std::set<std::string_view>& types,
                                bool planned = false);
  fhir::Result<Rows> runPlanned(const SqlText&);

  // --- writing (write.cpp) ---
  Draft draft(const fhir::Resource&, const TypePlan&, Key) const;
  fhir::Result<Location> locate(const TypePlan&, const Key&);  // whoever may see it, and locks the row
  // For the caller: nowhere when it is not seen; 403 when it is seen, and not for this purpose.
  fhir::Result<Location> locateSeen(const TypePlan&, const Key&, AccessSql::For, std::string_view what);
  bool seesAllRows(const TypePlan&) const;
  // 403 unless the current resource is seen for the purpose.
  fhir::Result<fhir::Done> checkSeen(const TypePlan&, const Key&, AccessSql::For, std::string_view what);
  fhir::Result<Location> locateIn(const TypePlan&, const Key&, bool generic);
  fhir::Result<Written> put(Draft&, const Precondition&);
  fhir::Result<Written> insertDraft(Draft&);
  fhir::Result<bool> isFree(const Draft&);
  fhir::Result<Written> insertAllowed(Draft&);  // insertDraft() of what the caller may create
  fhir::Result<Written> changeDraft(Draft&, const Location&);
  Written written(const Draft&, const Stamp&, Change, bool withContent = true) const;
  fhir::Result<Written> moveDraft(Draft&, const Location&, Change);
  // The same content makes no version, whoever wrote it and however the row says it.
  static bool saysTheSame(const Draft&, const Location&);
  // Refused (422) when not all values can be found: what is stored must be found by every search.
  fhir::Result<Searchable> indexValues(const Draft&) const;
  // What seals the values of a write.
  fhir::Result<Sealing> sealing() const { return Sealing::begin(registry.keyring()); }
  // The same values as index tables have them.
  fhir::Result<Searchable> hidden(Searchable) const;
  fhir::Result<Stamp> place(Draft&, const Location& before);
  bool hidesOthers(const Draft&) const;

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
  fhir::Result<std::optional<Stamp>> insertRow(const Draft&, const Location& before, Parameter updatedAt = {},
                                               Judged = Judged::elsewhere);
  fhir::Result<Stamp> insertGeneric(Draft&, const Location& before, Judged = Judged::elsewhere);
  // Runs `sql`, an unfinished "WITH written AS (INSERT ...)", together with the index rows of what it adds;
  // nullopt when it added nothing.
  fhir::Result<std::optional<Stamp>> insertWithIndex(const Draft&, const Found&, std::string sql,
                                                     std::vector<Parameter> parameters, Judged);
  fhir::Result<Stamp> updateRow(Draft&);
  fhir::Result<Stamp> updateGeneric(Draft&, const Searchable&);
  fhir::Result<Found> find(const Draft&) const;
  fhir::Result<Stamp> markDeleted(const TypePlan&, const Key&, bool generic);
  // Removes the row, whose last version goes to history unless it goes on elsewhere with it (keepVersion).
  // False when rows of others point to it: then it stays.
  fhir::Result<bool> leave(const TypePlan&, const Key&, bool generic, bool keepVersion);

  // --- references (references.cpp) ---
  // Of a server with strict references, unless targetsComeLater: 422 naming each reference to what is not
  // here, the resource itself aside.
  fhir::Result<fhir::Done> checkStrict(const Draft&);
  // Until the end of the transaction: who creates "Type/id" or begins to wait for it excludes the others.
  fhir::Result<fhir::Done> lockNames(std::vector<std::string> names, std::size_t inAll = 0);
  fhir::Result<fhir::Done> lockTargets(const Draft&);
  fhir::Result<fhir::Done> rememberDangling(const Draft&);
  fhir::Result<fhir::Done> forgetDangling(const TypePlan&, const Key&);
  // A Patient or Practitioner has arrived: what waited for it moves into its table.
  fhir::Result<fhir::Done> adopt(const TypePlan& arrived, std::string_view id);
  fhir::Result<fhir::Done> adoptOne(const TypePlan&, std::string_view sourceKey);

  // --- many at once (import.cpp) ---
  fhir::Result<std::vector<Change>> importTogether(const std::vector<fhir::Resource>&);
  fhir::Result<std::vector<fhir::Result<Change>>> importApart(const std::vector<fhir::Resource>&);
  fhir::Result<fhir::Done> keepProgress(const Session::Progress&);

  // --- several writes of one transaction (together.cpp); for `fault` see Session::putTogether ---
  class Together;
  fhir::Result<std::vector<Written>> putMany(std::span<const Put>, std::optional<std::size_t>& fault);
  fhir::Result<std::vector<Written>> putEach(std::span<const Put>, std::optional<std::size_t>& fault);
  fhir::Result<Written> putOne(const Put&, Draft&);
  fhir::Result<fhir::Done> checkTargets(std::span<const Put>, std::optional<std::size_t>& fault);

  // --- index (reindex.cpp) ---
  // What stood there of what it contains must be gone (dropContained).
  fhir::Result<fhir::Done> replaceIndex(const TypePlan&, std::string_view key, const Searchable&);
  fhir::Result<fhir::Done> dropIndex(const TypePlan&, std::string_view key);
  fhir::Result<fhir::Done> dropContained(const TypePlan&, std::string_view key);
  // The same when the resource, as it was, can have contained any.
  fhir::Result<fhir::Done> dropContainedOf(const TypePlan&, std::string_view key, const StoredResource& was);
  fhir::Result<fhir::Done> drainReindexQueue(const TypePlan&);
  fhir::Result<fhir::Done> reindexRow(const TypePlan&, std::string_view key);
  // Of a row that is locked: all its index rows anew.
  fhir::Result<fhir::Done> keepPersons(const TypePlan&, std::string_view key, const Searchable&);
  fhir::Result<fhir::Done> indexStored(const TypePlan&, std::string_view key, const StoredResource&,
                                       bool inTable);

  // --- a site's own search parameters (own_parameters.cpp) ---
  // Knows from now on what the database has, when it has another set than this process knew.
  fhir::Result<fhir::Done> followParameters();
  // An expression that fails (kOtherParameters) when the database has another set than this process knows.
  std::string expectedEpoch() const;
  fhir::Result<std::vector<StoredResource>> searchParameterResources();
  fhir::Result<fhir::Done> defineParameters();
  fhir::Result<fhir::Done> addParameter(const fhir::search::OwnParameter&, const std::string& source,
                                        const std::string& content);
  fhir::Result<fhir::Done> tellStatus(const fhir::Resource&, ParameterStatus&);

  // --- what is stored already is encrypted (encrypt.cpp) ---
  class Encrypter;
  fhir::Result<Encrypted> encryptQueued(const Sealing&, std::size_t most);
  fhir::Result<Encrypted> encryptNext(const Sealing&, std::size_t most);
  fhir::Result<Encrypted> beginWalk();

  // --- indexes that are built (index_build.cpp) ---
  fhir::Result<bool> buildStep();
  fhir::Result<bool> dropRetired();
  fhir::Result<fhir::Done> indexOne(const TypePlan&, bool inTable, std::string_view key);
};

// 400 for codes, systems and URLs that are longer than what is indexed, and for modifiers that ask
// terminology when nobody did; 403 for what only those may ask who see everything; 503 when the search needs
// indexes that an upgrade is still building.
fhir::Result<fhir::Done> checkAnswerable(const View&, const fhir::search::SearchQuery&);

// 503: what is asked needs indexes that are not complete.
fhir::Outcome indexesAreBuilt();

// 403: what the caller sees may not be written by it.
fhir::Outcome mayNot(const TypePlan&, std::string_view what);

// A cursor that opens nothing here.
fhir::Outcome badCursor();
// What a cursor of this search is bound to: what is asked, of what, by whom.
std::string bindingOf(const View&, const fhir::search::SearchQuery&);

// Parameter list of an INSERT or UPDATE of a draft's own columns: the values, with foreign keys turned into
// keys, and sealed where the mapping says so.
struct RowValues {
  std::vector<std::string> storage;
  std::vector<Parameter> values;  // in the order of Mapping::columns()
  // For the column fhir_residual: NULL, as in the platform's own rows, when the columns say all.
  Parameter residual;
  // nullptr: for comparisons with what is not encrypted alone.
  RowValues(const Draft&, const Sealing*);
};

// 422 for a text that is taken for an encrypted one once there are keys.
fhir::Result<fhir::Done> checkNotSealed(const Draft&);

template <class Work>
auto Session::Impl::transact(Work&& work) -> decltype(work()) {
  forgetPrefetched();
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
    if (connection.lastState() == kOtherParameters && attempt < 5) {
      if (auto followed = followParameters(); !followed) return std::move(followed).outcome();
      continue;
    }
    const bool lost = wasConnected && !connection.connected();
    if (!(lost && attempt == 1) && !(connection.shouldRetry() && attempt < 5)) return result;
    if (!lost) std::this_thread::sleep_for(std::chrono::milliseconds(attempt * attempt * 2));
  }
}

}  // namespace store
