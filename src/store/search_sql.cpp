#include "src/store/search_sql.h"

#include <algorithm>
#include <utility>

#include "src/store/access_sql.h"
#include "src/store/key.h"

namespace store {

using fhir::search::Condition;
using fhir::search::Contained;
using fhir::search::Criterion;
using fhir::search::InList;
using fhir::search::Logic;
using fhir::search::Modifier;
using fhir::search::TypeSearch;

namespace {

// Whether two types are asked the same by parameters that are one and the same in R4: then the generic
// store's rows of both answer together.
bool isSame(const Condition& one, const Condition& other) {
  if (one.node.index() != other.node.index()) return false;
  if (const auto* criterion = std::get_if<Criterion>(&one.node)) {
    return criterion->parameter->type != fhir::SearchParameterType::composite &&
           criterion->parameter->url == std::get<Criterion>(other.node).parameter->url;
  }
  if (const auto* logic = std::get_if<Logic>(&one.node)) {
    const auto& others = std::get<Logic>(other.node).conditions;
    return std::equal(logic->conditions.begin(), logic->conditions.end(), others.begin(), others.end(),
                      isSame);
  }
  return std::holds_alternative<InList>(one.node);
}

// Whether few resources fulfil it, whatever its values are: an id, a patient, an identifier.
bool isNarrow(const Condition& condition) {
  if (const auto* criterion = std::get_if<Criterion>(&condition.node)) {
    const fhir::SearchParameter& parameter = *criterion->parameter;
    switch (criterion->modifier) {
      case Modifier::none:
        return parameter.code == "_id" || parameter.code == "identifier" ||
               parameter.type == fhir::SearchParameterType::reference;
      case Modifier::type:
      case Modifier::identifier:
        return true;
      default:
        return false;
    }
  }
  if (const auto* logic = std::get_if<Logic>(&condition.node)) {
    const auto& parts = logic->conditions;
    if (logic->op == Logic::Operator::all) return std::any_of(parts.begin(), parts.end(), isNarrow);
    return logic->op == Logic::Operator::any && std::all_of(parts.begin(), parts.end(), isNarrow);
  }
  return std::holds_alternative<InList>(condition.node);
}

bool asksTheSame(const TypeSearch& one, const TypeSearch& other) {
  const auto sameKey = [](const auto& a, const auto& b) { return a.parameter->url == b.parameter->url; };
  return std::equal(one.conditions.begin(), one.conditions.end(), other.conditions.begin(),
                    other.conditions.end(), isSame) &&
         std::equal(one.sort.begin(), one.sort.end(), other.sort.begin(), other.sort.end(), sameKey);
}

std::size_t mappedColumns(const TypePlan& plan) {
  return plan.mapping() == nullptr ? 0 : plan.mapping()->columns().size();
}

}  // namespace

SearchSql::SearchSql(const View& view, const fhir::search::SearchQuery& query, ConditionSql::Units units)
    : view_(view),
      registry_(view.registry),
      query_(query),
      units_(std::move(units)),
      byKeys_(query.contained != Contained::none) {
  for (const TypeSearch& each : query.types)
    width_ = std::max(width_, mappedColumns(registry_.plan(*each.type)));
  if (byKeys_) {  // a resource of any type may contain others
    for (const TypePlan* plan : registry_.plans()) width_ = std::max(width_, mappedColumns(*plan));
  }
  branches_ = branches();
}

// Each place of each type; across types, the generic store's rows of all at once where the conditions allow
// it.
std::vector<SearchSql::Branch> SearchSql::branches() {
  std::vector<Branch> out;
  Branch together{{Place::generic, {}}, &query_.types.front(), {}};
  // Few types are each read by an index of their own.
  constexpr std::size_t few = 8;
  const bool shared = query_.types.size() > few &&
                      std::all_of(query_.types.begin(), query_.types.end(), [&](const TypeSearch& each) {
                        return asksTheSame(query_.types.front(), each);
                      });
  SqlText unused;
  ConditionSql conditions(view_, units_, unused);
  for (const TypeSearch& each : query_.types) {
    if (query_.contained == Contained::only) break;
    const TypePlan& plan = registry_.plan(*each.type);
    for (const Place place : conditions.places(plan, each.conditions, each.sort)) {
      if (place == Place::generic && shared) {
        together.rows.plans.push_back(&plan);
      } else {
        out.push_back({{place, {&plan}}, &each, {}});
      }
    }
  }
  if (!together.rows.plans.empty()) out.push_back(std::move(together));
  if (byKeys_) addContained(out, shared);
  for (Branch& branch : out) {
    const bool mayLead = !isGrouped(branch);
    for (const auto& sort : branch.search->sort)
      branch.keys.push_back(orderKey(registry_, branch.rows, sort, mayLead && branch.keys.empty()));
  }
  // They are one order: what one place may lack comes last in all.
  for (std::size_t i = 0; i < query_.types.front().sort.size(); ++i) {
    const bool nullable =
        std::any_of(out.begin(), out.end(), [&](const Branch& b) { return b.keys[i].nullable; });
    for (Branch& branch : out) branch.keys[i].nullable = nullable;
  }
  return out;
}

void SearchSql::addContained(std::vector<Branch>& out, bool shared) const {
  Branch together{{Place::contained, {}}, &query_.types.front(), {}};
  for (const TypeSearch& each : query_.types) {
    const TypePlan& plan = registry_.plan(*each.type);
    if (shared) {
      together.rows.plans.push_back(&plan);
    } else {
      out.push_back({{Place::contained, {&plan}}, &each, {}});
    }
  }
  if (shared) out.push_back(std::move(together));
}

bool dependsOnValues(const fhir::search::SearchQuery& query) {
  return std::any_of(query.types.begin(), query.types.end(), [](const TypeSearch& each) {
    return !each.conditions.empty() && std::none_of(each.conditions.begin(), each.conditions.end(), isNarrow);
  });
}

bool SearchSql::keysDescend() const noexcept {
  const auto& sort = query_.types.front().sort;
  return !sort.empty() && sort.front().descending;
}

// What is contained is of another type, so to say: its key may be that of a resource, too.
std::string SearchSql::typeExpression(const RowSet& rows) const {
  if (rows.place == Place::contained) {
    return rows.plans.size() > 1
               ? "(r.resource_type || '#') COLLATE \"C\""
               : quoteLiteral(std::string(rows.plan().name()) + "#") + "::text COLLATE \"C\"";
  }
  if (rows.plans.size() > 1) return "r.resource_type COLLATE \"C\"";
  return quoteLiteral(rows.plan().name()) + "::text COLLATE \"C\"";
}

std::string SearchSql::columnsOf(const RowSet& rows) const {
  if (byKeys_) return holderColumns(rows);
  std::string text = rows.place == Place::generic ? rows.plan().genericColumns()
                                                  : AccessSql(view_).mappedColumns(rows.plan());
  text.replace(0, std::string_view("SELECT").size(), "SELECT " + typeExpression(rows) + " AS order_type,");
  for (std::size_t i = mappedColumns(rows.plan()); i < width_; ++i) text += ", NULL::text";
  return text;
}

PageColumns SearchSql::columns() const noexcept {
  PageColumns out;
  out.firstValue = PageColumns::resource + Column::firstMapped + width_;
  out.key = out.firstValue + query_.types.front().sort.size();
  if (byKeys_) {
    out.holder = out.key + 1;
    out.inner = out.key + 2;
  }
  return out;
}

void SearchSql::orderBy(const std::vector<OrderKey>& keys, std::size_t first, bool backward, bool outer,
                        SqlText& out) const {
  out << " ORDER BY ";
  for (std::size_t i = first; i < keys.size(); ++i) {
    if (outer) {
      out << "o" << std::to_string(i);
    } else {
      out << keys[i].expression << (keys[i].type == "text" ? " COLLATE \"C\"" : "");
    }
    if (keys[i].descending != backward) out << " DESC";
    if (keys[i].nullable && i > 0) out << (backward ? " NULLS FIRST" : " NULLS LAST");
    out << ", ";
  }
  const std::string_view direction = keysDescend() != backward ? " DESC" : "";
  out << (outer ? "order_key" : "r.id") << direction;
  if (query_.types.size() > 1 || byKeys_) out << ", order_type" << direction;
}

void SearchSql::branch(const Branch& branch, Phase phase, const std::optional<PagePosition>& position,
                       bool backward, std::uint32_t count, std::string_view gate, SqlText& out) {
  const std::vector<OrderKey>& keys = branch.keys;
  const bool leads = phase == Phase::withValue && !keys.front().leading.empty();
  const std::size_t first = phase == Phase::withoutValue ? 1 : 0;
  out << "(" << columnsOf(branch.rows);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    // What has no first value has none to show, and the row that leads is not there.
    const std::string value = i < first ? "NULL" : keys[i].expression;
    out << ", (" << value << ")::" << keys[i].type << (keys[i].type == "text" ? " COLLATE \"C\"" : "")
        << " AS o" << std::to_string(i);
  }
  out << ", r.id AS order_key";
  SqlText from;
  ConditionSql conditions(view_, units_, from);
  conditions.from(branch.rows, branch.search->conditions);
  types_.insert(conditions.types().begin(), conditions.types().end());
  for (const TypePlan* plan : branch.rows.plans) types_.insert(plan->name());
  if (leads) out << " FROM " << keys.front().leading << " s,";
  SqlText rest;
  if (leads) {
    rest << " AND r.id = s.key AND " << keys.front().leadingWhere;
  } else if (phase == Phase::withValue) {
    rest << " AND " << keys.front().expression << " IS NOT NULL";
  } else if (phase == Phase::withoutValue) {
    rest << " AND "
         << (keys.front().without.empty() ? keys.front().expression + " IS NULL" : keys.front().without);
  }
  if (!gate.empty()) rest << " AND " << gate;
  if (position) {
    rest << " AND ";
    std::vector<OrderKey> own = keys;
    if (phase == Phase::withValue) own.front().nullable = false;
    afterCondition(own, first, *position, keysDescend(),
                   query_.types.size() > 1 || byKeys_ ? typeExpression(branch.rows) : "", rest);
  }
  out.append(leads ? from.withoutPrefix(" FROM") : from);
  out.append(rest);
  orderBy(keys, first, backward, false, out);
  out << " LIMIT " << std::to_string(count + 1) << ")";
}

void SearchSql::phase(Phase phase, const std::optional<PagePosition>& position, bool backward,
                      std::uint32_t count, std::string_view gate, SqlText& out) {
  out << "SELECT * FROM (";
  bool first = true;
  for (const Branch& each : branches_) {
    if (isGrouped(each)) continue;
    if (!std::exchange(first, false)) out << " UNION ALL ";
    branch(each, phase, position, backward, count, gate, out);
  }
  if (hasGroups()) {
    if (!first) out << " UNION ALL ";
    containers(phase, position, backward, count, gate, out);
  }
  out << ") u";
  orderBy(branches_.front().keys, phase == Phase::withoutValue ? 1 : 0, backward, true, out);
  out << " LIMIT " << std::to_string(count + 1);
}

SqlText SearchSql::page(const std::optional<PagePosition>& position, std::uint32_t count) {
  const bool backward = position && position->backward;
  const auto& sort = query_.types.front().sort;
  const bool twoPhases = !sort.empty() && branches_.front().keys.front().nullable;
  SqlText body;
  if (!twoPhases) {
    body << "WITH a AS (";
    phase(Phase::all, position, backward, count, {}, body);
    body << "), b AS (SELECT * FROM a WHERE false)";
  } else {
    const Phase first = backward ? Phase::withoutValue : Phase::withValue;
    const Phase second = backward ? Phase::withValue : Phase::withoutValue;
    const bool startsInSecond = position && (!position->values.front().has_value()) != backward;
    const std::string room = "(SELECT count(*) FROM a) <= " + std::to_string(count);
    body << "WITH a AS (";
    if (startsInSecond) {
      phase(second, position, backward, count, {}, body);
      body << "), b AS (SELECT * FROM a WHERE false)";
    } else {
      phase(first, position, backward, count, {}, body);
      body << "), b AS (";
      phase(second, std::nullopt, backward, count, room, body);
      body << ")";
    }
  }
  SqlText out;
  out.append(body);
  addContainers();
  out << " SELECT " << rowsWait(types_) << ", p.* FROM (SELECT 1) one LEFT JOIN LATERAL (";
  resources(out);
  out << ") p ON true ORDER BY p.phase";
  SqlText order;
  orderBy(branches_.front().keys, 0, backward, true, order);
  out << "," << std::string_view(order.text()).substr(std::string_view(" ORDER BY").size());
  out << " LIMIT " << std::to_string(count + 1);
  return out;
}

// The rows of both phases, with their resources.
void SearchSql::resources(SqlText& out) const {
  constexpr std::string_view rows = "SELECT 0 AS phase, a.* FROM a UNION ALL SELECT 1, b.* FROM b";
  if (!byKeys_) {
    out << rows;
    return;
  }
  out << "SELECT h.phase, h.order_type, f.*";
  for (std::size_t i = 0; i < branches_.front().keys.size(); ++i) out << ", h.o" << std::to_string(i);
  out << ", h.order_key, h.holder_type, h.inner_id FROM (" << rows << ") h CROSS JOIN LATERAL (" << holder()
      << ") f";
}

SqlText SearchSql::total() {
  SqlText body;
  for (const Branch& each : branches_) {
    if (isGrouped(each)) continue;
    body << " + (SELECT count(*)";
    ConditionSql conditions(view_, units_, body);
    conditions.from(each.rows, each.search->conditions);
    types_.insert(conditions.types().begin(), conditions.types().end());
    for (const TypePlan* plan : each.rows.plans) types_.insert(plan->name());
    body << ")";
  }
  if (hasGroups()) {
    body << " + (SELECT count(*) FROM (";
    groups(std::nullopt, false, std::nullopt, body);
    body << ") g)";
  }
  addContainers();
  SqlText out;
  out << "SELECT " << rowsWait(types_) << ", 0";
  out.append(body);
  return out;
}

}  // namespace store
