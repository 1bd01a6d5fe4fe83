// A site's own search parameters: what stored SearchParameter resources define becomes what this database
// indexes.
#include <algorithm>
#include <map>
#include <utility>

#include "fhir/json/json.h"
#include "src/store/session_impl.h"

namespace store {
namespace {

using fhir::search::OwnParameter;

const fhir::TypeDefinition& searchParameterType() {
  return *fhir::findResourceType("SearchParameter");
}

// One base type of one SearchParameter.
struct Wanted {
  std::string source, content;
  std::shared_ptr<const OwnParameter> parameter;
};
using WantedByName = std::map<std::pair<std::string_view, std::string_view>, Wanted>;  // by type and code

// A definition that is in use: its number, and whether it serves what is wanted now.
struct Present {
  std::string number;
  bool serves;
};

bool isActive(const fhir::Resource& resource) {
  return resource.root().childText("status") == "active";
}

// Of several definitions of one code the one with the least id counts.
void want(const StoredResource& stored, const fhir::Resource& resource, WantedByName& wanted) {
  auto read = OwnParameter::read(resource);
  if (!read) return;
  for (auto& own : *read) {
    const std::pair name(own->type().name, own->parameter().code);
    wanted.try_emplace(name, Wanted{stored.id, stored.json, std::move(own)});
  }
}

}  // namespace

fhir::Result<fhir::Done> Session::Impl::followParameters() {
  const OwnStatements own(connection);
  auto rows = connection.run("SELECT epoch FROM fhir.search_epoch");
  if (!rows) return std::move(rows).outcome();
  if (rows->number(0, 0) == registry.set().epoch()) return fhir::Done{};
  auto set = ParameterSet::load(connection);
  if (!set) return std::move(set).outcome();
  registry.replace(*std::move(set));
  return fhir::Done{};
}

fhir::Result<std::vector<StoredResource>> Session::Impl::searchParameterResources() {
  const TypePlan& plan = registry.plan(searchParameterType());
  auto rows = connection.run(plan.genericColumns() + plan.fromGeneric() +
                             " AND NOT r.is_deleted ORDER BY coalesce(r.fhir_id, r.id::text) COLLATE \"C\"");
  if (!rows) return std::move(rows).outcome();
  std::vector<StoredResource> out;
  for (std::size_t row = 0; row < rows->size(); ++row) out.push_back(plan.decode(*rows, row));
  return out;
}

fhir::Result<fhir::Done> Session::Impl::addParameter(const fhir::search::OwnParameter& parameter,
                                                     const std::string& source, const std::string& content) {
  const std::string_view type = parameter.type().name;
  const std::string_view code = parameter.parameter().code;
  // Another number for each definition: the epoch is another one at each change.
  const std::string name = std::string(code) + "#" + std::to_string(registry.set().epoch());
  auto rows = connection.run(
      "WITH interned AS (SELECT p.id FROM fhir.intern_parameters(ARRAY[?::text], ARRAY[?::text]) p"
      " WHERE p.resource_type = ? AND p.code = ?)"
      " INSERT INTO fhir.own_parameter (number, resource_type, code, source, content) SELECT i.id, ?, ?, ?, "
      "? FROM interned i",
      {type, name, type, name, type, code, source, content});
  if (!rows) return std::move(rows).outcome();
  return fhir::Done{};
}

fhir::Result<fhir::Done> Session::Impl::defineParameters() {
  const OwnStatements asServer(connection);
  auto locked = connection.run("SELECT pg_advisory_xact_lock(hashtextextended('fhir.own_parameter', 0))");
  if (!locked) return std::move(locked).outcome();
  if (auto followed = followParameters(); !followed) return followed;
  auto resources = searchParameterResources();
  if (!resources) return std::move(resources).outcome();
  WantedByName wanted;
  for (const auto& stored : *resources) {
    auto resource = fhir::json::parse(stored.json, fhir::ownLimits);
    if (resource && isActive(*resource)) want(stored, *resource, wanted);
  }
  ArrayLiteral retired;
  for (const TypePlan* plan : registry.plans()) {
    for (const auto& own : registry.set().of(plan->type())) {
      if (own.retired) continue;
      const auto found = wanted.find({plan->name(), own.parameter->parameter().code});
      const bool serves = found != wanted.end() && found->second.source == own.source &&
                          found->second.parameter->definition() == own.parameter->definition();
      if (serves) {
        wanted.erase(found);
      } else {
        retired.add(std::to_string(own.number));
      }
    }
  }
  if (retired.empty() && wanted.empty()) return fhir::Done{};
  auto gone = connection.run(
      "UPDATE fhir.own_parameter SET retired_at = clock_timestamp() WHERE number = ANY (?::smallint[])",
      {retired.text()});
  if (!gone) return std::move(gone).outcome();
  for (const auto& [name, each] : wanted) {
    if (auto added = addParameter(*each.parameter, each.source, each.content); !added) return added;
  }
  auto bumped = connection.run("UPDATE fhir.search_epoch SET epoch = epoch + 1");
  if (!bumped) return std::move(bumped).outcome();
  return fhir::Done{};
}

fhir::Result<fhir::Done> Session::defineParameters() {
  auto done = impl_->transact([&] { return impl_->defineParameters(); });
  if (!done) return done;
  return impl_->once([&] { return impl_->followParameters(); });
}

fhir::Result<fhir::Done> Session::followParameters() {
  return impl_->once([&] { return impl_->followParameters(); });
}

fhir::Result<std::vector<ParameterStatus>> Session::parameterStatus() {
  const OwnStatements own(impl_->connection);
  return impl_->once([&]() -> fhir::Result<std::vector<ParameterStatus>> {
    auto resources = impl_->searchParameterResources();
    if (!resources) return std::move(resources).outcome();
    std::vector<ParameterStatus> out;
    for (const auto& stored : *resources) {
      auto resource = fhir::json::parse(stored.json, fhir::ownLimits);
      if (!resource) continue;
      ParameterStatus status;
      status.id = stored.id;
      status.url = resource->root().childText("url");
      status.code = resource->root().childText("code");
      status.state = ParameterStatus::State::inactive;
      if (isActive(*resource)) {
        if (auto told = impl_->tellStatus(*resource, status); !told) return std::move(told).outcome();
      }
      out.push_back(std::move(status));
    }
    return out;
  });
}

fhir::Result<fhir::Done> Session::Impl::tellStatus(const fhir::Resource& resource, ParameterStatus& status) {
  if (auto read = OwnParameter::read(resource); !read) {
    status.state = ParameterStatus::State::refused;
    status.reason = read.outcome().issues().front().diagnostics;
    return fhir::Done{};
  }
  auto rows = connection.run(
      "SELECT count(*), count(b.number), coalesce(sum(b.done), 0), coalesce(sum(b.total), 0),"
      " coalesce(sum((SELECT count(*) FROM fhir.idx_position i WHERE i.parameter = o.number)), 0) FROM "
      "fhir.own_parameter o"
      " LEFT JOIN fhir.index_build b ON b.number = o.number WHERE o.source = ? AND o.retired_at IS NULL",
      {status.id});
  if (!rows) return std::move(rows).outcome();
  if (rows->number(0, 0) == 0) {
    // Not looked at yet, or another definition of the code came first.
    status.state = ParameterStatus::State::waiting;
    return fhir::Done{};
  }
  status.state = rows->number(0, 1) == 0 ? ParameterStatus::State::ready : ParameterStatus::State::building;
  status.done = static_cast<std::uint64_t>(rows->number(0, 2));
  status.total = static_cast<std::uint64_t>(rows->number(0, 3));
  status.failed = static_cast<std::uint64_t>(rows->number(0, 4));
  return fhir::Done{};
}

}  // namespace store
