// Who has looked at a patient's record, as the patient sees it.
#include <boost/test/unit_test.hpp>
#include <string>

#include "tests/smart/people/browser.h"

using fixture::Browser;
using fixture::PagesFixture;

namespace {

// The patient Asha, a doctor, another patient, and an app.
struct Record : PagesFixture {
  std::string asha = user("asha@clinic.example");
  std::string doctor = user("doc@clinic.example", people::Role::doctor);
  std::string ravi = user("ravi@clinic.example");
  std::string ashasKey = keyOf("patient_profile", asha, "Asha Devi");
  std::string doctorsKey = keyOf("doctor_profile", doctor, "Meera <Rao>");
  std::string ravisKey = keyOf("patient_profile", ravi, "Ravi");

  Record() {
    database.run(
        "INSERT INTO smart.client (client_id, name, kind, jwks, scopes, grant_types) VALUES "
        "('lab', 'Laboratory', 'confidential_key', '{\"keys\":[]}', 'system/*.rs', '{client_credentials}')");
  }

  std::string keyOf(const std::string& table, const std::string& of, const std::string& name) {
    return database.run("UPDATE " + table + " SET full_name = '" + name + "' WHERE user_id = '" + of +
                        "' RETURNING id");
  }

  // A row of accesses with one line, `days` ago, about these patients.
  void access(const std::string& line, const std::string& patients) {
    database.run(
        "INSERT INTO audit_logs (action, targets, patients, entries) VALUES ('access', "
        "ARRAY[gen_random_uuid()], '{" +
        patients +
        "}', '{\"id\":\"' || gen_random_uuid() || '\",\"time\":\"' || "
        "to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') || '\",\"patients\":[\"' || "
        "replace('" +
        patients + "', ',', '\",\"') || '\"]," + line + "}')");
  }
  std::string byDoctor(const std::string& more) const {
    return "\"user\":\"" + doctor + "\",\"person\":\"" + doctorsKey + "\",\"personType\":\"Practitioner\"," +
           more;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(record, Record)

BOOST_AUTO_TEST_CASE(a_patient_sees_who_did_what_with_the_own_record_and_with_no_other) {
  const std::string read = R"("interaction":"read","type":"Observation","outcome":"success","status":200)";
  access(byDoctor(read), ashasKey);
  access(byDoctor(read), ashasKey + "," + ravisKey);
  access(
      byDoctor(
          R"("interaction":"read","type":"Condition","outcome":"success","status":200,"purpose":"BTG","reason":"Unconscious <here>")"),
      ashasKey);
  access(byDoctor(R"("interaction":"read","type":"Procedure","outcome":"success","status":200)"), ravisKey);
  access(
      R"("client":"lab","interaction":"search-type","type":"Immunization","outcome":"success","status":200)",
      ashasKey);
  access(R"("interaction":"read","type":"Patient","outcome":"refused","status":401)", ashasKey);
  signIn("asha@clinic.example");
  browser.get("/auth");
  BOOST_TEST(browser.shows("href=\"/auth/record\""));
  browser.get("/auth/record");
  BOOST_TEST(browser.last.status == 200);
  for (const char* line :
       {"<strong>Meera &lt;Rao&gt;, a doctor,</strong> saw: measurements and test results<br>",
        "2 times, last at ",
        "<strong>Meera &lt;Rao&gt;, a doctor,</strong> saw: health problems and diagnoses<br>",
        "In an emergency. The reason given: Unconscious &lt;here&gt;",
        "<strong>The system Laboratory</strong> saw: vaccinations<br>",
        "are</strong> asked for this and did not get it: personal details, such as name and birth date<br>",
        // The profile was made, and its name changed, by plain SQL.
        "programs</strong> added: personal details", "programs</strong> changed: personal details"})
    BOOST_TEST(browser.shows(line), line << " in " << browser.last.body);
  BOOST_TEST(!browser.shows("treatments and operations"));
  BOOST_TEST(!browser.shows("who has seen a record"));
  BOOST_TEST(!browser.shows("Ravi"));
  // Having looked is an access like others.
  browser.get("/auth/record");
  BOOST_TEST(browser.shows("<strong>You</strong> saw: who has seen a record<br>"));
  BOOST_TEST(
      database.run(
          "SELECT count(*) || ' ' || min(address) FROM audit_logs WHERE action = 'record accesses shown' AND "
          "actor_user_id = '" +
          asha + "' AND patients = ARRAY['" + ashasKey + "']::uuid[]") == "2 192.0.2.20");
}

BOOST_AUTO_TEST_CASE(a_relative_and_the_app_that_was_used_are_named) {
  database.run("INSERT INTO patient_grants (holder, patient_id) VALUES ('" + ravisKey + "', '" + ashasKey +
               "')");
  access(
      "\"user\":\"" + ravi + "\",\"person\":\"" + ravisKey +
          R"(","personType":"Patient","client":"lab","interaction":"read","type":"Goal","outcome":"success","status":200)",
      ashasKey);
  signIn("asha@clinic.example");
  browser.get("/auth/record?lang=en");
  BOOST_TEST(
      browser.shows("<strong>Ravi, to whom you have opened your record,</strong> saw: health goals<br>"));
  BOOST_TEST(browser.shows("With the app Laboratory."));
}

BOOST_AUTO_TEST_CASE(another_patient_who_tried_in_vain_is_not_named) {
  access(
      "\"user\":\"" + ravi + "\",\"person\":\"" + ravisKey +
          R"(","personType":"Patient","interaction":"read","type":"Patient","outcome":"failed","status":404)",
      ashasKey);
  signIn("asha@clinic.example");
  browser.get("/auth/record");
  BOOST_TEST(browser.shows("<strong>Another patient</strong> asked for this and did not get it: "));
  BOOST_TEST(!browser.shows("Ravi"));
}

BOOST_AUTO_TEST_CASE(a_month_is_on_a_page_and_one_goes_back_and_forth) {
  signIn("asha@clinic.example");
  browser.get("/auth/record?until=2024-03-31");
  BOOST_TEST(browser.last.status == 200);
  BOOST_TEST(browser.shows("From 2024-03-01 to 2024-03-30."));
  BOOST_TEST(browser.shows("In this time nobody did."));
  BOOST_TEST(browser.shows("href=\"/auth/record?until=2024-03-01\""));
  BOOST_TEST(browser.shows("href=\"/auth/record?until=2024-04-30\""));
  // The language is changed on the same page.
  BOOST_TEST(browser.shows("until=2024-03-31&amp;lang=hi"));
  browser.get("/auth/record");
  BOOST_TEST(!browser.shows("Later"));
  for (const char* wrong : {"2024-02-30", "tomorrow", "9999-01-01", "1999-01-01", "2024-03-31T00:00:00Z"}) {
    browser.get(std::string("/auth/record?until=") + wrong);
    BOOST_TEST(browser.last.status == 404, wrong);
  }
}

BOOST_AUTO_TEST_CASE(it_is_a_patient_s_page) {
  user("chief@clinic.example", people::Role::admin);
  for (const char* email : {"doc@clinic.example", "chief@clinic.example"}) {
    signIn(email);
    browser.get("/auth");
    BOOST_TEST(!browser.shows("/auth/record"));
    browser.get("/auth/record");
    BOOST_TEST(browser.last.status == 404, email);
  }
  Browser stranger{pages, server};
  stranger.get("/auth/record");
  BOOST_TEST(stranger.location() == "/auth/sign-in?return=/auth/record");
}

BOOST_AUTO_TEST_SUITE_END()
