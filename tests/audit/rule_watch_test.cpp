// Rules held against a trail that grows: what is told, to whom, and how often.
#include "src/audit/rule_watch.h"

#include <boost/test/unit_test.hpp>
#include <memory>
#include <numeric>
#include <thread>

#include "src/audit/access.h"
#include "src/platform/log.h"
#include "src/store/migrations/migrations.h"
#include "tests/support/test_database.h"

namespace {

using namespace std::chrono_literals;
using Watch = std::unique_ptr<audit::RuleWatch>;

constexpr const char* kServer = "hv_test_server";
// Told for each act of a client that is named only once: all before it was looked at.
constexpr const char* kMarker =
    R"({"name": "marker", "who": "client", "types": ["Basic"], "counts": "accesses", "moreThan": 0, "within": "1s"})";
constexpr const char* kRefusals =
    R"({"name": "refusals", "who": "client", "outcome": "refused", "counts": "accesses", "moreThan": 3, "within": "1h"})";

struct Watched {
  Watched() {
    platform::log::setLevel(platform::log::Level::error);
    BOOST_REQUIRE(store::ensureServerRole(database.url(), kServer).ok());
    admin = user("auditor@example.org", "admin");
    duty(admin, "audit");
  }

  std::string user(const std::string& email, const std::string& role) const {
    return database.run("INSERT INTO users (email, password_hash, role) VALUES ('" + email + "', 'x', '" +
                        role + "') RETURNING id");
  }
  void duty(const std::string& who, const std::string& duty) const {
    database.run("INSERT INTO admin_duties (user_id, duty) VALUES ('" + who + "', '" + duty + "')");
  }

  Watch watch(const std::string& rules, const std::string& zone = "UTC") const {
    auto read = audit::Rules::parse("rules.json", R"({"timeZone": ")" + zone + R"(", "rules": [)" +
                                                      (rules.empty() ? "" : rules + ", ") + kMarker + "]}");
    BOOST_REQUIRE_MESSAGE(read.ok(), (read ? "" : read.outcome().toJson()));
    return std::make_unique<audit::RuleWatch>(
        audit::RuleWatch::Options{.connection = {.databaseUrl = database.urlFor(kServer)},
                                  .rules = *std::move(read),
                                  .interval = 20ms,
                                  .settled = 100ms});
  }

  // One row, as the server writes it.
  void note(const std::vector<audit::Access>& accesses) const {
    std::string ids, entries, patients;
    for (const audit::Access& each : accesses) {
      const audit::Line line = audit::lineOf(each);
      ids += (ids.empty() ? "" : ",") + line.id;
      entries += (entries.empty() ? "" : "\n") + line.text;
      for (const std::string& patient : each.patients) patients += (patients.empty() ? "" : ",") + patient;
    }
    store::Connection connection({.databaseUrl = database.urlFor(kServer)});
    BOOST_REQUIRE(
        connection
            .run("INSERT INTO audit_logs (action, targets, patients, entries) VALUES ('access', ?::uuid[], "
                 "?::uuid[], ?)",
                 {"{" + ids + "}", "{" + patients + "}", entries})
            .ok());
  }

  // Waits until all that was noted is looked at by one of these.
  void passed(std::initializer_list<const audit::RuleWatch*> watches) {
    const auto markers = [&] {
      return std::accumulate(watches.begin(), watches.end(), std::uint64_t{0},
                             [](std::uint64_t sum, const audit::RuleWatch* each) {
                               return sum + each->raised(each->rules().all.size() - 1);
                             });
    };
    const auto before = markers();
    audit::Access marker = access("marker-" + std::to_string(++marked));
    marker.type = "Basic";
    note({marker});
    for (const auto until = std::chrono::steady_clock::now() + 30s;
         markers() == before && std::chrono::steady_clock::now() < until;)
      std::this_thread::sleep_for(10ms);
    BOOST_REQUIRE(markers() == before + 1);
  }

  audit::Access access(const std::string& client, int status = 200) {
    audit::Access out;
    out.time = platform::now();
    out.client = client;
    out.address = "192.0.2.7";
    out.interaction = "read";
    out.type = "Patient";
    out.status = status;
    out.request = std::to_string(++asked);
    return out;
  }
  void refuse(const std::string& client, int times) {
    for (int i = 0; i < times; ++i) note({access(client, 403)});
  }

  int told(const std::string& rule) const {
    return std::stoi(
        database.run("SELECT count(*) FROM notifications WHERE kind = 'audit_alarm' AND body LIKE "
                     "'Audit rule " +
                     rule + ":%'"));
  }

  support::TestDatabase database;
  std::string admin;
  int asked = 0, marked = 0;
};

std::string zoneWhere(int wanted, int utc) {
  int ahead = (wanted - utc) % 24;
  if (ahead > 12) ahead -= 24;
  if (ahead < -12) ahead += 24;
  return ahead == 0 ? "UTC"
                    : std::string("Etc/GMT") + (ahead > 0 ? "-" : "+") + std::to_string(std::abs(ahead));
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(rule_watch, Watched)

BOOST_AUTO_TEST_CASE(it_tells_of_the_one_too_many_once_and_of_each_apart) {
  const Watch watching = watch(kRefusals);
  refuse("app", 3);
  passed({watching.get()});
  BOOST_TEST(told("refusals") == 0);
  refuse("other", 1);
  note({access("app", 404), access("app"), access("app", 500)});
  passed({watching.get()});
  BOOST_TEST(told("refusals") == 1);
  BOOST_TEST(watching->raised(0) == 1U);
  const std::string body =
      database.run("SELECT body FROM notifications WHERE body LIKE 'Audit rule refusals:%'");
  BOOST_TEST(body.starts_with("Audit rule refusals: client app, more than 3 accesses in 1h, from 20"), body);
  BOOST_TEST(body.find(". See AuditEvent?date=ge20") != std::string::npos, body);
  BOOST_TEST(database.run("SELECT interaction FROM audit_logs WHERE target_table = 'notifications' ORDER BY "
                          "\"timestamp\" LIMIT 1") == "audit rules");
  refuse("app", 20);
  refuse("other", 2);
  passed({watching.get()});
  BOOST_TEST(told("refusals") == 1);
  refuse("other", 1);
  passed({watching.get()});
  BOOST_TEST(told("refusals") == 2);
  BOOST_TEST(watching->raised(0) == 2U);
  BOOST_TEST(watching->behind() >= 0);
  BOOST_TEST(watching->behind() < 10);
}

BOOST_AUTO_TEST_CASE(it_tells_again_when_the_time_has_passed) {
  const Watch watching = watch(
      R"({"name": "each", "who": "client", "outcome": "refused", "counts": "accesses", "moreThan": 0, "within": "2s"})");
  refuse("app", 2);
  passed({watching.get()});
  BOOST_TEST(told("each") == 1);
  std::this_thread::sleep_for(2s);
  refuse("app", 2);
  passed({watching.get()});
  BOOST_TEST(told("each") == 2);
}

BOOST_AUTO_TEST_CASE(active_administrators_with_the_duty_audit_are_told_and_nobody_else) {
  const std::string second = user("second@example.org", "admin");
  duty(second, "audit");
  duty(second, "users");
  duty(user("helper@example.org", "admin"), "support");
  const std::string gone = user("gone@example.org", "admin");
  duty(gone, "audit");
  database.run("UPDATE users SET is_active = false WHERE id = '" + gone + "'");
  user("doctor@example.org", "doctor");
  database.run(
      "INSERT INTO smart.client (client_id, name, kind, scopes, grant_types, redirect_uris) VALUES ('app', "
      "'Notes, 100% & "
      "more', 'public', 'x', '{authorization_code}', '{https://app.example.org/}')");
  const Watch watching = watch(kRefusals);
  refuse("app", 4);
  passed({watching.get()});
  BOOST_TEST(database.run(
                 "SELECT string_agg(u.email, ' ' ORDER BY u.email) FROM notifications n JOIN users u ON u.id "
                 "= n.user_id WHERE n.body LIKE 'Audit rule refusals:%'") ==
             "auditor@example.org second@example.org");
  const std::string body =
      database.run("SELECT min(body) FROM notifications WHERE body LIKE 'Audit rule refusals:%'");
  BOOST_TEST(body.find("client Notes, 100% & more (app), more") != std::string::npos, body);
  BOOST_TEST(
      body.find("AuditEvent?agent-name:exact=Notes%5C%2C%20100%25%20%26%20more&date=ge") != std::string::npos,
      body);
}

BOOST_AUTO_TEST_CASE(a_restart_keeps_what_was_counted_and_tells_nothing_twice) {
  Watch watching = watch(kRefusals);
  refuse("app", 3);
  passed({watching.get()});
  watching.reset();
  refuse("other", 4);  // while nobody watches
  watching = watch(kRefusals);
  passed({watching.get()});
  BOOST_TEST(told("refusals") == 1);
  refuse("app", 1);
  passed({watching.get()});
  BOOST_TEST(told("refusals") == 2);
  watching = nullptr;
  watching = watch(kRefusals);
  passed({watching.get()});
  BOOST_TEST(told("refusals") == 2);
  BOOST_TEST(watching->raised(0) == 0U);
}

BOOST_AUTO_TEST_CASE(two_at_once_tell_once_and_one_goes_on_when_the_other_ends) {
  Watch one = watch(kRefusals), two = watch(kRefusals);
  refuse("app", 4);
  passed({one.get(), two.get()});
  BOOST_TEST(told("refusals") == 1);
  BOOST_TEST(one->raised(0) + two->raised(0) == 1U);
  (one->raised(0) == 1 ? one : two).reset();
  const Watch& left = one ? one : two;
  refuse("other", 4);
  passed({left.get()});
  BOOST_TEST(told("refusals") == 2);
  BOOST_TEST(left->raised(0) == 1U);
}

BOOST_AUTO_TEST_CASE(a_lost_connection_loses_no_count_and_tells_nothing_twice) {
  const Watch watching = watch(kRefusals);
  refuse("told", 4);
  refuse("app", 3);
  passed({watching.get()});
  database.run(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'hv_test_server' AND datname = "
      "current_database()");
  refuse("app", 1);
  passed({watching.get()});
  BOOST_TEST(told("refusals") == 2);
}

BOOST_AUTO_TEST_CASE(a_row_of_a_transaction_that_stays_open_for_long_is_counted) {
  const Watch watching = watch(
      R"({"name": "writes", "who": "client", "interactions": ["sql"], "counts": "accesses", "moreThan": 3, "within": "1h"})");
  passed({watching.get()});
  store::Connection slow({.databaseUrl = database.url()});
  const std::string row =
      "INSERT INTO audit_logs (action, interaction, client_id) VALUES ('update', 'sql', 'slow')";
  BOOST_REQUIRE(slow.command("BEGIN; " + row + "; " + row).ok());
  for (int i = 0; i < 3; ++i) {
    database.run(row);
    passed({watching.get()});
    std::this_thread::sleep_for(200ms);
  }
  BOOST_TEST(told("writes") == 0);
  BOOST_REQUIRE(slow.command("COMMIT").ok());
  passed({watching.get()});
  passed({watching.get()});  // the older rows are read after the younger ones
  BOOST_TEST(told("writes") == 1);
}

BOOST_AUTO_TEST_CASE(none_is_left_out_and_none_counted_twice_while_many_write_at_once) {
  const Watch watching = watch(
      R"({"name": "below", "who": "client", "interactions": ["sql"], "counts": "accesses", "moreThan": 400, "within": "1h"},
         {"name": "all", "who": "client", "interactions": ["sql"], "counts": "accesses", "moreThan": 399, "within": "1h"})");
  std::vector<std::jthread> writers;
  for (int writer = 0; writer < 4; ++writer)
    writers.emplace_back([&, writer] {
      store::Connection connection({.databaseUrl = database.url()});
      for (int i = 0; i < 25; ++i) {
        // Some ends late, some is rolled back, some has a time of its own.
        const std::string row =
            "INSERT INTO audit_logs (action, interaction, client_id, \"timestamp\") SELECT 'update', 'sql', "
            "'crowd', "
            "clock_timestamp() - random() * interval '0.9 s' FROM generate_series(1, 4); ";
        const std::string sleep = "SELECT pg_sleep(" + std::string(i % 8 == writer ? "0.4" : "0.01") + "); ";
        static_cast<void>(connection.command("BEGIN; " + row + sleep + "COMMIT"));
        static_cast<void>(connection.command("BEGIN; " + row + "ROLLBACK"));
      }
    });
  writers.clear();
  BOOST_REQUIRE(database.run("SELECT count(*) FROM audit_logs WHERE client_id = 'crowd'") == "400");
  passed({watching.get()});
  passed({watching.get()});
  BOOST_TEST(told("all") == 1);
  BOOST_TEST(told("below") == 0);
}

BOOST_AUTO_TEST_CASE(lines_that_were_written_twice_count_once) {
  const Watch watching = watch(kRefusals);
  const std::vector<audit::Access> batch{access("app", 403), access("app", 403)};
  note(batch);
  note(batch);
  passed({watching.get()});
  BOOST_TEST(told("refusals") == 0);
  note({access("app", 403), access("app", 403)});
  passed({watching.get()});
  BOOST_TEST(told("refusals") == 1);
}

BOOST_AUTO_TEST_CASE(rows_of_other_writers_count_too) {
  const Watch watching = watch(
      R"({"name": "sign-ins", "who": "address", "interactions": ["sign-in refused"], "outcome": "refused", "counts": "accesses", "moreThan": 2, "within": "1h"},
         {"name": "writes", "who": "person", "types": ["Patient"], "interactions": ["import"], "counts": "patients", "moreThan": 1, "within": "1h"})");
  for (int i = 0; i < 3; ++i) database.run("SELECT fhir.sign_in_failed('198.51.100.1', NULL, 'password')");
  const std::string person = "10000000-0000-4000-8000-00000000000d";
  database.run("SELECT set_config('hv.audit', '{\"person\": \"" + person +
               "\", \"personType\": \"Practitioner\", \"interaction\": \"import\"}', true); INSERT INTO "
               "patient_profile "
               "(full_name) VALUES ('a'), ('b')");
  passed({watching.get()});
  BOOST_TEST(told("sign-ins") == 1);
  BOOST_TEST(told("writes") == 1);
  BOOST_TEST(
      database.run(
          "SELECT count(*) FROM notifications WHERE body LIKE '%AuditEvent?address=198.51.100.1&date=%'"
          " OR body LIKE '%person Practitioner/" +
          person + ", more than 1 patients%'") == "2");
}

BOOST_AUTO_TEST_CASE(what_is_no_line_of_the_servers_stops_nothing) {
  const Watch watching =
      watch(std::string(kRefusals) +
            R"(, {"name": "each", "who": "person", "counts": "accesses", "moreThan": 0, "within": "1h"},
         {"name": "clients", "who": "client", "counts": "accesses", "moreThan": 0, "within": "1h"},
         {"name": "unrelated", "who": "person", "personType": "Practitioner", "counts": "patients", "unrelated": true, "relatedWithin": "30d", "moreThan": 0, "within": "1h"})");
  const std::string person = "10000000-0000-4000-8000-00000000000d";
  for (const std::string& line : std::vector<std::string>{
           "x", "", "{", "[1]", "null",
           "{\"person\":", R"({"person":"x","personType":"Practitioner","patients":["y"]})",
           R"({"person":1,"client":[],"patients":{"a":"b"}})",
           R"({"client":")" + std::string(100'000, 'c') + "\"}",
           R"({"person":")" + person + R"(","personType":"Practitioner","patients":["y",7,"z"]})"}) {
    store::Connection connection({.databaseUrl = database.url()});
    BOOST_REQUIRE(
        connection.run("INSERT INTO audit_logs (action, entries) VALUES ('access', ?)", {line}).ok());
  }
  refuse("app", 4);
  passed({watching.get()});
  BOOST_TEST(told("refusals") == 1);
  BOOST_TEST(told("each") == 1);
  BOOST_TEST(told("unrelated") == 0);
}

BOOST_AUTO_TEST_CASE(a_doctor_who_reads_many_patients_without_an_appointment) {
  const std::string doctor =
      database.run("INSERT INTO doctor_profile (full_name) VALUES ('Dr') RETURNING id");
  std::vector<std::string> patients;
  for (int i = 0; i < 9; ++i)
    patients.push_back(database.run("INSERT INTO patient_profile (full_name) VALUES ('p') RETURNING id"));
  // Of the first three appointments are near; of the fourth it is long ago, of the fifth another doctor's, of
  // the sixth cancelled.
  const auto appoint = [&](int patient, const std::string& days, const std::string& more = "'confirmed'") {
    database.run(
        "INSERT INTO appointments (patient_id, doctor_id, scheduled_start, scheduled_end, status) VALUES ('" +
        patients[static_cast<std::size_t>(patient)] + "', '" + doctor + "', now() + interval '" + days +
        " days', now() + interval '" + days + " days 1 hour', " + more + ")");
  };
  appoint(0, "-20");
  appoint(1, "0");
  appoint(2, "29");
  appoint(3, "-31");
  appoint(4, "1", "'cancelled'");
  const Watch watching = watch(
      R"({"name": "unrelated", "who": "person", "personType": "Practitioner", "outcome": "success", "counts": "patients", "unrelated": true, "relatedWithin": "30d", "moreThan": 3, "within": "1h"})");
  const auto read = [&](std::size_t patient) {
    audit::Access out = access("app");
    out.person = doctor;
    out.personType = "Practitioner";
    out.patients = {patients[patient]};
    return out;
  };
  for (int twice = 0; twice < 2; ++twice)
    for (std::size_t i = 0; i < 6; ++i) note({read(i)});  // three of them unrelated
  passed({watching.get()});
  BOOST_TEST(told("unrelated") == 0);
  note({read(6), read(0)});
  passed({watching.get()});
  BOOST_TEST(told("unrelated") == 1);
  const std::string body =
      database.run("SELECT body FROM notifications WHERE body LIKE 'Audit rule unrelated:%'");
  BOOST_TEST(body.find("Practitioner/" + doctor + ", more than 3 patients without an appointment in 1h") !=
                 std::string::npos,
             body);
  BOOST_TEST(body.find("AuditEvent?agent=Practitioner/" + doctor + "&date=ge") != std::string::npos, body);
  for (const std::string& patient : patients) BOOST_TEST(body.find(patient) == std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_app_that_reads_many_patients) {
  const Watch watching = watch(
      R"({"name": "mass", "who": "client", "interactions": ["read", "search-type"], "outcome": "success", "counts": "patients", "moreThan": 5, "within": "1h"})");
  const auto read = [&](const std::string& client, int from, int to) {
    audit::Access out = access(client);
    for (int i = from; i < to; ++i)
      out.patients.push_back("10000000-0000-4000-8000-00000000000" + std::to_string(i));
    return out;
  };
  note({read("app", 0, 4), read("app", 1, 5), read("other", 0, 5)});
  passed({watching.get()});
  BOOST_TEST(told("mass") == 0);
  note({read("other", 5, 6)});
  passed({watching.get()});
  BOOST_TEST(told("mass") == 1);
}

BOOST_AUTO_TEST_CASE(break_glass_at_night_where_the_clinic_is) {
  const auto rule = [](const std::string& name) {
    return R"({"name": ")" + name +
           R"(", "who": "person", "purpose": "BTG", "between": ["22:00", "06:00"], "counts": "accesses", "moreThan": 0, "within": "1h"})";
  };
  const int utc = std::stoi(database.run("SELECT extract(hour FROM now() AT TIME ZONE 'UTC')"));
  audit::Access broken = access("app");
  broken.person = "10000000-0000-4000-8000-00000000000d";
  broken.personType = "Practitioner";
  audit::Access usual = broken;
  usual.person.back() = 'e';
  broken.purpose = "BTG";
  note({broken, usual});
  for (const int hour : {12, 23, 1, 3}) {
    const std::string name = "at-" + std::to_string(hour);
    const Watch watching = watch(rule(name), zoneWhere(hour, utc));
    passed({watching.get()});
    BOOST_TEST(told(name) == (hour == 12 ? 0 : 1), name);
  }
}

BOOST_AUTO_TEST_SUITE_END()
