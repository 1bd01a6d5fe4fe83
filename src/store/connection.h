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
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "fhir/model/outcome.h"

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

struct ConnectionOptions {
  std::string databaseUrl;  // libpq URI or key=value list
  std::uint32_t connectTimeoutSeconds = 5;
  std::uint32_t statementTimeoutMilliseconds = 30'000;
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

  // Statements without values or results, several separated by ';' in one round trip: BEGIN, SET LOCAL,
  // COMMIT.
  fhir::Result<fhir::Done> command(const std::string& sql);

  // COMMIT that says no when nothing was committed: the connection is another than the transaction's, or the
  // transaction was aborted.
  fhir::Result<fhir::Done> commit();

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

}  // namespace store
