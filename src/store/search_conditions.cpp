#include "src/store/search_conditions.h"

#include <algorithm>
#include <utility>

#include "fhir/search/composite.h"
#include "src/store/access_sql.h"
#include "src/store/key.h"
#include "src/store/value_conditions.h"

namespace store {

using fhir::SearchParameterType;
using fhir::search::Chain;
using fhir::search::Condition;
using fhir::search::Criterion;
using fhir::search::Has;
using fhir::search::InList;
using fhir::search::Logic;
using fhir::search::Modifier;
using fhir::search::SortKey;
using fhir::search::Value;

namespace {

template <class... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};
template <class... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;

const fhir::SearchParameter* listItem() {
  return fhir::findSearchParameter(*fhir::findResourceType("List"), "item");
}

}  // namespace

std::string rowsWait(const std::set<std::string_view>& types) {
  ArrayLiteral names;
  for (const std::string_view name : types) names.add(name);
  return "EXISTS (SELECT FROM fhir.reindex_queue WHERE resource_type = ANY (" + quoteLiteral(names.text()) +
         "))";
}

void anyOf(const std::vector<Value>& values, SqlText& out, const std::function<void(const Value&)>& one) {
  out << "(";
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i != 0) out << " OR ";
    one(values[i]);
  }
  if (values.empty()) out << "false";
  out << ")";
}

void tokenCondition(const Value& value, std::string_view system, std::string_view code, SqlText& out) {
  out << "(";
  if (!value.code.empty()) {
    out << code << " = ";
    out.bind(value.code);
  }
  if (value.system) {
    if (!value.code.empty()) out << " AND ";
    out << system;
    if (value.system->empty()) {
      out << " IS NULL";
    } else {
      out << " = ";
      out.bind(*value.system);
    }
  }
  out << ")";
}

void codesCondition(const Value& value, std::string_view system, std::string_view code, SqlText& out) {
  out << "(false";
  for (const Value::Codes& each : *value.codes) {
    ArrayLiteral codes;
    for (const std::string& one : each.codes) codes.add(one);
    out << " OR (" << code << " = ANY (";
    out.bind(codes.text(), "text[]") << ") AND " << system;
    if (each.system.empty()) {
      out << " IS NULL)";
    } else {
      out << " = ";
      out.bind(each.system) << ")";
    }
  }
  out << ")";
}

const ColumnSearch* columnSearch(const TypePlan& plan, const fhir::SearchParameter& parameter) noexcept {
  return plan.mapping() == nullptr ? nullptr : plan.mapping()->findSearch(parameter);
}

bool alwaysAnswers(const ColumnSearch& search, Modifier modifier) noexcept {
  return search.alwaysSaysAll && (modifier == Modifier::none || modifier == Modifier::type);
}

const ColumnSearch* ConditionSql::columnOf(const RowSet& rows, const Criterion& criterion) const {
  if (rows.place == Place::generic || rows.place == Place::contained) return nullptr;
  const ColumnSearch* search = columnSearch(rows.plan(), *criterion.parameter);
  if (search == nullptr || !answersModifier(*search, criterion.modifier)) return nullptr;
  return rows.place == Place::columns || alwaysAnswers(*search, criterion.modifier) ? search : nullptr;
}

// The one column that a reference parameter reads in rows of the place, and the type it points to; nullptr
// when an index table answers.
const MappedColumn* ConditionSql::linkColumn(const RowSet& rows, const fhir::SearchParameter& link) const {
  const ColumnSearch* search = columnOf(rows, {&link, Modifier::none, {}, {}});
  if (search == nullptr || search->kind != ColumnSearch::Kind::reference) return nullptr;
  for (const MappedColumn& column : rows.plan().mapping()->columns()) {
    if (column.name == search->columns[0]) return &column;
  }
  return nullptr;
}

bool ConditionSql::dividesTable(const TypePlan& plan, const Condition& condition) const {
  const auto divides = [&](const fhir::SearchParameter& parameter, Modifier modifier) {
    const ColumnSearch* search = columnSearch(plan, parameter);
    return search != nullptr && answersModifier(*search, modifier) && !alwaysAnswers(*search, modifier);
  };
  return std::visit(
      Overloaded{[&](const Criterion& c) {
                   if (c.parameter->type != SearchParameterType::composite)
                     return divides(*c.parameter, c.modifier);
                   const auto parts = fhir::search::partsOf(plan.type(), *c.parameter).ofResource;
                   return std::any_of(parts.begin(), parts.end(),
                                      [&](const auto* part) { return divides(*part, Modifier::none); });
                 },
                 [&](const Chain& c) { return divides(*c.link, Modifier::none); },
                 [&](const Logic& c) {
                   return std::any_of(c.conditions.begin(), c.conditions.end(),
                                      [&](const Condition& each) { return dividesTable(plan, each); });
                 },
                 [](const auto&) { return false; }},
      condition.node);
}

bool ConditionSql::dividesTable(const TypePlan& plan, const std::vector<Condition>& conditions) const {
  return plan.mapping() != nullptr && std::any_of(conditions.begin(), conditions.end(),
                                                  [&](const Condition& c) { return dividesTable(plan, c); });
}

bool ConditionSql::showsColumnsOnly(const RowSet& rows) const {
  return rows.place != Place::contained && rows.plans.size() == 1 &&
         AccessSql(view_).showsColumnsOnly(rows.plan());
}

bool ConditionSql::mayAsk(const TypePlan& plan, const fhir::SearchParameter& parameter) const {
  return AccessSql(view_).mayAsk(plan, parameter);
}

std::vector<Place> ConditionSql::places(const TypePlan& plan, const std::vector<Condition>& conditions,
                                        const std::vector<SortKey>& sort) {
  types_.insert(plan.name());
  if (plan.mapping() == nullptr) return {Place::generic};
  if (AccessSql(view_).showsColumnsOnly(plan)) return {Place::columns, Place::generic};
  const bool isDivided =
      dividesTable(plan, conditions) || std::any_of(sort.begin(), sort.end(), [&](const SortKey& key) {
        return columnSearch(plan, *key.parameter) != nullptr;
      });
  if (!isDivided) return {Place::table, Place::generic};
  return {Place::columns, Place::whole, Place::generic};
}

namespace {

std::string placeOf(const RowSet& rows) {
  if (rows.place != Place::generic && rows.place != Place::contained) return rows.plan().fromMapped();
  const std::string from =
      rows.place == Place::generic ? " FROM fhir.resource r WHERE" : " FROM fhir.contained r WHERE";
  if (rows.plans.size() == 1) return from + " r.resource_type = " + quoteLiteral(rows.plan().name());
  ArrayLiteral names;
  for (const TypePlan* plan : rows.plans) names.add(plan->name());
  return from + " r.resource_type = ANY (" + quoteLiteral(names.text()) + ")";
}

}  // namespace

void ConditionSql::from(const RowSet& rows, const std::vector<Condition>& conditions, Found found) {
  fromSeen(rows, conditions);
  AccessSql(view_, units_)
      .restrict(rows, found == Found::bySearch ? AccessSql::For::search : AccessSql::For::include, out_);
}

void ConditionSql::fromSeen(const RowSet& rows, const std::vector<Condition>& conditions) {
  out_ << placeOf(rows);
  if (rows.place != Place::contained) out_ << " AND NOT r.is_deleted";
  if (rows.place == Place::columns && !showsColumnsOnly(rows)) out_ << " AND NOT r.fhir_indexed_whole";
  if (rows.place == Place::whole) out_ << " AND r.fhir_indexed_whole";
  and_(rows, conditions);
}

void ConditionSql::and_(const RowSet& rows, const std::vector<Condition>& conditions) {
  for (const Condition& condition : conditions) {
    out_ << " AND ";
    one(rows, condition);
  }
}

void ConditionSql::keys(const TypePlan& plan, const std::vector<Condition>& conditions) {
  bool first = true;
  for (const Place place : places(plan, conditions)) {
    out_ << (first ? "SELECT r.id" : " UNION ALL SELECT r.id");
    first = false;
    from({place, {&plan}}, conditions);
  }
}

void ConditionSql::one(const RowSet& rows, const Condition& condition) {
  std::visit(Overloaded{[&](const Criterion& c) { compare(rows, c); },
                        [&](const Chain& c) { follow(rows, c); }, [&](const Has& c) { reverse(rows, c); },
                        [&](const Logic& c) { combine(rows, c); }, [&](const InList& c) { listed(rows, c); }},
             condition.node);
}

void ConditionSql::compare(const RowSet& rows, const Criterion& criterion) {
  if (isRowParameter(*criterion.parameter)) return rowCondition(rows, criterion, out_);
  if (showsColumnsOnly(rows)) return compareColumns(rows, criterion);
  if (criterion.parameter->type == SearchParameterType::composite) return composite(rows, criterion);
  if (const ColumnSearch* search = columnOf(rows, criterion)) {
    const bool both = criterion.modifier == Modifier::missing && leavesSomething(*search);
    if (both) out_ << "(";
    columnCondition(registry_, *rows.plan().mapping(), *search, criterion, units_, out_);
    if (!both) return;
    // What the columns cannot say is a value, too.
    out_ << (criterion.values.front().missing ? " AND " : " OR ");
    indexCondition(registry_, rows, criterion, out_);
    out_ << ")";
    return;
  }
  indexCondition(registry_, rows, criterion, out_);
}

// Of what is shown by its columns alone nothing else is told.
void ConditionSql::compareColumns(const RowSet& rows, const Criterion& criterion) {
  const ColumnSearch* search = columnOf(rows, criterion);
  if (search == nullptr) {
    if (rows.plan().mapping()->isOpen(*criterion.parameter))
      return indexCondition(registry_, rows, criterion, out_);
    out_ << "false";
    return;
  }
  columnCondition(registry_, *rows.plan().mapping(), *search, criterion, units_, out_);
}

// The parts on the resource itself are the conditions of its parameters together; the parts of an element are
// rows of the index tables with the same item.
void ConditionSql::composite(const RowSet& rows, const Criterion& criterion) {
  const TypePlan& plan = rows.plan();
  const auto parts = fhir::search::partsOf(plan.type(), *criterion.parameter);
  bool first = true;
  out_ << "r.id IN (";
  for (const Value& value : criterion.values) {
    if (!parts.ofResource.empty()) {
      out_ << (std::exchange(first, false) ? "SELECT r.id" : " UNION ALL SELECT r.id");
      std::vector<Condition> together;
      for (std::size_t i = 0; i < value.components.size(); ++i) {
        together.push_back({Criterion{parts.ofResource[i], Modifier::none, {}, {value.components[i]}}});
      }
      fromSeen(rows, together);
    }
    if (!parts.elements.empty()) {
      if (!std::exchange(first, false)) out_ << " UNION ALL ";
      compositeElements(rows, criterion, value);
    }
  }
  out_ << ")";
}

void ConditionSql::compositeElements(const RowSet& rows, const Criterion& criterion, const Value& value) {
  const auto components = fhir::search::componentsOf(rows.plan().type(), *criterion.parameter);
  for (std::size_t i = 0; i < components.size(); ++i) {
    out_ << (i == 0 ? "SELECT i.key FROM " : " AND (i.key, i.item) IN (SELECT i.key, i.item FROM ")
         << indexTable(*components[i]) << " i WHERE " << componentIs(registry_, rows, *criterion.parameter, i)
         << " AND ";
    indexValueCondition(registry_, Criterion{components[i], Modifier::none, {}, {}}, value.components[i],
                        out_);
  }
  for (std::size_t i = 1; i < components.size(); ++i) out_ << ")";
}

void ConditionSql::follow(const RowSet& rows, const Chain& chain) {
  if (!mayAsk(rows.plan(), *chain.link)) {
    out_ << "false";
    return;
  }
  if (const MappedColumn* column = linkColumn(rows, *chain.link)) {
    const auto target =
        std::find_if(chain.targets.begin(), chain.targets.end(),
                     [&](const Chain::Target& each) { return each.type->name == column->targetType; });
    if (target == chain.targets.end()) {
      out_ << "false";
      return;
    }
    out_ << "r." << column->name << " IN (";
    keys(registry_.plan(*target->type), target->conditions);
    out_ << ")";
    return;
  }
  out_ << "r.id IN (";
  bool first = true;
  for (const Chain::Target& target : chain.targets) {
    if (!std::exchange(first, false)) out_ << " UNION ALL ";
    out_ << "SELECT i.key FROM fhir.idx_reference i WHERE " << parameterIs(registry_, rows, *chain.link)
         << " AND i.target_type = " << quoteLiteral(target.type->name) << " AND i.target_key IN (";
    keys(registry_.plan(*target.type), target.conditions);
    out_ << ")";
  }
  if (first) out_ << "SELECT r.id WHERE false";
  out_ << ")";
}

void ConditionSql::reverse(const RowSet& rows, const Has& has) {
  // Nothing but its container points to what is contained.
  if (rows.place == Place::contained) {
    out_ << "false";
    return;
  }
  const TypePlan& source = registry_.plan(*has.type);
  const TypePlan& target = rows.plan();
  if (!mayAsk(source, *has.link)) {
    out_ << "false";
    return;
  }
  std::vector<Place> sourcePlaces = places(source, has.conditions);
  if (sourcePlaces.front() == Place::table && linkColumn({Place::columns, {&source}}, *has.link) != nullptr &&
      linkColumn({Place::table, {&source}}, *has.link) == nullptr)
    sourcePlaces = {Place::columns, Place::whole, Place::generic};
  out_ << "r.id IN (";
  bool first = true;
  for (const Place place : sourcePlaces) {
    if (const MappedColumn* column = linkColumn({place, {&source}}, *has.link)) {
      if (column->targetType != target.name()) continue;
      out_ << (std::exchange(first, false) ? "SELECT r." : " UNION ALL SELECT r.") << column->name;
      from({place, {&source}}, has.conditions);
      continue;
    }
    out_ << (std::exchange(first, false) ? "" : " UNION ALL ")
         << "SELECT i.target_key FROM fhir.idx_reference i WHERE "
         << parameterIs(registry_, {place, {&source}}, *has.link)
         << " AND i.target_type = " << quoteLiteral(target.name()) << " AND i.key IN (SELECT r.id";
    from({place, {&source}}, has.conditions);
    out_ << ")";
  }
  out_ << ")";
}

// Each alternative finds its own rows, by its own index.
void ConditionSql::combine(const RowSet& rows, const Logic& logic) {
  if (logic.op == Logic::Operator::any && rows.plans.size() == 1) {
    out_ << "r.id IN (";
    for (std::size_t i = 0; i < logic.conditions.size(); ++i) {
      out_ << (i == 0 ? "SELECT r.id" : " UNION ALL SELECT r.id");
      fromSeen(rows, {logic.conditions[i]});
    }
    out_ << ")";
    return;
  }
  out_ << (logic.op == Logic::Operator::none ? "NOT coalesce((" : "(");
  for (std::size_t i = 0; i < logic.conditions.size(); ++i) {
    if (i != 0) out_ << (logic.op == Logic::Operator::all ? " AND " : " OR ");
    one(rows, logic.conditions[i]);
  }
  out_ << (logic.op == Logic::Operator::none ? "), false)" : ")");
}

void ConditionSql::listed(const RowSet& rows, const InList& list) {
  if (rows.place == Place::contained) {  // no entry of a List
    out_ << "false";
    return;
  }
  const TypePlan& lists = registry_.plan(*fhir::findResourceType("List"));
  types_.insert(lists.name());
  Criterion ids{fhir::findSearchParameter(lists.type(), "_id"), Modifier::none, {}, {}};
  for (const std::string& id : list.ids) ids.values.emplace_back().code = id;
  const bool several = rows.plans.size() > 1;
  ArrayLiteral names;
  for (const TypePlan* plan : rows.plans) names.add(plan->name());
  out_ << (several ? "(r.resource_type, r.id) IN (SELECT i.target_type, i.target_key"
                   : "r.id IN (SELECT i.target_key")
       << " FROM fhir.idx_reference i WHERE "
       << parameterIs(registry_, {Place::generic, {&lists}}, *listItem()) << " AND i.target_type = ANY ("
       << quoteLiteral(names.text()) << ") AND i.key IN (SELECT r.id";
  from({Place::generic, {&lists}}, {Condition{std::move(ids)}});
  out_ << "))";
}

}  // namespace store
