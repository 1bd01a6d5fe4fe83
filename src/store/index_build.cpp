// Indexes that are built while servers and the platform go on writing: some rows at each step, each in a
// transaction of its own, and where it stopped is kept.
#include <utility>

#include "fhir/json/json.h"
#include "src/store/session_impl.h"

namespace store {
namespace {

constexpr int kRowsPerStep = 200;
constexpr std::size_t kRowsPerRemoval = 5000;  // of each table

// Builds that are at the same row go on together.
struct Front {
  const TypePlan* plan = nullptr;
  bool inTable = true;
  std::optional<std::string> lastKey;
  std::string numbers;  // array literal
  bool isCounted = false;
};

std::string placeOf(const TypePlan& plan, bool inTable) {
  return inTable ? plan.fromMapped() : plan.fromGeneric();
}

}  // namespace

// Some rows at each step, so that no statement takes long. Whether something was removed, so that there may
// be more.
fhir::Result<bool> Session::Impl::dropRetired() {
  auto rows = connection.run(
      "SELECT number FROM fhir.own_parameter WHERE retired_at < clock_timestamp() - interval '1 minute' "
      "ORDER BY number LIMIT 1");
  if (!rows) return std::move(rows).outcome();
  if (rows->size() == 0) return false;
  const std::string number(rows->text(0, 0));
  return transact([&]() -> fhir::Result<bool> {
    std::string sql;
    std::vector<Parameter> parameters;
    appendParameterDeletes(number, kRowsPerRemoval, sql, parameters);
    auto deleted = connection.run(sql, parameters);
    if (!deleted) return std::move(deleted).outcome();
    if (deleted->number(0, 0) > 0) return true;
    auto forgotten = connection.run(
        "WITH build AS (DELETE FROM fhir.index_build WHERE number = ?::smallint), own AS (DELETE FROM "
        "fhir.own_parameter WHERE"
        " number = ?::smallint) UPDATE fhir.search_epoch SET epoch = epoch + 1",
        {number, number});
    if (!forgotten) return std::move(forgotten).outcome();
    return true;
  });
}

namespace {

// The first of the builds that may begin, with those that are at the same row.
fhir::Result<std::optional<Front>> nextFront(const Registry& registry, Connection& connection) {
  auto rows = connection.run(
      "WITH first AS (SELECT b.resource_type, b.in_table, b.last_key FROM fhir.index_build b"
      " WHERE b.since < pg_snapshot_xmin(pg_current_snapshot())"
      " ORDER BY b.resource_type, b.in_table DESC, b.last_key NULLS FIRST LIMIT 1)"
      " SELECT f.resource_type, f.in_table, f.last_key::text, array_agg(b.number)::text, min(b.total) > 0 "
      "FROM first f"
      " JOIN fhir.index_build b ON b.resource_type = f.resource_type AND b.in_table = f.in_table"
      " AND b.last_key IS NOT DISTINCT FROM f.last_key AND b.since < pg_snapshot_xmin(pg_current_snapshot())"
      " GROUP BY 1, 2, 3");
  if (!rows) return std::move(rows).outcome();
  if (rows->size() == 0) return std::optional<Front>();
  const auto* type = fhir::findResourceType(rows->text(0, 0));
  if (type == nullptr) return std::optional<Front>();
  Front front{&registry.plan(*type), rows->flag(0, 1), {}, std::string(rows->text(0, 3)), rows->flag(0, 4)};
  if (!rows->isNull(0, 2)) front.lastKey = std::string(rows->text(0, 2));
  if (front.plan->mapping() == nullptr) front.inTable = false;
  return std::optional<Front>(std::move(front));
}

fhir::Result<fhir::Done> countRows(Connection& connection, const Front& front) {
  std::string sql = "UPDATE fhir.index_build SET total = (SELECT count(*)" + front.plan->fromGeneric() + ")";
  if (front.plan->mapping() != nullptr) sql += " + (SELECT count(*)" + front.plan->fromMapped() + ")";
  auto counted = connection.run(sql + " WHERE number = ANY (?::smallint[])", {front.numbers});
  if (!counted) return std::move(counted).outcome();
  return fhir::Done{};
}

}  // namespace

// A row's transaction ends before the next begins, so the builder waits for a writer and never one for the
// other in a circle.
fhir::Result<fhir::Done> Session::Impl::indexOne(const TypePlan& plan, bool inTable, std::string_view key) {
  return transact([&]() -> fhir::Result<fhir::Done> {
    if (auto quick = connection.command("SET LOCAL synchronous_commit = off"); !quick) return quick;
    auto rows = connection.run((inTable ? plan.mappedColumns() : plan.genericColumns()) +
                                   placeOf(plan, inTable) + " AND r.id = ?::uuid FOR NO KEY UPDATE OF r",
                               {key});
    if (!rows) return std::move(rows).outcome();
    if (rows->size() == 0 || rows->flag(0, Column::isDeleted)) return fhir::Done{};
    if (auto dropped = dropContained(plan, key); !dropped) return dropped;
    return indexStored(plan, key, plan.decode(*rows, 0), inTable);
  });
}

fhir::Result<bool> Session::Impl::buildStep() {
  auto dropped = dropRetired();
  if (!dropped || *dropped) return dropped;
  auto next = nextFront(registry, connection);
  if (!next) return std::move(next).outcome();
  if (!*next) return false;
  const Front& front = **next;
  if (!front.isCounted) {
    if (auto counted = countRows(connection, front); !counted) return std::move(counted).outcome();
  }
  const std::string after = front.lastKey.value_or("00000000-0000-0000-0000-000000000000");
  auto rows = connection.run("SELECT r.id::text" + placeOf(*front.plan, front.inTable) +
                                 " AND r.id > ?::uuid ORDER BY r.id LIMIT " + std::to_string(kRowsPerStep),
                             {after});
  if (!rows) return std::move(rows).outcome();
  std::vector<std::string> keys;
  for (std::size_t row = 0; row < rows->size(); ++row) keys.emplace_back(rows->text(row, 0));
  for (const std::string& key : keys) {
    if (auto indexed = indexOne(*front.plan, front.inTable, key); !indexed)
      return std::move(indexed).outcome();
  }
  const std::string done = std::to_string(keys.size());
  if (keys.size() == kRowsPerStep) {
    auto kept = connection.run(
        "UPDATE fhir.index_build SET last_key = ?::uuid, in_table = ?::boolean, done = done + ?::bigint"
        " WHERE number = ANY (?::smallint[])",
        {keys.back(), front.inTable ? "true" : "false", done, front.numbers});
    if (!kept) return std::move(kept).outcome();
    return true;
  }
  auto ended =
      front.inTable
          ? connection.run(
                "UPDATE fhir.index_build SET last_key = NULL, in_table = false, done = done + ?::bigint"
                " WHERE number = ANY (?::smallint[])",
                {done, front.numbers})
          : connection.run(
                "WITH done AS (DELETE FROM fhir.index_build WHERE number = ANY (?::smallint[]))"
                " UPDATE fhir.search_epoch SET epoch = epoch + 1",
                {front.numbers});
  if (!ended) return std::move(ended).outcome();
  return true;
}

fhir::Result<bool> Session::buildIndexes() {
  auto locked = impl_->connection.run("SELECT pg_try_advisory_lock(hashtextextended('fhir.index_build', 0))");
  if (!locked) return std::move(locked).outcome();
  if (!locked->flag(0, 0)) return false;
  auto more = impl_->buildStep();
  auto released = impl_->connection.run("SELECT pg_advisory_unlock(hashtextextended('fhir.index_build', 0))");
  if (!released) impl_->connection.close();
  if (more && *more) {
    if (auto followed = impl_->followParameters(); !followed) return std::move(followed).outcome();
  }
  return more;
}

}  // namespace store
