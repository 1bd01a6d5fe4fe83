#include "tests/support/test_database.h"

#include <libpq-fe.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <random>
#include <stdexcept>

#include "src/platform/encoding.h"
#include "src/store/migrations/migrations.h"

namespace support {
namespace {

constexpr const char* environmentName = "HV_TEST_DATABASE_URL";

std::string serverUrl() {
  const char* url = std::getenv(environmentName);
  if (url == nullptr) throw std::runtime_error(std::string(environmentName) + " is not set");
  return url;
}

std::string keyword(const std::string& name, const std::string& value) {
  std::string out = name + "='";
  for (const char c : value) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "' ";
}

// `url` as a keyword string with some keywords set otherwise.
std::string with(const std::string& url, std::initializer_list<std::pair<std::string, std::string>> changes) {
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> parsed(
      PQconninfoParse(url.c_str(), nullptr), &PQconninfoFree);
  if (!parsed) throw std::runtime_error(std::string(environmentName) + " is no PostgreSQL URL");
  std::string out;
  for (const PQconninfoOption* option = parsed.get(); option->keyword != nullptr; ++option) {
    bool changed = false;
    for (const auto& [name, value] : changes) changed = changed || name == option->keyword;
    if (option->val != nullptr && !changed) out += keyword(option->keyword, option->val);
  }
  for (const auto& [name, value] : changes) out += keyword(name, value);
  return out;
}

using Connection = std::unique_ptr<PGconn, decltype(&PQfinish)>;

Connection connect(const std::string& url) {
  Connection connection(PQconnectdb(url.c_str()), &PQfinish);
  if (PQstatus(connection.get()) != CONNECTION_OK) throw std::runtime_error(PQerrorMessage(connection.get()));
  PQsetNoticeProcessor(
      connection.get(), [](void*, const char*) {}, nullptr);
  return connection;
}

std::string execute(const Connection& connection, const std::string& sql) {
  const std::unique_ptr<PGresult, decltype(&PQclear)> result(PQexec(connection.get(), sql.c_str()), &PQclear);
  const ExecStatusType status = PQresultStatus(result.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
    throw std::runtime_error(PQerrorMessage(connection.get()));
  return PQntuples(result.get()) > 0 && PQnfields(result.get()) > 0 ? PQgetvalue(result.get(), 0, 0) : "";
}

std::string execute(const std::string& url, const std::string& sql) {
  return execute(connect(url), sql);
}

std::string uniqueName() {
  return "hv_test_" + std::to_string(::getpid()) + "_" + std::to_string(std::random_device{}());
}

std::string templateName() {
  std::string all;
  for (const store::Migration& migration : store::builtInMigrations()) all += migration.sha256;
  return "hv_test_template_" + platform::hex(platform::sha256(all)).substr(0, 16);
}

// To copy a database takes a tenth of the time in which it is made. Who comes first makes it; its name says
// that it is whole.
std::string makeTemplate() {
  std::string name = templateName();
  const Connection server = connect(serverUrl());
  execute(server, "SELECT pg_advisory_lock(hashtext('hv_test_template'))");
  const std::string isThere = "SELECT count(*) FROM pg_database WHERE datname = '" + name + "'";
  if (execute(server, isThere) == "1") return name;
  const std::string making = uniqueName();
  execute(server, "CREATE DATABASE " + making);
  const auto migrated = store::migrateUp(with(serverUrl(), {{"dbname", making}}));
  if (!migrated) throw std::runtime_error(migrated.outcome().issues().front().diagnostics);
  execute(server, "ALTER DATABASE " + making + " RENAME TO " + name);
  return name;
}

const std::string& preparedTemplate() {
  static const std::string name = makeTemplate();
  return name;
}

}  // namespace

TestDatabase::TestDatabase(Schema schema)
    : name_(uniqueName()), url_(with(serverUrl(), {{"dbname", name_}})) {
  execute(serverUrl(),
          "CREATE DATABASE " + name_ +
              (schema == Schema::none ? std::string()
                                      : " TEMPLATE " + preparedTemplate() + " STRATEGY FILE_COPY"));
}

TestDatabase::~TestDatabase() {
  try {
    execute(serverUrl(), "DROP DATABASE IF EXISTS " + name_ + " WITH (FORCE)");
  } catch (const std::exception& error) {
    std::cerr << "test database " << name_ << " was left behind: " << error.what() << '\n';
  }
}

std::string TestDatabase::urlFor(const std::string& role) const {
  return with(url_, {{"user", role}, {"password", ""}});
}

std::string TestDatabase::run(const std::string& sql) const {
  return execute(url_, sql);
}

bool haveDatabase() {
  return std::getenv(environmentName) != nullptr;
}

SkipWithoutDatabase::SkipWithoutDatabase() {
  if (haveDatabase()) return;
  std::cout << "SKIPPED: " << environmentName << " is not set\n" << std::flush;
  std::_Exit(77);
}

}  // namespace support
