// The last ones of each group of a search's matches: https://hl7.org/fhir/R4/observation-operation-lastn.html
//
// One statement. The matches are found as a search finds them, each with its moment and its codes; codes that
// stand in one resource are one group, and so on from code to code.
#include <algorithm>
#include <utility>

#include "src/store/access_sql.h"
#include "src/store/known_units.h"
#include "src/store/search_order.h"
#include "src/store/search_sql.h"
#include "src/store/session_impl.h"

namespace store {
namespace {

using fhir::SearchParameter;
using fhir::search::SearchQuery;

// A group's name in SQL: a coding's system and code, or of a code in words only these. No text of FHIR has
// the characters 1 and 2.
constexpr std::string_view kCoding = "coalesce(i.system, '') || chr(1) || i.code";

class LastSql {
 public:
  LastSql(const View& view, const SearchQuery& query, ConditionSql::Units units)
      : view_(view),
        registry_(view.registry),
        query_(query),
        plan_(registry_.plan(query.type())),
        units_(std::move(units)) {}

  SqlText make(std::uint32_t each, std::uint32_t most) {
    const fhir::search::SortKey date{parameter("date"), true};
    std::vector<Place> places;
    SqlText matches;
    {
      SqlText unused;
      places = ConditionSql(view_, units_, unused).places(plan_, conditions(), {date});
    }
    for (const Place place : places) {
      matches << (matches.text().empty() ? "" : " UNION ALL ");
      matchesOf({place, {&plan_}}, date, matches);
    }
    SqlText out;
    out << "WITH RECURSIVE m AS MATERIALIZED (";
    out.append(matches);
    out << "), sets AS (SELECT DISTINCT codes FROM m WHERE codes IS NOT NULL)"
           ", links (a, b) AS (SELECT codes[1], c.v FROM sets, unnest(codes) c (v)"
           " UNION SELECT c.v, codes[1] FROM sets, unnest(codes) c (v))"
           ", reach (a, b) AS (SELECT l.a, l.a FROM links l"
           " UNION SELECT reach.a, l.b FROM reach JOIN links l ON l.a = reach.b)"
           ", named AS (SELECT a, min(b COLLATE \"C\") AS g FROM reach GROUP BY a)"
           ", ranked AS (SELECT m.id, m.generic, m.moment, rank() OVER (PARTITION BY n.g ORDER BY m.moment "
           "DESC"
           " NULLS LAST, CASE WHEN m.moment IS NULL THEN m.written END DESC) AS n"
           " FROM m LEFT JOIN named n ON n.a = m.codes[1])"
           ", chosen AS MATERIALIZED (SELECT * FROM ranked WHERE n <= "
        << std::to_string(each) << " ORDER BY moment DESC NULLS LAST, id LIMIT " << std::to_string(most + 1)
        << ") SELECT " << rowsWait(types_) << ", f.* FROM (SELECT 1) one LEFT JOIN LATERAL (";
    if (plan_.mapping() != nullptr) {
      out << AccessSql(view_).mappedColumns(plan_) << ", c.moment AS moment, r.id AS key"
          << joined(plan_.fromMapped()) << " UNION ALL ";
    }
    out << plan_.genericColumns() << ", c.moment, r.id" << joined(plan_.fromGeneric())
        << ") f ON true ORDER BY f.moment DESC NULLS LAST, f.key";
    return out;
  }

  const std::set<std::string_view>& types() const noexcept { return types_; }

 private:
  const SearchParameter* parameter(std::string_view code) const {
    return fhir::findSearchParameter(plan_.type(), code);
  }
  const std::vector<fhir::search::Condition>& conditions() const { return query_.types.front().conditions; }

  void matchesOf(const RowSet& rows, const fhir::search::SortKey& date, SqlText& out) {
    const OrderKey moment = orderKey(registry_, rows, date, false);
    out << "SELECT r.id, " << (rows.place == Place::generic ? "true" : "false") << " AS generic, ("
        << moment.expression << ")::timestamptz AS moment, r.updated_at AS written, " << codesOf(rows)
        << " AS codes";
    ConditionSql sql(view_, units_, out);
    sql.from(rows, conditions());
    types_.insert(plan_.name());
    types_.insert(sql.types().begin(), sql.types().end());
  }

  // The codes of a row as an array in order; NULL when it has none.
  std::string codesOf(const RowSet& rows) const {
    const std::string of = " FROM fhir.idx_token i WHERE " +
                           parameterIs(registry_, rows, *parameter("code")) +
                           " AND i.key = r.id AND i.code IS ";
    const std::string words =
        "(SELECT array_agg(DISTINCT chr(2) || i.text_lower)" + of + "NULL AND i.text_lower IS NOT NULL)";
    const ColumnSearch* column =
        rows.place == Place::columns ? columnSearch(plan_, *parameter("code")) : nullptr;
    if (column != nullptr && column->kind == ColumnSearch::Kind::coding) {
      const std::string code = "r." + column->columns[1];
      return "CASE WHEN " + code + " IS NULL THEN " + words + " ELSE ARRAY[coalesce(r." + column->columns[0] +
             "::text, '') || chr(1) || " + code + "::text] END";
    }
    return "coalesce((SELECT array_agg(DISTINCT " + std::string(kCoding) + ")" + of + "NOT NULL), " + words +
           ")";
  }

  // " FROM chosen c, table r WHERE ...": those of the place.
  std::string joined(std::string from) const {
    const bool isGeneric = from == plan_.fromGeneric();
    from.replace(0, std::string_view(" FROM").size(), " FROM chosen c,");
    return from + " AND r.id = c.id AND " + (isGeneric ? "c.generic" : "NOT c.generic");
  }

  View view_;
  const Registry& registry_;
  const SearchQuery& query_;
  const TypePlan& plan_;
  ConditionSql::Units units_;
  std::set<std::string_view> types_;
};

}  // namespace

fhir::Result<SearchPage> Session::Impl::readLastOfEach(const SearchQuery& query, std::uint32_t each) {
  if (auto fits = checkAnswerable(view(), query); !fits) return std::move(fits).outcome();
  const std::uint32_t most = registry.options().maxCount;
  KnownUnits units(connection);
  LastSql sql(view(), query, units.units());
  const SqlText text = sql.make(each, most);
  if (units.failure()) return *units.failure();
  auto rows = runIndexed(text, sql.types(), dependsOnValues(query));
  if (!rows) return std::move(rows).outcome();
  constexpr std::size_t resource = 1;
  SearchPage page;
  if (rows->isNull(0, resource + Column::id)) {
    page.total = 0;
    return page;
  }
  if (rows->size() > most)
    return fhir::Outcome(fhir::Failure::unprocessable, fhir::IssueType::tooCostly,
                         "The last ones of all codes are more than " + std::to_string(most) +
                             ". Ask for fewer codes, a smaller max, or a shorter time.");
  const TypePlan& plan = registry.plan(query.type());
  for (std::size_t row = 0; row < rows->size(); ++row)
    page.matches.push_back(plan.decode(*rows, row, resource));
  page.total = page.matches.size();
  if (auto included = addIncludes(query, page); !included) return std::move(included).outcome();
  return page;
}

fhir::Result<SearchPage> Session::lastOfEach(const SearchQuery& query, std::uint32_t each) {
  return impl_->handOut(impl_->once([&] { return impl_->readLastOfEach(query, each); }));
}

}  // namespace store
