// The index tables follow each write; rows that the platform wrote with plain SQL are indexed before the next
// search of their type.
#include <optional>
#include <utility>

#include "fhir/json/json.h"
#include "src/store/session_impl.h"

namespace store {

fhir::Result<fhir::Done> Session::Impl::replaceIndex(const TypePlan& plan, std::string_view key,
                                                     const fhir::search::IndexValues& values) {
  ArrayLiteral keys;
  keys.add(key);
  // A statement sees the tables as they were before it: its deletes never meet its inserts.
  std::string sql = "WITH one AS (SELECT 1)";
  std::vector<Parameter> parameters;
  appendIndexDeletes(keys.text(), registry.numbers(plan.type()), sql, parameters);
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

// One row in its own transaction, locked before its queue entry as the platform's writers do: so neither
// waits for the other in a circle, and a writer's own transaction is never the victim.
fhir::Result<fhir::Done> Session::Impl::drainReindexQueue(const TypePlan& plan) {
  auto rows = connection.run("SELECT key::text FROM fhir.reindex_queue WHERE resource_type = ? ORDER BY key",
                             {plan.name()});
  if (!rows) return std::move(rows).outcome();
  std::vector<std::string> keys;
  for (std::size_t row = 0; row < rows->size(); ++row) keys.emplace_back(rows->text(row, 0));
  for (const std::string& key : keys) {
    auto done = transact([&]() -> fhir::Result<fhir::Done> {
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
  if (rows->size() != 0 && !rows->flag(0, Column::isDeleted)) stored = plan.decode(*rows, 0);
  auto taken =
      connection.run("DELETE FROM fhir.reindex_queue WHERE resource_type = ? AND key = ?::uuid RETURNING 1",
                     {plan.name(), key});
  if (!taken) return std::move(taken).outcome();
  if (taken->size() == 0) return fhir::Done{};  // another session was faster
  if (!stored) return dropIndex(plan, key);
  auto resource = fhir::json::parse(stored->json);
  // What the platform wrote may be no legal FHIR value: then its columns alone can find it.
  if (!resource) return dropIndex(plan, key);
  const Draft current = draft(*resource, plan, keyOf(plan.name(), stored->id));
  const bool whole = !current.inTable() || current.encoded->indexedWhole;
  auto values = registry.indexer().index(
      *resource, whole ? registry.wholly(plan.type()) : registry.besideColumns(plan.type()));
  if (auto replaced = replaceIndex(plan, key, values); !replaced) return replaced;
  auto flagged = connection.run("UPDATE " + plan.table() +
                                    " SET fhir_indexed_whole = ?::boolean WHERE id = ?::uuid"
                                    " AND fhir_indexed_whole <> ?::boolean",
                                {whole ? "true" : "false", key, whole ? "true" : "false"});
  if (!flagged) return std::move(flagged).outcome();
  // A platform's own INSERT can be what others wait for.
  if (!plan.isTarget()) return fhir::Done{};
  if (auto locked = lockNames({current.name()}); !locked) return locked;
  return adopt(plan, stored->id);
}

}  // namespace store
