// What is read ahead: used once, never after anything that could have changed it here, and no failure of it
// is anybody's failure.
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tests/store/fixture.h"

using fixture::StoreFixture;

namespace {

struct Prefetching : StoreFixture {
  Prefetching() {
    put(R"({"resourceType":"Patient","id":"a","gender":"female"})");
    put(R"({"resourceType":"Patient","id":"b","gender":"male"})");
    put(R"({"resourceType":"Basic","id":"x","code":{"text":"kept"}})");
  }

  void prefetch(store::Session& own, std::initializer_list<std::string_view> patients) {
    std::vector<store::ReadAhead> names;
    for (const std::string_view id : patients) names.push_back({&type("Patient"), id});
    own.prefetch(names);
  }
  void prefetch(std::initializer_list<std::string_view> patients) { prefetch(session, patients); }
  // As the platform does: no session of the store knows of it.
  void setGender(const std::string& id, const std::string& gender) const {
    database.run("UPDATE patient_profile SET gender = '" + gender + "' WHERE fhir_id = '" + id + "'");
  }
  bool isFemale(std::string_view id) {
    const auto found = read("Patient", id);
    return found && found->json.find("\"gender\":\"female\"") != std::string::npos;
  }
  store::Session impatientSession() {
    store::StoreOptions options = store.options();
    options.statementTimeoutMilliseconds = 200;
    auto opened = store::Store::open(options);
    BOOST_REQUIRE(opened.ok());
    impatient = std::make_unique<store::Store>(*std::move(opened));
    return impatient->session();
  }
  void endAllConnections() const {
    database.run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid "
        "<> "
        "pg_backend_pid()");
  }
  bool isSomeoneWaiting() const {
    return database.run(
               "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND "
               "wait_event_type = 'Lock'") != "0";
  }

  std::unique_ptr<store::Store> impatient;
};

// Holds a table so that nobody can read it.
class TableLock {
 public:
  TableLock(const StoreFixture& fixture, const std::string& table, double seconds)
      : holder_([&fixture, table, seconds] {
          fixture.database.run("BEGIN; LOCK TABLE " + table + "; SELECT pg_sleep(" + std::to_string(seconds) +
                               "); COMMIT");
        }) {
    while (
        fixture.database.run("SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted "
                             "AND relation = '" +
                             table + "'::regclass") == "0") {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }
  ~TableLock() { holder_.join(); }
  TableLock(const TableLock&) = delete;
  TableLock& operator=(const TableLock&) = delete;

 private:
  std::thread holder_;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(prefetching, Prefetching)

BOOST_AUTO_TEST_CASE(what_is_read_ahead_answers_one_read) {
  prefetch({"a", "b"});
  setGender("a", "other");
  setGender("b", "female");
  BOOST_TEST(isFemale("a"));  // as it was when it was read ahead
  BOOST_TEST(!isFemale("b"));
  BOOST_TEST(!isFemale("a"));  // as it is
  BOOST_TEST(isFemale("b"));
}

BOOST_AUTO_TEST_CASE(each_read_of_the_same_resource_has_its_own) {
  prefetch({"a", "a"});
  setGender("a", "male");
  BOOST_TEST(isFemale("a"));
  BOOST_TEST(isFemale("a"));
  BOOST_TEST(!isFemale("a"));
}

BOOST_AUTO_TEST_CASE(what_is_read_ahead_is_void_when_the_next_is) {
  prefetch({"a"});
  setGender("a", "male");
  prefetch({"b"});
  BOOST_TEST(!isFemale("a"));
  prefetch({"a"});
  setGender("a", "female");
  session.prefetch({});
  BOOST_TEST(isFemale("a"));
}

BOOST_AUTO_TEST_CASE(no_write_leaves_anything_that_was_read_ahead) {
  prefetch({"a"});
  put(R"({"resourceType":"Patient","id":"a","gender":"male"})");
  BOOST_TEST(!isFemale("a"));
  prefetch({"a"});
  setGender("a", "female");
  create(R"({"resourceType":"Patient"})");
  BOOST_TEST(isFemale("a"));
  prefetch({"a"});
  BOOST_REQUIRE(session.remove(type("Patient"), "a").ok());
  BOOST_TEST(read("Patient", "a")->deleted);
  prefetch({"b"});
  setGender("b", "female");
  std::vector<fhir::Resource> batch;
  batch.push_back(resource(R"({"resourceType":"Patient","id":"c"})"));
  const auto imported = session.importBatch(std::move(batch), {"file", 1});
  BOOST_REQUIRE(imported.ok());
  BOOST_TEST(isFemale("b"));
}

BOOST_AUTO_TEST_CASE(a_transaction_sees_nothing_that_was_read_before_it_began) {
  prefetch({"a"});
  setGender("a", "male");
  BOOST_REQUIRE(session.begin().ok());
  BOOST_TEST(!isFemale("a"));
  prefetch({"b"});
  setGender("b", "female");
  BOOST_TEST(isFemale("b"));  // in it, nothing is read ahead
  BOOST_REQUIRE(session.commit().ok());
}

BOOST_AUTO_TEST_CASE(a_resource_is_found_wherever_it_stands_and_is_missing_only_when_it_is) {
  put(R"({"resourceType":"Observation","id":"waits","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/later"}})");
  const auto uuid = create(R"({"resourceType":"Patient","gender":"female"})").id;
  BOOST_REQUIRE(session.remove(type("Patient"), "b").ok());
  session.prefetch(std::vector<store::ReadAhead>{{&type("Observation"), "waits"},
                                                 {&type("Basic"), "x"},
                                                 {&type("Basic"), "nobody"},
                                                 {&type("Patient"), "nobody"},
                                                 {&type("Patient"), uuid},
                                                 {&type("Patient"), "b"}});
  BOOST_TEST(read("Observation", "waits").has_value());
  BOOST_TEST(read("Basic", "x")->json.find("kept") != std::string::npos);
  BOOST_TEST(!read("Basic", "nobody"));
  BOOST_TEST(!read("Patient", "nobody"));
  BOOST_TEST(isFemale(uuid));
  BOOST_TEST(read("Patient", "b")->deleted);
}

BOOST_AUTO_TEST_CASE(what_is_read_ahead_of_one_type_is_not_another_s) {
  put(R"({"resourceType":"Practitioner","id":"a","gender":"male"})");
  prefetch({"a"});
  BOOST_TEST(read("Practitioner", "a")->json.find("male") != std::string::npos);
  BOOST_TEST(isFemale("a"));
}

BOOST_AUTO_TEST_CASE(each_read_reports_its_share_of_the_database_s_time) {
  prefetch({"a", "b"});
  (void)session.takeDatabaseMicroseconds();
  BOOST_TEST(isFemale("a"));
  const auto one = session.takeDatabaseMicroseconds();
  BOOST_TEST(!isFemale("b"));
  const auto other = session.takeDatabaseMicroseconds();
  BOOST_TEST(one > 0u);
  BOOST_TEST(other + 1 >= one);
  BOOST_TEST(one + 1 >= other);
}

BOOST_AUTO_TEST_CASE(a_connection_that_died_while_idle_costs_no_read) {
  prefetch({"a"});
  BOOST_TEST(isFemale("a"));
  endAllConnections();
  prefetch({"a", "b"});
  BOOST_TEST(isFemale("a"));
  BOOST_TEST(!isFemale("b"));
}

BOOST_AUTO_TEST_CASE(a_connection_lost_inside_the_round_trip_costs_no_read) {
  store::Session own = store.session();
  const std::vector<store::ReadAhead> names{{&type("Basic"), "x"}, {&type("Patient"), "a"}};
  own.prefetch(names);  // the statements are prepared
  {
    const TableLock lock(*this, "public.patient_profile", 1);
    std::thread reading([&] { own.prefetch(names); });
    while (!isSomeoneWaiting()) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    database.run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND "
        "wait_event_type = 'Lock'");
    reading.join();
  }
  setGender("a", "male");
  const auto basic = own.read(type("Basic"), "x");
  BOOST_REQUIRE(basic.ok());
  BOOST_TEST(basic->has_value());
  const auto patient = own.read(type("Patient"), "a");
  BOOST_REQUIRE(patient.ok());
  BOOST_TEST((*patient)->json.find("\"male\"") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_statement_beyond_its_time_costs_the_others_nothing) {
  store::Session own = impatientSession();
  const std::vector<store::ReadAhead> names{{&type("Basic"), "x"}, {&type("Patient"), "a"}};
  own.prefetch(names);  // the statements are prepared
  {
    const TableLock lock(*this, "public.patient_profile", 1);
    own.prefetch(names);
    const auto basic = own.read(type("Basic"), "x");
    BOOST_REQUIRE(basic.ok());
    BOOST_TEST(basic->has_value());
  }
  const auto patient = own.read(type("Patient"), "a");
  BOOST_REQUIRE(patient.ok());
  BOOST_TEST(patient->has_value());
}

BOOST_AUTO_TEST_CASE(statements_that_a_change_of_the_schema_made_void_are_prepared_anew) {
  prefetch({"a", "b"});
  BOOST_TEST(isFemale("a"));
  database.run("ALTER TABLE public.patient_profile ALTER COLUMN version_id TYPE bigint");
  prefetch({"a", "b"});
  BOOST_TEST(isFemale("a"));
  BOOST_TEST(!isFemale("b"));
  prefetch({"a", "b"});
  setGender("a", "male");
  BOOST_TEST(isFemale("a"));  // read ahead again
}

BOOST_AUTO_TEST_CASE(without_a_database_reading_ahead_says_nothing_and_the_read_says_why) {
  store::Session own = store.session();
  const auto connecting = [&](const std::string& change) { database.run(change + " PUBLIC"); };
  connecting("REVOKE CONNECT ON DATABASE " + database.name() + " FROM");
  endAllConnections();
  own.prefetch(std::vector<store::ReadAhead>{{&type("Patient"), "a"}, {&type("Patient"), "b"}});
  const auto refused = own.read(type("Patient"), "a");
  connecting("GRANT CONNECT ON DATABASE " + database.name() + " TO");
  BOOST_REQUIRE(!refused.ok());
  BOOST_TEST((refused.outcome().failure() == fhir::Failure::unavailable));
  BOOST_TEST(own.read(type("Patient"), "a").ok());
}

BOOST_AUTO_TEST_SUITE_END()
