// References between resources: what must exist before a row can stand in the platform's tables, and what
// waits for whom.
#include <algorithm>
#include <utility>

#include "fhir/json/json.h"
#include "fhir/search/index.h"
#include "src/store/session_impl.h"

namespace store {
namespace {

using fhir::Failure;
using fhir::IssueType;
using fhir::Outcome;

const TypePlan* targetPlan(const Registry& registry, const RequiredTarget& target) {
  const fhir::TypeDefinition* type = fhir::findResourceType(target.targetType);
  return type == nullptr ? nullptr : &registry.plan(*type);
}

// Whether the row that a foreign key would point to is there; a deleted one is, too.
fhir::Result<bool> inTable(Connection& connection, const TypePlan& plan, const Key& key) {
  auto rows =
      connection.run("SELECT EXISTS (SELECT FROM " + plan.table() + " r WHERE r.id = ?::uuid)", {key.uuid});
  if (!rows) return std::move(rows).outcome();
  return rows->flag(0, 0);
}

}  // namespace

// PostgreSQL has room for some thousands of locks, for all sessions together. So many names are locked as one
// lock, which every other locker of names shares; who shares it already must not want it whole.
fhir::Result<fhir::Done> Session::Impl::lockNames(std::vector<std::string> names, std::size_t inAll) {
  constexpr std::size_t kManyNames = 1000;
  if (std::max(names.size(), inAll) > kManyNames) {
    auto locked = connection.run("SELECT pg_advisory_xact_lock(hashtextextended('', 0))::text");
    if (!locked) return std::move(locked).outcome();
    return fhir::Done{};
  }
  std::sort(names.begin(), names.end());  // in one order, so that two do not wait for each other
  ArrayLiteral literal;
  for (const std::string& name : names) literal.add(name);
  auto locked = connection.run(
      "WITH all_names AS MATERIALIZED (SELECT pg_advisory_xact_lock_shared(hashtextextended('', 0))::text)"
      " SELECT (SELECT count(*) FROM all_names), count(pg_advisory_xact_lock(hashtextextended(n, 0))::text)"
      " FROM unnest(?::text[]) n",
      {literal.text()});
  if (!locked) return std::move(locked).outcome();
  return fhir::Done{};
}

// The same lock that the target's arrival takes: so either we see it, or it sees us wait.
fhir::Result<fhir::Done> Session::Impl::lockTargets(const Draft& draft) {
  std::vector<std::string> names;
  for (const RequiredTarget& target : draft.encoded->targets)
    names.push_back(target.targetType + "/" + target.targetId);
  return lockNames(std::move(names));
}

fhir::Result<fhir::Done> Session::Impl::rememberDangling(const Draft& draft) {
  const OwnStatements own(connection);
  waitsInTransaction = true;
  for (const RequiredTarget& target : draft.encoded->targets) {
    const TypePlan* plan = targetPlan(registry, target);
    if (plan == nullptr || plan->mapping() == nullptr) continue;
    auto found = inTable(connection, *plan, keyOf(target.targetType, target.targetId));
    if (!found) return std::move(found).outcome();
    if (*found) continue;
    auto added = connection.run(
        "INSERT INTO fhir.dangling_reference (target_type, target_id, source_type, source_key)"
        " VALUES (?, ?, ?, ?::uuid) ON CONFLICT DO NOTHING",
        {target.targetType, target.targetId, draft.plan->name(), draft.key.uuid});
    if (!added) return std::move(added).outcome();
  }
  return fhir::Done{};
}

fhir::Result<fhir::Done> Session::Impl::forgetDangling(const TypePlan& plan, const Key& key) {
  if (plan.mapping() == nullptr) return fhir::Done{};
  const OwnStatements own(connection);
  auto gone =
      connection.run("DELETE FROM fhir.dangling_reference WHERE source_key = ?::uuid AND source_type = ?",
                     {key.uuid, plan.name()});
  if (!gone) return std::move(gone).outcome();
  return fhir::Done{};
}

fhir::Result<fhir::Done> Session::Impl::adopt(const TypePlan& arrived, std::string_view id) {
  const OwnStatements own(connection);
  auto rows = connection.run(
      "DELETE FROM fhir.dangling_reference WHERE target_type = ? AND target_id = ?"
      " RETURNING source_type, source_key::text",
      {arrived.name(), id});
  if (!rows) return std::move(rows).outcome();
  std::vector<std::pair<std::string, std::string>> sources;
  for (std::size_t row = 0; row < rows->size(); ++row) {
    sources.emplace_back(rows->text(row, 0), rows->text(row, 1));
  }
  // In the order of the types' names and keys, so that two arrivals lock the same rows in the same order.
  std::sort(sources.begin(), sources.end());
  for (const auto& [type, key] : sources) {
    const fhir::TypeDefinition* definition = fhir::findResourceType(type);
    if (definition == nullptr) continue;
    if (auto adopted = adoptOne(registry.plan(*definition), key); !adopted) return adopted;
  }
  return fhir::Done{};
}

fhir::Result<fhir::Done> Session::Impl::adoptOne(const TypePlan& plan, std::string_view sourceKey) {
  auto rows = connection.run(
      plan.genericColumns() + ", r.created_at" + plan.fromGeneric() + " AND r.id = ?::uuid FOR UPDATE OF r",
      {sourceKey});
  if (!rows) return std::move(rows).outcome();
  if (rows->size() == 0 || rows->flag(0, Column::isDeleted)) return fhir::Done{};
  const StoredResource stored = plan.decode(*rows, 0);
  if (stored.unreadable) return *stored.unreadable;
  const std::string updatedAt(rows->text(0, Column::updatedAt));
  const std::string createdAt(rows->text(0, Column::firstMapped + plan.mapping()->columns().size()));
  auto resource = fhir::json::parse(stored.json, fhir::ownLimits);
  if (!resource) return std::move(resource).outcome();
  Draft moved = draft(*resource, plan, keyOf(plan.name(), stored.id));
  auto fit = settle(moved, {});
  if (!fit) return std::move(fit).outcome();
  if (!moved.inTable() || fit->lacksTarget()) return fhir::Done{};  // it waits for another one, too
  if (auto gone = leave(plan, moved.key, true, true); !gone) return std::move(gone).outcome();
  if (auto dropped = dropContainedOf(plan, moved.key.uuid, stored); !dropped) return dropped;
  if (auto dropped = dropIndex(plan, moved.key.uuid); !dropped) return dropped;
  Location before;
  before.current.versionId = stored.versionId - 1;
  before.createdAt = createdAt;
  auto stamp = insertRow(moved, before, updatedAt);
  if (!stamp) return std::move(stamp).outcome();
  return fhir::Done{};
}

fhir::Result<fhir::Done> Session::Impl::checkStrict(const Draft& draft) {
  if (!registry.options().strictReferences || targetsComeLater) return fhir::Done{};
  const fhir::Resource& resource = *draft.resource;
  Outcome missing;
  missing.setFailure(Failure::unprocessable);
  for (const fhir::search::LocalReference& reference :
       fhir::search::localReferences(resource, registry.options().baseUrl)) {
    const fhir::TypeDefinition* type = fhir::findResourceType(reference.type);
    if (type == nullptr) continue;  // the validator's
    if (std::string(reference.type).append("/").append(reference.id) == draft.name()) continue;
    const TypePlan& plan = registry.plan(*type);
    auto location = readCurrent(plan, keyOf(type->name, reference.id), reference.id);
    if (!location) return std::move(location).outcome();
    if (*location && !(*location)->deleted) continue;
    missing.add(
        fhir::Severity::error, IssueType::notFound,
        "The resource that this refers to is not on this server. Send it first, or leave the reference out.",
        reference.element->path() + ".reference");
  }
  if (missing.hasErrors()) return missing;
  return fhir::Done{};
}

}  // namespace store
