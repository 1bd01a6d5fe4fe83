// read and vread: https://hl7.org/fhir/R4/http.html#read, #vread
#include "src/store/session_impl.h"

namespace store {
namespace {

// A key that stands for another id than the one asked for is not a hit: a row with a fhir_id answers by that
// alone.
std::optional<StoredResource> hit(const TypePlan& plan, const Rows& rows, std::string_view id) {
  for (std::size_t row = 0; row < rows.size(); ++row) {
    StoredResource resource = plan.decode(rows, row);
    if (resource.id == id) return resource;
  }
  return std::nullopt;
}

}  // namespace

fhir::Result<std::optional<StoredResource>> Session::Impl::readCurrent(const TypePlan& plan, const Key& key,
                                                                       std::string_view id) {
  auto rows = connection.run(plan.readFirst(), {key.uuid});
  if (!rows) return std::move(rows).outcome();
  auto found = hit(plan, *rows, id);
  if (found || plan.mapping() == nullptr) return found;
  // Both places in one statement: between two it could move from the second to the first.
  rows = connection.run(plan.readBoth(), {key.uuid, key.uuid});
  if (!rows) return std::move(rows).outcome();
  return hit(plan, *rows, id);
}

fhir::Result<std::optional<StoredResource>> Session::Impl::readVersion(const TypePlan& plan, const Key& key,
                                                                       std::string_view id,
                                                                       VersionId version) {
  const std::string number = std::to_string(version);
  const std::string where = " AND r.id = ?::uuid AND r.version_id = ?::integer";
  std::string sql;
  std::vector<Parameter> parameters;
  const auto add = [&](const std::string& columns, const std::string& from) {
    if (!sql.empty()) sql += " UNION ALL ";
    sql += columns + from + where;
    parameters.emplace_back(key.uuid);
    parameters.emplace_back(number);
  };
  if (plan.mapping() != nullptr) {
    add(plan.mappedColumns(), plan.fromMapped());
    add(plan.mappedColumns(), plan.fromMappedHistory());
  }
  add(plan.genericColumns(), plan.fromGeneric());
  add(plan.genericColumns(), plan.fromGenericHistory());
  auto rows = connection.run(sql, parameters);
  if (!rows) return std::move(rows).outcome();
  return hit(plan, *rows, id);
}

fhir::Result<std::optional<StoredResource>> Session::read(const fhir::TypeDefinition& type,
                                                          std::string_view id) {
  const TypePlan& plan = impl_->registry.plan(type);
  const Key key = keyOf(type.name, id);
  return impl_->once([&] { return impl_->readCurrent(plan, key, id); });
}

fhir::Result<std::optional<StoredResource>> Session::vread(const fhir::TypeDefinition& type,
                                                           std::string_view id, VersionId version) {
  const TypePlan& plan = impl_->registry.plan(type);
  const Key key = keyOf(type.name, id);
  return impl_->once([&] { return impl_->readVersion(plan, key, id, version); });
}

}  // namespace store
