// Store: resources in PostgreSQL, mapped to the platform's tables or kept whole in the generic store.
//
// A Store is what all share (mappings, statements, search parameters); a Session is one database connection
// with its prepared statements. Each interaction below is atomic and durable when it returns; between begin()
// and commit() several become one transaction.
//
// Threading: Store is safe for all threads; a Session belongs to one thread at a time.
// Errors: no exception leaves this room. A database that is away is Failure::unavailable; the Session
// reconnects by itself on the next call. Deadlocks and serialization failures are retried (outside
// begin()/commit()). Times: FHIR instants, UTC, milliseconds ("2026-11-23T09:30:00.125Z").
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/definitions/definitions.h"
#include "fhir/model/outcome.h"
#include "fhir/model/resource.h"
#include "fhir/search/query.h"
#include "src/keys/provider.h"
#include "src/store/access.h"
#include "src/store/trail.h"

namespace keys {
class Keyring;
}

namespace store {

using VersionId = std::int32_t;

struct StoredResource {
  const fhir::TypeDefinition* type = nullptr;
  std::string id;
  VersionId versionId = 0;
  std::string lastUpdated;
  bool deleted = false;
  std::string json;  // the whole resource with id and meta; empty when deleted
  // Of a contained resource, which only a search finds: "MedicationRequest/23", whose version it has. Its
  // type, id and json are its own, as it stands there.
  std::string containedIn = {};
  // Keys of the patients in whose compartments it is, as the row says: one, or an array's text; of what was
  // written it is empty.
  std::string patients = {};
  // Why it cannot be shown, although it is there: a key that cannot be had, a value that was changed. `json`
  // is then of no use. No function of Session returns such a one.
  std::shared_ptr<const fhir::Outcome> unreadable = {};
};

// Of what was read: the keys of `patients`, each once.
std::vector<std::string> patientsOf(const StoredResource&);

// What of persons a session has given out, for the audit trail (docs/audit.md).
struct Given {
  std::vector<std::string> patients;  // keys of whose resources were read, found or looked at by a write
  VersionId version = 0;              // of the last resource that was read by its name
  bool wrote = false;                 // something was written, which the database notes by itself
};

enum class Change : std::uint8_t { created, updated, deleted, unchanged };

struct Written {
  Change change = Change::unchanged;
  StoredResource resource;
};

// What must hold of the current version for a write to happen; otherwise 412. A deleted resource does not
// exist.
struct Precondition {
  enum class Existence : std::uint8_t { any, wanted, unwanted };
  std::optional<VersionId> version;
  Existence existence = Existence::any;

  Precondition() = default;
  Precondition(VersionId only) : version(only) {}                 // NOLINT: implicit on purpose
  Precondition(std::optional<VersionId> only) : version(only) {}  // NOLINT: implicit on purpose
  Precondition(Existence only) : existence(only) {}               // NOLINT: implicit on purpose
};

// One of several writes that are made together: a create with an id that newId() made, or an update.
struct Put {
  const fhir::Resource* resource = nullptr;
  std::string id;
  bool isNew = false;  // the id was made for this resource and nobody else knows it
  Precondition precondition = {};
  bool wantsContent = true;  // false: Written::resource.json may stay empty
};

struct HistoryQuery {
  const fhir::TypeDefinition* type = nullptr;  // nullptr: all types
  std::string id;                              // empty: all of the type
  std::string since;                           // instant, inclusive; empty: from the beginning
  std::string atLow,
      atHigh;  // _at: versions that were current at some time in [atLow, atHigh); empty: not asked
  std::uint32_t count = 50;
  std::string cursor;
  bool countOnly = false;  // how many versions there are, and no entries
};

struct HistoryEntry {
  StoredResource resource;
  Change change = Change::updated;  // created, updated or deleted
};

struct HistoryPage {
  std::vector<HistoryEntry> entries;   // newest first
  std::optional<std::uint64_t> total;  // instance level only: counting a whole type is too dear
  std::string next;                    // cursor; empty on the last page
  bool exists = true;                  // instance level: false when there never was such a resource
};

// One resource as it stands now, without its content.
struct Standing {
  const fhir::TypeDefinition* type = nullptr;
  std::string id;
  VersionId versionId = 0;
  std::int64_t updatedMilliseconds = 0;  // since 1970
};

struct SearchPage {
  std::vector<StoredResource> matches;
  std::vector<StoredResource> included;
  bool includesCut = false;  // there was more to include than StoreOptions::maxIncluded
  std::optional<std::uint64_t> total;
  std::string next, previous;  // cursors; empty where there is no such page
  std::vector<std::string>
      after;  // with SearchQuery::marksEach: of each match, the cursor of what follows it
};

struct Label {
  std::string system, code;  // either may be empty
};

struct MetaInUse {
  static constexpr std::size_t kMostLabels = 10'000;
  std::vector<std::string> profiles;  // sorted
  std::vector<Label> security, tags;  // by code, then system
  bool cut = false;
};

// What the server declares; the CapabilityStatement is made from it.
struct DeclaredSearch {
  const fhir::SearchParameter* parameter;
  bool column;  // answered from a column
};

// A stored SearchParameter, and how far its index is.
struct ParameterStatus {
  enum class State : std::uint8_t {
    inactive,  // its status is not `active`
    refused,   // it cannot be searched by; `reason` says why
    waiting,   // not begun, or another SearchParameter of the same code came first
    building,
    ready
  };
  std::string id, url, code;
  State state = State::inactive;
  std::string reason;
  std::uint64_t done = 0, total = 0;  // rows of its types; while it is being built
  std::uint64_t failed = 0;           // resources that its expression fails for: they are not found by it
};

struct StoreOptions {
  std::string databaseUrl;  // libpq URI or key=value list
  // What wraps the keys of encrypted values; without a URI nothing is encrypted that was not before.
  keys::ProviderOptions encryption = {};
  // How old what a server knows of the database's keys may be: all servers of a database have the same.
  std::chrono::milliseconds keysReloaded{10'000};
  std::chrono::milliseconds keysKept{300'000};  // how long an unwrapped key stays in memory
  std::string mappingsDirectory;
  std::string baseUrl;            // "http://localhost:8080/fhir"
  bool strictReferences = false;  // references = strict: a dangling reference is 422
  std::uint32_t connectTimeoutSeconds = 5;
  std::uint32_t statementTimeoutMilliseconds = 30'000;
  std::uint32_t defaultCount = 50;
  std::uint32_t maxCount = 1000;
  std::uint32_t maxIncluded = 5000;  // resources that _include and _revinclude may add to one page
  // Told each statement of the store's sessions before it is sent: its text, where each `?` outside quotes
  // takes the next value, and the values. For tests that explain what the store asks; the values are clients'
  // own, so nobody logs them. Called on the session's thread.
  std::function<void(std::string_view sql, std::span<const std::optional<std::string_view>>)> observer;
};

// A resource's name: "Patient/42".
struct ResourceName {
  const fhir::TypeDefinition* type = nullptr;
  std::string_view id;
};

// A read that is about to come, and whom it will be for.
struct ReadAhead {
  ResourceName name;
  const Access* access = nullptr;
};

// An id that no resource has.
std::string newId();

class Store;

// What Session::encryptSome has done.
struct Encrypted {
  std::size_t rows = 0;    // that were looked at
  std::size_t failed = 0;  // that could not be opened: they stay as they were
  bool more = false;       // there is more to do at once
};

class Session {
 public:
  ~Session();
  Session(Session&&) noexcept;
  Session(const Session&) = delete;

  // From now on for this caller; nullptr: for the server itself, which may do everything. It must outlive
  // what is done for it. What follows is said of what the caller sees: a resource that is not seen is none.
  void actFor(const Access*) noexcept;
  // Who writes and why, as the audit trail has it (the setting hv.audit: docs/audit.md), for every
  // transaction that begins from now on. Empty: what the database knows by itself.
  void noteAs(std::string audit);
  const Access* actsFor() const noexcept;
  // Since the last call of this function, by whichever of the following.
  Given takeGiven();

  // nullopt: there never was such a resource (or version). A deleted one has deleted = true.
  fhir::Result<std::optional<StoredResource>> read(const fhir::TypeDefinition&, std::string_view id);
  // Reads several current resources, at most 50, in one round trip, each as its caller sees it. Each is kept
  // for one read() of the same name for the same Access, and void from the next prefetch(), write or begin()
  // on; until then the Access must live. So call it when the requests of all have come: a read that takes
  // what is kept is then as fresh as its request. When it fails nothing is kept, and read() asks the
  // database.
  void prefetch(std::span<const ReadAhead>);
  fhir::Result<std::optional<StoredResource>> vread(const fhir::TypeDefinition&, std::string_view id,
                                                    VersionId);

  // Assigns a new id.
  fhir::Result<Written> create(const fhir::Resource&);
  // 403 when the caller may not make it, or not have it so afterwards; nothing is written then.
  // Updates, or creates with this id when there is none: this only for who may update every resource of the
  // type but what an author keeps to himself, since for others an id that is free and one that they do not
  // see must be one and the same (404). An update that changes nothing makes no version (Change::unchanged).
  fhir::Result<Written> update(const fhir::Resource&, std::string_view id, const Precondition& = {});
  // Soft. Change::unchanged when it was deleted already or never existed (resource.versionId is 0 then).
  fhir::Result<Written> remove(const fhir::TypeDefinition&, std::string_view id, const Precondition& = {});

  fhir::Result<HistoryPage> history(const HistoryQuery&);
  fhir::Result<SearchPage> search(const fhir::search::SearchQuery&);

  // What the audit trail says that the caller sees: nothing of it is a resource of the store. An
  // administrator sees it who has the duty for it now.
  fhir::Result<TrailLook> trail(const TrailQuery&);
  // Now, by the database's clock: what is written from here on is later.
  fhir::Result<std::string> trailMoment();
  // Something of another origin than the store was shown: for takeGiven().
  void handedOut(const StoredResource&);
  // For who pages through more than the store: positions sealed for a link, bound to the question and the
  // caller. 400 for a cursor that is none of these.
  std::string sealPage(const fhir::search::SearchQuery&,
                       const std::vector<std::optional<std::string>>& parts) const;
  fhir::Result<std::vector<std::optional<std::string>>> openPage(const fhir::search::SearchQuery&) const;

  // Of the matches of one type that has the parameters `code` and `date`, the `each` newest of each code,
  // newest first, and more where several are as old as the last of them. Codings that stand together in a
  // match are one code; a code in words only is those words, in any case of letters. With the includes of the
  // query, without pages: 422 when there are more than StoreOptions::maxCount.
  fhir::Result<SearchPage> lastOfEach(const fhir::search::SearchQuery&, std::uint32_t each);

  // Opens the record of a patient of the platform's tables to a practitioner (by the key of their row) for 1
  // to 60 minutes, whoever the session acts for; the reason is kept. Until when, an instant; nullopt: there
  // is no such patient or practitioner.
  fhir::Result<std::optional<std::string>> breakGlass(std::string_view patientId,
                                                      std::string_view practitionerKey,
                                                      std::string_view reason, std::uint32_t minutes);

  // The profiles, security labels and tags that current resources of the types have, each once, from the
  // index; of each kind at most kMostLabels, then `cut`.
  fhir::Result<MetaInUse> metaInUse(std::span<const fhir::TypeDefinition* const> types);

  // For who keeps something that it made of all resources of some types: a text that is another one after
  // each write of them that has committed, whoever wrote; and what stands of them now. The text is had from
  // an index, so it may be asked for every second.
  fhir::Result<std::string> changeMark(std::span<const fhir::TypeDefinition* const> types);
  fhir::Result<std::vector<Standing>> standing(std::span<const fhir::TypeDefinition* const> types);

  // What stored SearchParameters define now becomes what this database indexes; their indexes are to be built
  // then.
  fhir::Result<fhir::Done> defineParameters();
  // Indexes some more rows for what is not complete, unless somebody else is at it. Whether there is more to
  // do at once.
  fhir::Result<bool> buildIndexes();
  // Encrypts some of what is not encrypted with the current key: first rows that the platform wrote with
  // plain SQL, then all others after a new key, at most so many. Several servers share the work: one at a
  // time does it. The session acts for the server itself.
  fhir::Result<Encrypted> encryptSome(std::size_t most);
  // Searches and indexes from now on by the set of parameters that the database has; one look, when it is the
  // same.
  fhir::Result<fhir::Done> followParameters();
  // Each stored SearchParameter, by id.
  fhir::Result<std::vector<ParameterStatus>> parameterStatus();

  // Runs `work` in one transaction, or as a part of the one that is open. It commits when `work` is well;
  // when it fails, nothing of it stays. After a deadlock or serialization failure, and once after a clash of
  // keys, all of `work` runs again, so it must start from what it was given.
  fhir::Result<fhir::Done> transaction(const std::function<fhir::Result<fhir::Done>()>& work);
  // The same in steps, and without trying again. Between begin and commit a failed interaction leaves only
  // rollback().
  fhir::Result<fhir::Done> begin();
  fhir::Result<fhir::Done> commit();
  void rollback() noexcept;
  // Whether one is open: what is read then may never be committed.
  bool isInTransaction() const noexcept;
  // Inside a transaction, until its end: others who lock one of these names wait. Names are the caller's own.
  // `inAll`: how many it may lock with those of later calls, when it knows; very many are locked as one, and
  // that must be so from the first call on.
  fhir::Result<fhir::Done> lockNames(std::vector<std::string> names, std::size_t inAll = 0);
  // Inside a transaction, until its end: nobody else changes the resource. Its current version; 0 when there
  // is none, or none any more.
  fhir::Result<VersionId> lock(const fhir::TypeDefinition&, std::string_view id);
  // Indexes what plain SQL wrote of a type. A search does so itself; before a transaction that searches it
  // keeps locks of those rows out of it.
  fhir::Result<fhir::Done> indexWaiting(const fhir::TypeDefinition&);

  // Inside a transaction: all of them, in any order (references among them, in circles too, find their
  // targets); what was written, in the order of `puts`. No two may name the same resource. After a failure
  // only the transaction's end is left; `fault` is the one that was refused, when that is known. Written one
  // by one (slowly), it always is. References are not held to strictReferences: checkTargets() does it at the
  // end.
  enum class Manner : std::uint8_t { together, oneByOne };
  fhir::Result<std::vector<Written>> putTogether(std::span<const Put>, Manner,
                                                 std::optional<std::size_t>& fault);
  fhir::Result<fhir::Done> checkTargets(std::span<const Put>, std::optional<std::size_t>& fault);

  // Many resources at once, each as update-as-create with its own id (which must be set); results in the same
  // order. Resources that are refused do not stop the others; the rest is one transaction with `progress`.
  struct Progress {
    std::string source;  // a file's name and content hash
    std::int64_t position = 0;
  };
  fhir::Result<std::vector<fhir::Result<Change>>> importBatch(std::vector<fhir::Resource> batch,
                                                              const Progress& progress);
  fhir::Result<std::int64_t> importPosition(std::string_view source);  // 0 when unknown
  // At an import's end: PostgreSQL looks at the tables that have grown, so that the next search is planned
  // for what they hold now.
  fhir::Result<fhir::Done> gatherStatistics();
  // "Practitioner?identifier=system|value" -> the id of the one match; nullopt for none or several.
  fhir::Result<std::optional<std::string>> findByIdentifier(const fhir::TypeDefinition&,
                                                            std::string_view system, std::string_view value);

  // Whether the database answers and its schema is the one this program needs.
  fhir::Result<fhir::Done> ping();
  // Microseconds spent waiting for the database since the last call of this function; for metrics.
  std::uint64_t takeDatabaseMicroseconds() noexcept;

 private:
  friend class Store;
  struct Impl;
  explicit Session(std::unique_ptr<Impl>);
  std::unique_ptr<Impl> impl_;
};

// While it lives the session acts for the server itself, whoever it acted for before and will act for after.
class ServersOwn {
 public:
  explicit ServersOwn(Session& session) : session_(session), before_(session.actsFor()) {
    session.actFor(nullptr);
  }
  ~ServersOwn() { session_.actFor(before_); }
  ServersOwn(const ServersOwn&) = delete;
  ServersOwn& operator=(const ServersOwn&) = delete;

 private:
  Session& session_;
  const Access* before_;
};

class Store {
 public:
  // Loads and compiles the mappings, connects once to check the schema and to intern the search parameters.
  // With a database that is away it fails with Failure::unavailable; the caller may try again.
  static fhir::Result<Store> open(const StoreOptions&);
  ~Store();
  Store(Store&&) noexcept;

  // Not connected yet: the first call connects.
  Session session() const;

  const fhir::search::Catalog& catalog() const noexcept;
  std::vector<DeclaredSearch> searches(const fhir::TypeDefinition&) const;
  // Another number when searches() may answer something else than before.
  std::int64_t searchEpoch() const noexcept;
  bool isMapped(const fhir::TypeDefinition&) const noexcept;
  // Whether the type says nothing of a patient, so that every person may see what of it is nobody's
  // (table fhir.open_type).
  bool isOpenType(const fhir::TypeDefinition&) const noexcept;
  // Whether rows of the type may be withheld from others than their author.
  bool mayBeWithheld(const fhir::TypeDefinition&) const noexcept;
  const StoreOptions& options() const noexcept;
  // The keys of encrypted values; shared by all sessions.
  keys::Keyring& keyring() const noexcept;

 private:
  struct Impl;
  explicit Store(std::unique_ptr<Impl>);
  std::unique_ptr<Impl> impl_;
  friend class Session;
};

}  // namespace store
