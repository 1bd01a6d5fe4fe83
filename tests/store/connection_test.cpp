// Several statements in one round trip.
#include "src/store/connection.h"

#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "tests/support/test_database.h"

using store::Parameter;
using store::Statement;

namespace {

struct Connected {
  Connected() : database(support::TestDatabase::Schema::none), connection({.databaseUrl = database.url()}) {
    database.run("CREATE TABLE thing (name text PRIMARY KEY)");
  }

  support::TestDatabase database;
  store::Connection connection;
  const std::string insert = "INSERT INTO thing (name) VALUES (?)";
  const std::vector<Parameter> cup{"cup"};
  const std::vector<Parameter> jug{"jug"};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(connection, Connected)

BOOST_AUTO_TEST_CASE(each_statement_has_its_own_rows_and_they_stay) {
  const std::string echo = "SELECT ?::text, 'it''s ?'";
  const std::vector<Parameter> null{std::nullopt};
  auto results = connection.runTogether(
      std::vector<Statement>{{echo, cup}, {insert, jug}, {echo, null}, {echo, jug}, {insert, cup}});
  BOOST_REQUIRE(results.ok());
  BOOST_REQUIRE(connection.run("SELECT 'something else'").ok());
  BOOST_REQUIRE(results->size() == 5u);
  BOOST_TEST((*results)[0].rows().text(0, 0) == "cup");
  BOOST_TEST((*results)[0].rows().text(0, 1) == "it's ?");
  BOOST_TEST((*results)[1].rows().affected() == 1u);
  BOOST_TEST((*results)[2].rows().isNull(0, 0));
  BOOST_TEST((*results)[3].rows().text(0, 0) == "jug");
  BOOST_TEST(database.run("SELECT count(*) FROM thing") == "2");
}

BOOST_AUTO_TEST_CASE(a_setting_holds_for_those_after_it_and_no_longer) {
  const std::string set = "SELECT set_config('hv.caller', ?, true)";
  const std::string who = "SELECT coalesce(current_setting('hv.caller', true), '')";
  const auto results =
      connection.runTogether(std::vector<Statement>{{set, cup}, {who, {}}, {set, jug}, {who, {}}});
  BOOST_REQUIRE(results.ok());
  BOOST_TEST((*results)[1].rows().text(0, 0) == "cup");
  BOOST_TEST((*results)[3].rows().text(0, 0) == "jug");
  const auto after = connection.run(who);
  BOOST_REQUIRE(after.ok());
  BOOST_TEST(after->text(0, 0).empty());
}

BOOST_AUTO_TEST_CASE(the_first_failure_is_the_outcome_and_nothing_of_the_others_stays) {
  const auto failed =
      connection.runTogether(std::vector<Statement>{{insert, cup}, {insert, cup}, {insert, jug}});
  BOOST_REQUIRE(!failed.ok());
  BOOST_TEST((failed.outcome().failure() == fhir::Failure::conflict));
  BOOST_TEST(connection.lastState() == "23505");
  BOOST_TEST(connection.connected());
  BOOST_TEST(database.run("SELECT count(*) FROM thing") == "0");
  BOOST_TEST(connection.runTogether(std::vector<Statement>{{insert, cup}, {insert, jug}}).ok());
  BOOST_TEST(database.run("SELECT count(*) FROM thing") == "2");
}

BOOST_AUTO_TEST_CASE(a_statement_that_cannot_be_prepared_fails_before_any_runs) {
  const auto failed =
      connection.runTogether(std::vector<Statement>{{insert, cup}, {"SELECT nothing FROM nowhere", {}}});
  BOOST_REQUIRE(!failed.ok());
  BOOST_TEST(connection.lastState() == "42P01");
  BOOST_TEST(database.run("SELECT count(*) FROM thing") == "0");
  BOOST_TEST(connection.run("SELECT 1").ok());
}

BOOST_AUTO_TEST_CASE(inside_a_transaction_they_are_a_part_of_it) {
  BOOST_REQUIRE(connection.command("BEGIN").ok());
  BOOST_REQUIRE(connection.runTogether(std::vector<Statement>{{insert, cup}, {insert, jug}}).ok());
  BOOST_TEST(database.run("SELECT count(*) FROM thing") == "0");
  BOOST_REQUIRE(connection.command("ROLLBACK").ok());
  BOOST_REQUIRE(connection.command("BEGIN").ok());
  BOOST_REQUIRE(!connection.runTogether(std::vector<Statement>{{insert, cup}, {insert, cup}}).ok());
  BOOST_TEST(!connection.commit().ok());
  BOOST_TEST(database.run("SELECT count(*) FROM thing") == "0");
}

BOOST_AUTO_TEST_CASE(results_larger_than_any_buffer_come_whole) {
  const std::string large = "SELECT repeat(?, 2000000)";
  const std::vector<Parameter> text{std::string_view("abcd")};
  const auto results = connection.runTogether(
      std::vector<Statement>{{large, text}, {large, text}, {large, text}, {large, text}});
  BOOST_REQUIRE(results.ok());
  for (const auto& each : *results) BOOST_TEST(each.rows().text(0, 0).size() == 8'000'000u);
}

BOOST_AUTO_TEST_CASE(a_connection_that_ends_inside_is_unavailable_and_made_anew) {
  const auto lost = connection.runTogether(std::vector<Statement>{
      {insert, cup}, {"SELECT pg_terminate_backend(pg_backend_pid())", {}}, {insert, jug}});
  BOOST_REQUIRE(!lost.ok());
  BOOST_TEST((lost.outcome().failure() == fhir::Failure::unavailable));
  BOOST_TEST(!connection.connected());
  BOOST_TEST(connection.runTogether(std::vector<Statement>{{insert, cup}, {insert, jug}}).ok());
  BOOST_TEST(database.run("SELECT count(*) FROM thing") == "2");
}

BOOST_AUTO_TEST_SUITE_END()
