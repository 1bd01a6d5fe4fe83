// Which profiles, security labels and tags are in use. From each value in an index to the next greater one,
// so what it costs follows from how many there are, not from how many resources have them.
#include <set>
#include <utility>

#include "src/store/session_impl.h"

namespace store {
namespace {

using fhir::TypeDefinition;

std::string numbersOf(const Registry& registry, std::span<const TypeDefinition* const> types,
                      std::string_view code) {
  ArrayLiteral numbers;
  for (const auto* type : types) {
    if (const auto number = registry.number(*type, code); number != 0) numbers.add(std::to_string(number));
  }
  return " FROM unnest(" + quoteLiteral(numbers.text()) + "::smallint[]) AS p (id)";
}

// " CROSS JOIN LATERAL (...) name": the values of a column that an index has in order below `where`.
std::string eachValue(std::string_view name, std::string_view table, std::string_view column,
                      const std::string& where, std::string_view more = {}) {
  const std::string value(column);
  const std::string from = " FROM " + std::string(table) + " i WHERE i.parameter = p.id" + where;
  const std::string first = "SELECT i." + value + from + " AND i." + value;
  std::string sql = " CROSS JOIN LATERAL (WITH RECURSIVE w (v) AS ((" + first + " IS NOT NULL ORDER BY i." +
                    value + " LIMIT 1) UNION ALL SELECT (" + first + " > w.v ORDER BY i." + value +
                    " LIMIT 1) FROM w WHERE w.v IS NOT NULL) SELECT w.v FROM w WHERE w.v IS NOT NULL";
  return sql.append(more).append(") ").append(name);
}

std::string labels(std::string_view kind, const std::string& parameters) {
  const std::string literal = quoteLiteral(kind);
  const std::string withoutSystem =
      " UNION ALL SELECT NULL WHERE EXISTS (SELECT FROM fhir.idx_token i WHERE i.parameter = p.id AND "
      "i.code = c.v AND i.system IS NULL)";
  return "SELECT " + literal + " AS kind, s.v AS system, c.v AS code" + parameters +
         eachValue("c", "fhir.idx_token", "code", "") +
         eachValue("s", "fhir.idx_token", "system", " AND i.code = c.v", withoutSystem) + " UNION SELECT " +
         literal + ", s.v, NULL" + parameters +
         eachValue("s", "fhir.idx_token", "system", " AND i.code IS NULL");
}

void add(MetaInUse& out, const Rows& rows, std::size_t row) {
  const std::string_view kind = rows.text(row, 1);
  std::string system(rows.text(row, 2));
  std::string code(rows.text(row, 3));
  const auto addTo = [&](auto& list, auto value) {
    if (list.size() == MetaInUse::kMostLabels) {
      out.cut = true;
    } else {
      list.push_back(std::move(value));
    }
  };
  if (kind == "profile") return addTo(out.profiles, std::move(code));
  addTo(kind == "tag" ? out.tags : out.security, Label{std::move(system), std::move(code)});
}

}  // namespace

fhir::Result<MetaInUse> Session::metaInUse(std::span<const TypeDefinition* const> types) {
  const Registry& registry = impl_->registry;
  if (!registry.set().isComplete()) return indexesAreBuilt();
  // The index tells what resources have, not whose they are.
  for (const auto* type : types) {
    if (!AccessSql(impl_->view()).isOpen(registry.plan(*type), AccessSql::For::search))
      return fhir::Outcome(
          fhir::Failure::forbidden, fhir::IssueType::forbidden,
          "What resources of a type have as profiles, tags and security labels is told to those "
          "only who may see all of them: not so " +
              std::string(type->name) + ".");
  }
  std::set<std::string_view> names;
  for (const auto* type : types) names.insert(type->name);
  SqlText text;
  text << "SELECT " << rowsWait(names) << ", u.* FROM (SELECT 1) one LEFT JOIN LATERAL ("
       << labels("security", numbersOf(registry, types, "_security")) << " UNION "
       << labels("tag", numbersOf(registry, types, "_tag")) << " UNION SELECT 'profile', NULL, c.v"
       << numbersOf(registry, types, "_profile") << eachValue("c", "fhir.idx_uri", "value", "")
       << ") u ON true ORDER BY u.kind, u.code COLLATE \"C\", u.system COLLATE \"C\"";
  return impl_->once([&]() -> fhir::Result<MetaInUse> {
    auto rows = impl_->runIndexed(text, names);
    if (!rows) return std::move(rows).outcome();
    MetaInUse out;
    for (std::size_t row = 0; row < rows->size(); ++row) {
      if (!rows->isNull(row, 1)) add(out, *rows, row);
    }
    return out;
  });
}

}  // namespace store
