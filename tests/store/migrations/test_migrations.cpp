#define BOOST_TEST_MODULE migrations
#include <array>
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <thread>
#include <vector>

#include "src/store/migrations/migrations.h"
#include "tests/support/test_database.h"

using store::ensureServerRole;
using store::migrateUp;
using store::Migration;
using store::MigrationState;
using store::migrationStatus;
using support::TestDatabase;

using support::SkipWithoutDatabase;
BOOST_TEST_GLOBAL_FIXTURE(SkipWithoutDatabase);

namespace {

constexpr Migration one{1, "one", "aa", "CREATE TABLE one (a text); INSERT INTO one VALUES ('x:y'), ('$1');"};
constexpr Migration two{2, "two", "bb", "CREATE FUNCTION two() RETURNS int LANGUAGE sql AS $$ SELECT 2; $$;"};
constexpr Migration five{5, "five", "ee", "CREATE TABLE five ();"};
constexpr Migration wrong{6, "wrong", "ff", "CREATE TABLE six ();\nCREATE TABLE one ();"};

const TestDatabase::Schema empty = TestDatabase::Schema::none;

std::string faultOf(const auto& result) {
  BOOST_REQUIRE(!result.ok());
  return result.outcome().issues().front().diagnostics;
}

bool contains(std::string_view text, std::string_view piece) {
  return text.find(piece) != std::string_view::npos;
}

}  // namespace

BOOST_AUTO_TEST_CASE(what_is_pending_is_applied_once_and_in_order) {
  const TestDatabase database(empty);
  const std::array all{one, two};
  std::string reported;
  const auto done = migrateUp(
      database.url(), [&](const auto& status) { reported += status.name + " "; }, all);
  BOOST_REQUIRE(done.ok());
  BOOST_TEST(reported == "one two ");
  BOOST_TEST(database.run("SELECT string_agg(a, ' ' ORDER BY a) FROM one") == "$1 x:y");
  BOOST_TEST(database.run("SELECT two()") == "2");
  const auto again = migrateUp(database.url(), {}, all);
  BOOST_REQUIRE(again.ok());
  BOOST_TEST(again->empty());
}

BOOST_AUTO_TEST_CASE(status_tells_applied_from_pending_and_changes_nothing) {
  const TestDatabase database(empty);
  const std::array all{one, two};
  const auto before = migrationStatus(database.url(), all);
  BOOST_REQUIRE(before.ok());
  BOOST_TEST(before->size() == 2U);
  BOOST_TEST((before->front().state == MigrationState::pending));
  BOOST_TEST(database.run("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == "0");
  BOOST_REQUIRE(migrateUp(database.url(), {}, std::span(all).first(1)).ok());
  const auto after = migrationStatus(database.url(), all);
  BOOST_REQUIRE(after.ok());
  BOOST_TEST((after->front().state == MigrationState::applied));
  BOOST_TEST(after->front().appliedAt.size() == 24U);
  BOOST_TEST((after->back().state == MigrationState::pending));
}

BOOST_AUTO_TEST_CASE(a_migration_that_fails_leaves_nothing_and_those_before_it_stay) {
  const TestDatabase database(empty);
  const std::array all{one, wrong};
  const std::string fault = faultOf(migrateUp(database.url(), {}, all));
  BOOST_TEST(contains(fault, "migration 006_wrong: relation \"one\" already exists (SQLSTATE 42P07)"), fault);
  BOOST_TEST(database.run("SELECT to_regclass('six') IS NULL AND to_regclass('one') IS NOT NULL") == "t");
  BOOST_TEST(database.run("SELECT string_agg(name, ',') FROM schema_migration") == "one");
}

BOOST_AUTO_TEST_CASE(a_file_that_changed_after_it_was_applied_stops_everything) {
  const TestDatabase database(empty);
  BOOST_REQUIRE(migrateUp(database.url(), {}, std::array{one}).ok());
  Migration edited = one;
  edited.sha256 = "cc";
  const std::array all{edited, two};
  BOOST_TEST(contains(faultOf(migrateUp(database.url(), {}, all)), "001_one was applied at"));
  BOOST_TEST((migrationStatus(database.url(), all)->front().state == MigrationState::changed));
  BOOST_TEST(database.run("SELECT count(*) FROM schema_migration") == "1");
}

BOOST_AUTO_TEST_CASE(a_file_put_below_an_applied_one_stops_everything) {
  const TestDatabase database(empty);
  BOOST_REQUIRE(migrateUp(database.url(), {}, std::array{one, five}).ok());
  const std::array all{one, two, five};
  BOOST_TEST(
      contains(faultOf(migrateUp(database.url(), {}, all)), "002_two was not applied, but a later one was"));
  BOOST_TEST((migrationStatus(database.url(), all)->at(1).state == MigrationState::outOfOrder));
}

BOOST_AUTO_TEST_CASE(an_older_program_refuses_a_newer_schema) {
  const TestDatabase database(empty);
  BOOST_REQUIRE(migrateUp(database.url(), {}, std::array{one, five}).ok());
  BOOST_TEST(contains(faultOf(migrateUp(database.url(), {}, std::array{one})),
                      "005_five was applied by a newer program"));
}

BOOST_AUTO_TEST_CASE(servers_that_migrate_at_once_apply_each_migration_once) {
  const TestDatabase database(empty);
  const std::array all{one, two, five};
  std::array<std::size_t, 4> applied{};
  std::array<bool, 4> succeeded{};
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < applied.size(); ++i) {
      threads.emplace_back([&, i] {
        const auto done = migrateUp(database.url(), {}, all);
        succeeded[i] = done.ok();
        if (done.ok()) applied[i] = done->size();
      });
    }
  }
  BOOST_TEST((succeeded == std::array{true, true, true, true}));
  BOOST_TEST(applied[0] + applied[1] + applied[2] + applied[3] == all.size());
}

BOOST_AUTO_TEST_CASE(a_database_that_is_away_is_unavailable) {
  const auto status = migrationStatus("host=/nonexistent dbname=none");
  BOOST_REQUIRE(!status.ok());
  BOOST_TEST((status.outcome().failure() == fhir::Failure::unavailable));
}

BOOST_AUTO_TEST_CASE(the_files_built_in_make_the_platform_and_fit_themselves) {
  const TestDatabase database;
  BOOST_TEST(database.run("SELECT to_regclass('patient_profile') IS NOT NULL") == "t");
  const auto status = migrationStatus(database.url());
  BOOST_REQUIRE(status.ok());
  BOOST_TEST(!status->empty());
  for (const auto& migration : *status)
    BOOST_TEST((migration.state == MigrationState::applied), migration.name);
}

BOOST_AUTO_TEST_CASE(the_servers_role_may_log_in_and_read_the_ledger_but_not_own_or_create) {
  const TestDatabase database;
  const std::string role = "R" + database.name();  // a name that needs quotes
  struct DropRole {
    const TestDatabase& database;
    const std::string& role;
    ~DropRole() { database.run("DROP ROLE IF EXISTS \"" + role + "\""); }
  } const drop{database, role};
  BOOST_REQUIRE(ensureServerRole(database.url(), role).ok());
  BOOST_REQUIRE(ensureServerRole(database.url(), role, "it's a \\ pass").ok());
  BOOST_TEST(database.run("SELECT rolcanlogin AND NOT rolsuper AND NOT rolcreaterole AND NOT rolcreatedb AND "
                          "rolpassword LIKE "
                          "'SCRAM-SHA-256$%' FROM pg_authid WHERE rolname = '" +
                          role + "'") == "t");
  BOOST_TEST(migrationStatus(database.urlFor(role)).ok());
  BOOST_TEST(!migrateUp(database.urlFor(role)).ok());
}

BOOST_AUTO_TEST_CASE(many_may_make_the_servers_role_at_once) {
  const TestDatabase database;
  const std::string role = "r" + database.name();
  std::atomic<int> made = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 6; ++i)
      threads.emplace_back([&] {
        for (int k = 0; k < 5; ++k) made += ensureServerRole(database.url(), role).ok() ? 1 : 0;
      });
  }
  BOOST_TEST(made == 30);
  database.run("DROP ROLE IF EXISTS \"" + role + "\"");
}

BOOST_AUTO_TEST_CASE(a_superuser_is_refused_as_the_servers_role) {
  const TestDatabase database;
  const std::string superuser = database.run("SELECT current_user");
  BOOST_TEST(contains(faultOf(ensureServerRole(database.url(), superuser)), "superuser"));
}
