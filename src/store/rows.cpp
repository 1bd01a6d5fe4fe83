// The statements that write one resource: into its type's table or the generic store, with its index rows.
#include <set>
#include <utility>

#include "src/store/session_impl.h"

namespace store {
namespace {

constexpr std::string_view kReturning = " RETURNING r.version_id, r.updated_at";

// The same of a row that is judged by whose it is.
std::string returningPersons(const RowPersons& persons) {
  std::set<std::string> columns{"id", persons.patient, persons.practitioner, persons.visibility};
  columns.erase("");
  std::string out(kReturning);
  for (const std::string& column : columns) out.append(", r.").append(column);
  return out;
}

Stamp stampOf(const Rows& rows) {
  return {static_cast<VersionId>(rows.number(0, 0)), std::string(rows.text(0, 1))};
}

// The text that an optional std::string holds, as a bound value.
Parameter bound(const std::optional<std::string>& text) {
  if (!text) return std::nullopt;
  return std::string_view(*text);
}

// Conditions under which a row may be added: the rows that its foreign keys point to are there, its key is
// not another type's, and of what one row only may say, no other says it.
std::string admission(const TypePlan& plan, const RowValues& row, std::string_view key,
                      std::vector<Parameter>& parameters) {
  std::string sql;
  const auto require = [&](const std::string& condition) {
    sql += (sql.empty() ? " WHERE " : " AND ") + condition;
  };
  const auto columns = plan.mapping()->columns();
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (!row.values[i] || columns[i].targetTable.empty()) continue;
    require("EXISTS (SELECT FROM public." + columns[i].targetTable + " t WHERE t.id = ?::uuid)");
    parameters.push_back(row.values[i]);
  }
  if (!plan.otherTypes().empty()) {
    require("NOT EXISTS (SELECT" + plan.otherTypes() + " AND n.id = ?::uuid)");
    parameters.emplace_back(key);
  }
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (!columns[i].unique || !row.values[i]) continue;
    require("NOT EXISTS (SELECT FROM " + plan.table() + " n WHERE n." + columns[i].name +
            " = ?::" + columns[i].sqlType + " AND NOT n.is_deleted)");
    parameters.push_back(row.values[i]);
  }
  return sql;
}

}  // namespace

RowValues::RowValues(const Draft& draft, const Sealing* sealing) {
  const Mapping& mapping = *draft.plan->mapping();
  const auto columns = mapping.columns();
  const bool seals = sealing != nullptr && sealing->isOn();
  storage.reserve(columns.size() + 1);  // values point into it
  const auto keep = [&](std::string text) { return Parameter(storage.emplace_back(std::move(text))); };
  if (draft.encoded->residual != "{}") {
    residual = seals ? keep(sealing->residual(mapping, draft.key.uuid, draft.encoded->residual))
                     : Parameter(draft.encoded->residual);
  }
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const std::optional<std::string>& value = draft.encoded->values[i];
    if (value && !columns[i].targetType.empty()) {
      values.push_back(keep(keyOf(columns[i].targetType, *value).uuid));
    } else if (value && columns[i].encrypted && seals) {
      values.push_back(keep(sealing->column(mapping, columns[i], draft.key.uuid, *value)));
    } else {
      values.push_back(bound(value));
    }
  }
}

fhir::Result<Found> Session::Impl::find(const Draft& draft) const {
  // Asked before the values are found: a newer set would have others.
  std::string epoch = expectedEpoch();
  auto values = indexValues(draft);
  if (!values) return std::move(values).outcome();
  return Found{std::move(epoch), *std::move(values)};
}

fhir::Result<std::optional<Stamp>> Session::Impl::insertWithIndex(const Draft& draft, const Found& found,
                                                                  std::string sql,
                                                                  std::vector<Parameter> parameters,
                                                                  Judged judged) {
  IndexRows index;
  index.add(registry, draft.plan->type(), draft.key.uuid, found.values);
  index.appendInserts("written", sql, parameters);
  sql += " SELECT r.version_id, r.updated_at";
  // In a transaction it was looked at when that began.
  if (!inTransaction) sql += ", " + found.epoch;
  // The audit trail is written by trigger when all of the statement has run.
  if (!audit.empty()) {
    sql += ", set_config('hv.audit', ?, true)";
    parameters.emplace_back(audit);
  }
  SqlText allowed;
  if (judged == Judged::here) {
    const Place place = draft.inTable() ? Place::table : Place::generic;
    AccessSql(view()).restrict({place, {draft.plan}}, AccessSql::For::create, allowed);
    sql.append(", CASE WHEN true").append(allowed.text()).append(" THEN true ELSE fhir.refuse() END");
  }
  sql += " FROM written r";
  const std::vector<Parameter> more = allowed.parameters();
  parameters.insert(parameters.end(), more.begin(), more.end());
  auto rows = connection.run(sql, parameters);
  if (!rows) return std::move(rows).outcome();
  if (rows->size() == 0) return std::optional<Stamp>();
  return std::optional<Stamp>(stampOf(*rows));
}

fhir::Result<std::optional<Stamp>> Session::Impl::insertRow(const Draft& draft, const Location& before,
                                                            Parameter updatedAt, Judged judged) {
  const Mapping& mapping = *draft.plan->mapping();
  const std::string indexed = draft.encoded->indexedWhole ? "true" : "false";
  const std::string version = std::to_string(before.current.versionId + 1);
  std::string names = "id, fhir_id, fhir_residual, fhir_indexed_whole, version_id, created_at, updated_at";
  std::string values =
      "?::uuid, ?, ?::json, ?::boolean, ?::integer, coalesce(?::timestamptz, clock_timestamp()),"
      " coalesce(?::timestamptz, clock_timestamp())";
  auto seal = sealing();
  if (!seal) return std::move(seal).outcome();
  const RowValues row(draft, &*seal);
  std::vector<Parameter> parameters{
      draft.key.uuid, bound(draft.key.fhirId),
      row.residual,   indexed,
      version,        before.createdAt.empty() ? std::nullopt : Parameter(before.createdAt),
      updatedAt};
  const auto columns = mapping.columns();
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (!row.values[i]) continue;  // the column's default
    names += ", " + columns[i].name;
    values += ", ?::" + columns[i].sqlType;
    parameters.push_back(row.values[i]);
  }
  for (const auto& [column, value] : mapping.constants()) {
    names += ", " + column;
    values += ", " + quoteLiteral(value);
  }
  std::string sql = "WITH written AS (INSERT INTO " + draft.plan->table() + " AS r (" + names + ") SELECT " +
                    values + admission(*draft.plan, row, draft.key.uuid, parameters) +
                    returningPersons(mapping.persons()) + ")";
  auto found = find(draft);
  if (!found) return std::move(found).outcome();
  return insertWithIndex(draft, *found, std::move(sql), std::move(parameters), judged);
}

fhir::Result<Stamp> Session::Impl::insertGeneric(Draft& draft, const Location& before, Judged judged) {
  auto seal = sealing();
  if (!seal) return std::move(seal).outcome();
  const std::string content = seal->whole(draft.plan->type(), draft.key.uuid, encodeWhole(*draft.resource));
  auto found = find(draft);
  if (!found) return std::move(found).outcome();
  const Persons persons = registry.personsOf(draft.plan->type(), draft.key.uuid, found->values.values);
  const std::string version = std::to_string(before.current.versionId + 1);
  std::string sql =
      "WITH written AS (INSERT INTO fhir.resource AS r (resource_type, id, fhir_id, fhir_residual, "
      "version_id, created_at, patient_keys, practitioner_keys)"
      " VALUES (?, ?::uuid, ?, ?::json, ?::integer, coalesce(?::timestamptz, clock_timestamp()), ?::uuid[], "
      "?::uuid[])" +
      std::string(kReturning) + ", r.id, r.patient_keys, r.practitioner_keys)";
  std::vector<Parameter> parameters{draft.plan->name(),
                                    draft.key.uuid,
                                    bound(draft.key.fhirId),
                                    content,
                                    version,
                                    before.createdAt.empty() ? std::nullopt : Parameter(before.createdAt),
                                    persons.patients,
                                    persons.practitioners};
  auto stamp = insertWithIndex(draft, *found, std::move(sql), std::move(parameters), judged);
  if (!stamp) return std::move(stamp).outcome();
  return **std::move(stamp);  // nothing keeps a row out of the generic store
}

fhir::Result<Stamp> Session::Impl::updateRow(Draft& draft) {
  const Mapping& mapping = *draft.plan->mapping();
  const std::string indexed = draft.encoded->indexedWhole ? "true" : "false";
  std::string sql = "UPDATE " + draft.plan->table() +
                    " r SET is_deleted = false, fhir_residual = ?::json, fhir_indexed_whole = ?::boolean";
  auto seal = sealing();
  if (!seal) return std::move(seal).outcome();
  const RowValues row(draft, &*seal);
  std::vector<Parameter> parameters{row.residual, indexed};
  const auto columns = mapping.columns();
  for (std::size_t i = 0; i < columns.size(); ++i) {
    sql += ", " + columns[i].name + " = ?::" + columns[i].sqlType;
    parameters.push_back(row.values[i]);
  }
  sql += " WHERE r.id = ?::uuid" + std::string(kReturning);
  parameters.emplace_back(draft.key.uuid);
  auto rows = connection.run(sql, parameters);
  if (!rows) return std::move(rows).outcome();
  if (rows->size() == 0) return mayNot(*draft.plan, "update");  // the database's own word
  return stampOf(*rows);
}

fhir::Result<Stamp> Session::Impl::updateGeneric(Draft& draft, const Searchable& values) {
  auto seal = sealing();
  if (!seal) return std::move(seal).outcome();
  const std::string content = seal->whole(draft.plan->type(), draft.key.uuid, encodeWhole(*draft.resource));
  const Persons persons = registry.personsOf(draft.plan->type(), draft.key.uuid, values.values);
  auto rows = connection.run(
      "UPDATE fhir.resource r SET is_deleted = false, fhir_residual = ?::json, patient_keys = ?::uuid[],"
      " practitioner_keys = ?::uuid[] WHERE r.resource_type = ? AND r.id = ?::uuid" +
          std::string(kReturning),
      {content, persons.patients, persons.practitioners, draft.plan->name(), draft.key.uuid});
  if (!rows) return std::move(rows).outcome();
  if (rows->size() == 0) return mayNot(*draft.plan, "update");  // the database's own word
  return stampOf(*rows);
}

fhir::Result<Stamp> Session::Impl::markDeleted(const TypePlan& plan, const Key& key, bool generic) {
  std::string sql = "UPDATE " + (generic ? "fhir.resource" : plan.table()) +
                    " r SET is_deleted = true WHERE r.id = ?::uuid";
  std::vector<Parameter> parameters{key.uuid};
  if (generic) {
    sql += " AND r.resource_type = ?";
    parameters.emplace_back(plan.name());
  }
  auto rows = connection.run(sql + std::string(kReturning), parameters);
  if (!rows) return std::move(rows).outcome();
  if (rows->size() == 0) return mayNot(plan, "delete");
  return stampOf(*rows);
}

fhir::Result<bool> Session::Impl::leave(const TypePlan& plan, const Key& key, bool generic,
                                        bool keepVersion) {
  const OwnStatements own(connection);
  // A row that only changes its place keeps its version: then nothing of it becomes history.
  auto set = connection.command(std::string("SAVEPOINT leaving; SET LOCAL hv.moving = 'on'; ") +
                                "SET LOCAL hv.moving_version = '" + (keepVersion ? "same'" : "next'"));
  if (!set) return std::move(set).outcome();
  auto gone = generic ? connection.run("DELETE FROM fhir.resource WHERE resource_type = ? AND id = ?::uuid",
                                       {plan.name(), key.uuid})
                      : connection.run("DELETE FROM " + plan.table() + " WHERE id = ?::uuid", {key.uuid});
  const bool held = !gone && connection.lastState() == "23503";
  if (!gone && !held) return std::move(gone).outcome();
  auto done = connection.command(held ? "ROLLBACK TO SAVEPOINT leaving; RELEASE SAVEPOINT leaving"
                                      : "SET LOCAL hv.moving = 'off'; RELEASE SAVEPOINT leaving");
  if (!done) return std::move(done).outcome();
  return !held;
}

}  // namespace store
