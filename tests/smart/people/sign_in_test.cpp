// Signing in, sessions, throttling: against a real database, as the server's own role.
#include "src/smart/people/sign_in.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "src/smart/people/secrets.h"
#include "tests/smart/people/fixture.h"

using fixture::goodPassword;
using fixture::PeopleFixture;
using people::addressToCount;
using people::Role;

namespace {

struct SignInFixture : PeopleFixture {
  std::string asha = user("Asha@Clinic.example");

  void fail(int times, std::string_view email = "asha@clinic.example") {
    for (int i = 0; i < times; ++i) BOOST_TEST(attempt(email, "wrong password").empty());
  }
  // As if so much time had gone by for everything that failed.
  void wait(const std::string& interval) {
    database.run("UPDATE fhir.sign_in_attempt SET since = since - interval '" + interval +
                 "', locked_until = locked_until - interval '" + interval + "'");
  }
  std::string locks() {
    return database.run("SELECT max(locks) FROM fhir.sign_in_attempt WHERE kind = 'account'");
  }
  std::string minutesLocked() {
    return database.run(
        "SELECT round(extract(epoch FROM max(locked_until) - clock_timestamp()) / 60) FROM "
        "fhir.sign_in_attempt "
        "WHERE kind = 'account'");
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(sign_in, SignInFixture)

BOOST_AUTO_TEST_CASE(who_knows_the_password_is_signed_in_whatever_the_case_of_the_email) {
  for (const char* email : {"asha@clinic.example", "ASHA@CLINIC.EXAMPLE", "  Asha@Clinic.example "}) {
    const std::string token = attempt(email);
    BOOST_TEST(people::isToken(token));
    const people::Person who = person(token);
    BOOST_TEST(who.userId == asha);
    BOOST_TEST(who.email == "Asha@Clinic.example");
    BOOST_TEST((who.role == Role::patient));
    BOOST_TEST(who.key == database.run("SELECT id FROM patient_profile WHERE user_id IS NOT NULL"));
    BOOST_TEST(who.id == who.key);
    BOOST_TEST(who.name == "Name of Asha@Clinic.example");
  }
  BOOST_TEST(attempt("asha@clinic.example", "correct horse batterY").empty());
  BOOST_TEST(attempt("asha@clinic.example", "").empty());
  BOOST_TEST(attempt("nobody@clinic.example").empty());
  BOOST_TEST(attempt("%@clinic.example").empty());
  BOOST_TEST(attempt(std::string("asha@clinic.example\0", 20)).empty());
  BOOST_TEST(attempt(std::string(5000, 'a') + "@clinic.example").empty());
}

BOOST_AUTO_TEST_CASE(a_doctor_and_an_admin_are_who_they_are) {
  user("doc@clinic.example", Role::doctor);
  database.run("UPDATE doctor_profile SET full_name = 'Dr. D'");
  const people::Person doctor = person(attempt("doc@clinic.example"));
  BOOST_TEST((doctor.role == Role::doctor));
  BOOST_TEST(doctor.key == database.run("SELECT id FROM doctor_profile"));
  BOOST_TEST(doctor.name == "Dr. D");
  BOOST_TEST(!doctor.hasDuty("users"));
  user("chief@clinic.example", Role::admin);
  const people::Person admin = person(attempt("chief@clinic.example"));
  BOOST_TEST((admin.role == Role::admin));
  BOOST_TEST(admin.key.empty());
  BOOST_TEST(admin.hasDuty("users"));
  BOOST_TEST(!admin.hasDuty("audit"));
}

BOOST_AUTO_TEST_CASE(only_the_token_s_hash_is_kept) {
  const std::string token = attempt("asha@clinic.example");
  BOOST_TEST(database.run("SELECT encode(token_hash, 'hex') FROM sessions") == people::hashOf(token));
  BOOST_TEST(database.run("SELECT user_agent FROM sessions") == "a browser");
  BOOST_TEST(attempt("asha@clinic.example") != token);
  BOOST_TEST(!isSignedIn(people::randomToken()));
  BOOST_TEST(!isSignedIn(people::hashOf(token)));
  BOOST_TEST(!isSignedIn(""));
  BOOST_TEST(!isSignedIn(token.substr(1)));
}

BOOST_AUTO_TEST_CASE(a_session_ends_by_signing_out_by_idleness_and_after_twelve_hours) {
  const std::string one = attempt("asha@clinic.example");
  const std::string two = attempt("asha@clinic.example");
  BOOST_TEST(signIn.end(server, one).ok());
  BOOST_TEST(!isSignedIn(one));
  BOOST_TEST(isSignedIn(two));
  database.run("UPDATE sessions SET last_seen_at = clock_timestamp() - interval '29 minutes'");
  BOOST_TEST(isSignedIn(two));
  BOOST_TEST(database.run(
                 "SELECT max(last_seen_at) > clock_timestamp() - interval '1 minute' FROM sessions") == "t");
  database.run("UPDATE sessions SET last_seen_at = clock_timestamp() - interval '31 minutes'");
  BOOST_TEST(!isSignedIn(two));

  const std::string three = attempt("asha@clinic.example");
  database.run(
      "UPDATE sessions SET created_at = created_at - interval '11 hours 59 minutes', expires_at = expires_at "
      "- interval "
      "'11 hours 59 minutes'");
  BOOST_TEST(isSignedIn(three));
  database.run(
      "UPDATE sessions SET created_at = created_at - interval '2 minutes', expires_at = expires_at - "
      "interval '2 minutes'");
  BOOST_TEST(!isSignedIn(three));
}

BOOST_AUTO_TEST_CASE(a_session_s_time_is_bounded_by_the_database_too) {
  const people::SignIn careless(hasher,
                                {.idle = std::chrono::hours(1000), .longest = std::chrono::hours(1000)});
  const auto token = careless.attempt(server, "asha@clinic.example", goodPassword, caller);
  BOOST_REQUIRE((token.ok() && token->has_value()));
  BOOST_TEST(database.run("SELECT expires_at - created_at FROM sessions") == "12:00:00");
}

BOOST_AUTO_TEST_CASE(a_deactivated_login_is_out_at_once_also_by_plain_sql) {
  const std::string token = attempt("asha@clinic.example");
  database.run("UPDATE users SET is_active = false");
  BOOST_TEST(!isSignedIn(token));
  BOOST_TEST(database.run("SELECT count(*) FROM sessions WHERE revoked_at IS NULL") == "0");
  BOOST_TEST(attempt("asha@clinic.example").empty());
  database.run("UPDATE users SET is_active = true");
  BOOST_TEST(!isSignedIn(token));
  BOOST_TEST(!attempt("asha@clinic.example").empty());
}

BOOST_AUTO_TEST_CASE(five_failures_lock_the_account_for_fifteen_minutes_and_success_resets) {
  fail(4);
  BOOST_TEST(!attempt("asha@clinic.example").empty());
  fail(4);
  BOOST_TEST(!attempt("asha@clinic.example").empty());
  fail(5);
  BOOST_TEST(attempt("asha@clinic.example").empty());
  BOOST_TEST(attempt("ASHA@clinic.example").empty());
  BOOST_TEST(minutesLocked() == "15");
  wait("14 minutes");
  BOOST_TEST(attempt("asha@clinic.example").empty());
  wait("2 minutes");
  BOOST_TEST(!attempt("asha@clinic.example").empty());
  BOOST_TEST(database.run("SELECT count(*) FROM fhir.sign_in_attempt WHERE kind = 'account'") == "0");
}

BOOST_AUTO_TEST_CASE(each_further_lock_is_twice_as_long_up_to_a_day) {
  fail(5);
  for (const char* minutes : {"30", "60", "120", "240", "480", "960", "1440", "1440"}) {
    wait("16 hours 1 minute");
    if (minutes == std::string("1440")) wait("8 hours");
    fail(5);
    BOOST_TEST(minutesLocked() == minutes);
  }
  wait("3 days");
  fail(5);
  BOOST_TEST(minutesLocked() == "15");
  BOOST_TEST(locks() == "1");
}

BOOST_AUTO_TEST_CASE(attempts_while_locked_do_not_prolong_the_lock) {
  fail(5);
  fail(10);
  BOOST_TEST(minutesLocked() == "15");
  BOOST_TEST(locks() == "1");
}

BOOST_AUTO_TEST_CASE(failures_that_are_long_ago_do_not_count) {
  fail(4);
  wait("16 minutes");
  fail(4);
  BOOST_TEST(!attempt("asha@clinic.example").empty());
}

BOOST_AUTO_TEST_CASE(an_account_that_does_not_exist_locks_like_one_that_does) {
  fail(5, "nobody@clinic.example");
  BOOST_TEST(minutesLocked() == "15");
  BOOST_TEST(database.run("SELECT count(*) FROM audit_logs WHERE metadata->>'why' = 'unknown'") == "5");
  // Made now, it is locked still: what was typed for it is not forgotten.
  user("nobody@clinic.example");
  BOOST_TEST(attempt("nobody@clinic.example").empty());
}

BOOST_AUTO_TEST_CASE(thirty_failures_lock_an_address_for_all_accounts) {
  for (int i = 0; i < 30; ++i) BOOST_TEST(attempt("u" + std::to_string(i) + "@clinic.example", "x").empty());
  BOOST_TEST(attempt("asha@clinic.example").empty());
  caller.address = "192.0.2.8";
  BOOST_TEST(!attempt("asha@clinic.example").empty());
}

BOOST_AUTO_TEST_CASE(from_a_locked_address_no_account_can_be_locked) {
  for (int i = 0; i < 30; ++i) BOOST_TEST(attempt("u" + std::to_string(i) + "@clinic.example", "x").empty());
  fail(10);
  caller.address = "192.0.2.8";
  BOOST_TEST(!attempt("asha@clinic.example").empty());
}

BOOST_AUTO_TEST_CASE(one_s_own_success_does_not_clear_the_address) {
  for (int i = 0; i < 29; ++i) {
    BOOST_TEST(attempt("u" + std::to_string(i) + "@clinic.example", "x").empty());
    if (i % 5 == 0) BOOST_TEST(!attempt("asha@clinic.example").empty());
  }
  // The 30th attempt succeeds: it was no failure, so nothing is locked.
  BOOST_TEST(!attempt("asha@clinic.example").empty());
  BOOST_TEST(!attempt("asha@clinic.example").empty());
  BOOST_TEST(attempt("last@clinic.example", "x").empty());
  BOOST_TEST(attempt("asha@clinic.example").empty());
}

BOOST_AUTO_TEST_CASE(many_at_once_are_no_way_round_the_limit) {
  // Counted where each attempt begins: what the password's check would take is left out.
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      store::Connection own({.databaseUrl = database.urlFor("hv_test_server")});
      for (int i = 0; i < 10; ++i)
        static_cast<void>(own.run("SELECT fhir.sign_in_begin('192.0.2.9', 'asha@clinic.example')").ok());
    });
  }
  for (std::thread& thread : threads) thread.join();
  BOOST_TEST(database.run("SELECT failures FROM fhir.sign_in_attempt WHERE kind = 'account'") == "5");
  const auto hash =
      server.run("SELECT password_hash FROM fhir.sign_in_begin('192.0.2.10', 'asha@clinic.example')");
  BOOST_REQUIRE(hash.ok());
  BOOST_TEST(hash->isNull(0, 0));
}

BOOST_AUTO_TEST_CASE(the_server_s_role_can_list_neither_hashes_nor_sessions_nor_attempts) {
  attempt("asha@clinic.example");
  for (const char* sql :
       {"SELECT password_hash FROM users", "SELECT * FROM sessions", "SELECT * FROM fhir.sign_in_attempt",
        "SELECT * FROM fhir.password_reset", "SELECT * FROM admin_duties", "DELETE FROM fhir.sign_in_attempt",
        "UPDATE users SET password_hash = 'x'",
        "INSERT INTO admin_duties (user_id, duty) SELECT id, 'users' FROM users",
        "SELECT fhir.count_attempt('account', 'a@b')",
        "SELECT fhir.forget_attempt('x', 'asha@clinic.example')",
        "SELECT fhir.attempt_key('account', 'asha@clinic.example')"}) {
    BOOST_TEST(!server.run(sql).ok(), sql);
    BOOST_TEST(server.lastState() == "42501", sql);
  }
}

BOOST_AUTO_TEST_CASE(a_session_is_opened_only_by_who_has_the_hash) {
  const auto opened = server.run(
      "SELECT fhir.sign_in_succeeded('192.0.2.7', ?::uuid, 'guess', NULL, sha256('x'), '', '1 hour')",
      {asha});
  BOOST_REQUIRE(opened.ok());
  BOOST_TEST(!opened->flag(0, 0));
  BOOST_TEST(database.run("SELECT count(*) FROM sessions") == "0");
}

BOOST_AUTO_TEST_CASE(a_weak_hash_is_made_anew_at_the_next_sign_in) {
  std::array<char, crypto_pwhash_STRBYTES> weak{};
  BOOST_REQUIRE(crypto_pwhash_str(weak.data(), goodPassword.data(), goodPassword.size(), 1, 8192U * 1024) ==
                0);
  database.run(std::string("UPDATE users SET password_hash = '") + weak.data() + "'");
  BOOST_TEST(!attempt("asha@clinic.example").empty());
  BOOST_TEST(database.run("SELECT password_hash FROM users").starts_with("$argon2id$v=19$m=65536,t=2,p=1$"));
  BOOST_TEST(!attempt("asha@clinic.example").empty());
}

BOOST_AUTO_TEST_CASE(refusals_take_about_the_same_time) {
  user("closed@clinic.example");
  database.run("UPDATE users SET is_active = false WHERE email LIKE 'closed%'");
  user("locked@clinic.example");
  fail(5, "locked@clinic.example");
  // The shortest of several: what else the machine does only adds. A refusal without hashing is a tenth at
  // most.
  const auto timeOf = [&](std::string_view email, std::string_view password) {
    auto shortest = std::chrono::steady_clock::duration::max();
    for (int i = 0; i < 4; ++i) {
      const auto start = std::chrono::steady_clock::now();
      attempt(email, password);
      shortest = std::min(shortest, std::chrono::steady_clock::now() - start);
    }
    return shortest.count();
  };
  const auto wrong = timeOf("asha@clinic.example", "wrong password");
  BOOST_TEST(timeOf("nobody@clinic.example", "wrong password") > wrong / 3);
  BOOST_TEST(timeOf("closed@clinic.example", goodPassword) > wrong / 3);
  BOOST_TEST(timeOf("locked@clinic.example", goodPassword) > wrong / 3);
}

BOOST_AUTO_TEST_CASE(what_happens_stands_in_the_audit_log_without_what_was_typed) {
  const std::string token = attempt("asha@clinic.example");
  fail(1);
  attempt("typed-by-mistake-secret", "x");
  BOOST_TEST(signIn.end(server, token).ok());
  BOOST_TEST(
      database.run(
          "SELECT string_agg(action || coalesce(' ' || (metadata->>'why'), ''), ', ' ORDER BY timestamp) "
          "FROM audit_logs WHERE interaction IS NULL") ==
      "login made, sign-in, sign-in refused wrong password, sign-in refused unknown, sign-out");
  BOOST_TEST(database.run(
                 "SELECT count(*) FROM audit_logs WHERE to_json(audit_logs)::text LIKE '%mistake%'") == "0");
  BOOST_TEST(database.run("SELECT metadata->>'address' FROM audit_logs WHERE action = 'sign-in'") ==
             "192.0.2.7");
}

BOOST_AUTO_TEST_CASE(an_address_of_ipv6_counts_as_its_network) {
  BOOST_TEST(addressToCount("192.0.2.7") == "192.0.2.7");
  BOOST_TEST(addressToCount("::ffff:192.0.2.7") == "192.0.2.7");
  BOOST_TEST(addressToCount("2001:db8:1:2:3:4:5:6") == "2001:db8:1:2::/64");
  BOOST_TEST(addressToCount("2001:db8:1:2::9") == "2001:db8:1:2::/64");
  BOOST_TEST(addressToCount("2001:db8:1:3::9") == "2001:db8:1:3::/64");
  BOOST_TEST(addressToCount("unknown") == "unknown");
}

BOOST_AUTO_TEST_SUITE_END()
