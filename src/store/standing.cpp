// What stands of whole types, without its content.
#include "src/store/session_impl.h"

namespace store {
namespace {

// One SELECT over each place where current rows of the types stand.
std::string overPlaces(const Registry& registry, std::span<const fhir::TypeDefinition* const> types,
                       const std::string& columns, const std::string& condition) {
  std::string sql;
  for (const fhir::TypeDefinition* type : types) {
    const TypePlan& plan = registry.plan(*type);
    const auto add = [&](const std::string& from) {
      if (!sql.empty()) sql += " UNION ALL ";
      sql += "SELECT ";
      sql += quoteLiteral(plan.name());
      sql += ", ";
      sql += columns;
      sql += from;
      sql += condition;
    };
    if (plan.mapping() != nullptr) add(plan.fromMapped());
    add(plan.fromGeneric());
  }
  return sql;
}

}  // namespace

// A deletion is a version too. The sum tells of a version whose time is older than the newest: times are
// taken when a row is written, and another transaction may have committed before.
fhir::Result<std::string> Session::changeMark(std::span<const fhir::TypeDefinition* const> types) {
  const std::string sql =
      overPlaces(impl_->registry, types, "count(*), sum(r.version_id), max(r.updated_at)", "");
  return impl_->once([&]() -> fhir::Result<std::string> {
    auto rows = impl_->connection.run(sql);
    if (!rows) return std::move(rows).outcome();
    std::string mark;
    for (std::size_t row = 0; row < rows->size(); ++row) {
      for (std::size_t column = 0; column < 4; ++column) {
        mark += rows->text(row, column);
        mark += ' ';
      }
    }
    return mark;
  });
}

fhir::Result<std::vector<Standing>> Session::standing(std::span<const fhir::TypeDefinition* const> types) {
  const std::string sql = overPlaces(impl_->registry, types,
                                     "coalesce(r.fhir_id, r.id::text), r.version_id,"
                                     " (extract(epoch FROM r.updated_at) * 1000)::bigint",
                                     " AND NOT r.is_deleted");
  return impl_->once([&]() -> fhir::Result<std::vector<Standing>> {
    auto rows = impl_->connection.run(sql);
    if (!rows) return std::move(rows).outcome();
    std::vector<Standing> all;
    all.reserve(rows->size());
    for (std::size_t row = 0; row < rows->size(); ++row) {
      all.push_back({.type = fhir::findResourceType(rows->text(row, 0)),
                     .id = std::string(rows->text(row, 1)),
                     .versionId = static_cast<VersionId>(rows->number(row, 2)),
                     .updatedMilliseconds = rows->number(row, 3)});
    }
    return all;
  });
}

}  // namespace store
