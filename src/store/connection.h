// Connection: one PostgreSQL connection (SOCI) with its prepared statements. The only door to the database.
//
// Every statement is prepared once per connection and kept; values are always bound, as text, and come back
// as text. Threading: one thread at a time. Errors: no exception leaves; a lost connection closes itself and
// is made anew by the next call outside a transaction. Nothing out of a database message reaches an Outcome
// (it may hold a person's data).
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/model/outcome.h"
#include "src/store/caller.h"
#include "src/store/watchdog.h"

namespace store {

using Parameter = std::optional<std::string_view>;  // nullopt is NULL

// The rows of the last statement that ran; valid until the next call on the same Connection.
class Rows {
 public:
  Rows() = default;
  explicit Rows(const void* result) : result_(result) {}

  std::size_t size() const noexcept;
  bool isNull(std::size_t row, std::size_t column) const noexcept;
  std::string_view text(std::size_t row, std::size_t column) const noexcept;  // empty for NULL
  Parameter value(std::size_t row, std::size_t column) const noexcept;        // nullopt for NULL
  bool flag(std::size_t row, std::size_t column) const noexcept;              // boolean column
  std::int64_t number(std::size_t row, std::size_t column) const noexcept;    // integer column; 0 for NULL
  std::size_t affected() const noexcept;  // rows changed by an INSERT, UPDATE or DELETE without RETURNING

 private:
  const void* result_ = nullptr;  // PGresult, owned by the statement
};

// Rows that belong to whoever holds them.
class OwnedRows {
 public:
  OwnedRows() = default;
  explicit OwnedRows(void* result) : result_(result) {}  // takes the PGresult over

  Rows rows() const noexcept { return Rows(result_.get()); }

 private:
  struct Clear {
    void operator()(void* result) const noexcept;
  };
  std::unique_ptr<void, Clear> result_;
};

// One of several statements that are sent together.
struct Statement {
  std::string_view sql;
  std::span<const Parameter> parameters;
};

// The same, each as whoever it is for.
struct CallersStatement {
  Statement statement;
  const DatabaseCaller& caller;
};

// Told each statement with its values before it is sent. Both hold what clients sent: for tests that explain
// statements, never for logs.
using StatementObserver = std::function<void(std::string_view sql, std::span<const Parameter>)>;

struct ConnectionOptions {
  std::string databaseUrl;  // libpq URI or key=value list
  std::uint32_t connectTimeoutSeconds = 5;
  std::uint32_t statementTimeoutMilliseconds = 30'000;
  // Ends statements that even then are not answered; null, or no statement timeout: they are waited for.
  std::shared_ptr<Watchdog> watchdog = {};
  StatementObserver observer = {};
};

class Connection {
 public:
  explicit Connection(ConnectionOptions options);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Runs a statement. Each `?` in `sql` outside quotes takes the next value.
  fhir::Result<Rows> run(std::string_view sql, std::span<const Parameter> parameters);
  fhir::Result<Rows> run(std::string_view sql, std::initializer_list<Parameter> parameters = {}) {
    return run(sql, std::span<const Parameter>(parameters.begin(), parameters.size()));
  }

  // Runs several statements, at most 100, in one round trip; their rows, in the same order. Outside a
  // transaction they are one of their own (SET LOCAL holds until the last). The first that fails is the
  // outcome of all: those after it did not run, and nothing of those before it stays.
  fhir::Result<std::vector<OwnedRows>> runTogether(std::span<const Statement> statements);

  // The same, each statement as somebody else.
  fhir::Result<std::vector<OwnedRows>> runTogether(std::span<const CallersStatement> statements);

  // Statements without values or results, several separated by ';' in one round trip: BEGIN, SET LOCAL,
  // COMMIT.
  fhir::Result<fhir::Done> command(const std::string& sql);

  // COMMIT that says no when nothing was committed: the connection is another than the transaction's, or the
  // transaction was aborted.
  fhir::Result<fhir::Done> commit();

  // As whom statements run from now on, at first as the server itself. It becomes so together with the next
  // statement, in one round trip; a statement never runs as another one. commands run as whoever is there.
  void actFor(DatabaseCaller);
  const DatabaseCaller& caller() const noexcept;

  // What the setting hv.audit says (docs/audit.md) from the next statement on, with which it travels in one
  // round trip, until the end of that statement's transaction: no later one has it. An empty text takes back
  // what no statement has taken along yet.
  void note(std::string audit);

  // Makes the connection now when there is none.
  fhir::Result<fhir::Done> connect();
  bool connected() const noexcept;
  void close() noexcept;

  // SQLSTATE of the last failure; empty when it was none of the database's.
  std::string_view lastState() const noexcept;
  // True when the last failure was a deadlock or serialization failure: the transaction may be tried again.
  bool shouldRetry() const noexcept;

  std::chrono::nanoseconds waited() const noexcept;  // time spent inside the database calls, in all

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// While it lives the statements of a connection are the server's own: of what is hidden only whether it is in
// the way may follow from them.
class OwnStatements {
 public:
  explicit OwnStatements(Connection& connection) : connection_(connection), before_(connection.caller()) {
    connection_.actFor({});
  }
  ~OwnStatements() { connection_.actFor(std::move(before_)); }
  OwnStatements(const OwnStatements&) = delete;
  OwnStatements& operator=(const OwnStatements&) = delete;

 private:
  Connection& connection_;
  DatabaseCaller before_;
};

}  // namespace store
