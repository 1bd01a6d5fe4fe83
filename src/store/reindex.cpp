// The index tables follow each write; rows that the platform wrote with plain SQL are indexed before the next
// search of their type.
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

fhir::Result<fhir::Done> Session::Impl::drainReindexQueue(const TypePlan& plan) {
  constexpr std::size_t kBatch = 200;
  for (std::size_t taken = kBatch; taken == kBatch;) {
    auto drained = transact([&]() -> fhir::Result<std::size_t> {
      auto rows = connection.run(
          "DELETE FROM fhir.reindex_queue q USING (SELECT key FROM fhir.reindex_queue WHERE resource_type = ?"
          " ORDER BY key LIMIT 200 FOR UPDATE) taken WHERE q.resource_type = ? AND q.key = taken.key "
          "RETURNING q.key::text",
          {plan.name(), plan.name()});
      if (!rows) return std::move(rows).outcome();
      std::vector<std::string> keys;
      for (std::size_t row = 0; row < rows->size(); ++row) keys.emplace_back(rows->text(row, 0));
      for (const std::string& key : keys) {
        if (auto done = reindexRow(plan, key); !done) return std::move(done).outcome();
      }
      return keys.size();
    });
    if (!drained) return std::move(drained).outcome();
    taken = *drained;
  }
  return fhir::Done{};
}

fhir::Result<fhir::Done> Session::Impl::reindexRow(const TypePlan& plan, std::string_view key) {
  auto rows =
      connection.run(plan.mappedColumns() + plan.fromMapped() + " AND r.id = ?::uuid FOR UPDATE OF r", {key});
  if (!rows) return std::move(rows).outcome();
  if (rows->size() == 0 || rows->flag(0, Column::isDeleted)) return dropIndex(plan, key);
  const StoredResource stored = plan.decode(*rows, 0);
  auto resource = fhir::json::parse(stored.json);
  if (!resource) return std::move(resource).outcome();
  const Draft current = draft(*resource, plan, keyOf(plan.name(), stored.id));
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
  if (plan.isTarget()) return adopt(plan, stored.id);
  return fhir::Done{};
}

}  // namespace store
