#include "src/store/migrations/migrations.h"

#include <libpq-fe.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

namespace store {
namespace {

using fhir::Done;
using fhir::Failure;
using fhir::IssueType;
using fhir::Outcome;

using Connection = std::unique_ptr<PGconn, decltype(&PQfinish)>;
using Rows = std::unique_ptr<PGresult, decltype(&PQclear)>;

// Any number that nothing else of this database locks; it spells "hvmigrat".
constexpr std::string_view lockKey = "7527917420863578484";

constexpr const char* ledgerTable = R"(
CREATE TABLE IF NOT EXISTS public.schema_migration (
  version integer PRIMARY KEY,
  name text NOT NULL,
  sha256 text NOT NULL,
  applied_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  duration_ms integer NOT NULL
);
COMMENT ON TABLE public.schema_migration IS 'The migrations that made this schema, with the checksums of their files.';
)";

std::string firstLine(std::string_view text) {
  return std::string(text.substr(0, text.find('\n')));
}

fhir::Result<Connection> connect(const std::string& databaseUrl,
                                 std::chrono::seconds timeout = usualConnectTimeout) {
  const std::string seconds = std::to_string(timeout.count());
  const std::array<const char*, 5> keywords{"connect_timeout", "dbname", "application_name",
                                            "client_encoding", nullptr};
  const std::array<const char*, 5> values{seconds.c_str(), databaseUrl.c_str(), "hvfhir migrate", "UTF8",
                                          nullptr};
  Connection connection(PQconnectdbParams(keywords.data(), values.data(), 1), &PQfinish);
  if (PQstatus(connection.get()) != CONNECTION_OK) {
    return Outcome(Failure::unavailable, IssueType::transient,
                   "cannot connect to the database: " + firstLine(PQerrorMessage(connection.get())));
  }
  PQsetNoticeProcessor(
      connection.get(), [](void*, const char*) {}, nullptr);
  return connection;
}

// Schema statements hold no person's data, so PostgreSQL's own words may be shown.
Outcome refusal(const Rows& result, const std::string& doing) {
  const auto field = [&](int code) {
    const char* text = PQresultErrorField(result.get(), code);
    return text == nullptr ? std::string() : std::string(text);
  };
  std::string text =
      doing + ": " + field(PG_DIAG_MESSAGE_PRIMARY) + " (SQLSTATE " + field(PG_DIAG_SQLSTATE) + ")";
  if (const std::string position = field(PG_DIAG_STATEMENT_POSITION); !position.empty())
    text += " at character " + position;
  if (const std::string where = field(PG_DIAG_CONTEXT); !where.empty()) text += ", " + firstLine(where);
  if (const std::string hint = field(PG_DIAG_MESSAGE_HINT); !hint.empty()) text += ". " + hint;
  return {Failure::unprocessable, IssueType::processing, std::move(text)};
}

bool succeeded(const Rows& result) {
  const ExecStatusType status = PQresultStatus(result.get());
  return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY;
}

Rows execute(const Connection& connection, const std::string& sql) {
  return {PQexec(connection.get(), sql.c_str()), &PQclear};
}

template <std::size_t N>
Rows execute(const Connection& connection, const char* sql, const std::array<std::string, N>& parameters) {
  std::array<const char*, N> values{};
  std::ranges::transform(parameters, values.begin(), [](const std::string& value) { return value.c_str(); });
  return {
      PQexecParams(connection.get(), sql, static_cast<int>(N), nullptr, values.data(), nullptr, nullptr, 0),
      &PQclear};
}

int integer(std::string_view text) {
  int value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

struct Applied {
  MigrationStatus status;
  std::string sha256;
};

fhir::Result<std::vector<Applied>> readLedger(const Connection& connection) {
  const Rows exists = execute(connection, "SELECT to_regclass('public.schema_migration') IS NOT NULL");
  if (!succeeded(exists)) return refusal(exists, "looking for the table schema_migration");
  std::vector<Applied> ledger;
  if (std::string_view(PQgetvalue(exists.get(), 0, 0)) != "t") return ledger;
  const Rows rows =
      execute(connection,
              "SELECT version, name, sha256, duration_ms, to_char(applied_at AT TIME ZONE 'UTC', "
              "'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"') FROM public.schema_migration ORDER BY version");
  if (!succeeded(rows)) return refusal(rows, "reading the table schema_migration");
  for (int row = 0; row < PQntuples(rows.get()); ++row) {
    const auto text = [&](int column) { return PQgetvalue(rows.get(), row, column); };
    ledger.push_back({{.version = integer(text(0)),
                       .name = text(1),
                       .state = MigrationState::unknown,
                       .appliedAt = text(4),
                       .duration = std::chrono::milliseconds(integer(text(3)))},
                      text(2)});
  }
  return ledger;
}

std::vector<MigrationStatus> compare(const std::vector<Applied>& ledger,
                                     std::span<const Migration> migrations) {
  std::vector<MigrationStatus> all;
  const int newest = ledger.empty() ? 0 : ledger.back().status.version;
  for (const Migration& migration : migrations) {
    const auto applied =
        std::ranges::find(ledger, migration.version, [](const Applied& a) { return a.status.version; });
    if (applied == ledger.end()) {
      const auto state = migration.version < newest ? MigrationState::outOfOrder : MigrationState::pending;
      all.push_back({.version = migration.version,
                     .name = std::string(migration.name),
                     .state = state,
                     .appliedAt = {}});
    } else {
      all.push_back(applied->status);
      all.back().state =
          applied->sha256 == migration.sha256 ? MigrationState::applied : MigrationState::changed;
    }
  }
  for (const Applied& applied : ledger) {
    if (std::ranges::find(all, applied.status.version, &MigrationStatus::version) == all.end())
      all.push_back(applied.status);
  }
  std::ranges::sort(all, {}, &MigrationStatus::version);
  return all;
}

std::string label(int version, std::string_view name) {
  const std::string number = std::to_string(version);
  return std::string(number.size() < 3 ? 3 - number.size() : 0, '0') + number + "_" + std::string(name);
}

// Why nothing may be applied; no issue when all is well.
Outcome misfits(const std::vector<MigrationStatus>& all) {
  Outcome outcome;
  outcome.setFailure(Failure::conflict);
  for (const MigrationStatus& status : all) {
    const std::string which = "migration " + label(status.version, status.name) + " ";
    if (status.state == MigrationState::changed) {
      outcome.add(fhir::Severity::error, IssueType::conflict,
                  which + "was applied at " + status.appliedAt +
                      " and its file has changed since; restore the file and put the "
                      "change into a new one");
    } else if (status.state == MigrationState::outOfOrder) {
      outcome.add(fhir::Severity::error, IssueType::conflict,
                  which + "was not applied, but a later one was; give it a number after the last");
    } else if (status.state == MigrationState::unknown) {
      outcome.add(fhir::Severity::error, IssueType::conflict,
                  which + "was applied by a newer program than this one; use that one");
    }
  }
  return outcome;
}

fhir::Result<MigrationStatus> apply(const Connection& connection, const Migration& migration) {
  const std::string doing = "migration " + label(migration.version, migration.name);
  const auto start = std::chrono::steady_clock::now();
  const auto stop = [&](const Rows& failed) {
    Outcome outcome = refusal(failed, doing);
    execute(connection, "ROLLBACK");
    return outcome;
  };
  for (const std::string_view sql : {std::string_view("BEGIN"), migration.sql}) {
    const Rows result = execute(connection, std::string(sql));
    if (!succeeded(result)) return stop(result);
  }
  const auto duration =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start);
  const Rows noted = execute(
      connection,
      "INSERT INTO public.schema_migration (version, name, sha256, duration_ms) VALUES ($1, $2, $3, $4) "
      "RETURNING to_char(applied_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')",
      std::array{std::to_string(migration.version), std::string(migration.name),
                 std::string(migration.sha256), std::to_string(duration.count())});
  if (!succeeded(noted)) return stop(noted);
  const Rows committed = execute(connection, "COMMIT");
  if (!succeeded(committed)) return stop(committed);
  return MigrationStatus{.version = migration.version,
                         .name = std::string(migration.name),
                         .state = MigrationState::applied,
                         .appliedAt = PQgetvalue(noted.get(), 0, 0),
                         .duration = duration};
}

// Locks until the connection ends, makes the ledger, and lets the server's role read it once that role is
// there.
fhir::Result<Done> prepare(const Connection& connection) {
  const std::string lock = "SET lock_timeout = '10min'; SELECT pg_advisory_lock(" + std::string(lockKey) +
                           "); SET lock_timeout = 0";
  const Rows locked = execute(connection, lock);
  if (!succeeded(locked)) return refusal(locked, "waiting for another migration to end");
  const Rows made = execute(connection, ledgerTable);
  if (!succeeded(made)) return refusal(made, "making the table schema_migration");
  return Done{};
}

fhir::Result<Done> openLedgerToServer(const Connection& connection) {
  const Rows granted = execute(connection, R"(
    DO $$ BEGIN
      IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'hv_server_access') THEN
        GRANT SELECT ON public.schema_migration TO hv_server_access;
      END IF;
    END $$)");
  if (!succeeded(granted)) return refusal(granted, "letting the server read schema_migration");
  return Done{};
}

std::optional<std::string> quotedIdentifier(const Connection& connection, const std::string& text) {
  const std::unique_ptr<char, decltype(&PQfreemem)> quoted(
      PQescapeIdentifier(connection.get(), text.data(), text.size()), &PQfreemem);
  return quoted ? std::optional<std::string>(quoted.get()) : std::nullopt;
}

// A SCRAM verifier instead of the password itself: PostgreSQL's log of statements never holds the password.
std::optional<std::string> quotedVerifier(const Connection& connection, const std::string& role,
                                          const std::string& password) {
  using Text = std::unique_ptr<char, decltype(&PQfreemem)>;
  const Text verifier(
      PQencryptPasswordConn(connection.get(), password.c_str(), role.c_str(), "scram-sha-256"), &PQfreemem);
  if (!verifier) return std::nullopt;
  const std::string_view text = verifier.get();
  const Text quoted(PQescapeLiteral(connection.get(), text.data(), text.size()), &PQfreemem);
  return quoted ? std::optional<std::string>(quoted.get()) : std::nullopt;
}

}  // namespace

std::string_view name(MigrationState state) noexcept {
  switch (state) {
    case MigrationState::applied:
      return "applied";
    case MigrationState::pending:
      return "pending";
    case MigrationState::changed:
      return "changed";
    case MigrationState::outOfOrder:
      return "out of order";
    case MigrationState::unknown:
      return "unknown";
  }
  return {};
}

fhir::Result<std::vector<MigrationStatus>> migrationStatus(const std::string& databaseUrl,
                                                           std::span<const Migration> migrations,
                                                           std::chrono::seconds connectTimeout) {
  const auto connection = connect(databaseUrl, connectTimeout);
  if (!connection) return connection.outcome();
  const auto ledger = readLedger(*connection);
  if (!ledger) return ledger.outcome();
  return compare(*ledger, migrations);
}

fhir::Result<std::vector<MigrationStatus>> migrateUp(const std::string& databaseUrl,
                                                     const OnApplied& onApplied,
                                                     std::span<const Migration> migrations) {
  const auto connection = connect(databaseUrl);
  if (!connection) return connection.outcome();
  if (const auto prepared = prepare(*connection); !prepared) return prepared.outcome();
  const auto ledger = readLedger(*connection);
  if (!ledger) return ledger.outcome();
  const std::vector<MigrationStatus> all = compare(*ledger, migrations);
  if (Outcome outcome = misfits(all); outcome.hasErrors()) return outcome;
  std::vector<MigrationStatus> done;
  for (const Migration& migration : migrations) {
    const auto known = std::ranges::find(all, migration.version, &MigrationStatus::version);
    if (known->state != MigrationState::pending) continue;
    auto applied = apply(*connection, migration);
    if (!applied) return applied.outcome();
    done.push_back(*applied);
    if (onApplied) onApplied(done.back());
  }
  if (const auto opened = openLedgerToServer(*connection); !opened) return opened.outcome();
  return done;
}

namespace {

// Roles belong to the whole cluster, where locks do not reach: another database's server may make or change
// this one at this very moment.
bool isTakenByAnother(const Rows& result) {
  const char* state = PQresultErrorField(result.get(), PG_DIAG_SQLSTATE);
  if (state == nullptr) return false;
  constexpr std::array<std::string_view, 3> states{"42710", "23505",
                                                   "XX000"};  // the last: tuple concurrently updated
  return std::ranges::find(states, std::string_view(state)) != states.end();
}

fhir::Result<bool> roleExists(const Connection& connection, const std::string& role,
                              const std::string& doing) {
  const Rows known = execute(connection, "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = $1",
                             std::array{role});
  if (!succeeded(known)) return refusal(known, doing);
  const bool exists = PQntuples(known.get()) > 0;
  if (exists && std::string_view(PQgetvalue(known.get(), 0, 0)) == "t") {
    return Outcome(Failure::conflict, IssueType::security,
                   doing + ": it is a superuser or goes round row security; use another role");
  }
  return exists;
}

}  // namespace

fhir::Result<Done> ensureServerRole(const std::string& databaseUrl, const std::string& role,
                                    const std::string& password) {
  const auto connection = connect(databaseUrl);
  if (!connection) return connection.outcome();
  const std::string doing = "making the server's role " + role;
  const auto identifier = quotedIdentifier(*connection, role);
  const auto verifier =
      password.empty() ? std::optional<std::string>("") : quotedVerifier(*connection, role, password);
  if (!identifier || !verifier)
    return Outcome(Failure::unprocessable, IssueType::value, doing + ": its name or password cannot be used");
  const std::string rights =
      " LOGIN NOCREATEDB NOCREATEROLE INHERIT" + (verifier->empty() ? "" : " PASSWORD " + *verifier);
  constexpr int kMostTries = 20;
  for (int tries = 1;; ++tries) {
    const auto exists = roleExists(*connection, role, doing);
    if (!exists) return exists.outcome();
    const Rows result =
        execute(*connection, "BEGIN; " + std::string(*exists ? "ALTER" : "CREATE") + " ROLE " + *identifier +
                                 rights + "; GRANT hv_server_access TO " + *identifier + "; COMMIT");
    if (succeeded(result)) return Done{};
    if (tries == kMostTries || !isTakenByAnother(result)) return refusal(result, doing);
    execute(*connection, "ROLLBACK");
    std::this_thread::sleep_for(std::chrono::milliseconds(5 * tries));
  }
}

}  // namespace store
