// Consent, the choice of a patient, connected apps, and the registration of apps.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <string>

#include "tests/smart/people/browser.h"

using fixture::authorizeTarget;
using fixture::Browser;
using fixture::Fields;
using fixture::goodPassword;
using fixture::PagesFixture;
using people::Role;

namespace {

struct ConsentFixture : PagesFixture {
  ConsentFixture() {
    user("asha@clinic.example");
    user("doc@clinic.example", Role::doctor);
    user("chief@clinic.example", Role::admin);
  }
  const http::Response& ask(std::string_view scopes, const Fields& more = {}) {
    return browser.get(authorizeTarget(scopes, more));
  }
  const std::vector<std::string>& grantedScopes() { return authorizations.granted.back().access.scopes; }
  std::string grantedPatient() { return authorizations.granted.back().access.patient.value_or(""); }
};

using Words = std::vector<std::string>;

}  // namespace

BOOST_FIXTURE_TEST_SUITE(consent, ConsentFixture)

BOOST_AUTO_TEST_CASE(an_app_s_request_leads_over_signing_in_and_consent_back_to_the_app) {
  ask("launch/patient openid patient/Observation.rs");
  BOOST_TEST(browser.last.status == 303);
  BOOST_REQUIRE(browser.location().starts_with("/auth/sign-in?return=/auth/authorize"));
  browser.get(browser.location());
  BOOST_TEST(browser.shows("Sign in to connect the app Growth &lt;b&gt;chart&lt;/b&gt;."));
  BOOST_TEST((browser.header("Content-Security-Policy").find("form-action 'self' https://app.example;") !=
              std::string::npos));
  browser.submit("/auth/sign-in",
                 {{"email", "asha@clinic.example"}, {"password", std::string(goodPassword)}});
  BOOST_REQUIRE(browser.location().starts_with("/auth/authorize?"));
  browser.get(browser.location());
  BOOST_TEST(browser.last.status == 200);
  BOOST_TEST(browser.shows("The app Growth &lt;b&gt;chart&lt;/b&gt; asks for access."));
  BOOST_TEST(browser.shows("see: measurements and test results"));
  BOOST_TEST(browser.shows("The patient: Asha Devi"));
  BOOST_TEST(browser.shows("app.example"));
  BOOST_TEST(!browser.shows("launch/patient\""));
  BOOST_TEST((browser.header("Content-Security-Policy").find("form-action 'self' https://app.example;") !=
              std::string::npos));
  browser.submit("/auth/consent",
                 {{"scope", "openid"}, {"scope", "patient/Observation.rs"}, {"action", "allow"}});
  BOOST_TEST(browser.last.status == 303);
  BOOST_TEST(browser.location() == "https://app.example/cb?code=fake-code&state=s%26t%3Date");
  BOOST_TEST((grantedScopes() == Words{"launch/patient", "openid", "patient/Observation.rs"}));
  BOOST_TEST(grantedPatient() == "p1");
}

BOOST_AUTO_TEST_CASE(what_is_unticked_is_not_granted) {
  signIn("asha@clinic.example");
  ask("launch/patient openid patient/Observation.rs patient/Condition.rs offline_access");
  browser.submit("/auth/consent", {{"scope", "patient/Condition.rs"}, {"action", "allow"}});
  BOOST_TEST((grantedScopes() == Words{"launch/patient", "patient/Condition.rs"}));
}

BOOST_AUTO_TEST_CASE(what_was_not_asked_for_cannot_be_granted) {
  signIn("asha@clinic.example");
  ask("patient/Observation.rs");
  browser.submit("/auth/consent",
                 {{"scope", "patient/Observation.rs"}, {"scope", "user/*.cruds"}, {"action", "allow"}});
  BOOST_TEST((grantedScopes() == Words{"patient/Observation.rs"}));
  ask("patient/Observation.rs");
  browser.submit("/auth/consent", {{"scope", "user/*.cruds"}, {"action", "allow"}});
  BOOST_TEST(browser.last.status == 422);
  BOOST_TEST(browser.shows("Tick at least one thing"));
  BOOST_TEST(authorizations.granted.size() == 1u);
}

BOOST_AUTO_TEST_CASE(refusing_tells_the_app) {
  signIn("asha@clinic.example");
  ask("patient/Observation.rs");
  browser.submit("/auth/consent", {{"scope", "patient/Observation.rs"}, {"action", "deny"}});
  BOOST_TEST(browser.location() == "https://app.example/cb?error=access_denied&state=s%26t%3Date");
  BOOST_TEST(authorizations.granted.empty());
}

BOOST_AUTO_TEST_CASE(the_form_cannot_be_turned_to_another_request) {
  signIn("asha@clinic.example");
  ask("patient/Observation.rs");
  const std::string other = authorizeTarget("user/*.cruds").substr(16);
  browser.submit("/auth/consent", {{"request", other}, {"scope", "user/*.cruds"}, {"action", "allow"}});
  BOOST_TEST(browser.last.status == 403);
  ask("patient/Observation.rs");
  browser.submit("/auth/consent", {{"request_token", browser.hidden("form_token")}, {"action", "allow"}});
  BOOST_TEST(browser.last.status == 403);
  ask("patient/Observation.rs");
  browser.submit("/auth/consent", {{"scope", "patient/Observation.rs"}, {"action", "else"}});
  BOOST_TEST(browser.last.status == 400);
  BOOST_TEST(authorizations.granted.empty());
  BOOST_TEST(authorizations.refused.empty());
}

BOOST_AUTO_TEST_CASE(consent_of_another_site_or_after_signing_out_is_none) {
  signIn("asha@clinic.example");
  ask("patient/Observation.rs");
  const Fields fields{{"form_token", browser.hidden("form_token")},
                      {"request", browser.hidden("request")},
                      {"request_token", browser.hidden("request_token")},
                      {"scope", "patient/Observation.rs"},
                      {"action", "allow"}};
  browser.post("/auth/consent", fields, "https://app.example", "cross-site");
  BOOST_TEST(browser.last.status == 403);
  Browser other{pages, server};
  other.post("/auth/consent", fields, other.origin);
  BOOST_TEST(other.last.status == 303);
  BOOST_TEST(other.location().starts_with("/auth/sign-in?return=/auth/authorize"));
  BOOST_TEST(authorizations.granted.empty());
}

BOOST_AUTO_TEST_CASE(a_doctor_chooses_the_patient) {
  signIn("doc@clinic.example");
  ask("launch/patient patient/Observation.rs patient/Condition.rs");
  BOOST_TEST(browser.shows("Which patient is it about?"));
  BOOST_TEST(browser.shows("Binod Kumar"));
  BOOST_TEST(browser.shows("Patient without a name"));
  BOOST_TEST(browser.shows("born 1990-02-03"));
  browser.submit("/auth/consent", {{"scope", "patient/Observation.rs"}, {"search", ""}, {"action", "allow"}});
  BOOST_TEST(browser.last.status == 422);
  BOOST_TEST(browser.shows("Choose the patient first."));
  browser.submit("/auth/consent",
                 {{"scope", "patient/Observation.rs"}, {"search", " Binod "}, {"action", "search"}});
  BOOST_TEST(browser.last.status == 200);
  BOOST_TEST(browser.shows("Binod Kumar"));
  BOOST_TEST(!browser.shows("Asha Devi"));
  // What was unticked before the search is so still.
  BOOST_TEST(browser.shows("value=\"patient/Observation.rs\" checked"));
  BOOST_TEST(browser.shows("value=\"patient/Condition.rs\">"));
  browser.submit(
      "/auth/consent",
      {{"scope", "patient/Observation.rs"}, {"search", "Binod"}, {"patient", "p2"}, {"action", "allow"}});
  BOOST_TEST(grantedPatient() == "p2");
  // One result is no choice that was made.
  ask("launch/patient patient/Observation.rs");
  browser.submit("/auth/consent",
                 {{"scope", "patient/Observation.rs"}, {"search", "Binod"}, {"action", "allow"}});
  BOOST_TEST(browser.last.status == 422);
  browser.submit("/auth/consent", {{"search", "Nobody"}, {"action", "search"}});
  BOOST_TEST(browser.shows("No patient was found whom you may see."));
}

BOOST_AUTO_TEST_CASE(a_patient_of_somebody_else_cannot_be_chosen) {
  signIn("asha@clinic.example");
  ask("launch/patient patient/Observation.rs");
  browser.submit("/auth/consent",
                 {{"scope", "patient/Observation.rs"}, {"patient", "p2"}, {"action", "allow"}});
  BOOST_TEST(browser.last.status == 422);
  ask("launch patient/Observation.rs", {{"launch", "p2"}});
  BOOST_TEST(browser.location() == "https://app.example/cb?error=access_denied&state=s%26t%3Date");
  BOOST_TEST(authorizations.granted.empty());
}

BOOST_AUTO_TEST_CASE(a_parent_chooses_among_few) {
  patients.ofPatient = 2;
  signIn("asha@clinic.example");
  ask("launch/patient patient/Observation.rs");
  BOOST_TEST(browser.shows("Which patient is it about?"));
  BOOST_TEST(!browser.shows("id=\"search\""));
  browser.submit("/auth/consent",
                 {{"scope", "patient/Observation.rs"}, {"patient", "p2"}, {"action", "allow"}});
  BOOST_TEST(grantedPatient() == "p2");
}

BOOST_AUTO_TEST_CASE(a_long_list_is_cut_and_says_so) {
  for (int i = 4; i < 20; ++i)
    patients.all.push_back({"p" + std::to_string(i), "Name " + std::to_string(i), ""});
  signIn("doc@clinic.example");
  ask("launch/patient patient/Observation.rs");
  BOOST_TEST(browser.shows("There are more."));
  BOOST_TEST(browser.shows("patient-10"));
  BOOST_TEST(!browser.shows("patient-11"));
  // Also one who is not on the list now may be chosen, if the doctor may see him.
  browser.submit("/auth/consent",
                 {{"scope", "patient/Observation.rs"}, {"patient", "p19"}, {"action", "allow"}});
  BOOST_TEST(grantedPatient() == "p19");
}

BOOST_AUTO_TEST_CASE(an_encounter_is_chosen_after_its_patient) {
  encounters.all = {{"p1", {"e1", "Fever", "2026-03-04T09:00:00Z"}}, {"p2", {"e2", "", ""}}};
  signIn("doc@clinic.example");
  ask("launch/patient launch/encounter patient/Observation.rs");
  BOOST_TEST(!browser.shows("Which visit"));
  browser.submit("/auth/consent",
                 {{"scope", "patient/Observation.rs"}, {"patient", "p1"}, {"action", "allow"}});
  BOOST_TEST(browser.last.status == 422);
  BOOST_TEST(browser.shows("Choose the visit too."));
  BOOST_TEST(browser.shows("Fever"));
  BOOST_TEST(browser.shows("2026-03-04"));
  BOOST_TEST(!browser.shows("value=\"e2\""));
  // One of another patient is none.
  browser.submit(
      "/auth/consent",
      {{"scope", "patient/Observation.rs"}, {"patient", "p1"}, {"encounter", "e2"}, {"action", "allow"}});
  BOOST_TEST(browser.last.status == 422);
  BOOST_TEST(authorizations.granted.empty());
  browser.submit(
      "/auth/consent",
      {{"scope", "patient/Observation.rs"}, {"patient", "p1"}, {"encounter", "e1"}, {"action", "allow"}});
  BOOST_TEST(grantedPatient() == "p1");
  BOOST_TEST((authorizations.granted.back().access.encounter == "e1"));
}

BOOST_AUTO_TEST_CASE(without_any_encounter_the_app_is_told_none) {
  signIn("asha@clinic.example");
  ask("launch/encounter patient/Observation.rs");
  BOOST_TEST(browser.shows("No visit of this patient was found"));
  browser.submit("/auth/consent", {{"scope", "patient/Observation.rs"}, {"action", "allow"}});
  BOOST_TEST(grantedPatient() == "p1");
  BOOST_TEST(!authorizations.granted.back().access.encounter.has_value());
}

BOOST_AUTO_TEST_CASE(a_launch_brings_its_encounter_when_the_person_may_see_it) {
  encounters.all = {{"p1", {"e1", "Fever", "2026-03-04"}}};
  signIn("doc@clinic.example");
  ask("launch patient/Observation.rs", {{"launch", "p1,e1"}});
  BOOST_TEST(browser.shows("The visit: Fever, 2026-03-04"));
  browser.submit("/auth/consent",
                 {{"scope", "patient/Observation.rs"}, {"encounter", "e9"}, {"action", "allow"}});
  BOOST_TEST((authorizations.granted.back().access.encounter == "e1"));
  ask("launch patient/Observation.rs", {{"launch", "p1,e2"}});
  BOOST_TEST(browser.location() == "https://app.example/cb?error=access_denied&state=s%26t%3Date");
}

BOOST_AUTO_TEST_CASE(prompt_none_gives_again_what_was_allowed_before_and_no_more) {
  const std::string denied = "https://app.example/cb?error=consent_required&state=s%26t%3Date";
  const auto silently = [&](people::GrantedAccess before) {
    authorizations.known = std::move(before);
    return ask("launch/patient patient/Observation.rs", {{"prompt", "none"}});
  };
  ask("openid", {{"prompt", "none"}});
  BOOST_TEST(browser.location() == "https://app.example/cb?error=login_required&state=s%26t%3Date");
  signIn("asha@clinic.example");
  silently({{"launch/patient", "patient/Observation.rs"}, "p1", {}});
  BOOST_TEST(browser.location() == "https://app.example/cb?code=fake-code&state=s%26t%3Date");
  BOOST_TEST(grantedPatient() == "p1");
  // A patient whom she may not see any more, none at all, or nothing remembered.
  silently({{"patient/Observation.rs"}, "p2", {}});
  BOOST_TEST(browser.location() == denied);
  silently({{"patient/Observation.rs"}, {}, {}});
  BOOST_TEST(browser.location() == denied);
  authorizations.known.reset();
  ask("patient/Observation.rs", {{"prompt", "none"}});
  BOOST_TEST(browser.location() == denied);
  BOOST_TEST(authorizations.granted.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_launch_brings_its_patient) {
  signIn("doc@clinic.example");
  ask("launch patient/Observation.rs", {{"launch", "p1"}});
  BOOST_TEST(browser.shows("The patient: Asha Devi"));
  BOOST_TEST(!browser.shows("Which patient"));
  browser.submit("/auth/consent",
                 {{"scope", "patient/Observation.rs"}, {"patient", "p2"}, {"action", "allow"}});
  BOOST_TEST(grantedPatient() == "p1");
}

BOOST_AUTO_TEST_CASE(without_a_patient_in_question_none_is_asked_for) {
  signIn("doc@clinic.example");
  ask("openid user/Observation.rs");
  BOOST_TEST(!browser.shows("Which patient"));
  browser.submit("/auth/consent", {{"scope", "user/Observation.rs"}, {"patient", "p2"}, {"action", "allow"}});
  BOOST_TEST(!authorizations.granted.back().access.patient.has_value());
}

BOOST_AUTO_TEST_CASE(a_request_that_is_wrong_is_told_to_the_person_or_to_the_app) {
  signIn("asha@clinic.example");
  ask("openid", {{"client_id", "nobody"}});
  BOOST_TEST(browser.last.status == 400);
  BOOST_TEST(browser.shows("that is not registered"));
  ask("openid", {{"redirect_uri", "https://evil.example/cb"}});
  BOOST_TEST(browser.last.status == 400);
  BOOST_TEST(browser.location().empty());
  BOOST_TEST(!browser.shows("evil.example/cb\">"));
  ask("bad/scope");
  BOOST_TEST(browser.location() == "https://app.example/cb?error=invalid_scope&state=s%26t%3Date");
}

BOOST_AUTO_TEST_CASE(post_is_get) {
  signIn("asha@clinic.example");
  const std::string target = authorizeTarget("patient/Observation.rs");
  Fields fields;
  const auto parameters = http::parseParameters(target.substr(16));
  BOOST_REQUIRE(parameters.has_value());
  for (const http::Parameter& each : *parameters) fields.emplace_back(each.name, each.value);
  browser.post("/auth/authorize", fields, "https://app.example", "cross-site");
  BOOST_TEST(browser.last.status == 303);
  browser.get(browser.location());
  BOOST_TEST(browser.shows("see: measurements and test results"));
}

BOOST_AUTO_TEST_CASE(openid_s_prompts_and_ages_are_heeded) {
  ask("openid", {{"prompt", "none"}});
  BOOST_TEST(browser.location() == "https://app.example/cb?error=login_required&state=s%26t%3Date");
  signIn("asha@clinic.example");
  ask("openid", {{"prompt", "none"}});
  BOOST_TEST(browser.location() == "https://app.example/cb?error=consent_required&state=s%26t%3Date");
  ask("openid", {{"prompt", "login consent"}});
  BOOST_REQUIRE(browser.location().starts_with("/auth/sign-in?"));
  browser.get(browser.location());
  browser.submit("/auth/sign-in",
                 {{"email", "asha@clinic.example"}, {"password", std::string(goodPassword)}});
  browser.get(browser.location());
  BOOST_TEST(browser.last.status == 200);
  BOOST_TEST((browser.hidden("request").find("prompt=consent") != std::string::npos));
  ask("openid", {{"max_age", "0"}});
  BOOST_TEST(browser.last.status == 200);
  database.run("UPDATE sessions SET created_at = created_at - interval '5 minutes'");
  ask("openid", {{"max_age", "0"}});
  BOOST_TEST(browser.last.status == 303);
  ask("openid", {{"max_age", "600"}});
  BOOST_TEST(browser.last.status == 200);
}

BOOST_AUTO_TEST_CASE(the_app_s_hints_begin_the_form) {
  ask("openid", {{"login_hint", "asha@clinic.example"}, {"ui_locales", "fr hi"}});
  browser.get(browser.location());
  BOOST_TEST(browser.shows("value=\"asha@clinic.example\""));
  signIn("asha@clinic.example");
  ask("openid", {{"ui_locales", "fr hi"}});
  BOOST_TEST(browser.shows("<html lang=\"hi\">"));
}

BOOST_AUTO_TEST_CASE(a_phone_app_has_a_scheme_of_its_own) {
  signIn("asha@clinic.example");
  ask("openid", {{"client_id", "phone"}, {"redirect_uri", "com.example.phone:/cb"}});
  BOOST_TEST((browser.header("Content-Security-Policy").find("form-action 'self' com.example.phone:;") !=
              std::string::npos));
  BOOST_TEST(browser.shows("com.example.phone"));
}

BOOST_AUTO_TEST_CASE(connected_apps_are_seen_and_disconnected) {
  authorizations.apps = {
      {"g1", "Growth chart", "2026-01-02T03:04:05Z", "", {fixture::askedScope("patient/Observation.rs")}},
      {"g2", "Other", "2026-01-02T03:04:05Z", "2026-03-04T00:00:00Z", {}}};
  BOOST_TEST(browser.get("/auth/apps").status == 303);
  signIn("asha@clinic.example");
  browser.get("/auth/apps");
  BOOST_TEST(browser.shows("Growth chart"));
  BOOST_TEST(browser.shows("Connected since 2026-01-02."));
  BOOST_TEST(browser.shows("Last used 2026-03-04."));
  BOOST_TEST(browser.shows("see: measurements and test results"));
  browser.submit("/auth/apps", {{"app", "g1"}});
  BOOST_TEST(browser.location() == "/auth/apps?done=disconnected");
  browser.get(browser.location());
  BOOST_TEST(browser.shows("The app is disconnected."));
  BOOST_TEST(!browser.shows("Growth chart"));
  browser.submit("/auth/apps", {{"app", "g1"}});
  BOOST_TEST(browser.last.status == 404);
}

BOOST_AUTO_TEST_CASE(only_administrators_of_users_register_apps) {
  BOOST_TEST(browser.get("/auth/clients").status == 303);
  for (const char* email : {"asha@clinic.example", "doc@clinic.example"}) {
    signIn(email);
    BOOST_TEST(browser.get("/auth/clients").status == 403);
    BOOST_TEST(browser.get("/auth/clients/new").status == 403);
    BOOST_TEST(browser.post("/auth/clients/new", {{"name", "x"}}, browser.origin).status == 403);
  }
  signIn("chief@clinic.example");
  BOOST_TEST(browser.get("/auth/clients").status == 200);
  database.run("UPDATE admin_duties SET duty = 'audit'");
  BOOST_TEST(browser.get("/auth/clients").status == 403);
}

BOOST_AUTO_TEST_CASE(an_administrator_registers_and_switches_off) {
  signIn("chief@clinic.example");
  browser.get("/auth/clients/new");
  const Fields fields{{"name", " Pharmacy \n A "},
                      {"kind", "secret"},
                      {"use", "people"},
                      {"redirects", "https://a.example/cb\r\n\r\n https://b.example/cb \r\n"},
                      {"launch", ""},
                      {"scopes", "user/A.rs\r\nuser/B.rs"},
                      {"jwks_uri", ""},
                      {"jwks", ""}};
  browser.submit("/auth/clients/new", fields);
  BOOST_TEST(browser.last.status == 200);
  BOOST_TEST(browser.shows("shown-once"));
  BOOST_TEST(browser.header("Cache-Control") == "no-store");
  BOOST_REQUIRE(authorizations.asked.size() == 1u);
  const people::NewClient& asked = authorizations.asked.front();
  BOOST_TEST(asked.name == "Pharmacy A");
  BOOST_TEST(asked.scopes == "user/A.rs user/B.rs");
  BOOST_TEST((asked.redirectUris == Words{"https://a.example/cb", "https://b.example/cb"}));
  BOOST_TEST(!asked.backend);
  browser.get("/auth/clients");
  BOOST_TEST(browser.shows("Pharmacy A"));
  BOOST_TEST(!browser.shows("shown-once"));
  browser.submit("/auth/clients", {{"client", "client-1"}});
  browser.get(browser.location());
  BOOST_TEST(browser.shows("Switched off."));
  BOOST_TEST(authorizations.registered.front().revoked);
}

BOOST_AUTO_TEST_CASE(a_registration_that_is_wrong_says_why_and_keeps_what_was_typed) {
  signIn("chief@clinic.example");
  browser.get("/auth/clients/new");
  Fields fields{{"name", "Pharmacy"},
                {"kind", "key"},
                {"use", "system"},
                {"redirects", ""},
                {"launch", ""},
                {"scopes", "bad"},
                {"jwks_uri", "https://keys.example/"},
                {"jwks", "{\"keys\": []}"}};
  browser.submit("/auth/clients/new", fields);
  BOOST_TEST(browser.last.status == 422);
  BOOST_TEST(browser.shows("The scope bad is not understood."));
  BOOST_TEST(browser.shows("value=\"https://keys.example/\""));
  BOOST_TEST(browser.shows("{&quot;keys&quot;: []}"));
  BOOST_TEST(browser.shows("value=\"system\" required checked"));
  fields[1].second = "else";
  browser.submit("/auth/clients/new", fields);
  BOOST_TEST(browser.last.status == 400);
}

BOOST_AUTO_TEST_SUITE_END()
