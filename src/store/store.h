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

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/definitions/definitions.h"
#include "fhir/model/outcome.h"
#include "fhir/model/resource.h"
#include "fhir/search/query.h"

namespace store {

using VersionId = std::int32_t;

struct StoredResource {
  const fhir::TypeDefinition* type = nullptr;
  std::string id;
  VersionId versionId = 0;
  std::string lastUpdated;
  bool deleted = false;
  std::string json;  // the whole resource with id and meta; empty when deleted
};

enum class Change : std::uint8_t { created, updated, deleted, unchanged };

struct Written {
  Change change = Change::unchanged;
  StoredResource resource;
};

struct HistoryQuery {
  const fhir::TypeDefinition* type = nullptr;  // nullptr: all types
  std::string id;                              // empty: all of the type
  std::string since;                           // instant, inclusive; empty: from the beginning
  std::string atLow,
      atHigh;  // _at: versions that were current at some time in [atLow, atHigh); empty: not asked
  std::uint32_t count = 50;
  std::string cursor;
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

struct SearchPage {
  std::vector<StoredResource> matches;
  std::optional<std::uint64_t> total;
  std::string next;
};

// What the server declares; the CapabilityStatement is made from it.
struct DeclaredSearch {
  const fhir::SearchParameter* parameter;
  bool column;  // answered from a column
};

struct StoreOptions {
  std::string databaseUrl;  // libpq URI or key=value list
  std::string mappingsDirectory;
  std::string baseUrl;            // "http://localhost:8080/fhir"
  bool strictReferences = false;  // references = strict: a dangling reference is 422
  std::uint32_t connectTimeoutSeconds = 5;
  std::uint32_t statementTimeoutMilliseconds = 30'000;
  std::uint32_t defaultCount = 50;
  std::uint32_t maxCount = 1000;
};

class Store;

class Session {
 public:
  ~Session();
  Session(Session&&) noexcept;
  Session(const Session&) = delete;

  // nullopt: there never was such a resource (or version). A deleted one has deleted = true.
  fhir::Result<std::optional<StoredResource>> read(const fhir::TypeDefinition&, std::string_view id);
  fhir::Result<std::optional<StoredResource>> vread(const fhir::TypeDefinition&, std::string_view id,
                                                    VersionId);

  // Assigns a new id.
  fhir::Result<Written> create(fhir::Resource);
  // Updates, or creates with this id when there is none. ifMatch: 412 when the current version is another (or
  // there is none). An update that changes nothing makes no version (Change::unchanged).
  fhir::Result<Written> update(fhir::Resource, std::string_view id, std::optional<VersionId> ifMatch = {});
  // Soft. Change::unchanged when it was deleted already or never existed (resource.versionId is 0 then).
  fhir::Result<Written> remove(const fhir::TypeDefinition&, std::string_view id,
                               std::optional<VersionId> ifMatch = {});

  fhir::Result<HistoryPage> history(const HistoryQuery&);
  fhir::Result<SearchPage> search(const fhir::search::SearchQuery&);

  // One transaction over several interactions. Between begin and commit a failed interaction leaves only
  // rollback().
  fhir::Result<fhir::Done> begin();
  fhir::Result<fhir::Done> commit();
  void rollback() noexcept;

  // Many resources at once, each as update-as-create with its own id (which must be set); results in the same
  // order. Resources that are refused do not stop the others; the rest is one transaction with `progress`.
  struct Progress {
    std::string source;  // a file's name and content hash
    std::int64_t position = 0;
  };
  fhir::Result<std::vector<fhir::Result<Change>>> importBatch(std::vector<fhir::Resource> batch,
                                                              const Progress& progress);
  fhir::Result<std::int64_t> importPosition(std::string_view source);  // 0 when unknown
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
  bool isMapped(const fhir::TypeDefinition&) const noexcept;
  const StoreOptions& options() const noexcept;

 private:
  struct Impl;
  explicit Store(std::unique_ptr<Impl>);
  std::unique_ptr<Impl> impl_;
  friend class Session;
};

}  // namespace store
