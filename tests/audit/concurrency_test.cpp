// Many writers at once: each has a chain, none waits for another, and all chains are whole.
#include <boost/test/unit_test.hpp>
#include <string>
#include <thread>
#include <vector>

#include "tests/audit/fixture.h"

namespace {

template <class Work>
void together(int threads, const Work& work) {
  std::vector<std::jthread> running;
  for (int t = 0; t < threads; ++t) running.emplace_back([&work, t] { work(t); });
}

struct Writers : fixture::KeyFile {
  support::TestDatabase database;

  std::vector<std::string> verify() {
    store::Connection connection({.databaseUrl = database.url()});
    auto trail = audit::trailOf(connection);
    std::vector<std::string> out;
    BOOST_REQUIRE(trail.ok());
    BOOST_REQUIRE(audit::verify(**trail, keys, nullptr, [&](const audit::Finding& finding) {
                    out.push_back(finding.text);
                  }).ok());
    return out;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(writers, Writers)

BOOST_AUTO_TEST_CASE(eight_writers_of_plain_sql_leave_whole_chains_and_no_holes) {
  for (const std::string isolation : {"READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"}) {
    together(8, [&](int writer) {
      store::Connection connection({.databaseUrl = database.url()});
      for (int i = 0; i < 30; ++i) {
        const std::string user = "'u" + std::to_string(writer) + "_" + std::to_string(i) + isolation[2] +
                                 "@example.org', 'x', 'patient'";
        auto done = connection.command("BEGIN ISOLATION LEVEL " + isolation +
                                       "; INSERT INTO users (email, password_hash, role) VALUES (" + user +
                                       "); SAVEPOINT s; INSERT INTO notifications (user_id, kind, body) "
                                       "SELECT id, 'x', 'x' FROM users LIMIT 3; ROLLBACK TO s; "
                                       "INSERT INTO audit_logs (action) VALUES ('read'); " +
                                       (i % 3 == 0 ? "ROLLBACK" : "COMMIT"));
        if (!done && connection.connected()) static_cast<void>(connection.command("ROLLBACK"));
      }
    });
    BOOST_TEST(verify() == std::vector<std::string>(), boost::test_tools::per_element());
  }
  // A write without its row, a row without its write: none. Serializable transactions may have failed, whole.
  BOOST_TEST(database.run("SELECT count(*) FROM users") ==
             database.run("SELECT count(*) FROM audit_logs WHERE target_table = 'users'"));
  BOOST_TEST(database.run("SELECT count(*) FROM users") ==
             database.run("SELECT count(*) FROM audit_logs WHERE action = 'read'"));
  BOOST_TEST(database.run("SELECT count(*) FROM users WHERE email ~ '[^R]@'") == std::to_string(2 * 8 * 20));
  // No more chains than who wrote at once, and those who could use none of them.
  BOOST_TEST(std::stoi(database.run("SELECT count(*) FROM fhir.audit_head")) <= 8 * 30);
}

BOOST_AUTO_TEST_CASE(writers_do_not_wait_for_each_other) {
  store::Connection one({.databaseUrl = database.url()});
  store::Connection other({.databaseUrl = database.url(), .statementTimeoutMilliseconds = 5000});
  BOOST_TEST(one.command("BEGIN; INSERT INTO audit_logs (action) VALUES ('read')").ok());
  BOOST_TEST(other.run("INSERT INTO audit_logs (action) VALUES ('read')").ok());
  BOOST_TEST(one.command("COMMIT").ok());
  BOOST_TEST(database.run("SELECT count(*) FROM fhir.audit_head WHERE position = 1") == "2");
  BOOST_TEST(verify().empty());
}

// Each moves the head once more: it is found at once nevertheless.
BOOST_AUTO_TEST_CASE(ten_thousand_rows_of_one_transaction_are_not_slower_and_slower) {
  store::Connection connection({.databaseUrl = database.url(), .statementTimeoutMilliseconds = 60'000});
  BOOST_TEST(connection
                 .command("DO $$ BEGIN FOR i IN 1..10000 LOOP INSERT INTO audit_logs (action) VALUES "
                          "('read'); END LOOP; END $$")
                 .ok());
  BOOST_TEST(database.run("SELECT position FROM fhir.audit_head") == "10000");
}

BOOST_AUTO_TEST_CASE(whoever_sets_where_the_head_stands_only_gets_another_chain) {
  store::Connection connection({.databaseUrl = database.url()});
  for (const std::string place : {"(0,1)", "(77,7)", "(4294967295,65535)"}) {
    BOOST_TEST(connection.run("SELECT set_config('hv.audit_head', ?, false)", {place}).ok());
    BOOST_TEST(connection.run("INSERT INTO audit_logs (action) VALUES ('read')").ok());
  }
  BOOST_TEST(verify().empty());
}

BOOST_AUTO_TEST_SUITE_END()
