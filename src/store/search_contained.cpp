// _contained: https://hl7.org/fhir/R4/search.html#contained. The parts of a search's statements that lead
// from what is contained to what contains it.
#include <algorithm>
#include <iterator>
#include <utility>

#include "src/store/key.h"
#include "src/store/search_sql.h"

namespace store {

using fhir::search::Contained;
using fhir::search::ContainedType;

bool SearchSql::isGrouped(const Branch& branch) const noexcept {
  return branch.rows.place == Place::contained && query_.containedType == ContainedType::container;
}

bool SearchSql::hasGroups() const noexcept {
  return byKeys_ && query_.containedType == ContainedType::container;
}

std::string SearchSql::holderColumns(const RowSet& rows) const {
  std::string text = "SELECT " + typeExpression(rows) + " AS order_type, ";
  if (rows.place == Place::contained)
    return text + "r.container_type AS holder_type, r.container_key AS holder_key, r.fhir_id AS inner_id";
  return text + typeExpression(rows) + " AS holder_type, r.id AS holder_key, NULL::text AS inner_id";
}

// Once for each container: from a subquery r that has their keys as r.id and r.type, and the sort keys.
void SearchSql::containers(Phase phase, const std::optional<PagePosition>& position, bool backward,
                           std::uint32_t count, std::string_view gate, SqlText& out) {
  std::vector<OrderKey> keys = branches_.back().keys;
  out << "(SELECT r.type AS order_type, r.type AS holder_type, r.id AS holder_key, NULL::text AS inner_id";
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const std::string name = "o" + std::to_string(i);
    keys[i].expression = "r." + name;
    out << ", r." << name << " AS " << name;
  }
  out << ", r.id AS order_key FROM (";
  groups(position, backward, count, out);
  out << ") r WHERE true";
  if (phase == Phase::withValue) out << " AND r.o0 IS NOT NULL";
  if (phase == Phase::withoutValue) out << " AND r.o0 IS NULL";
  if (!gate.empty()) out << " AND " << gate;
  const std::size_t first = phase == Phase::withoutValue ? 1 : 0;
  if (position) {
    out << " AND ";
    std::vector<OrderKey> own = keys;
    if (phase == Phase::withValue) own.front().nullable = false;
    afterCondition(own, first, *position, keysDescend(), "r.type", out);
  }
  orderBy(keys, first, backward, false, out);
  out << " LIMIT " << std::to_string(count + 1) << ")";
}

void SearchSql::groups(const std::optional<PagePosition>& position, bool backward,
                       std::optional<std::uint32_t> most, SqlText& out) {
  const std::vector<OrderKey>& keys = branches_.back().keys;
  const std::string_view direction = most && keys.empty() && backward ? " DESC" : "";
  out << "SELECT DISTINCT ON (u.id, u.type) u.* FROM (";
  bool first = true;
  for (const Branch& each : branches_) {
    if (!isGrouped(each)) continue;
    if (!std::exchange(first, false)) out << " UNION ALL ";
    group(each, position, backward, most, out);
  }
  out << ") u";
  if (query_.contained == Contained::both && !(most && keys.empty())) {
    out << " WHERE true";
    exceptMatches("u.id", "u.type", out);
  }
  out << " ORDER BY u.id" << direction << ", u.type" << direction;
  if (!most) return;
  for (std::size_t i = 0; i < keys.size(); ++i)
    out << ", u.o" << std::to_string(i) << (keys[i].descending ? " DESC" : "") << " NULLS LAST";
}

// Without sort keys containers come in the order of their keys, which an index has: no more are looked at
// than are shown. With sort keys the first of a container is known when all its matches are.
void SearchSql::group(const Branch& branch, const std::optional<PagePosition>& position, bool backward,
                      std::optional<std::uint32_t> most, SqlText& out) {
  const bool walks = most && branch.keys.empty();
  out << (walks ? "(SELECT DISTINCT ON (r.container_key, r.container_type)" : "(SELECT")
      << " r.container_type AS type, r.container_key AS id";
  for (std::size_t i = 0; most && i < branch.keys.size(); ++i) {
    const OrderKey& key = branch.keys[i];
    out << ", (" << key.expression << ")::" << key.type << (key.type == "text" ? " COLLATE \"C\"" : "")
        << " AS o" << std::to_string(i);
  }
  ConditionSql conditions(view_, units_, out);
  conditions.from(branch.rows, branch.search->conditions);
  types_.insert(conditions.types().begin(), conditions.types().end());
  if (walks) {
    if (query_.contained == Contained::both) exceptMatches("r.container_key", "r.container_type", out);
    const std::string_view direction = backward ? " DESC" : "";
    if (position) {
      out << " AND (r.container_key, r.container_type)" << (backward ? " < (" : " > (");
      out.bind(position->key, "uuid") << ", ";
      out.bind(position->type, "text") << " COLLATE \"C\")";
    }
    out << " ORDER BY r.container_key" << direction << ", r.container_type" << direction << " LIMIT "
        << std::to_string(*most + 1);
  }
  out << ")";
}

// Containers that are matches themselves are shown as such.
void SearchSql::exceptMatches(std::string_view key, std::string_view type, SqlText& out) {
  for (const Branch& each : branches_) {
    if (each.rows.place == Place::contained) continue;
    ArrayLiteral names;
    for (const TypePlan* plan : each.rows.plans) names.add(plan->name());
    out << " AND NOT (" << type << " = ANY (" << quoteLiteral(names.text())
        << ") AND EXISTS (SELECT FROM (SELECT " << key << " AS key, " << type
        << " AS type) c CROSS JOIN LATERAL (SELECT r.id";
    ConditionSql conditions(view_, units_, out);
    conditions.from(each.rows, each.search->conditions);
    types_.insert(conditions.types().begin(), conditions.types().end());
    out << " AND r.id = c.key" << (each.rows.place == Place::generic ? " AND r.resource_type = c.type" : "")
        << ") x))";
  }
}

bool SearchSql::isTooWide() const noexcept {
  constexpr std::ptrdiff_t most = 300;  // parts of a statement
  if (query_.contained != Contained::both || !hasGroups() || !branches_.front().keys.empty()) return false;
  const auto groups =
      std::count_if(branches_.begin(), branches_.end(), [&](const Branch& b) { return isGrouped(b); });
  return groups * (std::ssize(branches_) - groups) > most;
}

std::string SearchSql::holder() const {
  std::string sql;
  const auto add = [&](std::string columns, const TypePlan& plan, const std::string& from) {
    const std::size_t has = plan.mapping() == nullptr ? 0 : plan.mapping()->columns().size();
    for (std::size_t i = has; i < width_; ++i) columns += ", NULL::text";
    sql +=
        (sql.empty() ? "" : " UNION ALL ") + columns + from + " AND r.id = h.holder_key AND NOT r.is_deleted";
  };
  for (const TypePlan* plan : registry_.plans()) {
    if (plan->mapping() != nullptr)
      add(plan->mappedColumns(), *plan,
          plan->fromMapped() + " AND h.holder_type = " + quoteLiteral(plan->name()));
  }
  const TypePlan& any = registry_.plan(*fhir::findResourceType("Basic"));
  add(any.genericColumns(), any, " FROM fhir.resource r WHERE r.resource_type = h.holder_type");
  return sql;
}

void SearchSql::addContainers() {
  if (!byKeys_) return;
  for (const TypePlan* plan : registry_.plans()) {
    if (plan->mapping() != nullptr) types_.insert(plan->name());
  }
}

}  // namespace store
