#include "src/store/include_sql.h"

#include <algorithm>
#include <utility>

#include "fhir/search/targets.h"
#include "src/store/access_sql.h"
#include "src/store/key.h"

namespace store {

using fhir::SearchParameter;
using fhir::SearchParameterType;
using fhir::TypeDefinition;
using fhir::search::Referred;
using fhir::search::TypeSearch;

namespace {

std::string keyListOf(const std::vector<std::string>& keys) {
  ArrayLiteral list;
  for (const std::string& key : keys) list.add(key);
  return list.text();
}

}  // namespace

std::vector<const SearchParameter*> IncludeSql::parametersOf(const TypeDefinition& source) const {
  const AccessSql access(view_);
  const TypePlan& plan = registry_.plan(source);
  std::vector<const SearchParameter*> all{include_.parameter};
  if (include_.parameter == nullptr) all = registry_.parameters(source);
  std::erase_if(all, [&](const auto* each) {
    return each->type != SearchParameterType::reference || !access.mayAsk(plan, *each);
  });
  return all;
}

std::optional<SqlText> IncludeSql::make(const Keys& round, const Inside& inside, std::uint32_t most) {
  if (include_.reverse) {
    for (const auto& [target, keys] : round) pointingTo(*target, keys);
  } else {
    for (const auto& [source, keys] : round) pointedFrom(*source, keys);
    pointedFromInside(round, inside);
  }
  if (first_) return std::nullopt;
  links_ << ") ";
  fetch(most, nullptr);
  return std::move(links_);
}

SqlText IncludeSql::makeReferred(const Referred& referred, const std::optional<ResourceName>& after,
                                 std::uint32_t most) {
  fromSources_ = true;
  for (const TypeDefinition* target : referred.targets) mayBe(target->name);
  sourcesOf(referred.sources);
  pointedFromSources(referred.sources);
  links_ << ") ";
  fetch(most, &after);
  return std::move(links_);
}

std::set<std::string_view> IncludeSql::types() const {
  auto all = types_;
  all.insert(read_.begin(), read_.end());
  return all;
}

SqlText& IncludeSql::link() {
  const std::string_view opening = fromSources_ ? ", links (type, key) AS (" : "WITH links (type, key) AS (";
  links_ << (std::exchange(first_, false) ? opening : " UNION ");
  return links_;
}

void IncludeSql::mayBe(std::string_view type) {
  types_.insert(type);
}

void IncludeSql::isFrom(const TypePlan& plan, const std::vector<std::string>& keys) {
  if (fromSources_) {
    links_ << " AND r.id IN (SELECT s.key FROM sources s WHERE s.type = " << quoteLiteral(plan.name()) << ")";
    return;
  }
  links_ << " AND r.id = ANY (";
  links_.bind(keyListOf(keys), "uuid[]") << ")";
}

void IncludeSql::sourcesOf(const std::vector<TypeSearch>& sources) {
  links_ << "WITH sources (type, key) AS MATERIALIZED (";
  ConditionSql conditions(view_, units_, links_);
  bool first = true;
  for (const TypeSearch& each : sources) {
    const TypePlan& plan = registry_.plan(*each.type);
    for (const Place place : conditions.places(plan, each.conditions)) {
      links_ << (std::exchange(first, false) ? "SELECT " : " UNION ALL SELECT ") << quoteLiteral(plan.name())
             << ", r.id";
      conditions.from({place, {&plan}}, each.conditions);
    }
  }
  links_ << ")";
  read_ = conditions.types();
}

void IncludeSql::pointedFromSources(const std::vector<TypeSearch>& sources) {
  ArrayLiteral numbers;
  for (const TypeSearch& each : sources) {
    for (const SearchParameter* parameter : parametersOf(*each.type)) {
      numbers.add(std::to_string(registry_.number(*each.type, *parameter)));
      throughColumn(registry_.plan(*each.type), *parameter, {});
    }
  }
  // A key is unique in its type only.
  const std::string from =
      " FROM sources s JOIN fhir.idx_reference i ON i.key = s.key JOIN fhir.parameter f ON f.id = "
      "i.parameter AND f.resource_type = s.type";
  const std::string where = " WHERE i.parameter = ANY (" + quoteLiteral(numbers.text()) + ")";
  link() << "SELECT i.target_type, i.target_key" << from << where << " AND i.target_key IS NOT NULL";
  link() << "SELECT p.resource_type, u.key" << from
         << " JOIN fhir.idx_uri u ON u.value = i.url AND u.parameter = ANY (" << quoteLiteral(urlNumbers())
         << ") JOIN fhir.parameter p ON p.id = u.parameter" << where << " AND i.url IS NOT NULL";
}

void IncludeSql::pointedFrom(const TypeDefinition& source, const std::vector<std::string>& keys) {
  if (include_.source != nullptr && include_.source != &source) return;
  for (const SearchParameter* parameter : parametersOf(source))
    throughColumn(registry_.plan(source), *parameter, keys);
  throughIndex({Place::generic, {&registry_.plan(source)}}, isOneOf(keys));
}

void IncludeSql::pointedFromInside(const Keys& round, const Inside& inside) {
  const auto from = [&](const TypeDefinition& source, const SqlText& isKey) {
    if (include_.source != nullptr && include_.source != &source) return;
    throughIndex({Place::contained, {&registry_.plan(source)}}, isKey);
  };
  for (const auto& [source, keys] : inside.matches) from(*source, isOneOf(keys));
  for (const TypeDefinition* source : inside.sources) {
    for (const auto& [container, keys] : round) {
      SqlText isKey;
      isKey << "i.key IN (SELECT c.id FROM fhir.contained c WHERE c.resource_type = "
            << quoteLiteral(source->name) << " AND c.container_type = " << quoteLiteral(container->name)
            << " AND c.container_key = ANY (";
      isKey.bind(keyListOf(keys), "uuid[]") << "))";
      from(*source, isKey);
    }
  }
}

SqlText IncludeSql::isOneOf(const std::vector<std::string>& keys) {
  SqlText isKey;
  isKey << "i.key = ANY (";
  isKey.bind(keyListOf(keys), "uuid[]") << ")";
  return isKey;
}

void IncludeSql::throughIndex(const RowSet& rows, const SqlText& isKey) {
  const TypeDefinition& source = rows.plan().type();
  ArrayLiteral literal;
  for (const SearchParameter* parameter : parametersOf(source)) {
    const ParameterId number = registry_.number(source, *parameter);
    literal.add(std::to_string(rowNumber(number, rows.place == Place::contained)));
    if (include_.target != nullptr) {
      mayBe(include_.target->name);
    } else if (parameter->targets.empty()) {
      for (const auto* type : fhir::resourceTypes()) mayBe(type->name);
    } else {
      for (const auto target : parameter->targets) mayBe(target);
    }
  }
  const std::string numbers = literal.text();
  link() << "SELECT i.target_type, i.target_key FROM fhir.idx_reference i WHERE i.parameter = ANY ("
         << quoteLiteral(numbers) << ") AND i.target_key IS NOT NULL AND ";
  links_.append(isKey);
  if (include_.target != nullptr) links_ << " AND i.target_type = " << quoteLiteral(include_.target->name);
  throughUrl(numbers, isKey);
}

void IncludeSql::throughColumn(const TypePlan& plan, const SearchParameter& parameter,
                               const std::vector<std::string>& keys) {
  const ColumnSearch* search = columnSearch(plan, parameter);
  if (search == nullptr) return;
  for (const MappedColumn& column : plan.mapping()->columns()) {
    if (column.name != search->columns[0]) continue;
    if (include_.target != nullptr && include_.target->name != column.targetType) return;
    link() << "SELECT " << quoteLiteral(column.targetType) << ", r." << column.name << plan.fromMapped()
           << " AND NOT r.fhir_indexed_whole AND r." << column.name << " IS NOT NULL";
    isFrom(plan, keys);
  }
}

std::string IncludeSql::urlNumbers() const {
  ArrayLiteral urls;
  for (const std::string_view name : types_) {
    if (const auto number = registry_.number(*fhir::findResourceType(name), "url"); number != 0)
      urls.add(std::to_string(number));
  }
  return urls.text();
}

void IncludeSql::throughUrl(const std::string& numbers, const SqlText& isKey) {
  const std::string urls = urlNumbers();
  if (urls == "{}") return;
  link() << "SELECT p.resource_type, u.key FROM fhir.idx_reference i CROSS JOIN LATERAL (SELECT u.parameter, "
            "u.key FROM fhir.idx_uri u WHERE u.value = i.url AND u.parameter = ANY ("
         << quoteLiteral(urls)
         << ") OFFSET 0) u JOIN fhir.parameter p ON p.id = u.parameter WHERE i.parameter = ANY ("
         << quoteLiteral(numbers) << ") AND i.url IS NOT NULL AND ";
  links_.append(isKey);
}

void IncludeSql::pointingTo(const TypeDefinition& target, const std::vector<std::string>& keys) {
  if (include_.target != nullptr && include_.target != &target) return;
  ArrayLiteral numbers;
  const auto from = [&](const TypeDefinition& source) {
    for (const SearchParameter* parameter : parametersOf(source)) {
      if (!fhir::search::mayPointTo(*parameter, target.name)) continue;
      numbers.add(std::to_string(registry_.number(source, *parameter)));
      mayBe(source.name);
      columnTo(registry_.plan(source), *parameter, target, keys);
    }
  };
  if (include_.source != nullptr) {
    from(*include_.source);
  } else {
    for (const auto* source : fhir::resourceTypes()) from(*source);
  }
  if (numbers.empty()) return;
  link() << "SELECT p.resource_type, i.key FROM fhir.idx_reference i JOIN fhir.parameter p ON p.id = "
            "i.parameter WHERE i.parameter = ANY ("
         << quoteLiteral(numbers.text()) << ") AND i.target_type = " << quoteLiteral(target.name)
         << " AND i.target_key = ANY (";
  links_.bind(keyListOf(keys), "uuid[]") << ")";
}

void IncludeSql::columnTo(const TypePlan& source, const SearchParameter& parameter,
                          const TypeDefinition& target, const std::vector<std::string>& keys) {
  const ColumnSearch* search = columnSearch(source, parameter);
  if (search == nullptr) return;
  for (const MappedColumn& column : source.mapping()->columns()) {
    if (column.name != search->columns[0] || column.targetType != target.name) continue;
    link() << "SELECT " << quoteLiteral(source.name()) << ", r.id" << source.fromMapped()
           << " AND NOT r.fhir_indexed_whole AND NOT r.is_deleted AND r." << column.name << " = ANY (";
    links_.bind(keyListOf(keys), "uuid[]") << ")";
  }
}

void IncludeSql::fetch(std::uint32_t most, const std::optional<ResourceName>* after) {
  const auto follows = [&](const std::string& type) {
    if (after == nullptr || !*after) return;
    links_ << " AND (" << type << " COLLATE \"C\", r.id) > (";
    links_.bind(std::string((*after)->type->name), "text") << " COLLATE \"C\", ";
    links_.bind(keyOf((*after)->type->name, (*after)->id).uuid, "uuid") << ")";
  };
  std::size_t width = 0;
  std::vector<const TypePlan*> mapped;
  for (const std::string_view name : types_) {
    const TypePlan& plan = registry_.plan(*fhir::findResourceType(name));
    if (plan.mapping() == nullptr) continue;
    mapped.push_back(&plan);
    width = std::max(width, plan.mapping()->columns().size());
  }
  const auto columns = [&](std::string text, const std::string& type, std::size_t has) {
    text.replace(0, std::string_view("SELECT").size(), "SELECT " + type + ",");
    for (std::size_t i = has; i < width; ++i) text += ", NULL::text";
    if (after != nullptr) text += ", " + type + " COLLATE \"C\" AS order_type, r.id AS order_key";
    return text;
  };
  links_ << "SELECT " << rowsWait(types()) << ", f.* FROM (SELECT 1) one LEFT JOIN LATERAL (";
  // Each link by its key, however many rows PostgreSQL believes there are (OFFSET 0).
  constexpr std::string_view perLink =
      "SELECT g.* FROM (SELECT DISTINCT k.type, k.key FROM links k) l CROSS JOIN LATERAL (";
  for (const TypePlan* plan : mapped) {
    links_ << perLink
           << columns(AccessSql(view_).mappedColumns(*plan), quoteLiteral(plan->name()) + "::text",
                      plan->mapping()->columns().size());
    source({Place::table, {plan}});
    links_ << " AND r.id = l.key";
    follows(quoteLiteral(plan->name()) + "::text");
    links_ << " OFFSET 0) g WHERE l.type = " << quoteLiteral(plan->name()) << " UNION ALL ";
  }
  // Any type may stand in the generic store.
  const TypePlan& anyPlan = registry_.plan(*fhir::findResourceType("Basic"));
  links_ << perLink << columns(anyPlan.genericColumns(), "r.resource_type::text", 0);
  RowSet generic{Place::generic, {}};
  for (const std::string_view name : types_)
    generic.plans.push_back(&registry_.plan(*fhir::findResourceType(name)));
  source(generic);
  links_ << " AND r.resource_type = l.type AND r.id = l.key";
  follows("r.resource_type::text");
  links_ << " OFFSET 0) g) f ON true" << (after != nullptr ? " ORDER BY f.order_type, f.order_key" : "")
         << " LIMIT " << std::to_string(most + 1);
}

void IncludeSql::source(const RowSet& rows) {
  ConditionSql(view_, units_, links_).from(rows, {}, ConditionSql::Found::byInclude);
}

}  // namespace store
