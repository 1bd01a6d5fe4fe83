#include <boost/test/unit_test.hpp>

#include "tests/store/fixture.h"

using fixture::StoreFixture;

BOOST_FIXTURE_TEST_SUITE(failure, StoreFixture)

BOOST_AUTO_TEST_CASE(a_connection_that_died_while_idle_is_made_anew) {
  const auto created = create(R"({"resourceType":"Patient"})");
  database.run(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> "
      "pg_backend_pid()");
  BOOST_TEST(read("Patient", created.id).has_value());
}

BOOST_AUTO_TEST_CASE(a_statement_beyond_its_time_says_so_and_the_session_goes_on) {
  store::StoreOptions options = store.options();
  options.statementTimeoutMilliseconds = 200;
  auto opened = store::Store::open(options);
  BOOST_REQUIRE(opened.ok());
  store::Session own = opened->session();
  const auto created = create(R"({"resourceType":"Patient"})");
  BOOST_REQUIRE(session.begin().ok());
  put(R"({"resourceType":"Patient","id":")" + created.id + R"(","active":true})");  // holds the row's lock
  const auto late = own.update(resource(R"({"resourceType":"Patient","active":false})"), created.id);
  BOOST_REQUIRE(!late.ok());
  BOOST_TEST((late.outcome().failure() == fhir::Failure::unavailable));
  BOOST_TEST((late.outcome().issues().front().type == fhir::IssueType::timeout));
  BOOST_REQUIRE(session.commit().ok());
  BOOST_TEST(own.update(resource(R"({"resourceType":"Patient","active":false})"), created.id).ok());
}

BOOST_AUTO_TEST_CASE(an_unreachable_database_is_unavailable) {
  store::StoreOptions options = store.options();
  options.databaseUrl = "host=/nonexistent dbname=none";
  const auto opened = store::Store::open(options);
  BOOST_REQUIRE(!opened.ok());
  BOOST_TEST((opened.outcome().failure() == fhir::Failure::unavailable));
}

BOOST_AUTO_TEST_CASE(a_transaction_that_is_rolled_back_leaves_nothing) {
  BOOST_REQUIRE(session.begin().ok());
  put(R"({"resourceType":"Patient","id":"never"})");
  session.rollback();
  BOOST_TEST(!read("Patient", "never"));
  BOOST_REQUIRE(session.begin().ok());
  put(R"({"resourceType":"Patient","id":"kept"})");
  put(R"({"resourceType":"Basic","id":"kept","code":{"text":"x"}})");
  BOOST_REQUIRE(session.commit().ok());
  BOOST_TEST(read("Patient", "kept").has_value());
}

BOOST_AUTO_TEST_SUITE_END()
