// create, update, delete: https://hl7.org/fhir/R4/http.html#create, #update, #delete
#include <utility>

#include "src/store/session_impl.h"

namespace store {
namespace {

using fhir::Failure;
using fhir::IssueType;
using fhir::Outcome;

constexpr std::string_view kReturning = " RETURNING r.version_id, r.updated_at";

Stamp stampOf(const Rows& rows) {
  return {static_cast<VersionId>(rows.number(0, 0)), std::string(rows.text(0, 1))};
}

// The text that an optional std::string holds, as a bound value.
Parameter bound(const std::optional<std::string>& text) {
  if (!text) return std::nullopt;
  return std::string_view(*text);
}

Outcome versionMismatch(VersionId current) {
  return {Failure::preconditionFailed, IssueType::conflict,
          current == 0
              ? "If-Match names a version, but there is no such resource. Leave If-Match out to create it."
              : "If-Match names another version than the current one, which is " + std::to_string(current) +
                    ". Read the resource again, apply your change to it, and send that version's ETag.",
          "http.If-Match"};
}

}  // namespace

RowValues::RowValues(const Draft& draft) {
  const auto columns = draft.plan->mapping()->columns();
  storage.reserve(columns.size());  // values point into it
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const std::optional<std::string>& value = draft.encoded->values[i];
    if (value && !columns[i].targetType.empty()) {
      storage.push_back(keyOf(columns[i].targetType, *value).uuid);
      values.emplace_back(storage.back());
    } else {
      values.push_back(bound(value));
    }
  }
}

std::string Draft::name() const {
  return std::string(plan->name()) + "/" + key.fhirId.value_or(key.uuid);
}

std::optional<std::string_view> Draft::residual() const noexcept {
  if (encoded->residual == "{}") return std::nullopt;
  return std::string_view(encoded->residual);
}

Draft Session::Impl::draft(const fhir::Resource& resource, const TypePlan& plan, Key key) const {
  Draft out;
  out.plan = &plan;
  out.key = std::move(key);
  out.resource = &resource;
  if (plan.mapping() != nullptr) out.encoded = plan.mapping()->encode(resource);
  return out;
}

fhir::Result<fhir::search::IndexValues> Session::Impl::indexValues(const Draft& draft) const {
  const bool whole = !draft.inTable() || draft.encoded->indexedWhole;
  const fhir::TypeDefinition& type = draft.plan->type();
  auto values =
      registry.indexer().index(*draft.resource, whole ? registry.wholly(type) : registry.besideColumns(type));
  if (auto complete = checkComplete(type, values); !complete) return std::move(complete).outcome();
  return values;
}

Written Session::Impl::written(const Draft& draft, const Stamp& stamp, Change change) const {
  Written out;
  out.change = change;
  StoredResource& resource = out.resource;
  resource.type = &draft.plan->type();
  resource.id = draft.key.fhirId.value_or(draft.key.uuid);
  resource.versionId = stamp.versionId;
  resource.lastUpdated = instantFromSql(stamp.updatedAt);
  const std::string version = std::to_string(stamp.versionId);
  const Envelope envelope{resource.id, version, resource.lastUpdated};
  if (!draft.inTable()) {
    decodeWhole(draft.plan->type(), encodeWhole(*draft.resource), envelope, resource.json);
    return out;
  }
  std::vector<std::optional<std::string_view>> values;
  for (const auto& value : draft.encoded->values) values.push_back(bound(value));
  draft.plan->mapping()->decode(values, draft.encoded->residual, envelope, resource.json);
  return out;
}

// The row that has the key in one place, locked. Its foreign keys' holders are not kept waiting.
fhir::Result<Location> Session::Impl::locateIn(const std::string& place, const Key& key, bool generic) {
  auto rows = connection.run("SELECT r.version_id, r.is_deleted, r.fhir_id, r.created_at" + place +
                                 " AND r.id = ?::uuid FOR NO KEY UPDATE",
                             {key.uuid});
  if (!rows) return std::move(rows).outcome();
  Location out;
  if (rows->size() == 0) return out;
  if (rows->text(0, 2) != key.fhirId.value_or("")) {
    return Outcome(Failure::conflict, IssueType::duplicate,
                   "This id is the inner key of another resource of this type. Choose another id.");
  }
  out.versionId = static_cast<VersionId>(rows->number(0, 0));
  out.deleted = rows->flag(0, 1);
  out.createdAt = rows->text(0, 3);
  out.generic = generic;
  return out;
}

fhir::Result<Location> Session::Impl::locate(const TypePlan& plan, const Key& key) {
  if (plan.mapping() == nullptr) return locateIn(plan.fromGeneric(), key, true);
  for (;;) {
    auto found = locateIn(plan.fromMapped(), key, false);
    if (!found || found->exists()) return found;
    found = locateIn(plan.fromGeneric(), key, true);
    if (!found || found->exists()) return found;
    // Between the two it may have moved from the second place to the first; one statement sees both.
    auto rows = connection.run("SELECT EXISTS (SELECT" + plan.fromMapped() + " AND r.id = ?::uuid)" +
                                   " OR EXISTS (SELECT" + plan.fromGeneric() + " AND r.id = ?::uuid)",
                               {key.uuid, key.uuid});
    if (!rows) return std::move(rows).outcome();
    if (!rows->flag(0, 0)) return Location{};
  }
}

fhir::Result<std::optional<Stamp>> Session::Impl::insertRow(const Draft& draft, const Location& before,
                                                            Parameter updatedAt) {
  const Mapping& mapping = *draft.plan->mapping();
  const std::string indexed = draft.encoded->indexedWhole ? "true" : "false";
  const std::string version = std::to_string(before.versionId + 1);
  std::string names = "id, fhir_id, fhir_residual, fhir_indexed_whole, version_id, created_at, updated_at";
  std::string values =
      "?::uuid, ?, ?::json, ?::boolean, ?::integer, coalesce(?::timestamptz, clock_timestamp()),"
      " coalesce(?::timestamptz, clock_timestamp())";
  std::vector<Parameter> parameters{
      draft.key.uuid,   bound(draft.key.fhirId),
      draft.residual(), indexed,
      version,          before.createdAt.empty() ? std::nullopt : Parameter(before.createdAt),
      updatedAt};
  const RowValues row(draft);
  const auto columns = mapping.columns();
  std::string targets;
  std::vector<Parameter> targetKeys;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (!row.values[i]) continue;  // the column's default
    names += ", " + columns[i].name;
    values += ", ?::" + columns[i].sqlType;
    parameters.push_back(row.values[i]);
    if (columns[i].targetTable.empty()) continue;
    targets += (targets.empty() ? " WHERE " : " AND ") +
               ("EXISTS (SELECT FROM public." + columns[i].targetTable + " t WHERE t.id = ?::uuid)");
    targetKeys.push_back(row.values[i]);
  }
  for (const auto& [column, value] : mapping.constants()) {
    names += ", " + column;
    values += ", " + quoteLiteral(value);
  }
  parameters.insert(parameters.end(), targetKeys.begin(), targetKeys.end());
  std::string sql = "WITH written AS (INSERT INTO " + draft.plan->table() + " AS r (" + names + ") SELECT " +
                    values + targets + std::string(kReturning) + ")";
  const auto found = indexValues(draft);
  if (!found) return found.outcome();
  IndexRows index;
  index.add(registry, draft.plan->type(), draft.key.uuid, *found);
  index.appendInserts("written", sql, parameters);
  sql += " SELECT version_id, updated_at FROM written";
  auto rows = connection.run(sql, parameters);
  if (!rows) return std::move(rows).outcome();
  if (rows->size() == 0) return std::optional<Stamp>();
  return std::optional<Stamp>(stampOf(*rows));
}

fhir::Result<Stamp> Session::Impl::insertGeneric(Draft& draft, const Location& before) {
  const std::string content = encodeWhole(*draft.resource);
  const std::string version = std::to_string(before.versionId + 1);
  std::string sql =
      "WITH written AS (INSERT INTO fhir.resource AS r (resource_type, id, fhir_id, fhir_residual, "
      "version_id, created_at)"
      " VALUES (?, ?::uuid, ?, ?::json, ?::integer, coalesce(?::timestamptz, clock_timestamp()))" +
      std::string(kReturning) + ")";
  std::vector<Parameter> parameters{draft.plan->name(),
                                    draft.key.uuid,
                                    bound(draft.key.fhirId),
                                    content,
                                    version,
                                    before.createdAt.empty() ? std::nullopt : Parameter(before.createdAt)};
  const auto found = indexValues(draft);
  if (!found) return found.outcome();
  IndexRows index;
  index.add(registry, draft.plan->type(), draft.key.uuid, *found);
  index.appendInserts("written", sql, parameters);
  sql += " SELECT version_id, updated_at FROM written";
  auto rows = connection.run(sql, parameters);
  if (!rows) return std::move(rows).outcome();
  return stampOf(*rows);
}

fhir::Result<Stamp> Session::Impl::updateRow(Draft& draft) {
  const Mapping& mapping = *draft.plan->mapping();
  const std::string indexed = draft.encoded->indexedWhole ? "true" : "false";
  std::string sql = "WITH written AS (UPDATE " + draft.plan->table() +
                    " r SET is_deleted = false, fhir_residual = ?::json, fhir_indexed_whole = ?::boolean";
  std::vector<Parameter> parameters{draft.residual(), indexed};
  const RowValues row(draft);
  const auto columns = mapping.columns();
  for (std::size_t i = 0; i < columns.size(); ++i) {
    sql += ", " + columns[i].name + " = ?::" + columns[i].sqlType;
    parameters.push_back(row.values[i]);
  }
  sql += " WHERE r.id = ?::uuid" + std::string(kReturning) + ")";
  parameters.emplace_back(draft.key.uuid);
  sql += " SELECT version_id, updated_at FROM written";
  auto rows = connection.run(sql, parameters);
  if (!rows) return std::move(rows).outcome();
  return stampOf(*rows);
}

fhir::Result<Stamp> Session::Impl::updateGeneric(Draft& draft) {
  const std::string content = encodeWhole(*draft.resource);
  auto rows = connection.run(
      "UPDATE fhir.resource r SET is_deleted = false, fhir_residual = ?::json"
      " WHERE r.resource_type = ? AND r.id = ?::uuid" +
          std::string(kReturning),
      {content, draft.plan->name(), draft.key.uuid});
  if (!rows) return std::move(rows).outcome();
  return stampOf(*rows);
}

fhir::Result<fhir::Done> Session::Impl::leave(const TypePlan& plan, const Key& key, bool generic,
                                              bool keepVersion) {
  // A row that only changes its place keeps its version: then nothing of it becomes history.
  auto set =
      connection.command(keepVersion ? "SET LOCAL hv.moving = 'on'; SET LOCAL hv.moving_version = 'same'"
                                     : "SET LOCAL hv.moving = 'on'; SET LOCAL hv.moving_version = 'next'");
  if (!set) return set;
  auto gone = generic ? connection.run("DELETE FROM fhir.resource WHERE resource_type = ? AND id = ?::uuid",
                                       {plan.name(), key.uuid})
                      : connection.run("DELETE FROM " + plan.table() + " WHERE id = ?::uuid", {key.uuid});
  if (!gone) return std::move(gone).outcome();
  return connection.command("SET LOCAL hv.moving = 'off'");
}

// Puts a draft where it belongs when nothing of it stands there yet. Inside a transaction.
fhir::Result<Stamp> Session::Impl::place(Draft& draft, const Location& before) {
  if (draft.inTable()) {
    auto stamp = insertRow(draft, before);
    if (!stamp) return std::move(stamp).outcome();
    if (*stamp) return **stamp;
    // A target is missing. From here on its arrival waits for us, and we look once more.
    if (auto locked = lockTargets(draft); !locked) return std::move(locked).outcome();
    stamp = insertRow(draft, before);
    if (!stamp) return std::move(stamp).outcome();
    if (*stamp) return **stamp;
    if (auto remembered = rememberDangling(draft); !remembered) return std::move(remembered).outcome();
    draft.encoded->holdable = false;
  }
  return insertGeneric(draft, before);
}

fhir::Result<Written> Session::Impl::insertDraft(Draft& draft) {
  if (registry.options().strictReferences) {
    if (auto checked = checkStrict(*draft.resource); !checked) return std::move(checked).outcome();
  }
  auto stamp = place(draft, {});
  if (!stamp) return std::move(stamp).outcome();
  if (draft.plan->isTarget() && draft.inTable()) {
    const std::string id = draft.key.fhirId.value_or(draft.key.uuid);
    if (auto adopted = adopt(*draft.plan, id); !adopted) return std::move(adopted).outcome();
  }
  return written(draft, *stamp, Change::created);
}

fhir::Result<Written> Session::Impl::changeDraft(Draft& draft, const Location& before) {
  if (registry.options().strictReferences) {
    if (auto checked = checkStrict(*draft.resource); !checked) return std::move(checked).outcome();
  }
  bool toTable = draft.inTable();
  if (toTable) {
    auto present = targetsExist(draft);
    if (present && !*present) {
      // From here on the arrival of a target waits for us, and we look once more.
      if (auto locked = lockTargets(draft); !locked) return std::move(locked).outcome();
      present = targetsExist(draft);
    }
    if (!present) return std::move(present).outcome();
    toTable = *present;
  }
  const Change change = before.deleted ? Change::created : Change::updated;
  if (before.generic == toTable) {  // it changes its place
    if (auto gone = leave(*draft.plan, draft.key, before.generic, false); !gone)
      return std::move(gone).outcome();
    if (auto dropped = dropIndex(*draft.plan, draft.key.uuid); !dropped) return std::move(dropped).outcome();
    if (auto forgotten = forgetDangling(*draft.plan, draft.key); !forgotten)
      return std::move(forgotten).outcome();
    auto stamp = place(draft, before);
    if (!stamp) return std::move(stamp).outcome();
    return written(draft, *stamp, change);
  }
  if (!toTable && draft.inTable()) {
    if (auto forgotten = forgetDangling(*draft.plan, draft.key); !forgotten)
      return std::move(forgotten).outcome();
    if (auto remembered = rememberDangling(draft); !remembered) return std::move(remembered).outcome();
    draft.encoded->holdable = false;
  }
  auto stamp = toTable ? updateRow(draft) : updateGeneric(draft);
  if (!stamp) return std::move(stamp).outcome();
  if (stamp->versionId == before.versionId) return written(draft, *stamp, Change::unchanged);
  const auto found = indexValues(draft);
  if (!found) return found.outcome();
  if (auto indexed = replaceIndex(*draft.plan, draft.key.uuid, *found); !indexed)
    return std::move(indexed).outcome();
  return written(draft, *stamp, change);
}

fhir::Result<Written> Session::create(fhir::Resource resource) {
  const TypePlan& plan = impl_->registry.plan(resource.type());
  const Key key = newKey();
  const Draft draft = impl_->draft(resource, plan, key);
  // One statement, and atomic by itself, unless others may wait for this resource or references are to be
  // checked.
  if (draft.inTable() && !plan.isTarget() && !impl_->registry.options().strictReferences) {
    auto stamp = impl_->once([&] { return impl_->insertRow(draft, {}); });
    if (!stamp && impl_->connection.lastState() == "23505" && !impl_->inTransaction) {
      // The key is new, so it was our own first try that went through before the connection broke.
      auto stored = impl_->readCurrent(plan, key, key.uuid);
      if (stored && *stored) return Written{Change::created, **std::move(stored)};
    }
    if (!stamp) return std::move(stamp).outcome();
    if (*stamp) return impl_->written(draft, **stamp, Change::created);
  }
  return impl_->transact([&]() -> fhir::Result<Written> {
    Draft again = impl_->draft(resource, plan, key);
    if (auto locked = impl_->lockNames({again.name()}); !locked) return std::move(locked).outcome();
    return impl_->insertDraft(again);
  });
}

fhir::Result<Written> Session::Impl::put(Draft& draft, std::optional<VersionId> ifMatch) {
  auto before = locate(*draft.plan, draft.key);
  if (before && !before->exists()) {
    // Of several who create it only the first finds nothing, whichever place each would choose.
    if (auto locked = lockNames({draft.name()}); !locked) return std::move(locked).outcome();
    before = locate(*draft.plan, draft.key);
  }
  if (!before) return std::move(before).outcome();
  if (ifMatch && *ifMatch != before->versionId) return versionMismatch(before->versionId);
  return before->exists() ? changeDraft(draft, *before) : insertDraft(draft);
}

fhir::Result<Written> Session::update(fhir::Resource resource, std::string_view id,
                                      std::optional<VersionId> ifMatch) {
  const TypePlan& plan = impl_->registry.plan(resource.type());
  return impl_->transact([&]() -> fhir::Result<Written> {
    Draft draft = impl_->draft(resource, plan, keyOf(plan.name(), id));
    return impl_->put(draft, ifMatch);
  });
}

fhir::Result<Written> Session::remove(const fhir::TypeDefinition& type, std::string_view id,
                                      std::optional<VersionId> ifMatch) {
  const TypePlan& plan = impl_->registry.plan(type);
  const Key key = keyOf(type.name, id);
  return impl_->transact([&]() -> fhir::Result<Written> {
    auto before = impl_->locate(plan, key);
    if (!before) return std::move(before).outcome();
    if (ifMatch && *ifMatch != before->versionId) return versionMismatch(before->versionId);
    Written out;
    out.resource = {&type, std::string(id), before->versionId, {}, before->exists(), {}};
    if (!before->exists() || before->deleted) return out;
    const std::string place = before->generic ? "fhir.resource" : plan.table();
    std::string sql = "UPDATE " + place + " r SET is_deleted = true WHERE r.id = ?::uuid";
    std::vector<Parameter> parameters{key.uuid};
    if (before->generic) {
      sql += " AND r.resource_type = ?";
      parameters.emplace_back(plan.name());
    }
    auto rows = impl_->connection.run(sql + std::string(kReturning), parameters);
    if (!rows) return std::move(rows).outcome();
    const Stamp stamp = stampOf(*rows);
    out.change = Change::deleted;
    out.resource.versionId = stamp.versionId;
    out.resource.lastUpdated = instantFromSql(stamp.updatedAt);
    if (auto dropped = impl_->dropIndex(plan, key.uuid); !dropped) return std::move(dropped).outcome();
    if (auto forgotten = impl_->forgetDangling(plan, key); !forgotten) return std::move(forgotten).outcome();
    return out;
  });
}

}  // namespace store
