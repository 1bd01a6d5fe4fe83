// read and vread: https://hl7.org/fhir/R4/http.html#read, #vread
#include "src/store/known_units.h"
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

SqlText Session::Impl::seen(const View& view, const TypePlan& plan, bool generic, AccessSql::For purpose) {
  SqlText out;
  KnownUnits units(connection);
  AccessSql(view, units.units()).restrict({generic ? Place::generic : Place::table, {&plan}}, purpose, out);
  if (units.failure()) out << " AND false";
  return out;
}

std::shared_ptr<const RowByKey> Session::Impl::readIn(const View& view, const TypePlan& plan, bool generic) {
  KnownUnits units(connection);
  auto row = AccessSql(view, units.units()).rowByKey({generic ? Place::generic : Place::table, {&plan}});
  if (!units.failure()) return row;
  auto nothing = std::make_shared<RowByKey>(*row);
  nothing->text << " AND false";
  return nothing;
}

fhir::Result<std::optional<StoredResource>> Session::Impl::readCurrent(const TypePlan& plan, const Key& key,
                                                                       std::string_view id) {
  const bool generic = plan.mapping() == nullptr;
  const auto look = [&]() -> fhir::Result<Rows> {
    if (access == nullptr) return connection.run(plan.readFirst(), {key.uuid});
    const auto row = readIn(view(), plan, generic);
    auto values = row->text.parameters();
    values[row->key] = key.uuid;
    return connection.run(row->text.text(), values);
  };
  auto rows = look();
  if (!rows) return std::move(rows).outcome();
  auto found = hit(plan, *rows, id);
  if (found || generic) return found;
  return readEitherPlace(plan, key, id);
}

// Both places in one statement: between two it could move from the second to the first.
fhir::Result<std::optional<StoredResource>> Session::Impl::readEitherPlace(const TypePlan& plan,
                                                                           const Key& key,
                                                                           std::string_view id) {
  const auto look = [&]() -> fhir::Result<Rows> {
    if (access == nullptr) return connection.run(plan.readBoth(), {key.uuid, key.uuid});
    const auto first = readIn(view(), plan, false);
    const auto second = readIn(view(), plan, true);
    SqlText both = first->text;
    const std::size_t before = both.parameters().size();
    both << " UNION ALL ";
    both.append(second->text);
    auto values = both.parameters();
    values[first->key] = values[before + second->key] = key.uuid;
    return connection.run(both.text(), values);
  };
  auto rows = look();
  if (!rows) return std::move(rows).outcome();
  return hit(plan, *rows, id);
}

fhir::Result<std::optional<StoredResource>> Session::Impl::readVersion(const TypePlan& plan, const Key& key,
                                                                       std::string_view id,
                                                                       VersionId version) {
  const SqlText text = selectVersions(plan, [&](SqlText& out) {
    out << " AND r.id = ";
    out.bind(key.uuid, "uuid") << " AND r.version_id = ";
    out.bind(std::to_string(version), "integer");
  });
  auto rows = run(text);
  if (!rows) return std::move(rows).outcome();
  return hit(plan, *rows, id);
}

// All versions that meet a condition about r, wherever they stand, each if it is seen by itself.
SqlText Session::Impl::selectVersions(const TypePlan& plan,
                                      const std::function<void(SqlText&)>& condition) const {
  const AccessSql sql(view());
  SqlText out;
  const auto add = [&](bool generic, const std::string& columns, const std::string& from) {
    out << (out.text().empty() ? "" : " UNION ALL ") << columns << from;
    condition(out);
    sql.restrictVersions({generic ? Place::generic : Place::table, {&plan}}, out);
  };
  if (plan.mapping() != nullptr) {
    const std::string columns = sql.mappedColumns(plan);
    add(false, columns, plan.fromMapped());
    add(false, columns, plan.fromMappedHistory());
  }
  add(true, plan.genericColumns(), plan.fromGeneric());
  add(true, plan.genericColumns(), plan.fromGenericHistory());
  return out;
}

fhir::Result<std::optional<StoredResource>> Session::read(const fhir::TypeDefinition& type,
                                                          std::string_view id) {
  const TypePlan& plan = impl_->registry.plan(type);
  const Key key = keyOf(type.name, id);
  if (const auto kept = impl_->takePrefetched(plan, id)) {
    auto found = hit(plan, kept->rows.rows(), id);
    if (found || plan.mapping() == nullptr) return impl_->handOut(std::move(found));
    return impl_->handOut(impl_->once([&] { return impl_->readEitherPlace(plan, key, id); }));
  }
  return impl_->handOut(impl_->once([&] { return impl_->readCurrent(plan, key, id); }));
}

fhir::Result<std::optional<StoredResource>> Session::vread(const fhir::TypeDefinition& type,
                                                           std::string_view id, VersionId version) {
  const TypePlan& plan = impl_->registry.plan(type);
  const Key key = keyOf(type.name, id);
  return impl_->handOut(impl_->once([&] { return impl_->readVersion(plan, key, id, version); }));
}

}  // namespace store
