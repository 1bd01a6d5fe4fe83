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

using fhir::Failure;
using fhir::IssueType;
using fhir::Outcome;

struct Position {
  std::string updatedAt, type, key, version;
};

Outcome badCursor() {
  return {Failure::badRequest, IssueType::value,
          "The page's cursor is not one of this server's. Follow the links of the Bundle as they are.",
          "_cursor"};
}

// Chooses the versions of a page.
class PageSql {
 public:
  PageSql(const HistoryQuery& query, std::string key, std::optional<Position> after)
      : query_(query), key_(std::move(key)), after_(std::move(after)) {}

  void addMapped(const TypePlan& plan) {
    const std::string name = quoteLiteral(plan.name());
    branch(name, plan.fromMapped(), plan.places());
    branch(name, plan.fromMappedHistory(), plan.places());
  }
  void add(const TypePlan& plan) {
    if (plan.mapping() != nullptr) addMapped(plan);
    branch("r.resource_type", plan.fromGeneric(), plan.places());
    branch("r.resource_type", plan.fromGenericHistory(), plan.places());
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
    branch("r.resource_type", " FROM fhir.resource r WHERE true", places);
    branch("r.resource_type", " FROM history.resource r WHERE true", places);
  }

  std::string page() const {
    return "SELECT updated_at, type, id::text, version_id FROM (" + page_ +
           ") p ORDER BY updated_at DESC, type DESC, id DESC, version_id DESC LIMIT " +
           std::to_string(query_.count + 1);
  }
  const std::vector<Parameter>& parameters() const { return parameters_; }

 private:
  void branch(const std::string& type, const std::string& from, const std::vector<std::string>& places) {
    std::string sql = "(SELECT r.updated_at, " + type + " COLLATE \"C\" AS type, r.id, r.version_id" + from;
    const auto bind = [&](std::string_view condition, std::string_view value) {
      sql += condition;
      parameters_.emplace_back(value);
    };
    if (!key_.empty()) bind(" AND r.id = ?::uuid", key_);
    if (!query_.since.empty()) bind(" AND r.updated_at >= ?::timestamptz", query_.since);
    if (!query_.atLow.empty()) {
      // Current at some time in [atLow, atHigh): begun before its end, and not followed before its beginning.
      bind(" AND r.updated_at < ?::timestamptz", query_.atHigh);
      for (const std::string& place : places) {
        sql += " AND NOT EXISTS (SELECT" + place + " AND n.id = r.id AND n.version_id = r.version_id + 1";
        bind(" AND n.updated_at <= ?::timestamptz)", query_.atLow);
      }
    }
    if (after_) {
      sql += " AND (r.updated_at, " + type +
             " COLLATE \"C\", r.id, r.version_id) < (?::timestamptz, ?, ?::uuid, ?::integer)";
      for (const std::string* part : {&after_->updatedAt, &after_->type, &after_->key, &after_->version}) {
        parameters_.emplace_back(*part);
      }
    }
    sql += " ORDER BY r.updated_at DESC, type DESC, r.id DESC, r.version_id DESC LIMIT " +
           std::to_string(query_.count + 1) + ")";
    if (!page_.empty()) page_ += " UNION ALL ";
    page_ += sql;
  }

  const HistoryQuery& query_;
  std::string key_;
  std::optional<Position> after_;
  std::string page_;
  std::vector<Parameter> parameters_;
};

// Reads the chosen versions of one type; answers them by "key/version".
fhir::Result<fhir::Done> readVersions(Connection& connection, const TypePlan& plan,
                                      const std::vector<Position>& chosen,
                                      std::map<std::string, StoredResource>& out) {
  ArrayLiteral keys;
  ArrayLiteral versions;
  for (const Position& position : chosen) {
    keys.add(position.key);
    versions.add(position.version);
  }
  const std::string where =
      " AND (r.id, r.version_id) IN (SELECT k, v FROM unnest(?::uuid[], ?::integer[]) AS u (k, v))";
  std::string sql;
  std::vector<Parameter> parameters;
  const auto add = [&](const std::string& columns, const std::string& from) {
    if (!sql.empty()) sql += " UNION ALL ";
    sql += columns + from + where;
    parameters.emplace_back(keys.text());
    parameters.emplace_back(versions.text());
  };
  if (plan.mapping() != nullptr) {
    add(plan.mappedColumns(), plan.fromMapped());
    add(plan.mappedColumns(), plan.fromMappedHistory());
  }
  add(plan.genericColumns(), plan.fromGeneric());
  add(plan.genericColumns(), plan.fromGenericHistory());
  auto rows = connection.run(sql, parameters);
  if (!rows) return std::move(rows).outcome();
  for (std::size_t row = 0; row < rows->size(); ++row) {
    std::string name = std::string(plan.name()) + "/" + std::string(rows->text(row, Column::id)) + "/" +
                       std::string(rows->text(row, Column::versionId));
    out.emplace(std::move(name), plan.decode(*rows, row));
  }
  return fhir::Done{};
}

HistoryEntry entryOf(StoredResource resource) {
  const Change change = resource.deleted          ? Change::deleted
                        : resource.versionId == 1 ? Change::created
                                                  : Change::updated;
  return {std::move(resource), change};
}

}  // namespace

fhir::Result<HistoryPage> Session::Impl::readHistory(const HistoryQuery& query) {
  std::optional<Position> after;
  if (!query.cursor.empty()) {
    const auto parts = openCursor(query.cursor, 4);
    if (!parts) return badCursor();
    after = Position{(*parts)[0], (*parts)[1], (*parts)[2], (*parts)[3]};
  }
  const std::string key = query.id.empty() ? "" : keyOf(query.type->name, query.id).uuid;
  PageSql sql(query, key, after);
  if (query.type != nullptr) {
    sql.add(registry.plan(*query.type));
  } else {
    for (const TypePlan* plan : registry.plans()) {
      if (plan->mapping() != nullptr) sql.addMapped(*plan);
    }
    sql.addGeneric(registry.plans());
  }
  auto rows = connection.run(sql.page(), sql.parameters());
  if (!rows) {
    if (after && connection.lastState().starts_with("22")) return badCursor();
    return std::move(rows).outcome();
  }

  std::vector<Position> chosen;
  for (std::size_t row = 0; row < std::min<std::size_t>(rows->size(), query.count); ++row) {
    chosen.push_back({std::string(rows->text(row, 0)), std::string(rows->text(row, 1)),
                      std::string(rows->text(row, 2)), std::string(rows->text(row, 3))});
  }
  HistoryPage page;
  if (rows->size() > query.count && !chosen.empty()) {
    const Position& last = chosen.back();
    page.next = makeCursor({last.updatedAt, last.type, last.key, last.version});
  }
  std::map<std::string, std::vector<Position>> byType;
  for (const Position& position : chosen) byType[position.type].push_back(position);
  std::map<std::string, StoredResource> found;
  for (const auto& [type, positions] : byType) {
    auto read = readVersions(connection, registry.plan(*fhir::findResourceType(type)), positions, found);
    if (!read) return std::move(read).outcome();
  }
  for (const Position& position : chosen) {
    const auto it = found.find(position.type + "/" + position.key + "/" + position.version);
    if (it == found.end() || (!query.id.empty() && it->second.id != query.id)) continue;
    page.entries.push_back(entryOf(it->second));
  }
  return page;
}

fhir::Result<HistoryPage> Session::history(const HistoryQuery& query) {
  return impl_->once([&]() -> fhir::Result<HistoryPage> {
    auto page = impl_->readHistory(query);
    if (!page || query.id.empty()) return page;
    auto current =
        impl_->readCurrent(impl_->registry.plan(*query.type), keyOf(query.type->name, query.id), query.id);
    if (!current) return std::move(current).outcome();
    page->exists = current->has_value();
    // Versions are numbered without a gap: the current one's number counts them.
    if (page->exists && query.since.empty() && query.atLow.empty()) {
      page->total = static_cast<std::uint64_t>((*current)->versionId);
    }
    return page;
  });
}

}  // namespace store
