// Many resources at once, each as update-as-create: what an import of files does, some hundreds at a time.
//
// Resources that are new go in by one INSERT for each table (and the index tables with it); the others by the
// way of a single update. When the database refuses the batch, each resource goes in alone, and the one at
// fault is told from the others.
#include <algorithm>
#include <map>
#include <set>
#include <unordered_set>
#include <utility>

#include "src/store/session_impl.h"

namespace store {
namespace {

using fhir::Resource;

// Rows of one table that fill the same columns.
struct Rowset {
  const TypePlan* plan = nullptr;
  std::vector<Draft*> drafts;
};

// Which columns a draft fills; the others take their defaults.
std::string signatureOf(const Draft& draft) {
  std::string out(draft.plan->name());
  out += draft.inTable() ? '1' : '0';
  if (!draft.inTable()) return out;
  for (const auto& value : draft.encoded->values) out += value ? 'v' : '-';
  return out;
}

bool saysWhatOnlyOneMay(const Draft& draft) {
  if (!draft.inTable()) return false;
  const auto columns = draft.plan->mapping()->columns();
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].unique && draft.encoded->values[i]) return true;
  }
  return false;
}

fhir::Result<std::unordered_set<std::string>> presentKeys(Connection& connection, const std::string& sql,
                                                          ArrayLiteral& keys) {
  std::unordered_set<std::string> out;
  if (keys.empty()) return out;
  auto rows = connection.run(sql, {keys.text()});
  if (!rows) return std::move(rows).outcome();
  for (std::size_t row = 0; row < rows->size(); ++row) out.emplace(rows->text(row, 0));
  return out;
}

}  // namespace

// The keys of a type that are there already, in its table or in the generic store.
fhir::Result<std::unordered_set<std::string>> Session::Impl::existing(const TypePlan& plan,
                                                                      const std::vector<Draft*>& drafts) {
  ArrayLiteral keys;
  for (const Draft* draft : drafts) keys.add(draft->key.uuid);
  auto found =
      presentKeys(connection, "SELECT r.id::text" + plan.fromGeneric() + " AND r.id = ANY (?::uuid[])", keys);
  if (!found || plan.mapping() == nullptr) return found;
  auto inTable = presentKeys(
      connection, "SELECT r.id::text FROM " + plan.table() + " r WHERE r.id = ANY (?::uuid[])", keys);
  if (!inTable) return inTable;
  found->merge(*inTable);
  return found;
}

// The targets of the drafts' foreign keys that are in their tables, as "Type/id".
fhir::Result<std::unordered_set<std::string>> Session::Impl::presentTargets(
    const std::vector<Draft*>& drafts) {
  std::map<std::string, std::map<std::string, std::string>> wanted;  // type -> key -> id
  for (const Draft* draft : drafts) {
    if (!draft->inTable()) continue;
    for (const RequiredTarget& target : draft->encoded->targets) {
      wanted[target.targetType].emplace(keyOf(target.targetType, target.targetId).uuid, target.targetId);
    }
  }
  std::unordered_set<std::string> out;
  for (const auto& [type, keys] : wanted) {
    const fhir::TypeDefinition* definition = fhir::findResourceType(type);
    if (definition == nullptr || registry.plan(*definition).mapping() == nullptr) continue;
    ArrayLiteral literal;
    for (const auto& [key, id] : keys) literal.add(key);
    auto found = presentKeys(
        connection,
        "SELECT r.id::text FROM " + registry.plan(*definition).table() + " r WHERE r.id = ANY (?::uuid[])",
        literal);
    if (!found) return found;
    for (const std::string& key : *found) out.insert(type + "/" + keys.at(key));
  }
  return out;
}

fhir::Result<fhir::Done> Session::Impl::insertMany(const TypePlan& plan, const std::vector<Draft*>& drafts) {
  const bool inTable = drafts.front()->inTable();
  const std::span<const MappedColumn> columns =
      inTable ? plan.mapping()->columns() : std::span<const MappedColumn>();
  std::vector<ArrayLiteral> arrays(4 + columns.size());
  IndexRows index;
  for (const Draft* draft : drafts) {
    arrays[0].add(draft->key.uuid);
    arrays[1].add(draft->key.fhirId);
    const auto found = indexValues(*draft);
    if (!found) return found.outcome();
    index.add(registry, plan.type(), draft->key.uuid, *found);
    if (!inTable) {
      arrays[2].add(encodeWhole(*draft->resource));
      continue;
    }
    arrays[2].add(draft->residual());
    arrays[3].add(draft->encoded->indexedWhole ? "true" : "false");
    const RowValues row(*draft);
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (row.values[i]) arrays[4 + i].add(row.values[i]);
    }
  }
  std::string names = "id, fhir_id, fhir_residual";
  std::string types = "?::uuid[], ?::text[], ?::json[]";
  std::vector<Parameter> parameters{arrays[0].text(), arrays[1].text(), arrays[2].text()};
  std::string constants;
  if (inTable) {
    names += ", fhir_indexed_whole";
    types += ", ?::boolean[]";
    parameters.emplace_back(arrays[3].text());
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (arrays[4 + i].empty()) continue;
      names += ", " + columns[i].name;
      types += ", ?::" + columns[i].sqlType + "[]";
      parameters.emplace_back(arrays[4 + i].text());
    }
    for (const auto& [column, value] : plan.mapping()->constants()) {
      names += ", " + column;
      constants += ", " + quoteLiteral(value);
    }
  } else {
    names += ", resource_type";
    constants = ", " + quoteLiteral(plan.name());
  }
  std::string sql = "WITH written AS (INSERT INTO " + (inTable ? plan.table() : "fhir.resource") + " (" +
                    names + ") SELECT u.*" + constants + " FROM unnest(" + types + ") u RETURNING 1)";
  index.appendInserts("", sql, parameters);
  auto done = connection.run(sql + " SELECT count(*) FROM written", parameters);
  if (!done) return std::move(done).outcome();
  return fhir::Done{};
}

fhir::Result<fhir::Done> Session::Impl::adoptMany(const TypePlan& plan, const std::vector<Draft*>& drafts) {
  ArrayLiteral ids;
  for (const Draft* draft : drafts) ids.add(draft->key.fhirId.value_or(draft->key.uuid));
  auto rows = connection.run(
      "SELECT DISTINCT target_id FROM fhir.dangling_reference WHERE target_type = ? AND target_id = ANY "
      "(?::text[])"
      " ORDER BY target_id",
      {plan.name(), ids.text()});
  if (!rows) return std::move(rows).outcome();
  std::vector<std::string> awaited;
  for (std::size_t row = 0; row < rows->size(); ++row) awaited.emplace_back(rows->text(row, 0));
  for (const std::string& id : awaited) {
    if (auto adopted = adopt(plan, id); !adopted) return adopted;
  }
  return fhir::Done{};
}

// All drafts of one type, in the order they came.
fhir::Result<fhir::Done> Session::Impl::importType(const TypePlan& plan, const std::vector<Draft*>& drafts,
                                                   std::vector<Change>& changes,
                                                   const std::vector<std::size_t>& positions) {
  // Nobody else creates one of them now, in whichever place, and what is about to wait for one waits for us.
  std::vector<std::string> names;
  names.reserve(drafts.size());
  for (const Draft* draft : drafts) names.push_back(draft->name());
  if (auto locked = lockNames(std::move(names)); !locked) return locked;
  auto present = existing(plan, drafts);
  if (!present) return std::move(present).outcome();
  auto targets = presentTargets(drafts);
  if (!targets) return std::move(targets).outcome();
  std::map<std::string, Rowset> rowsets;
  std::vector<std::size_t> alone;  // not new, waiting for a target, a second time in this batch, or
                                   // saying what one row only may say
  for (std::size_t i = 0; i < drafts.size(); ++i) {
    const Draft& draft = *drafts[i];
    const bool complete =
        !draft.inTable() ||
        std::all_of(draft.encoded->targets.begin(), draft.encoded->targets.end(),
                    [&](const auto& t) { return targets->contains(t.targetType + "/" + t.targetId); });
    if (!complete || saysWhatOnlyOneMay(draft) || !present->insert(draft.key.uuid).second) {
      alone.push_back(i);
      continue;
    }
    Rowset& rowset = rowsets[signatureOf(draft)];
    rowset.plan = &plan;
    rowset.drafts.push_back(drafts[i]);
    changes[positions[i]] = Change::created;
  }
  for (auto& [signature, rowset] : rowsets) {
    if (auto inserted = insertMany(plan, rowset.drafts); !inserted) return inserted;
    if (plan.isTarget() && rowset.drafts.front()->inTable()) {
      if (auto adopted = adoptMany(plan, rowset.drafts); !adopted) return adopted;
    }
  }
  for (const std::size_t i : alone) {
    auto result = put(*drafts[i], {});
    if (!result) return std::move(result).outcome();
    changes[positions[i]] = result->change;
  }
  return fhir::Done{};
}

fhir::Result<std::vector<Change>> Session::Impl::importTogether(const std::vector<Resource>& batch) {
  std::vector<Draft> drafts;
  drafts.reserve(batch.size());
  // What others point to comes first: then their foreign keys find it.
  std::map<std::pair<bool, std::string>, std::vector<std::size_t>> byType;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const TypePlan& plan = registry.plan(batch[i].type());
    drafts.push_back(draft(batch[i], plan, keyOf(plan.name(), batch[i].id())));
    byType[{!plan.isTarget(), std::string(plan.name())}].push_back(i);
  }
  std::vector<Change> changes(batch.size(), Change::unchanged);
  for (const auto& [type, positions] : byType) {
    std::vector<Draft*> ofType;
    ofType.reserve(positions.size());
    for (const std::size_t i : positions) ofType.push_back(&drafts[i]);
    auto done = importType(*ofType.front()->plan, ofType, changes, positions);
    if (!done) return std::move(done).outcome();
  }
  return changes;
}

fhir::Result<fhir::Done> Session::Impl::keepProgress(const Session::Progress& progress) {
  const std::string position = std::to_string(progress.position);
  auto kept = connection.run(
      "INSERT INTO fhir.import_progress (source, position) VALUES (?, ?::bigint)"
      " ON CONFLICT (source) DO UPDATE SET position = excluded.position, updated_at = clock_timestamp()",
      {progress.source, position});
  if (!kept) return std::move(kept).outcome();
  return fhir::Done{};
}

fhir::Result<std::vector<fhir::Result<Change>>> Session::importBatch(std::vector<Resource> batch,
                                                                     const Progress& progress) {
  std::vector<fhir::Result<Change>> out;
  auto together = impl_->transact([&] {
    auto changes = impl_->importTogether(batch);
    if (!changes) return changes;
    if (auto kept = impl_->keepProgress(progress); !kept) changes = std::move(kept).outcome();
    return changes;
  });
  if (together) {
    for (const Change change : *together) out.emplace_back(change);
    return out;
  }
  if (together.outcome().failure() == fhir::Failure::unavailable) return std::move(together).outcome();
  for (const Resource& resource : batch) {
    std::vector<Resource> one;
    one.push_back(resource.clone());
    auto alone = impl_->transact([&] { return impl_->importTogether(one); });
    if (!alone && alone.outcome().failure() == fhir::Failure::unavailable) return std::move(alone).outcome();
    if (alone) {
      out.emplace_back(alone->front());
    } else {
      out.emplace_back(std::move(alone).outcome());
    }
  }
  // Only now: whoever resumes after a break in between does these again, and they change nothing.
  auto kept = impl_->once([&] { return impl_->keepProgress(progress); });
  if (!kept) return std::move(kept).outcome();
  return out;
}

fhir::Result<std::int64_t> Session::importPosition(std::string_view source) {
  auto rows = impl_->connection.run("SELECT position FROM fhir.import_progress WHERE source = ?", {source});
  if (!rows) return std::move(rows).outcome();
  return rows->size() == 0 ? 0 : rows->number(0, 0);
}

fhir::Result<std::optional<std::string>> Session::findByIdentifier(const fhir::TypeDefinition& type,
                                                                   std::string_view system,
                                                                   std::string_view value) {
  const fhir::SearchParameter* parameter = fhir::findSearchParameter(type, "identifier");
  if (parameter == nullptr) return std::optional<std::string>();
  fhir::search::SearchQuery query;
  query.type = &type;
  query.count = 2;
  fhir::search::Criterion criterion;
  criterion.parameter = parameter;
  criterion.values.emplace_back();
  if (!system.empty()) criterion.values.back().system = std::string(system);
  criterion.values.back().code = std::string(value);
  query.criteria.push_back(std::move(criterion));
  auto page = search(query);
  if (!page) return std::move(page).outcome();
  if (page->matches.size() != 1) return std::optional<std::string>();
  return std::optional<std::string>(page->matches.front().id);
}

}  // namespace store
