#include "src/store/connection.h"

#include <libpq-fe.h>
#include <soci/postgresql/soci-postgresql.h>
#include <soci/soci.h>

#include <charconv>
#include <deque>
#include <list>
#include <unordered_map>
#include <utility>
#include <vector>

#include "src/platform/log.h"

namespace store {
namespace {

using fhir::Failure;
using fhir::IssueType;
using fhir::Outcome;

const PGresult* resultOf(const void* result) {
  return static_cast<const PGresult*>(result);
}

std::string quoteConninfo(std::string_view value) {
  std::string out = "'";
  for (const char c : value) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

// The options that every connection of the server has, added to the caller's conninfo.
fhir::Result<std::string> connectionString(const ConnectionOptions& options) {
  char* error = nullptr;
  PQconninfoOption* parsed = PQconninfoParse(options.databaseUrl.c_str(), &error);
  if (parsed == nullptr) {
    PQfreemem(error);
    return Outcome(
        Failure::unavailable, IssueType::exception,
        "The database URL is not understood. Write postgresql://user@host:port/name or key=value pairs.");
  }
  std::string out;
  std::string given;
  for (const PQconninfoOption* o = parsed; o->keyword != nullptr; ++o) {
    if (o->val == nullptr) continue;
    if (std::string_view(o->keyword) == "options") {
      given = o->val;
    } else {
      out += std::string(o->keyword) + "=" + quoteConninfo(o->val) + " ";
    }
  }
  PQconninfoFree(parsed);
  const std::string settings = given +
                               " -c TimeZone=UTC -c DateStyle=ISO -c client_min_messages=warning -c "
                               "hv.server=on -c statement_timeout=" +
                               std::to_string(options.statementTimeoutMilliseconds);
  out += "options=" + quoteConninfo(settings);
  out += " connect_timeout=" + std::to_string(options.connectTimeoutSeconds);
  out +=
      " client_encoding=UTF8 application_name=hvfhir keepalives_idle=30 keepalives_interval=10 "
      "keepalives_count=3";
  return out;
}

// `?` outside quotes becomes :p0, :p1 ... as SOCI names values.
std::string nameParameters(std::string_view sql, std::size_t& count) {
  std::string out;
  out.reserve(sql.size() + 64);
  count = 0;
  char quote = 0;
  for (const char c : sql) {
    if (quote != 0) {
      if (c == quote) quote = 0;
      out += c;
    } else if (c == '\'' || c == '"') {
      quote = c;
      out += c;
    } else if (c == '?') {
      out += ":p" + std::to_string(count++);
    } else {
      out += c;
    }
  }
  return out;
}

// What a database failure means for the caller. The database's own words stay here: they may quote a row.
Outcome outcomeOf(std::string_view state, bool lost) {
  const std::string_view klass = state.substr(0, 2);
  if (lost || klass == "08" || state == "57P01" || state == "57P02" || state == "57P03" || klass == "53") {
    return {Failure::unavailable, IssueType::transient,
            "The database is not available now. Try again in a few seconds."};
  }
  if (state == "57014") {
    return {Failure::unavailable, IssueType::timeout,
            "The database took longer than the server's limit for one statement. Narrow the request and try "
            "again."};
  }
  if (state == "40001" || state == "40P01" || state == "55P03") {
    return {Failure::conflict, IssueType::lockError,
            "Other writers changed the same data at the same time. Try again."};
  }
  if (klass == "23") {
    return {Failure::conflict, IssueType::conflict,
            "The change contradicts a rule of the platform's tables (SQLSTATE " + std::string(state) + ")."};
  }
  if (klass == "22") {
    return {Failure::unprocessable, IssueType::value,
            "A value is outside what the platform's tables can hold (SQLSTATE " + std::string(state) + ")."};
  }
  return {Failure::internal, IssueType::exception,
          "The database refused a statement (SQLSTATE " + std::string(state) + ")."};
}

}  // namespace

std::size_t Rows::size() const noexcept {
  return result_ == nullptr ? 0 : static_cast<std::size_t>(PQntuples(resultOf(result_)));
}

bool Rows::isNull(std::size_t row, std::size_t column) const noexcept {
  return PQgetisnull(resultOf(result_), static_cast<int>(row), static_cast<int>(column)) != 0;
}

std::string_view Rows::text(std::size_t row, std::size_t column) const noexcept {
  const auto r = static_cast<int>(row);
  const auto c = static_cast<int>(column);
  return {PQgetvalue(resultOf(result_), r, c),
          static_cast<std::size_t>(PQgetlength(resultOf(result_), r, c))};
}

Parameter Rows::value(std::size_t row, std::size_t column) const noexcept {
  if (isNull(row, column)) return std::nullopt;
  return text(row, column);
}

bool Rows::flag(std::size_t row, std::size_t column) const noexcept {
  return text(row, column) == "t";
}

std::int64_t Rows::number(std::size_t row, std::size_t column) const noexcept {
  const std::string_view digits = text(row, column);
  std::int64_t out = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), out);
  return out;
}

std::size_t Rows::affected() const noexcept {
  if (result_ == nullptr) return 0;
  const std::string_view digits = PQcmdTuples(const_cast<PGresult*>(resultOf(result_)));
  std::size_t out = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), out);
  return out;
}

struct Connection::Impl {
  // A statement with the buffers its values are bound to.
  struct Prepared {
    std::string sql;
    std::deque<std::string> values;  // stable addresses
    std::deque<soci::indicator> indicators;
    std::unique_ptr<soci::statement> statement;
  };
  using Statements = std::list<Prepared>;  // most recently used first

  static constexpr std::size_t kMaxStatements = 400;

  ConnectionOptions options;
  std::unique_ptr<soci::session> session;
  Statements statements;
  std::unordered_map<std::string_view, Statements::iterator> bySql;
  std::string state;
  std::chrono::nanoseconds waited{0};

  PGconn* handle() const {
    return static_cast<soci::postgresql_session_backend*>(session->get_backend())->conn_;
  }

  void close() noexcept {
    bySql.clear();
    statements.clear();
    session.reset();
  }

  Outcome fail(std::string sqlState) {
    state = std::move(sqlState);
    const bool lost = session == nullptr || PQstatus(handle()) != CONNECTION_OK;
    Outcome outcome = outcomeOf(state, lost);
    platform::log::warning("database", {{"sqlstate", std::string_view(state)}, {"connection_lost", lost}});
    // A migration may have changed what the statements were prepared for.
    const bool stale = state == "0A000" || state == "26000";
    if (lost || stale) close();
    return outcome;
  }

  Prepared& prepared(std::string_view sql) {
    if (const auto found = bySql.find(sql); found != bySql.end()) {
      statements.splice(statements.begin(), statements, found->second);
      return statements.front();
    }
    if (statements.size() >= kMaxStatements) {
      bySql.erase(statements.back().sql);
      statements.pop_back();
    }
    Prepared entry;
    entry.sql = sql;
    std::size_t count = 0;
    const std::string named = nameParameters(sql, count);
    entry.statement = std::make_unique<soci::statement>(*session);
    for (std::size_t i = 0; i < count; ++i) {
      entry.values.emplace_back();
      entry.indicators.push_back(soci::i_ok);
      entry.statement->exchange(
          soci::use(entry.values.back(), entry.indicators.back(), "p" + std::to_string(i)));
    }
    entry.statement->alloc();
    entry.statement->prepare(named);
    entry.statement->define_and_bind();
    statements.push_front(std::move(entry));
    bySql.emplace(statements.front().sql, statements.begin());
    return statements.front();
  }

  Rows execute(std::string_view sql, std::span<const Parameter> parameters) {
    Prepared& entry = prepared(sql);
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      entry.indicators[i] = parameters[i] ? soci::i_ok : soci::i_null;
      if (parameters[i]) entry.values[i].assign(*parameters[i]);
    }
    try {
      entry.statement->execute(true);
    } catch (...) {
      // SOCI copies the values at each execution, and frees the copies only after one that went well.
      entry.statement->undefine_and_bind();
      entry.statement->define_and_bind();
      throw;
    }
    const auto* backend = static_cast<soci::postgresql_statement_backend*>(entry.statement->get_backend());
    return Rows(backend->result_.get_result());
  }
};

Connection::Connection(ConnectionOptions options) : impl_(std::make_unique<Impl>()) {
  impl_->options = std::move(options);
}
Connection::~Connection() = default;

namespace {
struct Stopwatch {
  std::chrono::nanoseconds& total;
  std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();
  ~Stopwatch() { total += std::chrono::steady_clock::now() - start; }
};
}  // namespace

fhir::Result<fhir::Done> Connection::connect() {
  if (connected()) return fhir::Done{};
  const auto conninfo = connectionString(impl_->options);
  if (!conninfo) return conninfo.outcome();
  const Stopwatch stopwatch{impl_->waited};
  try {
    impl_->session = std::make_unique<soci::session>(soci::postgresql, *conninfo);
    return fhir::Done{};
  } catch (const std::exception&) {
    impl_->session.reset();
    return impl_->fail("08006");
  }
}

fhir::Result<Rows> Connection::run(std::string_view sql, std::span<const Parameter> parameters) {
  if (!connected()) {
    if (auto made = connect(); !made) return std::move(made).outcome();
  }
  const Stopwatch stopwatch{impl_->waited};
  try {
    impl_->state.clear();
    return impl_->execute(sql, parameters);
  } catch (const soci::postgresql_soci_error& error) {
    return impl_->fail(error.sqlstate());
  } catch (const std::exception&) {
    return impl_->fail("");
  }
}

fhir::Result<fhir::Done> Connection::command(const std::string& sql) {
  if (!connected()) {
    if (auto made = connect(); !made) return std::move(made).outcome();
  }
  const Stopwatch stopwatch{impl_->waited};
  impl_->state.clear();
  const std::unique_ptr<PGresult, decltype(&PQclear)> result(PQexec(impl_->handle(), sql.c_str()), &PQclear);
  const ExecStatusType status = PQresultStatus(result.get());
  if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return fhir::Done{};
  const char* state = PQresultErrorField(result.get(), PG_DIAG_SQLSTATE);
  return impl_->fail(state == nullptr ? "" : state);
}

fhir::Result<fhir::Done> Connection::commit() {
  const Stopwatch stopwatch{impl_->waited};
  if (!connected()) return impl_->fail("08003");
  impl_->state.clear();
  const std::unique_ptr<PGresult, decltype(&PQclear)> result(PQexec(impl_->handle(), "COMMIT"), &PQclear);
  if (PQresultStatus(result.get()) != PGRES_COMMAND_OK) {
    const char* state = PQresultErrorField(result.get(), PG_DIAG_SQLSTATE);
    return impl_->fail(state == nullptr ? "" : state);
  }
  // An aborted transaction is rolled back by COMMIT, without an error.
  if (std::string_view(PQcmdStatus(result.get())) != "COMMIT") return impl_->fail("25P02");
  return fhir::Done{};
}

bool Connection::connected() const noexcept {
  return impl_->session != nullptr;
}
void Connection::close() noexcept {
  impl_->close();
}
std::string_view Connection::lastState() const noexcept {
  return impl_->state;
}
bool Connection::shouldRetry() const noexcept {
  return impl_->state == "40001" || impl_->state == "40P01";
}
std::chrono::nanoseconds Connection::waited() const noexcept {
  return impl_->waited;
}

}  // namespace store
