#include <utility>

#include "src/audit/trail.h"

namespace audit {
namespace {

constexpr const char* kFetch = "FETCH FORWARD 100 FROM audit_rows";

// A cursor, so that neither side holds more than a page of it; a row of accesses can be large.
std::string declareRows(const Span& span) {
  std::string sql = "DECLARE audit_rows NO SCROLL CURSOR FOR ";
  if (!span.isWhole())
    sql +=
        "WITH part AS (SELECT s.chain, min(s.position) AS first, max(s.position) AS last FROM audit_logs s"
        " WHERE s.\"timestamp\" >= coalesce(nullif(?, '')::timestamptz, '-infinity')"
        " AND s.\"timestamp\" < coalesce(nullif(?, '')::timestamptz, 'infinity') GROUP BY s.chain) ";
  sql += "SELECT ";
  for (const Column& column : columns())
    sql.append(&column == columns().data() ? "" : ", ").append(column.sql);
  sql += " FROM audit_logs l";
  if (!span.isWhole()) sql += " JOIN part p ON p.chain = l.chain AND l.position BETWEEN p.first AND p.last";
  return sql + " ORDER BY l.chain, l.position, l.id";
}

class DatabaseTrail final : public Trail {
 public:
  DatabaseTrail(store::Connection& connection, Span span) : connection_(connection), span_(std::move(span)) {}

  bool isWhole() const override { return span_.isWhole(); }

  fhir::Result<fhir::Done> eachCheckpoint(const std::function<void(const Checkpoint&)>& take) override {
    std::int64_t reached = -1;
    for (;;) {
      auto rows = connection_.run(
          "SELECT c.number, c.statement, c.key_id, encode(c.signature, 'hex') FROM audit_checkpoints c"
          " WHERE c.number > ?::bigint ORDER BY c.number LIMIT 500",
          {std::to_string(reached)});
      if (!rows) return std::move(rows).outcome();
      for (std::size_t row = 0; row < rows->size(); ++row) {
        reached = rows->number(row, 0);
        take({reached, std::string(rows->text(row, 1)), std::string(rows->text(row, 2)),
              fromHex(rows->text(row, 3)).value_or("")});
      }
      if (rows->size() < 500) return fhir::Done{};
    }
  }

  fhir::Result<std::vector<Head>> heads() override {
    std::vector<Head> out;
    auto rows = connection_.run(
        "SELECT h.chain, h.position, encode(h.hash, 'hex') FROM fhir.audit_head h WHERE h.position > 0 ORDER "
        "BY 1");
    if (!rows) return std::move(rows).outcome();
    for (std::size_t row = 0; row < rows->size(); ++row)
      out.push_back({rows->number(row, 0), rows->number(row, 1), std::string(rows->text(row, 2))});
    return out;
  }

  fhir::Result<fhir::Done> eachRecord(const std::function<void(const Record&)>& take) override {
    const std::vector<store::Parameter> bounds = span_.isWhole()
                                                     ? std::vector<store::Parameter>()
                                                     : std::vector<store::Parameter>{span_.from, span_.to};
    if (auto made = connection_.run(declareRows(span_), bounds); !made) return std::move(made).outcome();
    Record record;
    record.values.resize(columns().size());
    for (;;) {
      auto rows = connection_.run(kFetch);
      if (!rows) return std::move(rows).outcome();
      for (std::size_t row = 0; row < rows->size(); ++row) {
        for (std::size_t i = 0; i < record.values.size(); ++i) {
          const store::Parameter value = rows->value(row, i);
          record.values[i] = value ? std::optional<std::string>(*value) : std::nullopt;
        }
        take(record);
      }
      if (rows->size() == 0) break;
    }
    return connection_.command("CLOSE audit_rows");
  }

 private:
  store::Connection& connection_;
  Span span_;
};

}  // namespace

fhir::Result<std::unique_ptr<Trail>> trailOf(store::Connection& connection, const Span& span) {
  if (auto begun = connection.command("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"); !begun)
    return std::move(begun).outcome();
  return std::unique_ptr<Trail>(std::make_unique<DatabaseTrail>(connection, span));
}

}  // namespace audit
