// What the pages ask of the authorization server, answered by it.
#include <algorithm>

#include "tests/smart/desk/fixture.h"

using fixture::DeskFixture;
using people::AskedAccess;
using people::AskedScope;
using people::BadRequest;
using people::GrantedAccess;

namespace {

using Texts = std::vector<std::string>;
constexpr std::string_view kEverything =
    "launch/patient openid fhirUser offline_access patient/Observation.rs";

GrantedAccess granting(Texts scopes, std::optional<std::string> patient = {}) {
  return {std::move(scopes), std::move(patient), {}};
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(app_authorizations, DeskFixture)

BOOST_AUTO_TEST_CASE(a_request_is_put_before_the_person_as_it_was_asked) {
  const auto understood = authorizations.understand(
      connection, asked(app, "launch/patient openid patient/Observation.rs?category=vital-signs user/*.cud"));
  BOOST_REQUIRE(understood.ok());
  const auto& access = std::get<AskedAccess>(*understood);
  BOOST_TEST(access.clientName == "An app");
  BOOST_TEST(access.redirectUri == kRedirect);
  BOOST_TEST(access.needsPatient);
  BOOST_TEST(!access.needsEncounter);
  BOOST_REQUIRE(access.scopes.size() == 4U);
  const AskedScope& observations = access.scopes[2];
  BOOST_TEST(observations.text == "patient/Observation.rs?category=vital-signs");
  BOOST_TEST((observations.level == AskedScope::Level::patient));
  BOOST_TEST(observations.type == "Observation");
  BOOST_TEST(observations.read);
  BOOST_TEST(!observations.create);
  BOOST_TEST(observations.restriction == "category=vital-signs");
  BOOST_TEST(access.scopes[3].type == "*");
  BOOST_TEST(access.scopes[3].remove);
  BOOST_TEST(!access.scopes[3].read);
}

BOOST_AUTO_TEST_CASE(an_app_that_is_not_known_is_told_to_the_person_and_the_rest_to_the_app) {
  const auto bad = [&](const fixture::Fields& more) {
    const auto understood = authorizations.understand(connection, asked(app, kEverything, more));
    BOOST_REQUIRE(understood.ok());
    return std::get<BadRequest>(*understood);
  };
  BOOST_TEST((bad({{"client_id", "nobody"}}) == BadRequest::unknownClient));
  BOOST_TEST((bad({{"redirect_uri", "https://evil.example.org/"}}) == BadRequest::unregisteredRedirect));
  const std::string wrong = leadsTo(
      authorizations.understand(connection, asked(app, kEverything, {{"scope", "patient/Nothing.rs"}})));
  BOOST_TEST(wrong.starts_with(std::string(kRedirect) + "?error=invalid_scope"));
  BOOST_TEST(
      leadsTo(authorizations.understand(connection, asked(app, kEverything, {{"aud", "https://other"}})))
          .starts_with(std::string(kRedirect) + "?error=invalid_request"));
}

BOOST_AUTO_TEST_CASE(the_token_says_what_was_granted_and_not_what_was_unticked) {
  const auto parameters = asked(app, kEverything);
  const std::string url = leadsTo(authorizations.grant(
      connection, parameters, patient(), granting({"launch/patient", "patient/Observation.rs"}, patientKey)));
  BOOST_TEST(url.starts_with(std::string(kRedirect) + "?code="));
  BOOST_TEST(url.find("&state=s&iss=") != std::string::npos);
  const auto reply = post("/auth/token", codeForm(app, codeIn(url)));
  BOOST_REQUIRE_MESSAGE(reply.response.status == 200, reply.response.body);
  BOOST_TEST(reply.body.text("scope") == "launch/patient patient/Observation.rs");
  BOOST_TEST(reply.body.text("patient") == patientKey);
  BOOST_TEST(reply.body.truth("need_patient_banner"));
  BOOST_TEST(!reply.body.has("refresh_token"));
  BOOST_TEST(!reply.body.has("id_token"));
  const std::string token = reply.body.text("access_token");
  BOOST_TEST(status(token, "GET", "/Observation?patient=" + patientKey) == 200);
  BOOST_TEST(status(token, "GET", "/Condition?patient=" + patientKey) == 403);
}

BOOST_AUTO_TEST_CASE(a_patient_scope_without_a_patient_is_told_to_the_app) {
  const std::string url = leadsTo(authorizations.grant(connection, asked(app, kEverything), patient(),
                                                       granting({"patient/Observation.rs"})));
  BOOST_TEST(url.starts_with(std::string(kRedirect) + "?error=invalid_scope"));
}

BOOST_AUTO_TEST_CASE(a_refusal_reaches_the_app_with_its_state) {
  const std::string url =
      leadsTo(authorizations.refuse(connection, asked(app, kEverything), "access_denied"));
  BOOST_TEST(url.starts_with(std::string(kRedirect) + "?error=access_denied"));
  BOOST_TEST(url.find("&state=s&") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_was_allowed_is_remembered_for_the_same_app_and_no_more) {
  const auto known = [&](const smart::Client& client, std::string_view scopes, const people::Person& who) {
    const auto found = authorizations.remembered(connection, asked(client, scopes), who);
    BOOST_REQUIRE(found.ok());
    return *found;
  };
  BOOST_TEST(!known(app, "patient/Observation.rs", patient()).has_value());
  const std::string url = leadsTo(
      authorizations.grant(connection, asked(app, kEverything), patient(),
                           granting({"launch/patient", "openid", "patient/Observation.rs"}, patientKey)));
  BOOST_TEST(!known(app, "patient/Observation.rs", patient()).has_value());  // the app has not come for it
  BOOST_REQUIRE(post("/auth/token", codeForm(app, codeIn(url))).response.status == 200);

  const auto again = known(app, "launch/patient patient/Observation.r", patient());
  BOOST_REQUIRE(again.has_value());
  BOOST_TEST((again->scopes == Texts{"launch/patient", "patient/Observation.r"}));
  BOOST_TEST((again->patient == patientKey));
  BOOST_TEST(!known(app, kEverything, patient()).has_value());  // offline_access was not allowed
  BOOST_TEST(!known(app, "patient/Observation.cruds", patient()).has_value());
  BOOST_TEST(!known(app, "patient/Observation.rs", doctor()).has_value());
  BOOST_TEST(!known(publicApp(), "patient/Observation.rs", patient()).has_value());
  BOOST_TEST((authorizations.disconnect(connection, patient(), app.id).ok()));
  BOOST_TEST(!known(app, "patient/Observation.rs", patient()).has_value());
}

BOOST_AUTO_TEST_CASE(whoever_listens_on_a_machine_is_not_taken_for_an_app_that_was_allowed) {
  auto registration = appRegistration(kAppScopes);
  registration.redirectUris = {"http://localhost:9000/", std::string(kRedirect)};
  const smart::Client local = add(registration);
  const auto at = [&](const std::string& redirect) {
    return asked(local, "patient/Observation.rs", {{"redirect_uri", redirect}});
  };
  const auto url = leadsTo(authorizations.grant(connection, at(std::string(kRedirect)), patient(),
                                                granting({"patient/Observation.rs"}, patientKey)));
  BOOST_REQUIRE(post("/auth/token", codeForm(local, codeIn(url))).response.status == 200);
  BOOST_TEST(authorizations.remembered(connection, at(std::string(kRedirect)), patient())->has_value());
  BOOST_TEST(!authorizations.remembered(connection, at("http://localhost:9000/"), patient())->has_value());
}

BOOST_AUTO_TEST_CASE(an_app_is_listed_once_and_ends_as_a_whole) {
  for (const char* scope : {"patient/Observation.rs", "patient/Condition.rs"}) {
    const auto url = leadsTo(
        authorizations.grant(connection, asked(app, scope), patient(), granting({scope}, patientKey)));
    BOOST_REQUIRE(post("/auth/token", codeForm(app, codeIn(url))).response.status == 200);
  }
  const auto apps = authorizations.connected(connection, patient());
  BOOST_REQUIRE(apps.ok());
  BOOST_REQUIRE(apps->size() == 1U);
  BOOST_TEST(apps->front().id == app.id);
  BOOST_TEST(apps->front().name == "An app");
  BOOST_TEST(apps->front().scopes.size() == 2U);
  BOOST_TEST(!apps->front().lastUsed.empty());
  BOOST_TEST(!*authorizations.disconnect(connection, doctor(), app.id));
  BOOST_TEST(*authorizations.disconnect(connection, patient(), app.id));
  BOOST_TEST(authorizations.connected(connection, patient())->empty());
  BOOST_TEST(!*authorizations.disconnect(connection, patient(), app.id));
}

BOOST_AUTO_TEST_CASE(an_administrator_registers_lists_and_switches_off) {
  people::NewClient wanted;
  wanted.name = "Growth chart";
  wanted.redirectUris = {"https://growth.example.org/cb"};
  wanted.scopes = "patient/Observation.rs";
  wanted.kind = people::ClientKind::secret;
  const auto made = authorizations.registerClient(connection, admin(), wanted);
  BOOST_REQUIRE(made.ok());
  BOOST_TEST(made->secret.has_value());
  BOOST_TEST(database.run("SELECT created_by FROM smart.client WHERE client_id = '" + made->id + "'") ==
             adminUser);
  wanted.scopes = "patient/Nothing.rs";
  const auto refused = authorizations.registerClient(connection, admin(), wanted);
  BOOST_REQUIRE(!refused.ok());
  BOOST_TEST((refused.outcome().failure() == fhir::Failure::unprocessable));
  const auto listed = authorizations.clients(connection);
  BOOST_REQUIRE(listed.ok());
  const auto found = std::ranges::find(*listed, made->id, &people::Client::id);
  BOOST_REQUIRE(found != listed->end());
  BOOST_TEST(!found->revoked);
  BOOST_TEST(*authorizations.revokeClient(connection, admin(), made->id));
  BOOST_TEST(!*authorizations.revokeClient(connection, admin(), made->id));
}

BOOST_AUTO_TEST_CASE(the_audit_log_has_who_let_in_and_ended_what) {
  const auto notes = [&](const std::string& user) {
    return database.run(
        "SELECT string_agg(action || ' ' || (metadata ->> 'client_id'), ',' ORDER BY \"timestamp\", "
        "action DESC) FROM audit_logs WHERE target_table = 'smart.client' AND actor_user_id = '" +
        user + "'");
  };
  const auto url = leadsTo(authorizations.grant(connection, asked(app, kEverything), patient(),
                                                granting({"patient/Observation.rs"}, patientKey)));
  BOOST_REQUIRE(post("/auth/token", codeForm(app, codeIn(url))).response.status == 200);
  BOOST_TEST(*authorizations.disconnect(connection, patient(), app.id));
  BOOST_TEST(notes(patientUser) == "app let in " + app.id + ",app disconnected " + app.id);
  BOOST_TEST(*authorizations.revokeClient(connection, admin(), app.id));
  BOOST_TEST(notes(adminUser) == "app switched off " + app.id);
}

BOOST_AUTO_TEST_SUITE_END()
