#include "src/store/connection.h"

#include <libpq-fe.h>
#include <soci/postgresql/soci-postgresql.h>
#include <soci/soci.h>

#include <array>
#include <deque>
#include <list>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "src/platform/log.h"
#include "src/store/connection_string.h"
#include "src/store/database_failure.h"

namespace store {
namespace {

using fhir::Outcome;

// NULL ends what was set.
constexpr std::string_view kBecome = "SELECT set_config('hv.person', ?, false), set_config('role', ?, false)";
// Of the same role.
constexpr std::string_view kSpeakFor = "SELECT set_config('hv.person', ?, false)";

// Ends with the transaction, of whichever statement it is.
constexpr std::string_view kNote = "SELECT set_config('hv.audit', ?, true)";

using OwnedResult = std::unique_ptr<PGresult, decltype(&PQclear)>;

// SQLSTATE of a result that is a failure, empty when the database gave none; nullopt when it is none.
std::optional<std::string> faultOf(const PGresult* result) {
  const ExecStatusType status = PQresultStatus(result);
  if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return std::nullopt;
  const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  return state == nullptr ? "" : state;
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

}  // namespace

struct Connection::Impl {
  // A statement with the buffers its values are bound to. Each role has its own: PostgreSQL would plan one
  // anew whenever it ran as another.
  struct Prepared {
    DatabaseRole role;
    std::string sql;
    std::deque<std::string> values;  // stable addresses
    std::deque<soci::indicator> indicators;
    std::unique_ptr<soci::statement> statement;
  };
  using Statements = std::list<Prepared>;  // most recently used first

  static constexpr std::size_t kMaxStatements = 400;  // of all roles
  static constexpr std::size_t kRoles = 5;

  ConnectionOptions options;
  std::unique_ptr<soci::session> session;
  Statements statements;
  std::array<std::unordered_map<std::string_view, Statements::iterator>, kRoles> bySql;  // by role
  DatabaseCaller caller;                // as whom the next statement runs
  std::optional<DatabaseCaller> known;  // as whom the last one ran; nullopt when that may have been undone
  OwnedRows kept;                       // of a statement that was sent with a change of the caller
  std::string note;                     // to be sent with the next statement; empty: nothing
  std::string state;
  std::chrono::nanoseconds waited{0};
  std::optional<Watchdog::Socket> watched;

  PGconn* handle() const {
    return static_cast<soci::postgresql_session_backend*>(session->get_backend())->conn_;
  }

  void close() noexcept {
    for (auto& each : bySql) each.clear();
    known.reset();
    kept = {};
    statements.clear();
    watched.reset();
    session.reset();
  }

  Outcome fail(std::string sqlState) {
    state = std::move(sqlState);
    const bool isCallers = !caller.isOwn();
    known.reset();  // what a transaction set it undoes
    note.clear();
    // What PostgreSQL says has a state; without one libpq itself failed to reach it, which PQstatus need not
    // show: a socket that breaks while a statement is sent leaves it as it was.
    const bool unreached = state.find_first_not_of(' ') == std::string::npos;
    const bool lost = session == nullptr || unreached || PQstatus(handle()) != CONNECTION_OK;
    Outcome outcome = outcomeOfState(state, lost, isCallers);
    platform::log::warning("database", {{"sqlstate", std::string_view(state)}, {"connection_lost", lost}});
    // A migration may have changed what the statements were prepared for.
    const bool stale = state == "0A000" || state == "26000";
    if (lost || stale) close();
    return outcome;
  }

  Prepared& prepared(std::string_view sql, DatabaseRole role) {
    auto& ofRole = bySql[static_cast<std::size_t>(role)];
    if (const auto found = ofRole.find(sql); found != ofRole.end()) {
      statements.splice(statements.begin(), statements, found->second);
      return statements.front();
    }
    if (statements.size() >= kMaxStatements) {
      const Prepared& last = statements.back();
      bySql[static_cast<std::size_t>(last.role)].erase(last.sql);
      statements.pop_back();
    }
    Prepared entry;
    entry.role = role;
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
    ofRole.emplace(statements.front().sql, statements.begin());
    return statements.front();
  }

  Rows execute(std::string_view sql, std::span<const Parameter> parameters) {
    Prepared& entry = prepared(sql, caller.role);
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
    return Rows(backendOf(entry).result_.get_result());
  }

  static const soci::postgresql_statement_backend& backendOf(const Prepared& entry) {
    return *static_cast<const soci::postgresql_statement_backend*>(entry.statement->get_backend());
  }

  // The values are in libpq's hands when it returns.
  bool send(Prepared& entry, std::span<const Parameter> parameters) {
    std::vector<const char*> values;
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      if (parameters[i]) entry.values[i].assign(*parameters[i]);
      values.push_back(parameters[i] ? entry.values[i].c_str() : nullptr);
    }
    return PQsendQueryPrepared(handle(), backendOf(entry).statementName_.c_str(),
                               static_cast<int>(values.size()), values.data(), nullptr, nullptr, 0) == 1;
  }

  // The result of one statement of a pipeline, or of its end; null when the connection has none to give.
  OwnedResult nextResult() {
    OwnedResult result(PQgetResult(handle()), &PQclear);
    if (!result || PQresultStatus(result.get()) == PGRES_PIPELINE_SYNC) return result;
    while (PGresult* more = PQgetResult(handle())) PQclear(more);
    return result;
  }

  struct Sent {
    Prepared* entry;
    std::span<const Parameter> parameters;
    bool isAsked;  // its rows are wanted
  };

  // False when the connection can't be used any more. `firstFault`: SQLSTATE of the first statement that
  // failed; nullopt when none did.
  bool exchange(std::span<const Sent> statements, std::vector<OwnedRows>& results,
                std::optional<std::string>& firstFault) {
    if (PQenterPipelineMode(handle()) != 1) return false;
    for (const Sent& statement : statements) {
      if (!send(*statement.entry, statement.parameters)) return false;
    }
    if (PQpipelineSync(handle()) != 1) return false;
    for (const Sent& statement : statements) {
      OwnedResult result = nextResult();
      if (!firstFault) firstFault = faultOf(result.get());
      if (statement.isAsked) results.emplace_back(result.release());
    }
    return PQresultStatus(nextResult().get()) == PGRES_PIPELINE_SYNC && PQexitPipelineMode(handle()) == 1;
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

// How much later than its own end of a statement PostgreSQL may answer.
constexpr std::chrono::milliseconds kGrace{5000};

// While something is asked of the database.
class Expectation {
 public:
  Expectation(std::optional<Watchdog::Socket>& socket, std::uint32_t statementTimeout,
              std::size_t statements = 1)
      : socket_(socket) {
    if (socket_) socket_->expectAnswer(std::chrono::milliseconds(statementTimeout * statements) + kGrace);
  }
  ~Expectation() {
    if (socket_) socket_->answered();
  }
  Expectation(const Expectation&) = delete;
  Expectation& operator=(const Expectation&) = delete;

 private:
  std::optional<Watchdog::Socket>& socket_;
};
}  // namespace

fhir::Result<fhir::Done> Connection::connect() {
  if (connected()) return fhir::Done{};
  const auto conninfo = connectionString(impl_->options);
  if (!conninfo) return conninfo.outcome();
  const Stopwatch stopwatch{impl_->waited};
  try {
    impl_->session = std::make_unique<soci::session>(soci::postgresql, *conninfo);
    if (impl_->options.watchdog && impl_->options.statementTimeoutMilliseconds > 0)
      impl_->watched.emplace(impl_->options.watchdog, PQsocket(impl_->handle()));
    impl_->known = DatabaseCaller{};
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
  if (impl_->known != impl_->caller || !impl_->note.empty()) {
    const Statement one{sql, parameters};
    auto results = runTogether({&one, 1});
    if (!results) return std::move(results).outcome();
    impl_->kept = std::move(results->front());
    return impl_->kept.rows();
  }
  const Stopwatch stopwatch{impl_->waited};
  const Expectation expectation(impl_->watched, impl_->options.statementTimeoutMilliseconds);
  try {
    impl_->state.clear();
    if (impl_->options.observer) impl_->options.observer(sql, parameters);
    return impl_->execute(sql, parameters);
  } catch (const soci::postgresql_soci_error& error) {
    return impl_->fail(error.sqlstate());
  } catch (const std::exception&) {
    return impl_->fail("XX000");
  }
}

fhir::Result<std::vector<OwnedRows>> Connection::runTogether(std::span<const Statement> statements) {
  std::vector<CallersStatement> all;
  all.reserve(statements.size());
  for (const Statement& statement : statements) all.push_back({statement, impl_->caller});
  return runTogether(all);
}

fhir::Result<std::vector<OwnedRows>> Connection::runTogether(std::span<const CallersStatement> statements) {
  if (!connected()) {
    if (auto made = connect(); !made) return std::move(made).outcome();
  }
  const Stopwatch stopwatch{impl_->waited};
  const Expectation expectation(impl_->watched, impl_->options.statementTimeoutMilliseconds,
                                statements.size());
  try {
    impl_->state.clear();
    std::vector<std::array<Parameter, 2>> callers(statements.size());  // `sent` points into it
    std::vector<Impl::Sent> sent;
    const std::string noted = std::exchange(impl_->note, {});
    const Parameter note = noted;
    if (!noted.empty()) sent.push_back({&impl_->prepared(kNote, DatabaseRole::own), {&note, 1}, false});
    const DatabaseCaller* now = impl_->known ? &*impl_->known : nullptr;
    for (std::size_t i = 0; i < statements.size(); ++i) {
      const auto& [statement, caller] = statements[i];
      if (now == nullptr || *now != caller) {
        if (!caller.isOwn()) callers[i] = {caller.person, nameOf(caller.role)};
        const bool isSameRole = now != nullptr && now->role == caller.role;
        const std::span<const Parameter> values(callers[i]);
        sent.push_back({&impl_->prepared(isSameRole ? kSpeakFor : kBecome, DatabaseRole::own),
                        values.first(isSameRole ? 1 : 2), false});
        now = &caller;
      }
      if (impl_->options.observer) impl_->options.observer(statement.sql, statement.parameters);
      sent.push_back({&impl_->prepared(statement.sql, caller.role), statement.parameters, true});
    }
    std::vector<OwnedRows> results;
    std::optional<std::string> firstFault;
    const bool usable = impl_->exchange(sent, results, firstFault);
    if (usable && !firstFault) {
      if (now != nullptr) impl_->known = *now;
      return results;
    }
    auto outcome = impl_->fail(firstFault.value_or(""));
    if (!usable) impl_->close();
    return outcome;
  } catch (const soci::postgresql_soci_error& error) {
    return impl_->fail(error.sqlstate());
  } catch (const std::exception&) {
    return impl_->fail("XX000");
  }
}

fhir::Result<fhir::Done> Connection::command(const std::string& sql) {
  if (!connected()) {
    if (auto made = connect(); !made) return std::move(made).outcome();
  }
  const Stopwatch stopwatch{impl_->waited};
  const Expectation expectation(impl_->watched, impl_->options.statementTimeoutMilliseconds);
  impl_->state.clear();
  const OwnedResult result(PQexec(impl_->handle(), sql.c_str()), &PQclear);
  if (sql.find("ROLLBACK") != std::string::npos) {
    impl_->known.reset();
    impl_->note.clear();
  }
  if (auto fault = faultOf(result.get())) return impl_->fail(*std::move(fault));
  return fhir::Done{};
}

fhir::Result<fhir::Done> Connection::commit() {
  const Stopwatch stopwatch{impl_->waited};
  if (!connected()) return impl_->fail("08003");
  const Expectation expectation(impl_->watched, impl_->options.statementTimeoutMilliseconds);
  impl_->state.clear();
  impl_->note.clear();
  const OwnedResult result(PQexec(impl_->handle(), "COMMIT"), &PQclear);
  if (auto fault = faultOf(result.get())) return impl_->fail(*std::move(fault));
  // An aborted transaction is rolled back by COMMIT, without an error.
  if (std::string_view(PQcmdStatus(result.get())) != "COMMIT") return impl_->fail("25P02");
  return fhir::Done{};
}

void Connection::actFor(DatabaseCaller caller) {
  impl_->caller = std::move(caller);
}
const DatabaseCaller& Connection::caller() const noexcept {
  return impl_->caller;
}
void Connection::note(std::string audit) {
  impl_->note = std::move(audit);
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
