// Logins as the owner makes them, and the links that set passwords.
#include "src/smart/people/users.h"

#include <boost/test/unit_test.hpp>
#include <string>

#include "src/smart/people/secrets.h"
#include "tests/smart/people/fixture.h"

using fixture::goodPassword;
using fixture::PeopleFixture;
using people::NewUser;
using people::Role;

namespace {

struct UsersFixture : PeopleFixture {
  std::string refusal(const NewUser& user) {
    const auto made = people::createUser(owner, hasher, user);
    if (made) return "made";
    BOOST_TEST((made.outcome().failure() == fhir::Failure::unprocessable));
    return made.outcome().issues().front().diagnostics;
  }
  std::string link(const std::string& email) {
    const auto token = people::makeLink(owner, email);
    if (!token) BOOST_FAIL(token.outcome().toJson());
    return *token;
  }
  bool setByLink(std::string_view token, std::string_view password) {
    const auto set = signIn.setByLink(server, token, password, caller);
    BOOST_REQUIRE(set.ok());
    return *set;
  }
  bool opens(std::string_view token) {
    const auto email = signIn.emailOfLink(server, token);
    BOOST_REQUIRE(email.ok());
    return email->has_value();
  }
};

NewUser patient(std::string email) {
  NewUser user;
  user.email = std::move(email);
  user.name = "Asha Devi";
  return user;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(users, UsersFixture)

BOOST_AUTO_TEST_CASE(a_login_has_one_profile_of_its_role) {
  BOOST_TEST(people::createUser(owner, hasher, patient("a@clinic.example")).ok());
  BOOST_TEST(database.run("SELECT full_name FROM patient_profile") == "Asha Devi");
  NewUser both = patient("b@clinic.example");
  both.profile = "x";
  BOOST_TEST(refusal(both).find("either") != std::string::npos);
  NewUser neither = patient("b@clinic.example");
  neither.name.reset();
  BOOST_TEST(refusal(neither).find("either") != std::string::npos);
  NewUser admin = patient("b@clinic.example");
  admin.role = Role::admin;
  BOOST_TEST(refusal(admin).find("no profile") != std::string::npos);
  admin.name.reset();
  BOOST_TEST(refusal(admin).find("duty") != std::string::npos);
  admin.duties = {"everything"};
  BOOST_TEST(refusal(admin).find("everything") != std::string::npos);
  admin.duties = {"audit", "users"};
  BOOST_TEST(refusal(admin) == "made");
  NewUser dutiful = patient("c@clinic.example");
  dutiful.duties = {"users"};
  BOOST_TEST(refusal(dutiful).find("Only an admin") != std::string::npos);
  BOOST_TEST(database.run("SELECT count(*) FROM users") == "2");
}

BOOST_AUTO_TEST_CASE(a_profile_that_is_there_gets_the_login_once) {
  database.run(
      "INSERT INTO doctor_profile (id, fhir_id, full_name) VALUES (gen_random_uuid(), 'dr-rao', 'Dr. Rao')");
  database.run("INSERT INTO patient_profile (full_name) VALUES ('Meera')");
  NewUser doctor = patient("rao@clinic.example");
  doctor.role = Role::doctor;
  doctor.name.reset();
  doctor.profile = "dr-rao";
  doctor.password = goodPassword;
  BOOST_TEST(refusal(doctor) == "made");
  BOOST_TEST(person(attempt("rao@clinic.example")).id == "dr-rao");
  doctor.email = "rao2@clinic.example";
  BOOST_TEST(refusal(doctor).find("no doctor of this id") != std::string::npos);
  NewUser meera = patient("meera@clinic.example");
  meera.name.reset();
  meera.profile = "dr-rao";
  BOOST_TEST(refusal(meera).find("no patient of this id") != std::string::npos);
  meera.profile = database.run("SELECT id FROM patient_profile");
  BOOST_TEST(refusal(meera) == "made");
  BOOST_TEST(database.run("SELECT count(*) FROM users") == "2");
}

BOOST_AUTO_TEST_CASE(an_email_is_one_address_that_nobody_has_in_any_case) {
  BOOST_TEST(refusal(patient("a@clinic.example")) == "made");
  BOOST_TEST(refusal(patient("A@Clinic.Example")).find("already") != std::string::npos);
  for (const char* email : {"", "a", "@b", "a@", "a@b@c", "a b@c", "a\n@c", "\xff@c"})
    BOOST_TEST(refusal(patient(email)).find("one address") != std::string::npos, email);
  BOOST_TEST(database.run("SELECT count(*) FROM patient_profile") == "1");
}

BOOST_AUTO_TEST_CASE(a_password_that_others_would_guess_is_refused) {
  NewUser user = patient("a@clinic.example");
  user.password = "password123";
  BOOST_TEST(refusal(user).find("first that others would try") != std::string::npos);
  user.password = "short";
  BOOST_TEST(refusal(user).find("10 characters") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_login_without_a_password_waits_for_its_link) {
  BOOST_REQUIRE(people::createUser(owner, hasher, patient("a@clinic.example")).ok());
  for (const char* guess : {"", "!", "correct horse battery"})
    BOOST_TEST(attempt("a@clinic.example", guess).empty());
  const std::string token = link("A@clinic.example");
  BOOST_TEST(*signIn.emailOfLink(server, token).operator*() == "a@clinic.example");
  BOOST_TEST(setByLink(token, "a quite new password"));
  BOOST_TEST(!attempt("a@clinic.example", "a quite new password").empty());
}

BOOST_AUTO_TEST_CASE(a_link_works_once_within_the_hour_and_only_the_newest) {
  user("a@clinic.example");
  const std::string first = link("a@clinic.example");
  const std::string second = link("a@clinic.example");
  BOOST_TEST(!opens(first));
  BOOST_TEST(!setByLink(first, "a quite new password"));
  BOOST_TEST(opens(second));
  const std::string session = attempt("a@clinic.example");
  BOOST_TEST(setByLink(second, "a quite new password"));
  BOOST_TEST(!isSignedIn(session));
  BOOST_TEST(!setByLink(second, "another new password"));
  BOOST_TEST(attempt("a@clinic.example").empty());
  BOOST_TEST(!attempt("a@clinic.example", "a quite new password").empty());
  const std::string late = link("a@clinic.example");
  BOOST_TEST(
      database.run("SELECT max(expires_at - created_at) FROM fhir.password_reset").starts_with("01:00:00"));
  database.run(
      "UPDATE fhir.password_reset SET created_at = created_at - interval '61 minutes', expires_at = "
      "expires_at - interval "
      "'61 minutes'");
  BOOST_TEST(!opens(late));
  BOOST_TEST(!setByLink(late, "another new password"));
  BOOST_TEST(!opens(people::randomToken()));
  BOOST_TEST(database.run("SELECT count(*) FROM fhir.password_reset WHERE octet_length(token_hash) = 32") ==
             "3");
}

BOOST_AUTO_TEST_CASE(a_link_lifts_the_lock_of_the_account) {
  user("a@clinic.example");
  for (int i = 0; i < 5; ++i) attempt("a@clinic.example", "wrong password");
  BOOST_TEST(attempt("a@clinic.example").empty());
  BOOST_TEST(setByLink(link("a@clinic.example"), "a quite new password"));
  BOOST_TEST(!attempt("a@clinic.example", "a quite new password").empty());
}

BOOST_AUTO_TEST_CASE(deactivation_ends_sessions_and_links_and_can_be_repeated) {
  user("a@clinic.example");
  const std::string session = attempt("a@clinic.example");
  const std::string token = link("a@clinic.example");
  BOOST_TEST(people::deactivateUser(owner, "A@CLINIC.example").ok());
  BOOST_TEST(!isSignedIn(session));
  BOOST_TEST(!opens(token));
  BOOST_TEST(!setByLink(token, "a quite new password"));
  BOOST_TEST(people::deactivateUser(owner, "a@clinic.example").ok());
  BOOST_TEST(!people::makeLink(owner, "a@clinic.example").ok());
  const auto nobody = people::deactivateUser(owner, "nobody@clinic.example");
  BOOST_REQUIRE(!nobody.ok());
  BOOST_TEST((nobody.outcome().failure() == fhir::Failure::notFound));
}

BOOST_AUTO_TEST_CASE(who_knows_the_old_password_changes_it_and_the_other_sessions_end) {
  user("a@clinic.example");
  const std::string here = attempt("a@clinic.example");
  const std::string elsewhere = attempt("a@clinic.example");
  const people::Person who = person(here);
  const auto change = [&](std::string_view oldPassword, std::string_view newPassword) {
    const auto changed = signIn.change(server, who, here, oldPassword, newPassword, caller);
    BOOST_REQUIRE(changed.ok());
    return *changed;
  };
  BOOST_TEST(!change("wrong password", "a quite new password"));
  BOOST_TEST(isSignedIn(elsewhere));
  BOOST_TEST(change(goodPassword, "a quite new password"));
  BOOST_TEST(isSignedIn(here));
  BOOST_TEST(!isSignedIn(elsewhere));
  BOOST_TEST(attempt("a@clinic.example").empty());
  BOOST_TEST(!attempt("a@clinic.example", "a quite new password").empty());
  // A stolen session is no way to guess without end.
  for (int i = 0; i < 5; ++i) BOOST_TEST(!change("wrong password", "yet another password"));
  BOOST_TEST(!change("a quite new password", "yet another password"));
}

BOOST_AUTO_TEST_CASE(only_an_admin_has_duties_in_the_database_too) {
  const std::string id = user("a@clinic.example");
  BOOST_TEST(!owner.run("INSERT INTO admin_duties (user_id, duty) VALUES (?::uuid, 'users')", {id}).ok());
  BOOST_TEST(owner.lastState() == "FH005");
}

BOOST_AUTO_TEST_SUITE_END()
