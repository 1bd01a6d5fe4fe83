// search-type: https://hl7.org/fhir/R4/http.html#search
//
// A type's resources stand in up to three places, each with its own way to answer a criterion:
//   columns   rows of the type's table whose columns say all there is: mapped parameters by column, others by
//   index table whole     rows of the table that are wholly indexed (fhir_indexed_whole): every parameter by
//   index table generic   rows of the generic store: every parameter by index table
// A page is one statement: each place gives its own first rows in the order asked for, the union the first of
// those.
#include <algorithm>
#include <utility>

#include "src/store/cursor.h"
#include "src/store/search_conditions.h"
#include "src/store/session_impl.h"

namespace store {
namespace {

using fhir::Failure;
using fhir::IssueType;
using fhir::Outcome;
using fhir::search::Criterion;
using fhir::search::SearchQuery;
using fhir::search::Value;

enum class Place : std::uint8_t { columns, whole, generic };

struct Order {
  bool byTime = false;  // _lastUpdated, then the key
  bool descending = false;
};

struct After {
  std::string updatedAt, key;
};

Outcome badCursor() {
  return {Failure::badRequest, IssueType::value,
          "The page's cursor is not one of this server's. Follow the links of the Bundle as they are.",
          "_cursor"};
}

class SearchSql {
 public:
  SearchSql(const Registry& registry, const TypePlan& plan, const SearchQuery& query)
      : registry_(registry), plan_(plan), query_(query) {
    if (plan.mapping() != nullptr) {
      places_ = {Place::columns, Place::whole};
      const bool byColumn = std::any_of(query.criteria.begin(), query.criteria.end(),
                                        [&](const Criterion& c) { return columnOf(c) != nullptr; });
      if (!byColumn)
        places_ = {Place::whole};  // then the table's rows all answer alike, and `whole` stands for both
      anyRow_ = !byColumn;
    }
    places_.push_back(Place::generic);
  }

  // The page, with whether rows wait to be indexed in front of each row.
  SqlText page(const Order& order, const std::optional<After>& after, std::uint32_t count) const {
    SqlText sql;
    sql << "SELECT EXISTS (SELECT FROM fhir.reindex_queue WHERE resource_type = "
        << quoteLiteral(plan_.name()) << "), p.*"
        << " FROM (SELECT 1) one LEFT JOIN LATERAL (SELECT * FROM (";
    bool first = true;
    for (const Place place : places_) {
      if (!first) sql << " UNION ALL ";
      first = false;
      sql << "(" << (place == Place::generic ? plan_.genericColumns() : plan_.mappedColumns());
      sql << ", r.updated_at AS order_time, r.id AS order_key";
      conditions(place, sql);
      if (after) {
        const std::string_view op = order.descending ? "<" : ">";
        if (order.byTime) {
          sql << " AND (r.updated_at, r.id) " << op << " (";
          sql.bind(after->updatedAt, "timestamptz") << ", ";
          sql.bind(after->key, "uuid") << ")";
        } else {
          sql << " AND r.id " << op << " ";
          sql.bind(after->key, "uuid");
        }
      }
      orderBy(order, "r.updated_at", "r.id", count, sql);
      sql << ")";
    }
    sql << ") u";
    orderBy(order, "order_time", "order_key", count, sql);
    sql << ") p ON true";
    orderBy(order, "p.order_time", "p.order_key", count, sql);
    return sql;
  }

  SqlText total() const {
    SqlText sql;
    sql << "SELECT EXISTS (SELECT FROM fhir.reindex_queue WHERE resource_type = "
        << quoteLiteral(plan_.name()) << "), 0";
    for (const Place place : places_) {
      sql << " + (SELECT count(*)";
      conditions(place, sql);
      sql << ")";
    }
    return sql;
  }

 private:
  const ColumnSearch* columnOf(const Criterion& criterion) const {
    return plan_.mapping()->findSearch(*criterion.parameter);
  }

  // " FROM ... WHERE ..." of one place.
  void conditions(Place place, SqlText& sql) const {
    sql << (place == Place::generic ? plan_.fromGeneric() : plan_.fromMapped()) << " AND NOT r.is_deleted";
    if (place == Place::columns) sql << " AND NOT r.fhir_indexed_whole";
    if (place == Place::whole && !anyRow_) sql << " AND r.fhir_indexed_whole";
    for (const Criterion& criterion : query_.criteria) {
      if (isRowParameter(*criterion.parameter)) {
        appendRowCondition(plan_.type(), criterion, sql);
        continue;
      }
      const ColumnSearch* search = place == Place::columns ? columnOf(criterion) : nullptr;
      if (search != nullptr) {
        appendColumnCondition(*plan_.mapping(), *search, criterion, sql);
      } else {
        appendIndexCondition(registry_, plan_.type(), criterion, sql);
      }
    }
  }

  static void orderBy(const Order& order, std::string_view time, std::string_view key, std::uint32_t count,
                      SqlText& sql) {
    const std::string_view direction = order.descending ? " DESC" : "";
    sql << " ORDER BY ";
    if (order.byTime) sql << time << direction << ", ";
    sql << key << direction << " LIMIT " << std::to_string(count + 1);
  }

  const Registry& registry_;
  const TypePlan& plan_;
  const SearchQuery& query_;
  std::vector<Place> places_;
  bool anyRow_ = false;
};

// Modifiers that columns cannot answer, and values longer than what is indexed, are refused: a filter is
// never silently another one.
std::optional<Outcome> refuse(const TypePlan& plan, const SearchQuery& query) {
  Outcome out;
  for (const Criterion& criterion : query.criteria) {
    const bool tooLong =
        std::any_of(criterion.values.begin(), criterion.values.end(), [](const Value& value) {
          return std::max({value.text.size(), value.code.size(), value.system.value_or("").size(),
                           value.unit.size()}) >= kLongestIndexed;
        });
    if (tooLong) {
      out.add(fhir::Severity::error, IssueType::tooLong,
              "Values of 256 bytes and more cannot be searched for. Give a shorter one.",
              std::string(criterion.parameter->code));
      continue;
    }
    const ColumnSearch* search =
        plan.mapping() == nullptr ? nullptr : plan.mapping()->findSearch(*criterion.parameter);
    if (search == nullptr || answersModifier(*search, criterion)) continue;
    out.add(fhir::Severity::error, IssueType::notSupported,
            "This modifier is not supported for the parameter " + std::string(criterion.parameter->code) +
                " of " + std::string(plan.name()) +
                ", which is answered from a column. Leave the modifier out.",
            std::string(criterion.parameter->code));
  }
  if (out.hasErrors()) return out;
  return std::nullopt;
}

}  // namespace

fhir::Result<SearchPage> Session::Impl::readPage(const SearchQuery& query) {
  const TypePlan& plan = registry.plan(*query.type);
  if (auto refused = refuse(plan, query)) return std::move(*refused);
  Order order;
  if (!query.sort.empty()) {
    order.byTime = query.sort.front().parameter->code == "_lastUpdated";
    order.descending = query.sort.front().descending;
  }
  std::optional<After> after;
  if (!query.cursor.empty()) {
    const auto parts = openCursor(query.cursor, 2);
    if (!parts) return badCursor();
    after = After{(*parts)[0], (*parts)[1]};
  }
  const SearchSql sql(registry, plan, query);
  const std::uint32_t count = query.count.value_or(registry.options().defaultCount);
  SearchPage page;
  const bool onlyTotal = count == 0 || query.summary == fhir::search::SummaryMode::count;
  if (!onlyTotal) {
    const SqlText text = sql.page(order, after, count);
    auto rows = connection.run(text.text(), text.parameters());
    if (rows && rows->flag(0, 0)) {
      if (auto drained = drainReindexQueue(plan); !drained) return std::move(drained).outcome();
      rows = connection.run(text.text(), text.parameters());
    }
    if (!rows) {
      if (after && connection.lastState().starts_with("22")) return badCursor();
      return std::move(rows).outcome();
    }
    const bool none = rows->isNull(0, 1 + Column::id);
    const std::size_t found = none ? 0 : rows->size();
    const std::size_t shown = std::min<std::size_t>(found, count);
    for (std::size_t row = 0; row < shown; ++row) page.matches.push_back(plan.decode(*rows, row, 1));
    if (found > count) {
      page.next =
          makeCursor({rows->text(shown - 1, 1 + Column::updatedAt), rows->text(shown - 1, 1 + Column::id)});
    } else if (!after) {
      page.total = found;
    }
  }
  if (!page.total && (onlyTotal || query.total != fhir::search::Total::none)) {
    const SqlText text = sql.total();
    auto rows = connection.run(text.text(), text.parameters());
    if (rows && rows->flag(0, 0)) {
      if (auto drained = drainReindexQueue(plan); !drained) return std::move(drained).outcome();
      rows = connection.run(text.text(), text.parameters());
    }
    if (!rows) return std::move(rows).outcome();
    page.total = static_cast<std::uint64_t>(rows->number(0, 1));
  }
  return page;
}

fhir::Result<SearchPage> Session::search(const SearchQuery& query) {
  return impl_->once([&] { return impl_->readPage(query); });
}

}  // namespace store
