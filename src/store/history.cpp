// history: https://hl7.org/fhir/R4/http.html#history
//
// Newest first. A page ends at (updated_at, type, key, version) and the next one begins right after it, so
// that what is written meanwhile moves nothing. First the page is chosen from all places where versions
// stand, then each type's versions are read at once.
#include <algorithm>
#include <map>
#include <utility>

#include "src/store/cursor.h"
#include "src/store/session_impl.h"

namespace store {
namespace {

struct Position {
  std::string updatedAt, type, key, version;
};

// What a cursor of this history is bound to.
std::string bindingOf(const View& view, const HistoryQuery& query) {
  std::string binding = "history";
  if (view.access != nullptr) binding.append("\n").append(view.access->caller());
  for (const std::string_view part :
       {query.type == nullptr ? std::string_view() : query.type->name, std::string_view(query.id),
        std::string_view(query.since), std::string_view(query.atLow), std::string_view(query.atHigh)}) {
    binding.append("\n").append(part);
  }
  return binding;
}

// Chooses the versions of a page.
class PageSql {
 public:
  PageSql(const View& view, const HistoryQuery& query, std::string key, std::optional<Position> after)
      : access_(view), query_(query), key_(std::move(key)), after_(std::move(after)) {}

  void addMapped(const TypePlan& plan) {
    const std::string name = quoteLiteral(plan.name());
    const RowSet rows{Place::table, {&plan}};
    branch(name, plan.fromMapped(), plan.places(), rows);
    branch(name, plan.fromMappedHistory(), plan.places(), rows);
  }
  void add(const TypePlan& plan) {
    if (plan.mapping() != nullptr) addMapped(plan);
    const RowSet rows{Place::generic, {&plan}};
    branch("r.resource_type", plan.fromGeneric(), plan.places(), rows);
    branch("r.resource_type", plan.fromGenericHistory(), plan.places(), rows);
  }
  // The generic store's types, all at once. The next version of a mapped type's may stand in its table.
  void addGeneric(const std::vector<const TypePlan*>& plans) {
    const std::string same = " n WHERE n.resource_type = r.resource_type";
    std::vector<std::string> places{" FROM fhir.resource" + same, " FROM history.resource" + same};
    for (const TypePlan* plan : plans) {
      if (plan->mapping() == nullptr) continue;
      for (std::size_t i = 0; i < 2; ++i) {
        places.push_back(plan->places()[i] + " AND r.resource_type = " + quoteLiteral(plan->name()));
      }
    }
    const RowSet rows{Place::generic, plans};
    branch("r.resource_type", " FROM fhir.resource r WHERE true", places, rows);
    branch("r.resource_type", " FROM history.resource r WHERE true", places, rows);
  }

  SqlText page() const {
    SqlText out;
    out << "SELECT updated_at, type, id::text, version_id FROM (";
    out.append(page_);
    out << ") p ORDER BY updated_at DESC, type DESC, id DESC, version_id DESC LIMIT "
        << std::to_string(query_.count + 1);
    return out;
  }
  SqlText total() const {
    SqlText out;
    out << "SELECT count(*) FROM (";
    out.append(page_);
    out << ") p";
    return out;
  }

 private:
  void branch(const std::string& type, const std::string& from, const std::vector<std::string>& places,
              const RowSet& rows) {
    SqlText sql;
    sql << "(SELECT r.updated_at, " << type << " COLLATE \"C\" AS type, r.id, r.version_id" << from;
    const auto bind = [&](std::string_view condition, const std::string& value, std::string_view cast,
                          std::string_view end = {}) {
      sql << condition;
      sql.bind(value, cast) << end;
    };
    access_.restrictVersions(rows, sql);
    if (!key_.empty()) bind(" AND r.id = ", key_, "uuid");
    if (!query_.since.empty()) bind(" AND r.updated_at >= ", query_.since, "timestamptz");
    if (!query_.atLow.empty()) {
      // Current at some time in [atLow, atHigh): begun before its end, and not followed before its beginning.
      bind(" AND r.updated_at < ", query_.atHigh, "timestamptz");
      for (const std::string& place : places) {
        sql << " AND NOT EXISTS (SELECT" << place << " AND n.id = r.id AND n.version_id = r.version_id + 1";
        bind(" AND n.updated_at <= ", query_.atLow, "timestamptz", ")");
      }
    }
    if (after_) {
      sql << " AND (r.updated_at, " << type << " COLLATE \"C\", r.id, r.version_id) < (";
      bind("", after_->updatedAt, "timestamptz", ", ");
      bind("", after_->type, "text", ", ");
      bind("", after_->key, "uuid", ", ");
      bind("", after_->version, "integer", ")");
    }
    if (!query_.countOnly)
      sql << " ORDER BY r.updated_at DESC, type DESC, r.id DESC, r.version_id DESC LIMIT "
          << std::to_string(query_.count + 1);
    sql << ")";
    if (!page_.text().empty()) page_ << " UNION ALL ";
    page_.append(sql);
  }

  AccessSql access_;
  const HistoryQuery& query_;
  std::string key_;
  std::optional<Position> after_;
  SqlText page_;
};

HistoryEntry entryOf(StoredResource resource) {
  const Change change = resource.deleted          ? Change::deleted
                        : resource.versionId == 1 ? Change::created
                                                  : Change::updated;
  return {std::move(resource), change};
}

// Former versions have no index, so what is seen by search conditions alone cannot be told of them.
fhir::Outcome needsWholeSight() {
  return {
      fhir::Failure::forbidden, fhir::IssueType::forbidden,
      "A history is shown to those only whose access to the type is not restricted by search parameters. Ask "
      "for a wider scope, or for a history of another type."};
}

}  // namespace

fhir::Result<fhir::Done> Session::Impl::readVersions(
    const TypePlan& plan, const std::vector<std::pair<std::string, std::string>>& chosen,
    std::map<std::string, StoredResource>& out) {
  ArrayLiteral keys;
  ArrayLiteral versions;
  for (const auto& [key, version] : chosen) {
    keys.add(key);
    versions.add(version);
  }
  const SqlText text = selectVersions(plan, [&](SqlText& sql) {
    sql << " AND (r.id, r.version_id) IN (SELECT k, v FROM unnest(";
    sql.bind(keys.text(), "uuid[]") << ", ";
    sql.bind(versions.text(), "integer[]") << ") AS u (k, v))";
  });
  auto rows = run(text);
  if (!rows) return std::move(rows).outcome();
  for (std::size_t row = 0; row < rows->size(); ++row) {
    std::string name = std::string(plan.name()) + "/" + std::string(rows->text(row, Column::id)) + "/" +
                       std::string(rows->text(row, Column::versionId));
    out.emplace(std::move(name), plan.decode(*rows, row));
  }
  return fhir::Done{};
}

bool Session::Impl::isRestricted(const HistoryQuery& query) const {
  const AccessSql sql(view());
  if (query.type != nullptr) return sql.asksConditions(registry.plan(*query.type));
  return std::any_of(registry.plans().begin(), registry.plans().end(),
                     [&](const TypePlan* plan) { return sql.asksConditions(*plan); });
}

fhir::Result<HistoryPage> Session::Impl::readHistory(const HistoryQuery& query) {
  if (isRestricted(query)) return needsWholeSight();
  std::optional<Position> after;
  if (!query.cursor.empty()) {
    const auto parts = openCursor(registry.sealer(), query.cursor, bindingOf(view(), query));
    if (!parts || parts->size() != 4) return badCursor();
    if (!query.countOnly)
      after = Position{(*parts)[0].value_or(""), (*parts)[1].value_or(""), (*parts)[2].value_or(""),
                       (*parts)[3].value_or("")};
  }
  const std::string key = query.id.empty() ? "" : keyOf(query.type->name, query.id).uuid;
  PageSql sql(view(), query, key, after);
  if (query.type != nullptr) {
    sql.add(registry.plan(*query.type));
  } else {
    for (const TypePlan* plan : registry.plans()) {
      if (plan->mapping() != nullptr) sql.addMapped(*plan);
    }
    sql.addGeneric(registry.plans());
  }
  if (query.countOnly) {
    auto counted = run(sql.total());
    if (!counted) return std::move(counted).outcome();
    HistoryPage page;
    page.total = static_cast<std::uint64_t>(counted->number(0, 0));
    return page;
  }
  auto rows = run(sql.page());
  if (!rows) return std::move(rows).outcome();

  std::vector<Position> chosen;
  for (std::size_t row = 0; row < std::min<std::size_t>(rows->size(), query.count); ++row) {
    chosen.push_back({std::string(rows->text(row, 0)), std::string(rows->text(row, 1)),
                      std::string(rows->text(row, 2)), std::string(rows->text(row, 3))});
  }
  HistoryPage page;
  if (rows->size() > query.count && !chosen.empty()) {
    const Position& last = chosen.back();
    page.next = makeCursor(registry.sealer(), {last.updatedAt, last.type, last.key, last.version},
                           bindingOf(view(), query));
  }
  std::map<std::string, std::vector<std::pair<std::string, std::string>>> byType;
  for (const Position& position : chosen) byType[position.type].emplace_back(position.key, position.version);
  std::map<std::string, StoredResource> found;
  for (const auto& [type, positions] : byType) {
    auto read = readVersions(registry.plan(*fhir::findResourceType(type)), positions, found);
    if (!read) return std::move(read).outcome();
  }
  for (const Position& position : chosen) {
    const auto it = found.find(position.type + "/" + position.key + "/" + position.version);
    if (it == found.end() || (!query.id.empty() && it->second.id != query.id)) continue;
    page.entries.push_back(entryOf(it->second));
  }
  return page;
}

// Who sees some of the versions is told of those alone.
fhir::Result<fhir::Done> Session::Impl::countVersions(const HistoryQuery& query, HistoryPage& page) {
  const TypePlan& plan = registry.plan(*query.type);
  const bool isWhole = query.since.empty() && query.atLow.empty();
  if (AccessSql(view()).isOpen(plan, AccessSql::For::read)) {
    auto current = readCurrent(plan, keyOf(query.type->name, query.id), query.id);
    if (!current) return std::move(current).outcome();
    page.exists = current->has_value();
    // Versions are numbered without a gap: the current one's number counts them.
    if (page.exists && isWhole) page.total = static_cast<std::uint64_t>((*current)->versionId);
  } else {
    HistoryQuery all;
    all.type = query.type;
    all.id = query.id;
    all.countOnly = true;
    auto counted = readHistory(all);
    if (!counted) return std::move(counted).outcome();
    page.exists = counted->total.value_or(0) > 0;
    if (page.exists && isWhole) page.total = counted->total;
  }
  return fhir::Done{};
}

fhir::Result<HistoryPage> Session::history(const HistoryQuery& query) {
  return impl_->handOut(impl_->once([&]() -> fhir::Result<HistoryPage> {
    auto page = impl_->readHistory(query);
    if (!page || query.id.empty()) return page;
    if (auto counted = impl_->countVersions(query, *page); !counted) return std::move(counted).outcome();
    return page;
  }));
}

}  // namespace store
