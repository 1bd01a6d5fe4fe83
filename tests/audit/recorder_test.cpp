// The Recorder: each access is told written when it is, and only then, whatever the database does.
#include "src/audit/recorder.h"

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <future>
#include <set>
#include <thread>

#include "src/platform/log.h"
#include "src/store/migrations/migrations.h"
#include "tests/audit/fixture.h"

namespace {

using namespace std::chrono_literals;

constexpr const char* kServer = "hv_test_server";
constexpr const char* kPatient = "10000000-0000-4000-8000-000000000001";

audit::Access access(const std::string& request) {
  audit::Access out;
  out.time = platform::now();
  out.interaction = "read";
  out.type = "Patient";
  out.resource = "42";
  out.patients = {kPatient};
  out.status = 200;
  out.request = request;
  return out;
}

struct Recording : fixture::KeyFile {
  Recording() {
    platform::log::setLevel(platform::log::Level::error);
    BOOST_REQUIRE(store::ensureServerRole(database.url(), kServer).ok());
  }

  audit::Recorder::Options options(std::size_t mostWaiting = 10'000) const {
    return {.connection = {.databaseUrl = database.urlFor(kServer), .statementTimeoutMilliseconds = 3000},
            .mostWaiting = mostWaiting};
  }

  static std::future<bool> record(audit::Recorder& recorder, const std::string& request) {
    auto promise = std::make_shared<std::promise<bool>>();
    recorder.record({access(request)}, [promise](bool written) { promise->set_value(written); });
    return promise->get_future();
  }

  int lines(const std::string& request) const {
    return std::stoi(
        database.run("SELECT count(*) FROM audit_logs l, string_to_table(l.entries, E'\\n') t (line) WHERE "
                     "t.line::jsonb ->> 'request' LIKE '" +
                     request + "'"));
  }

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

  support::TestDatabase database;
};

// Nobody writes audit rows while it lives.
struct Lock {
  explicit Lock(const std::string& url) : connection({.databaseUrl = url}) {
    BOOST_REQUIRE(connection.command("BEGIN; LOCK TABLE audit_logs IN EXCLUSIVE MODE").ok());
  }
  store::Connection connection;
};

void cutRecorder(const support::TestDatabase& database) {
  database.run(
      "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND "
      "usename = "
      "'hv_test_server'");
}

bool isWaiting(const support::TestDatabase& database) {
  return database.run(
             "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = "
             "'Lock'") != "0";
}

void waitForWaiting(const support::TestDatabase& database) {
  for (int i = 0; i < 500 && !isWaiting(database); ++i) std::this_thread::sleep_for(10ms);
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(recorder, Recording)

BOOST_AUTO_TEST_CASE(an_access_is_a_line_of_a_row_of_the_trail) {
  {
    audit::Recorder recorder(options());
    BOOST_TEST(record(recorder, "one").get());
    BOOST_TEST(lines("one") == 1);
    BOOST_TEST(recorder.written() == 1u);
  }
  BOOST_TEST(database.run("SELECT concat_ws(' ', action, targets = ARRAY[(entries::jsonb ->> 'id')::uuid], "
                          "patients, outcome) "
                          "FROM audit_logs") == std::string("access t {") + kPatient + "}");
  BOOST_TEST(
      database.run(
          "SELECT concat_ws(' ', interaction, resource_type, resource_id, outcome, status, request_id) FROM "
          "fhir.accesses_of('" +
          std::string(kPatient) + "', now() - interval '1 hour')") == "read Patient 42 success 200 one");
  BOOST_TEST(database.run("SELECT count(*) FROM fhir.accesses_of(gen_random_uuid(), '-infinity')") == "0");
  BOOST_TEST(verify().empty());
}

BOOST_AUTO_TEST_CASE(many_at_once_are_few_rows_and_each_is_told_when_it_is_written) {
  std::atomic<int> told{0};
  {
    audit::Recorder recorder(options());
    std::vector<std::jthread> clients;
    for (int client = 0; client < 8; ++client) {
      clients.emplace_back([&, client] {
        for (int i = 0; i < 100; ++i) {
          std::vector<std::future<bool>> all;
          for (int k = 0; k < 5; ++k)
            all.push_back(record(
                recorder, "c" + std::to_string(client) + "_" + std::to_string(i) + "_" + std::to_string(k)));
          for (auto& each : all) told += each.get() ? 1 : 0;
        }
      });
    }
    clients.clear();
    BOOST_TEST(recorder.rows() < 2000u);
  }
  BOOST_TEST(told == 4000);
  BOOST_TEST(lines("c%") == 4000);
  BOOST_TEST(database.run("SELECT count(DISTINCT t.id) FROM audit_logs l, unnest(l.targets) t (id)") ==
             "4000");
  BOOST_TEST(verify().empty());
}

BOOST_AUTO_TEST_CASE(what_the_database_refuses_is_told_so_and_the_next_is_tried_anew) {
  audit::Recorder recorder(options());
  BOOST_TEST(record(recorder, "before").get());
  database.run("REVOKE INSERT ON audit_logs FROM hv_server_access");
  BOOST_TEST(!record(recorder, "refused").get());
  BOOST_TEST(!record(recorder, "refused").get());
  database.run("GRANT INSERT ON audit_logs TO hv_server_access");
  BOOST_TEST(record(recorder, "after").get());
  BOOST_TEST(lines("refused") == 0);
  BOOST_TEST(recorder.failed() == 2u);
  BOOST_TEST(verify().empty());
}

BOOST_AUTO_TEST_CASE(a_connection_that_is_cut_is_made_anew) {
  audit::Recorder recorder(options());
  BOOST_TEST(record(recorder, "before").get());
  cutRecorder(database);
  BOOST_TEST(record(recorder, "after").get());
  // In the middle of it, and once more: then it is told that it is not written.
  const Lock lock(database.url());
  auto lost = record(recorder, "lost");
  for (int i = 0; i < 2; ++i) {
    waitForWaiting(database);
    cutRecorder(database);
  }
  BOOST_TEST(!lost.get());
  BOOST_TEST(recorder.failed() == 1u);
}

BOOST_AUTO_TEST_CASE(a_database_that_does_not_answer_in_time_has_not_written) {
  audit::Recorder recorder(options());
  const Lock lock(database.url());
  BOOST_TEST(!record(recorder, "late").get());
}

BOOST_AUTO_TEST_CASE(what_finds_the_queue_full_is_refused_at_once) {
  audit::Recorder recorder(options(3));
  std::vector<std::future<bool>> waiting;
  {
    const Lock lock(database.url());
    waiting.push_back(record(recorder, "first"));
    waitForWaiting(database);
    for (int i = 0; i < 3; ++i) waiting.push_back(record(recorder, "waits"));
    auto refused = record(recorder, "refused");
    BOOST_TEST((refused.wait_for(0s) == std::future_status::ready));
    BOOST_TEST(!refused.get());
  }
  for (auto& each : waiting) BOOST_TEST(each.get());
  BOOST_TEST(lines("refused") == 0);
  BOOST_TEST(lines("waits") == 3);
}

BOOST_AUTO_TEST_CASE(an_orderly_end_writes_what_waits) {
  std::vector<std::future<bool>> waiting;
  {
    audit::Recorder recorder(options());
    for (int i = 0; i < 50; ++i) waiting.push_back(record(recorder, "waits"));
  }
  for (auto& each : waiting) BOOST_TEST(each.get());
  BOOST_TEST(lines("waits") == 50);
}

BOOST_AUTO_TEST_CASE(it_is_on_the_disk_whatever_the_role_says) {
  database.run(
      "CREATE FUNCTION told() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.metadata := "
      "to_jsonb(current_setting("
      "'synchronous_commit')); RETURN NEW; END $$; CREATE TRIGGER a_told BEFORE INSERT ON audit_logs FOR "
      "EACH ROW EXECUTE "
      "FUNCTION told()");
  for (const std::string setting : {"off", "remote_write"}) {
    database.run("ALTER DATABASE " + database.name() + " SET synchronous_commit = " + setting);
    audit::Recorder recorder(options());
    BOOST_TEST(record(recorder, setting).get());
  }
  BOOST_TEST(database.run("SELECT string_agg(metadata ->> 0, ' ' ORDER BY \"timestamp\") FROM audit_logs") ==
             "on remote_write");
}

BOOST_AUTO_TEST_CASE(whose_only_way_is_break_glass_has_its_reason) {
  const std::string patient =
      database.run("INSERT INTO patient_profile (full_name) VALUES ('p') RETURNING id");
  const std::string doctor = database.run("INSERT INTO doctor_profile (full_name) VALUES ('d') RETURNING id");
  const std::string between =
      "(patient_id, doctor_id, source, reason, ends_at) VALUES ('" + patient + "', '" + doctor + "', ";
  database.run("INSERT INTO care_relationships " + between +
               "'break_glass', 'Unconscious', now() + interval '5 min')");
  audit::Recorder recorder(options());
  const auto asked = [&](const std::string& request) {
    audit::Access one = access(request);
    one.person = doctor;
    one.personType = "Practitioner";
    one.patients = {patient};
    std::promise<bool> promise;
    recorder.record({one}, [&](bool written) { promise.set_value(written); });
    BOOST_TEST(promise.get_future().get());
    return database.run("SELECT concat_ws(' ', purpose, reason) FROM fhir.accesses_of('" + patient +
                        "', '-infinity') WHERE request_id = '" + request + "'");
  };
  BOOST_TEST(asked("alone") == "BTG Unconscious");
  database.run("INSERT INTO care_relationships " + between + "'assigned', NULL, NULL)");
  BOOST_TEST(asked("assigned") == "");
}

BOOST_AUTO_TEST_SUITE_END()
