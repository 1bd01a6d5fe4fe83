#include "src/store/access_sql.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "src/store/key.h"

namespace store {

// By type (definitions live as long as the program), place, purpose and whether versions are asked.
class AccessTexts {
 public:
  using Asked = std::tuple<const fhir::TypeDefinition*, Place, AccessSql::For, bool>;
  std::map<Asked, std::shared_ptr<const SqlText>> conditions;
  std::map<std::pair<const fhir::TypeDefinition*, Place>, std::shared_ptr<const RowByKey>> rows;
};

namespace {

using fhir::search::Condition;

std::string keyList(const std::vector<std::string>& keys) {
  ArrayLiteral list;
  for (const std::string& key : keys) list.add(key);
  return std::string(list.text());
}

// What a column of the row says is withheld from others.
std::string visibleTo(const RowPersons& persons, std::string_view audience) {
  return persons.visibility.empty() ? "" : " AND r." + persons.visibility + std::string(audience);
}

void isOneOf(std::string_view column, const std::vector<std::string>& keys, SqlText& out) {
  out << column << " = ";
  if (keys.size() == 1) {
    out.bind(keys.front(), "uuid");
    return;
  }
  out << "ANY (";
  out.bind(keyList(keys), "uuid[]") << ")";
}

// Somebody's relation to a patient of the row, current now. What a row itself has brought about does not
// count: nobody comes to care for a patient by writing an appointment for them.
void related(std::string_view table, std::string_view holder, const std::string& patient, const Way& way,
             SqlText& out) {
  out << "EXISTS (SELECT FROM public." << table << " c WHERE c.patient_id = " << patient << " AND "
      << kIsCurrent << " AND ";
  isOneOf("c." + std::string(holder), way.keys, out);
  if (way.whose == Way::Whose::inCare) out << " AND c.source_id IS DISTINCT FROM r.id";
  out << ")";
}

void related(const std::string& patient, const Way& way, SqlText& out) {
  if (way.whose == Way::Whose::inCare) return related("care_relationships", "doctor_id", patient, way, out);
  related("patient_grants", "holder", patient, way, out);
}

void ofMapped(const RowPersons& persons, const Way& way, SqlText& out) {
  using enum Way::Whose;
  const bool isPractitioner = way.whose == practitioner;
  const bool isOfPatient = way.whose != everybodys && way.whose != notAuthorsOnly && !isPractitioner;
  const std::string& column = isPractitioner ? persons.practitioner : persons.patient;
  if (way.whose == nobodys || ((isOfPatient || isPractitioner) && column.empty())) {
    out << "false";
    return;
  }
  switch (way.whose) {
    case everybodys:
      out << "true";
      return;
    case notAuthorsOnly:
      out << "true" << visibleTo(persons, " <> 'author'");
      return;
    case patients:
      isOneOf("r." + column, way.keys, out);
      out << visibleTo(persons, " = 'patient'");
      return;
    case grantedTo:
      related("r." + column, way, out);
      out << visibleTo(persons, " = 'patient'");
      return;
    case inCare:
      related("r." + column, way, out);
      out << visibleTo(persons, " <> 'author'");
      return;
    default:
      isOneOf("r." + column, way.keys, out);
  }
}

void ofGeneric(const Way& way, SqlText& out) {
  using enum Way::Whose;
  switch (way.whose) {
    case everybodys:
    case notAuthorsOnly:
      out << "true";
      return;
    case nobodys:
      out << "r.patient_keys = '{}'";
      return;
    case grantedTo:
    case inCare:
      return related("ANY (r.patient_keys)", way, out);
    default:
      out << "r." << (way.whose == practitioner ? "practitioner_keys" : "patient_keys") << " && ";
      out.bind(keyList(way.keys), "uuid[]");
  }
}

// Whether what the database shows is all that is asked.
bool isAsInDatabase(const std::vector<Way>& ways) {
  return ways.size() == 1 && ways.front().whose == Way::Whose::asInDatabase &&
         ways.front().conditions.empty();
}

Permission permissionOf(AccessSql::For purpose) {
  using enum AccessSql::For;
  switch (purpose) {
    case create:
      return Permission::create;
    case update:
      return Permission::update;
    case remove:
      return Permission::remove;
    case search:
      return Permission::search;
    default:
      return Permission::read;
  }
}

// Either of two: what both have in common must hold, and one of what they have not.
Sight either(Sight one, const Sight& other) {
  if (one.isOpen() || other.isNothing()) return one;
  if (other.isOpen() || one.isNothing()) return other;
  // (a and b) or (c and d) = (a or c) and (a or d) and (b or c) and (b or d)
  Sight out;
  for (const auto& left : one.all) {
    for (const auto& right : other.all) {
      auto& ways = out.all.emplace_back(left);
      ways.insert(ways.end(), right.begin(), right.end());
    }
  }
  return out;
}

}  // namespace

const Sight& AccessSql::sightOf(const TypePlan& plan, For purpose, Sight& room) const {
  if (access_ == nullptr) return room;
  const Sight& sight = access_->sight(plan.type(), permissionOf(purpose));
  if (purpose != For::include) return sight;
  room = either(sight, access_->sight(plan.type(), Permission::search));
  return room;
}

bool AccessSql::isOpen(const TypePlan& plan, For purpose) const {
  Sight room;
  return sightOf(plan, purpose, room).isOpen();
}

bool AccessSql::isNothing(const TypePlan& plan, For purpose) const {
  Sight room;
  return sightOf(plan, purpose, room).isNothing();
}

bool AccessSql::asksRowAlone(const TypePlan& plan, For purpose) const {
  Sight room;
  const Sight& sight = sightOf(plan, purpose, room);
  return std::all_of(sight.all.begin(), sight.all.end(), [](const auto& ways) {
    return std::all_of(ways.begin(), ways.end(), [](const Way& way) { return way.conditions.empty(); });
  });
}

bool AccessSql::mayChooseId(const TypePlan& plan) const {
  Sight room;
  const Sight& sight = sightOf(plan, For::update, room);
  const auto hidesAuthorsOnly = [](const std::vector<Way>& ways) {
    return std::any_of(ways.begin(), ways.end(), [](const Way& way) {
      return way.whose == Way::Whose::notAuthorsOnly && way.conditions.empty();
    });
  };
  return std::all_of(sight.all.begin(), sight.all.end(), hidesAuthorsOnly);
}

bool AccessSql::asksConditions(const TypePlan& plan) const {
  return !isNothing(plan, For::read) && !asksRowAlone(plan, For::read);
}

std::string AccessSql::mappedColumns(const TypePlan& plan) const {
  std::string columns = plan.mappedColumns();
  if (!showsColumnsOnly(plan)) return columns;
  constexpr std::string_view residual = "r.fhir_residual::text";
  return columns.replace(columns.find(residual), residual.size(), "NULL::text");
}

bool AccessSql::showsColumnsOnly(const TypePlan& plan) const {
  return access_ != nullptr && plan.mapping() != nullptr && access_->showsColumnsOnly(plan.type());
}

bool AccessSql::mayAsk(const TypePlan& plan, const fhir::SearchParameter& parameter) const {
  return !showsColumnsOnly(plan) || isRowParameter(parameter) || columnSearch(plan, parameter) != nullptr ||
         plan.mapping()->isOpen(parameter);
}

// Shows nothing, rather than everything, when the session did not become the caller.
void AccessSql::asInDatabase(SqlText& out) const {
  // A session that is itself again speaks for nobody, and one of another role for another person.
  const std::string person = access_->inDatabase().person;
  if (person.empty()) {
    out << "false";
    return;
  }
  out << "current_setting('hv.person', true) = ";
  out.bind(person, "text");
}

void AccessSql::ofPersons(const RowSet& rows, const Way& way, SqlText& out) const {
  if (way.whose == Way::Whose::asInDatabase) return asInDatabase(out);
  if (rows.place == Place::generic) return ofGeneric(way, out);
  ofMapped(rows.plan().mapping()->persons(), way, out);
}

// Of a table's rows some are answered by columns and some by the index.
void AccessSql::conditions(const RowSet& rows, const std::vector<Condition>& conditions, SqlText& out) const {
  ConditionSql sql({registry_, nullptr}, units_, out);
  if (rows.place != Place::table || !sql.dividesTable(rows.plan(), conditions)) {
    sql.and_(rows, conditions);
    return;
  }
  out << " AND ((NOT r.fhir_indexed_whole";
  sql.and_({Place::columns, rows.plans}, conditions);
  out << ") OR (r.fhir_indexed_whole";
  sql.and_({Place::whole, rows.plans}, conditions);
  out << "))";
}

void AccessSql::alternatives(const RowSet& rows, const std::vector<Way>& ways, bool ofVersions,
                             SqlText& out) const {
  out << "(";
  bool first = true;
  for (const Way& way : ways) {
    if (ofVersions && !way.conditions.empty()) continue;
    out << (std::exchange(first, false) ? "(" : " OR (");
    ofPersons(rows, way, out);
    if (!way.conditions.empty()) conditions(rows, way.conditions, out);
    out << ")";
  }
  out << (first ? "false)" : ")");
}

SqlText AccessSql::conditionOf(const RowSet& rows, const Sight& sight, bool ofVersions) const {
  SqlText out;
  for (const auto& ways : sight.all) {
    if (!out.text().empty()) out << " AND ";
    alternatives(rows, ways, ofVersions, out);
  }
  return out;
}

AccessTexts& AccessSql::texts() const {
  if (access_->texts_ == nullptr) access_->texts_ = std::make_shared<AccessTexts>();
  return *access_->texts_;
}

std::shared_ptr<const SqlText> AccessSql::conditionOf(const RowSet& rows, For purpose,
                                                      bool ofVersions) const {
  const TypePlan& plan = rows.plan();
  const AccessTexts::Asked asked{&plan.type(), rows.place, purpose, ofVersions};
  const auto& kept = texts().conditions;
  if (const auto found = kept.find(asked); found != kept.end()) return found->second;
  Sight room;
  auto made = std::make_shared<const SqlText>(conditionOf(rows, sightOf(plan, purpose, room), ofVersions));
  if (asksRowAlone(plan, purpose)) texts().conditions.emplace(asked, made);
  return made;
}

// As whom the statement must run is asked with the key and not beside it: that costs no node of the plan.
std::shared_ptr<const RowByKey> AccessSql::rowByKey(const RowSet& rows) const {
  const TypePlan& plan = rows.plan();
  const std::pair asked{&plan.type(), rows.place};
  const auto& kept = texts().rows;
  if (const auto found = kept.find(asked); found != kept.end()) return found->second;
  Sight room;
  Sight others = sightOf(plan, For::read, room);
  const bool isInDatabase = std::erase_if(others.all, isAsInDatabase) > 0;
  const bool isGeneric = rows.place == Place::generic;
  auto made = std::make_shared<RowByKey>();
  SqlText& out = made->text;
  out << (isGeneric ? plan.genericColumns() : mappedColumns(plan))
      << (isGeneric ? plan.fromGeneric() : plan.fromMapped()) << " AND r.id = ";
  if (isInDatabase) {
    out << "CASE WHEN ";
    asInDatabase(out);
    out << " THEN ";
  }
  made->key = out.parameters().size();
  out.bind({}, "uuid");
  if (isInDatabase) out << " END";
  if (const SqlText condition = conditionOf(rows, others, false); !condition.text().empty()) {
    out << " AND ";
    out.append(condition);
  }
  if (asksRowAlone(plan, For::read)) texts().rows.emplace(asked, made);
  return made;
}

void AccessSql::restrict(const RowSet& rows, For purpose, bool ofVersions, SqlText& out) const {
  if (access_ == nullptr) return;
  // checkContained() lets only those ask who see everything; there is no condition for others.
  if (rows.place == Place::contained) {
    const auto isSeen = [&](const TypePlan* plan) { return isOpen(*plan, purpose); };
    if (!std::all_of(rows.plans.begin(), rows.plans.end(), isSeen)) out << " AND false";
    return;
  }
  if (rows.plans.size() == 1) {
    const auto condition = conditionOf(rows, purpose, ofVersions);
    if (condition->text().empty()) return;
    out << " AND ";
    out.append(*condition);
    return;
  }
  // Types that are seen alike are asked about together.
  std::map<std::pair<std::string, std::vector<std::string>>, std::pair<SqlText, ArrayLiteral>> groups;
  for (const TypePlan* plan : rows.plans) {
    Sight room;
    const Sight& sight = sightOf(*plan, purpose, room);
    if (sight.isNothing()) continue;
    SqlText condition = conditionOf({rows.place, {plan}}, sight, ofVersions);
    std::vector<std::string> values;
    for (const auto& value : condition.parameters()) values.emplace_back(*value);
    auto& group = groups[{condition.text(), std::move(values)}];
    group.first = std::move(condition);
    group.second.add(plan->name());
  }
  if (groups.size() == 1 && groups.begin()->first.first.empty() &&
      std::none_of(rows.plans.begin(), rows.plans.end(),
                   [&](const TypePlan* plan) { return isNothing(*plan, purpose); }))
    return;
  out << " AND (false";
  for (auto& [key, group] : groups) {
    out << " OR (r.resource_type = ANY (" << quoteLiteral(group.second.text()) << ")";
    if (!group.first.text().empty()) {
      out << " AND ";
      out.append(group.first);
    }
    out << ")";
  }
  out << ")";
}

void AccessSql::restrict(const RowSet& rows, For purpose, SqlText& out) const {
  restrict(rows, purpose, false, out);
}

void AccessSql::restrictVersions(const RowSet& rows, SqlText& out) const {
  restrict(rows, For::read, true, out);
}

}  // namespace store
