// The index tables follow each write; rows that the platform wrote with plain SQL are indexed before the next
// search of their type.
#include <optional>
#include <utility>

#include "fhir/json/json.h"
#include "src/platform/log.h"
#include "src/store/session_impl.h"

namespace store {
namespace {

// A value that does not belong where it stands: nothing mends it but another write of the row.
bool isBroken(const StoredResource& stored) {
  return stored.unreadable && stored.unreadable->failure() == fhir::Failure::internal;
}

}  // namespace

fhir::Result<fhir::Done> Session::Impl::replaceIndex(const TypePlan& plan, std::string_view key,
                                                     const Searchable& values) {
  const OwnStatements own(connection);
  ArrayLiteral keys;
  keys.add(key);
  // A statement sees the tables as they were before it: its deletes never meet its inserts.
  std::string sql = "WITH one AS (SELECT 1)";
  std::vector<Parameter> parameters;
  const std::string numbers = registry.numbers(plan.type());
  appendIndexDeletes(keys.text(), numbers, sql, parameters);
  IndexRows index;
  index.add(registry, plan.type(), key, values);
  index.appendInserts("", sql, parameters);
  auto done = connection.run(sql + " SELECT 1", parameters);
  if (!done) return std::move(done).outcome();
  return fhir::Done{};
}

fhir::Result<fhir::Done> Session::Impl::dropIndex(const TypePlan& plan, std::string_view key) {
  return replaceIndex(plan, key, {});
}

fhir::Result<fhir::Done> Session::Impl::dropContained(const TypePlan& plan, std::string_view key) {
  const OwnStatements own(connection);
  auto done = connection.run(containedDeletes(), {plan.name(), key});
  if (!done) return std::move(done).outcome();
  return fhir::Done{};
}

// By its text, which was read from the row that is locked: another look at the tables would cost every write.
fhir::Result<fhir::Done> Session::Impl::dropContainedOf(const TypePlan& plan, std::string_view key,
                                                        const StoredResource& was) {
  if (was.json.find("\"contained\"") == std::string::npos) return fhir::Done{};
  return dropContained(plan, key);
}

// One row in its own transaction (unless one is open already), locked before its queue entry as the
// platform's writers do: so neither waits for the other in a circle, and a writer's own transaction is never
// the victim.
fhir::Result<fhir::Done> Session::Impl::drainReindexQueue(const TypePlan& plan) {
  const OwnStatements own(connection);
  auto rows = connection.run("SELECT key::text FROM fhir.reindex_queue WHERE resource_type = ? ORDER BY key",
                             {plan.name()});
  if (!rows) return std::move(rows).outcome();
  std::vector<std::string> keys;
  for (std::size_t row = 0; row < rows->size(); ++row) keys.emplace_back(rows->text(row, 0));
  for (const std::string& key : keys) {
    auto done = transact([&]() -> fhir::Result<fhir::Done> {
      if (inTransaction) return reindexRow(plan, key);
      // An index entry that a crash undoes is undone together with the removal from the queue.
      if (auto quick = connection.command("SET LOCAL synchronous_commit = off"); !quick) return quick;
      return reindexRow(plan, key);
    });
    if (!done) return done;
  }
  return fhir::Done{};
}

fhir::Result<fhir::Done> Session::Impl::reindexRow(const TypePlan& plan, std::string_view key) {
  auto rows = connection.run(
      plan.mappedColumns() + plan.fromMapped() + " AND r.id = ?::uuid FOR NO KEY UPDATE OF r", {key});
  if (!rows) return std::move(rows).outcome();
  std::optional<StoredResource> stored;
  const bool isHere = rows->size() != 0;
  if (isHere && !rows->flag(0, Column::isDeleted)) stored = plan.decode(*rows, 0);
  if (stored && stored->unreadable && !isBroken(*stored)) {
    // The row waits for the key, and no search waits for the row.
    if (keys::isUnknownKey(*stored->unreadable)) return fhir::Done{};
    return *stored->unreadable;
  }
  // What it says now need not be what it said when it was indexed.
  auto taken = connection.run(
      "DELETE FROM fhir.reindex_queue q WHERE q.resource_type = ? AND q.key = ?::uuid RETURNING EXISTS "
      "(SELECT "
      "FROM fhir.contained c WHERE c.container_type = q.resource_type AND c.container_key = q.key)",
      {plan.name(), key});
  if (!taken) return std::move(taken).outcome();
  if (taken->size() == 0) return fhir::Done{};  // another session was faster
  if (!isHere) return fhir::Done{};             // it has left the table, and was indexed where it went
  if (taken->flag(0, 0)) {
    if (auto dropped = dropContained(plan, key); !dropped) return dropped;
  }
  if (!stored) return dropIndex(plan, key);
  return indexStored(plan, key, *stored, true);
}

// Makes no version: whose a resource is follows from what it says.
fhir::Result<fhir::Done> Session::Impl::keepPersons(const TypePlan& plan, std::string_view key,
                                                    const Searchable& values) {
  const Persons persons = registry.personsOf(plan.type(), key, values.values);
  auto kept = connection.run(
      "UPDATE fhir.resource SET patient_keys = ?::uuid[], practitioner_keys = ?::uuid[] WHERE resource_type "
      "= ?"
      " AND id = ?::uuid AND (patient_keys, practitioner_keys) IS DISTINCT FROM (?::uuid[], ?::uuid[])",
      {persons.patients, persons.practitioners, plan.name(), key, persons.patients, persons.practitioners});
  if (!kept) return std::move(kept).outcome();
  return fhir::Done{};
}

fhir::Result<fhir::Done> Session::Impl::indexStored(const TypePlan& plan, std::string_view key,
                                                    const StoredResource& stored, bool inTable) {
  if (isBroken(stored)) {
    // It shall stand in nobody's way but its own.
    platform::log::warning("an encrypted value cannot be opened, so that its resource is not indexed",
                           {{"place", plan.name()}, {"row", key}});
    return dropIndex(plan, key);
  }
  if (stored.unreadable) return *stored.unreadable;
  auto resource = fhir::json::parse(stored.json, fhir::ownLimits);
  // What the platform wrote may be no legal FHIR value: then its columns alone can find it.
  if (!resource) return dropIndex(plan, key);
  if (!inTable) {
    const auto values = hidden(registry.searchable(*resource, true));
    if (!values) return values.outcome();
    if (auto known = keepPersons(plan, key, *values); !known) return known;
    return replaceIndex(plan, key, *values);
  }
  const Draft current = draft(*resource, plan, keyOf(plan.name(), stored.id));
  const bool whole = !current.inTable() || current.encoded->indexedWhole;
  const auto values = hidden(registry.searchable(*resource, whole));
  if (!values) return values.outcome();
  if (auto replaced = replaceIndex(plan, key, *values); !replaced) return replaced;
  auto flagged = connection.run("UPDATE " + plan.table() +
                                    " SET fhir_indexed_whole = ?::boolean WHERE id = ?::uuid"
                                    " AND fhir_indexed_whole <> ?::boolean",
                                {whole ? "true" : "false", key, whole ? "true" : "false"});
  if (!flagged) return std::move(flagged).outcome();
  // A platform's own INSERT can be what others wait for.
  if (!plan.isTarget()) return fhir::Done{};
  if (auto locked = lockNames({current.name()}); !locked) return locked;
  return adopt(plan, stored.id);
}

fhir::Result<fhir::Done> Session::indexWaiting(const fhir::TypeDefinition& type) {
  const TypePlan& plan = impl_->registry.plan(type);
  if (plan.mapping() == nullptr) return fhir::Done{};  // plain SQL writes no other
  return impl_->once([&] { return impl_->drainReindexQueue(plan); });
}

}  // namespace store
