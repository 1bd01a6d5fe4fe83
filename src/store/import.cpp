// Many resources at once, each as update-as-create: what an import of files does, some hundreds at a time.
//
// They are written together (together.cpp). When the database refuses the batch, each resource goes in alone,
// and the one at fault is told from the others.
#include <utility>

#include "src/store/session_impl.h"

namespace store {

using fhir::Resource;

fhir::Result<std::vector<Change>> Session::Impl::importTogether(const std::vector<Resource>& batch) {
  std::vector<Put> puts;
  puts.reserve(batch.size());
  for (const Resource& resource : batch)
    puts.push_back({.resource = &resource, .id = std::string(resource.id()), .wantsContent = false});
  std::optional<std::size_t> fault;
  auto written = putMany(puts, fault);
  if (!written) return std::move(written).outcome();
  if (auto checked = checkTargets(puts, fault); !checked) return std::move(checked).outcome();
  std::vector<Change> changes;
  changes.reserve(written->size());
  for (const Written& each : *written) changes.push_back(each.change);
  return changes;
}

// Each resource on its own, and those that are refused once more: what they refer to may be one of the
// others.
fhir::Result<std::vector<fhir::Result<Change>>> Session::Impl::importApart(
    const std::vector<Resource>& batch) {
  std::vector<fhir::Result<Change>> out(batch.size(), fhir::Result<Change>(Change::unchanged));
  for (const bool again : {false, true}) {
    for (std::size_t i = 0; i < batch.size(); ++i) {
      if (again && out[i].ok()) continue;
      std::vector<Resource> one;
      one.push_back(batch[i].clone());
      auto alone = transact([&] { return importTogether(one); });
      if (alone) {
        out[i] = alone->front();
      } else if (alone.outcome().failure() == fhir::Failure::unavailable) {
        return std::move(alone).outcome();
      } else {
        out[i] = std::move(alone).outcome();
      }
    }
  }
  return out;
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
  auto apart = impl_->importApart(batch);
  if (!apart) return apart;
  auto kept = impl_->once([&] { return impl_->keepProgress(progress); });
  if (!kept) return std::move(kept).outcome();
  return apart;
}

fhir::Result<std::int64_t> Session::importPosition(std::string_view source) {
  auto rows = impl_->connection.run("SELECT position FROM fhir.import_progress WHERE source = ?", {source});
  if (!rows) return std::move(rows).outcome();
  return rows->size() == 0 ? 0 : rows->number(0, 0);
}

fhir::Result<fhir::Done> Session::gatherStatistics() {
  if (auto rows = impl_->connection.run("SELECT fhir.analyze_grown()"); !rows)
    return std::move(rows).outcome();
  return fhir::Done{};
}

fhir::Result<std::optional<std::string>> Session::findByIdentifier(const fhir::TypeDefinition& type,
                                                                   std::string_view system,
                                                                   std::string_view value) {
  const fhir::SearchParameter* parameter = fhir::findSearchParameter(type, "identifier");
  if (parameter == nullptr) return std::optional<std::string>();
  fhir::search::SearchQuery query;
  query.types.push_back({&type, {}, {}});
  query.count = 2;
  fhir::search::Criterion criterion;
  criterion.parameter = parameter;
  criterion.values.emplace_back();
  if (!system.empty()) criterion.values.back().system = std::string(system);
  criterion.values.back().code = std::string(value);
  query.types.front().conditions.push_back({std::move(criterion)});
  auto page = search(query);
  if (!page) return std::move(page).outcome();
  if (page->matches.size() != 1) return std::optional<std::string>();
  return std::optional<std::string>(page->matches.front().id);
}

}  // namespace store
