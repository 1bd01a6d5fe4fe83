// Tokens become principals: what is believed from memory, and how fast it is forgotten.
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <string>

#include "src/platform/encoding.h"
#include "tests/smart/fixture.h"

using namespace std::chrono_literals;
using fixture::within;

namespace {

struct Checked : fixture::SmartFixture {
  const smart::Client app = publicApp();

  std::string token(const smart::Consent& what) {
    const auto reply = post("/auth/token", codeForm(app, code(what)));
    BOOST_REQUIRE_MESSAGE(reply.response.status == 200, reply.response.body);
    return reply.body.text("access_token");
  }
  std::string patientToken() { return token(consent(app, "openid patient/*.rs")); }
  smart::Consent doctorConsent() {
    smart::Consent out = consent(app, "user/*.rs");
    out.userId = doctorUser;
    return out;
  }
  // Good now, and refused within a second after the SQL.
  void ends(const std::string& token, const std::string& sql) {
    BOOST_TEST(isValid(token), sql);
    BOOST_TEST(isValid(token), sql);
    database.run(sql);
    BOOST_TEST(within(1s, [&] { return !isValid(token); }), "still good after: " << sql);
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(token_check, Checked)

BOOST_AUTO_TEST_CASE(a_token_says_who_asks_and_for_what) {
  smart::Consent what = consent(app, "launch/patient patient/Observation.rs?category=vital-signs");
  what.context.encounter = "e1";
  const auto patient = tokens.check(token(what));
  BOOST_REQUIRE(patient.ok());
  const smart::Principal& who = **patient;
  BOOST_TEST((who.kind == smart::PrincipalKind::patient));
  BOOST_TEST(who.userId == patientUser);
  BOOST_TEST(who.personKey == patientKey);
  BOOST_TEST(who.personId == patientKey);
  BOOST_TEST(who.clientId == app.id);
  BOOST_TEST(who.patient.value() == patientKey);
  BOOST_TEST(who.encounter.value() == "e1");
  BOOST_TEST(smart::textOf(who.scopes) == "launch/patient patient/Observation.rs?category=vital-signs");
  BOOST_TEST(!who.tokenId.empty());
  BOOST_TEST((who.expiresAt > platform::now() + 59min && who.expiresAt < platform::now() + 61min));
  const auto doctor = tokens.check(token(doctorConsent()));
  BOOST_REQUIRE(doctor.ok());
  BOOST_TEST(((*doctor)->kind == smart::PrincipalKind::doctor));
  BOOST_TEST((*doctor)->personKey == doctorKey);
  smart::Consent administration = doctorConsent();
  administration.userId = adminUser;
  const auto admin = tokens.check(token(administration));
  BOOST_REQUIRE(admin.ok());
  BOOST_TEST(((*admin)->kind == smart::PrincipalKind::admin));
  BOOST_TEST((*admin)->personKey.empty());
}

BOOST_AUTO_TEST_CASE(a_persons_own_fhir_id_is_told) {
  database.run("INSERT INTO users (email, password_hash, role) VALUES ('named@example.org', 'x', 'patient')");
  database.run(
      "INSERT INTO patient_profile (user_id, full_name, fhir_id) SELECT id, 'N', 'a.named-1' FROM users "
      "WHERE email "
      "= 'named@example.org'");
  smart::Consent what = consent(app, "patient/*.rs");
  what.userId = database.run("SELECT id FROM users WHERE email = 'named@example.org'");
  const auto who = tokens.check(token(what));
  BOOST_REQUIRE(who.ok());
  BOOST_TEST((*who)->personId == "a.named-1");
}

BOOST_AUTO_TEST_CASE(what_is_no_token_is_refused_in_the_same_words) {
  const std::string good = patientToken();
  std::string altered = good;
  altered[0] = altered[0] == 'A' ? 'B' : 'A';
  std::string last;
  for (const std::string& wrong : {std::string(), std::string("invalid_token_value"), altered, good + "a",
                                   good.substr(1), platform::randomToken(), std::string(10'000, 'a'),
                                   good + " ", std::string("' OR true --"), good.substr(0, 42) + "%"}) {
    const auto refused = tokens.check(wrong);
    BOOST_REQUIRE(!refused.ok());
    BOOST_TEST((refused.outcome().failure() == fhir::Failure::unauthorized));
    const std::string words = refused.outcome().issues().front().diagnostics;
    BOOST_TEST((last.empty() || words == last));
    last = words;
  }
  const std::string hash = platform::hex(platform::sha256(good));
  BOOST_TEST(!tokens.check(hash.substr(0, 43)).ok());
}

BOOST_AUTO_TEST_CASE(codes_and_refresh_tokens_are_no_access_tokens) {
  const std::string one = code(consent(app, "offline_access patient/*.rs"));
  BOOST_TEST(!isValid(one));
  const auto reply = post("/auth/token", codeForm(app, one));
  BOOST_TEST(isValid(reply.body.text("access_token")));
  BOOST_TEST(!isValid(reply.body.text("refresh_token")));
}

BOOST_AUTO_TEST_CASE(whatever_ends_a_token_is_seen_within_a_second) {
  const std::string user = " WHERE id = '" + patientUser + "'";
  ends(patientToken(), "UPDATE smart.access_token SET revoked_at = now()");
  ends(patientToken(), "UPDATE smart.approval SET revoked_at = now()");
  ends(patientToken(), "UPDATE users SET is_active = false" + user);
  database.run("UPDATE users SET is_active = true" + user);
  ends(patientToken(), "UPDATE patient_profile SET is_deleted = true WHERE id = '" + patientKey + "'");
  database.run("UPDATE patient_profile SET is_deleted = false WHERE id = '" + patientKey + "'");
  ends(patientToken(), "UPDATE patient_profile SET user_id = NULL WHERE id = '" + patientKey + "'");
  ends(token(doctorConsent()), "UPDATE doctor_profile SET is_deleted = true WHERE id = '" + doctorKey + "'");
  database.run("UPDATE patient_profile SET user_id = '" + patientUser + "' WHERE id = '" + patientKey + "'");
  ends(patientToken(), "DELETE FROM smart.access_token");
  ends(patientToken(), "UPDATE smart.client SET revoked_at = now()");
}

BOOST_AUTO_TEST_CASE(an_online_token_ends_with_the_sign_in) {
  smart::Consent what = consent(app, "online_access patient/*.rs");
  const std::string session = "INSERT INTO sessions (user_id, token_hash, expires_at) VALUES ('" +
                              patientUser +
                              "', sha256(gen_random_uuid()::text::bytea"
                              "), now() + interval '1 hour') RETURNING id";
  what.sessionId = database.run(session);
  ends(token(what), "UPDATE sessions SET revoked_at = now()");
  what.sessionId = database.run(session);
  ends(token(what), "DELETE FROM sessions WHERE revoked_at IS NULL");
}

BOOST_AUTO_TEST_CASE(other_changes_do_not_make_it_forget) {
  const std::string before = database.run("SELECT number FROM smart.revocation");
  database.run("UPDATE users SET email = 'new@example.org' WHERE id = '" + patientUser + "'");
  database.run("UPDATE patient_profile SET full_name = 'New'");
  patientToken();
  BOOST_TEST(database.run("SELECT number FROM smart.revocation") == before);
}

BOOST_AUTO_TEST_CASE(a_revocation_that_is_rolled_back_changes_nothing) {
  const std::string before = database.run("SELECT number FROM smart.revocation");
  database.run("BEGIN; UPDATE users SET is_active = false; ROLLBACK");
  BOOST_TEST(database.run("SELECT number FROM smart.revocation") == before);
}

BOOST_AUTO_TEST_CASE(an_expired_token_is_refused_also_from_memory) {
  const std::string token = patientToken();
  BOOST_TEST(isValid(token));
  database.run("UPDATE smart.access_token SET expires_at = clock_timestamp() + interval '1200 ms'");
  BOOST_TEST(within(1s, [&] {
    const auto who = tokens.check(token);
    return !who.ok() || (*who)->expiresAt < platform::now() + 2s;
  }));
  BOOST_TEST(within(2s, [&] { return !isValid(token); }));
}

BOOST_AUTO_TEST_CASE(a_kept_verdict_takes_microseconds) {
  const std::string token = patientToken();
  BOOST_REQUIRE(within(10s, [&] { return isValid(token) && tokens.kept() == 1; }));
  constexpr int times = 20'000;
  const auto began = std::chrono::steady_clock::now();
  for (int i = 0; i < times; ++i) BOOST_REQUIRE(tokens.check(token).ok());
  const auto each = (std::chrono::steady_clock::now() - began) / times;
  BOOST_TEST_MESSAGE("a kept verdict takes " << each.count() << " ns");
  BOOST_TEST(within(10s, [&] { return isValid(token) && tokens.known(token) != nullptr; }));
}

BOOST_AUTO_TEST_CASE(when_the_database_is_away_nothing_is_believed_for_long) {
  const std::string token = patientToken();
  BOOST_REQUIRE(within(10s, [&] { return isValid(token) && tokens.kept() == 1; }));
  database.run("REVOKE CONNECT ON DATABASE " + database.name() + " FROM PUBLIC");
  database.run(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> "
      "pg_backend_pid()");
  BOOST_TEST(within(1500ms, [&] { return !isValid(token); }));
  const auto refused = tokens.check(token);
  BOOST_REQUIRE(!refused.ok());
  BOOST_TEST((refused.outcome().failure() == fhir::Failure::unavailable));
}

BOOST_AUTO_TEST_CASE(memory_is_bounded) {
  smart::Tokens small(connections,
                      {.watcher = {.databaseUrl = database.url()}, .interval = 100ms, .mostKept = 32});
  for (int i = 0; i < 100; ++i) BOOST_TEST(small.check(patientToken()).ok());
  BOOST_TEST(small.kept() <= 32u);
  BOOST_TEST(small.kept() > 0u);
}

BOOST_AUTO_TEST_CASE(what_is_over_is_removed_and_what_is_not_stays) {
  const std::string token = patientToken();
  database.run("UPDATE smart.access_token SET expires_at = now() - interval '2 days'");
  database.run("UPDATE smart.authorization_code SET expires_at = now() - interval '2 days'");
  const std::string kept = patientToken();
  const std::string before = database.run("SELECT number FROM smart.revocation");
  const auto connection = connections.borrow();
  BOOST_REQUIRE(connection->run("SELECT smart.clean(1000)").ok());
  BOOST_TEST(database.run("SELECT count(*) FROM smart.access_token") == "1");
  BOOST_TEST(database.run("SELECT count(*) FROM smart.approval") == "1");
  BOOST_TEST(database.run("SELECT number FROM smart.revocation") == before);
  BOOST_TEST(isValid(kept));
  BOOST_TEST(!isValid(token));
}

BOOST_AUTO_TEST_SUITE_END()
