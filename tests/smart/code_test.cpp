// An app that acts for a person: codes, PKCE, refresh, identity (groups B, D, E, G, H2 to H4, H11 of the
// checks).
#include <boost/test/unit_test.hpp>
#include <string>

#include "src/platform/encoding.h"
#include "tests/smart/fixture.h"

using namespace std::chrono_literals;
using fixture::Fields;
using fixture::Reply;

namespace {

struct App : fixture::SmartFixture {
  const smart::Client app = publicApp();

  Reply exchange(const smart::Consent& what) { return post("/auth/token", codeForm(app, code(what))); }
  Reply exchange(std::string_view scopes) { return exchange(consent(app, scopes)); }
  Reply refresh(const std::string& token, const Fields& more = {}) {
    Fields form{{"grant_type", "refresh_token"}, {"refresh_token", token}, {"client_id", app.id}};
    form.insert(form.end(), more.begin(), more.end());
    return post("/auth/token", form);
  }
  void invalid(const Reply& reply, std::string_view code = "invalid_grant") {
    BOOST_TEST(reply.response.status == 400);
    BOOST_TEST(reply.error() == code);
    BOOST_TEST(reply.body.has("error_description"));
    BOOST_TEST(reply.header("Cache-Control") == "no-store");
  }
  fixture::Body claimsOf(const std::string& idToken) {
    const auto connection = connections.borrow();
    auto keys = service.keys().published(*connection);
    BOOST_REQUIRE(keys.ok());
    constexpr std::array only{smart::Algorithm::rs256};
    const auto payload = keys->verify(idToken, only);
    BOOST_REQUIRE(payload.ok());
    return fixture::Body(*payload);
  }
};

Fields with(Fields form, std::string_view name, std::string value) {
  std::erase_if(form, [&](const auto& each) { return each.first == name; });
  if (!value.empty()) form.emplace_back(std::string(name), std::move(value));
  return form;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(codes, App)

BOOST_AUTO_TEST_CASE(a_code_gives_what_was_granted) {
  smart::Consent what = consent(app, "openid fhirUser profile launch/patient offline_access patient/*.read");
  what.nonce = "n-1";
  what.context.encounter = "e1";
  what.context.more = R"({"need_patient_banner":true,"smart_style_url":"https://x.example/style.json",)"
                      R"("fhirContext":[{"reference":"ImagingStudy/1"}]})";
  const Reply reply = exchange(what);
  BOOST_REQUIRE_MESSAGE(reply.response.status == 200, reply.response.body);
  BOOST_TEST(reply.header("Cache-Control") == "no-store");
  BOOST_TEST(reply.header("Pragma") == "no-cache");
  BOOST_TEST(reply.body.text("token_type") == "Bearer");
  BOOST_TEST(reply.body.number("expires_in") == 3600);
  BOOST_TEST(reply.body.text("scope") ==
             "openid fhirUser profile launch/patient offline_access patient/*.read");
  BOOST_TEST(reply.body.text("patient") == patientKey);
  BOOST_TEST(reply.body.text("encounter") == "e1");
  BOOST_TEST(reply.body.truth("need_patient_banner"));
  BOOST_TEST(reply.body.has("fhirContext"));
  BOOST_TEST(isValid(reply.body.text("access_token")));
  BOOST_TEST(reply.body.has("refresh_token"));
  const auto claims = claimsOf(reply.body.text("id_token"));
  BOOST_TEST(claims.text("iss") == "https://fhir.example.org/auth");
  BOOST_TEST(claims.text("aud") == app.id);
  BOOST_TEST(claims.text("sub") == patientUser);
  BOOST_TEST(claims.text("nonce") == "n-1");
  BOOST_TEST(claims.text("name") == "Pia Patient");
  BOOST_TEST(claims.text("fhirUser") == "https://fhir.example.org/fhir/Patient/" + patientKey);
  BOOST_TEST(claims.number("exp") > fixture::now());
  BOOST_TEST(claims.number("iat") <= fixture::now());
  BOOST_TEST(claims.number("auth_time") == what.authenticatedAt);
  BOOST_TEST(claims.has("at_hash"));
}

BOOST_AUTO_TEST_CASE(nothing_is_told_that_was_not_granted) {
  const Reply reply = exchange("patient/*.rs");
  BOOST_TEST(!reply.body.has("id_token"));
  BOOST_TEST(!reply.body.has("refresh_token"));
  const auto claims = claimsOf(exchange("openid").body.text("id_token"));
  BOOST_TEST(!claims.has("fhirUser"));
  BOOST_TEST(!claims.has("name"));
  BOOST_TEST(!claims.has("nonce"));
}

BOOST_AUTO_TEST_CASE(a_doctors_fhir_user_is_the_practitioner) {
  smart::Consent what = consent(app, "openid fhirUser user/*.rs");
  what.userId = doctorUser;
  BOOST_TEST(claimsOf(exchange(what).body.text("id_token")).text("fhirUser") ==
             "https://fhir.example.org/fhir/Practitioner/" + doctorKey);
}

BOOST_AUTO_TEST_CASE(a_code_is_good_once_and_its_second_use_ends_all_it_gave) {
  const std::string one = code(consent(app, "offline_access patient/*.rs"));
  const Reply reply = post("/auth/token", codeForm(app, one));
  const std::string token = reply.body.text("access_token");
  BOOST_TEST(isValid(token));
  invalid(post("/auth/token", codeForm(app, one)));
  BOOST_TEST(fixture::within(1s, [&] { return !isValid(token); }));
  invalid(refresh(reply.body.text("refresh_token")));
}

BOOST_AUTO_TEST_CASE(a_code_is_bound_to_its_client_redirect_and_verifier) {
  const smart::Client other = publicApp();
  const auto refused = [&](std::string_view name, const std::string& value, std::string_view error) {
    const std::string one = code(consent(app, "patient/*.rs"));
    invalid(post("/auth/token", with(codeForm(app, one), name, value)), error);
    // Whoever presents a code uses it up, so no second guess is possible.
    if (error == "invalid_grant" && name != "code") invalid(post("/auth/token", codeForm(app, one)));
  };
  refused("code_verifier", "another-verifier-of-more-than-forty-three-characters", "invalid_grant");
  refused("code_verifier", "short", "invalid_grant");
  refused("code_verifier", challengeOf(kVerifier), "invalid_grant");
  refused("code_verifier", "", "invalid_request");
  refused("redirect_uri", std::string(kRedirect) + "/", "invalid_grant");
  refused("redirect_uri", "", "invalid_request");
  refused("client_id", other.id, "invalid_grant");
  refused("code", platform::randomToken(), "invalid_grant");
  refused("code", "x", "invalid_grant");
  refused("code", "", "invalid_request");
}

BOOST_AUTO_TEST_CASE(a_code_is_short_lived) {
  const std::string one = code(consent(app, "patient/*.rs"));
  BOOST_TEST(
      database.run("SELECT expires_at < clock_timestamp() + interval '61 s' FROM smart.authorization_code") ==
      "t");
  database.run("UPDATE smart.authorization_code SET expires_at = now() - interval '1 ms'");
  invalid(post("/auth/token", codeForm(app, one)));
}

BOOST_AUTO_TEST_CASE(of_many_exchanges_at_once_one_succeeds_and_the_tokens_end) {
  const std::string one = code(consent(app, "patient/*.rs"));
  http::Request asked = request("POST", "/auth/token");
  asked.headers.push_back({"Content-Type", "application/x-www-form-urlencoded"});
  for (const auto& [name, value] : codeForm(app, one))
    asked.body += "&" + name + "=" + http::percentEncode(value);
  std::atomic<int> given{0};
  std::vector<std::jthread> all;
  for (int i = 0; i < 4; ++i)
    all.emplace_back([&] {
      if (service.handle(asked)->status == 200) ++given;
    });
  all.clear();
  BOOST_TEST(given == 1);
  BOOST_TEST(database.run("SELECT count(*) FROM smart.approval WHERE revoked_at IS NULL") == "0");
}

BOOST_AUTO_TEST_CASE(codes_are_issued_only_for_what_may_be) {
  const auto refused = [&](const smart::Consent& what) {
    const auto connection = connections.borrow();
    const auto made = service.grants().issueCode(*connection, what);
    BOOST_REQUIRE(!made.ok());
    return made.error().code;
  };
  smart::Consent what = consent(app, "patient/*.rs");
  what.context.patient.reset();
  BOOST_TEST(refused(what) == "invalid_scope");
  what = consent(app, "online_access patient/*.rs");
  BOOST_TEST(refused(what) == "invalid_scope");
  what = consent(app, "system/*.rs");
  BOOST_TEST(refused(what) == "invalid_scope");
  what = consent(app, "openid");
  what.scopes.clear();
  BOOST_TEST(refused(what) == "invalid_scope");
  what = consent(app, "openid");
  what.context.patient = "no id!";
  BOOST_TEST(refused(what) == "invalid_request");
  what = consent(app, "openid");
  for (const char* more :
       {"[]", R"({"access_token":"forged"})", R"({"patient":"1"})", R"({"need_patient_banner":"yes"})",
        R"({"smart_style_url":"http://x.example/"})", R"({"intent":1})", R"({"tenant":""})",
        R"({"fhirContext":{}})", R"({"fhirContext":[1]})", R"({"fhirContext":[{}]})",
        R"({"fhirContext":[{"reference":"Nothing/1"}]})",
        R"({"fhirContext":[{"reference":"https://x.example/List/1"}]})",
        R"({"fhirContext":[{"reference":"Patient/1"}]})",
        R"({"fhirContext":[{"reference":"Encounter/1","role":"launch"}]})",
        R"({"fhirContext":[{"identifier":{},"type":"Patient"}]})",
        R"({"fhirContext":[{"reference":"List/1","role":""}]})",
        R"({"fhirContext":[{"reference":"List/1","role":"mine"}]})",
        R"({"fhirContext":[{"canonical":"a","type":"Nothing"}]})"}) {
    what.context.more = more;
    BOOST_TEST(refused(what) == "invalid_request", more);
  }
  what.context.more =
      R"({"intent":"order","tenant":"t","fhirContext":[{"reference":"ImagingStudy/1"},{"canonical":"http://x.example/q|1"},)"
      R"({"identifier":{"value":"1"},"type":"List"},{"reference":"Patient/2","role":"https://x.example/mother"}]})";
  code(what);
  what = consent(app, "openid");
  what.redirectUri = "https://evil.example.org/";
  BOOST_TEST(refused(what) == "access_denied");
  what = consent(app, "openid");
  what.launch = platform::randomToken();
  BOOST_TEST(refused(what) == "access_denied");
  what = consent(app, "openid");
  database.run("UPDATE users SET is_active = false");
  BOOST_TEST(refused(what) == "access_denied");
  database.run("UPDATE users SET is_active = true; UPDATE patient_profile SET is_deleted = true");
  BOOST_TEST(refused(what) == "access_denied");
}

BOOST_AUTO_TEST_CASE(a_confidential_client_must_show_its_secret) {
  const auto made = secretApp();
  const smart::Client& client = made.first;
  const std::string& secret = made.second;
  const auto form = [&](bool named) {
    Fields out = codeForm(client, code(consent(client, "patient/*.rs")));
    return named ? out : with(out, "client_id", "");
  };
  BOOST_TEST(post("/auth/token", form(false), {{"Authorization", fixture::basic(client.id, secret)}})
                 .response.status == 200);
  BOOST_TEST(post("/auth/token", form(true), {{"Authorization", fixture::basic(client.id, secret)}})
                 .response.status == 200);
  const auto refused = [&](const Fields& fields, const Fields& headers) {
    const Reply reply = post("/auth/token", fields, headers);
    BOOST_TEST(reply.response.status == 401);
    BOOST_TEST(reply.error() == "invalid_client");
    BOOST_TEST(reply.header("WWW-Authenticate").empty() == headers.empty());
  };
  refused(form(true), {});
  refused(form(true), {{"Authorization", fixture::basic(client.id, secret + "x")}});
  refused(form(true), {{"Authorization", fixture::basic(client.id, "")}});
  refused(form(true), {{"Authorization", fixture::basic(app.id, secret)}});
  refused(form(true), {{"Authorization", fixture::basic("nobody", secret)}});
  refused(form(true), {{"Authorization", "Basic %%%"}});
  refused(form(true), {{"Authorization", "Basic " + secret}});
  refused(form(true), {{"Authorization", "Bearer " + secret}});
  refused(with(form(true), "client_secret", secret), {});
  refused(codeForm(app, "x"), {{"Authorization", fixture::basic(client.id, secret)}});
  const Reply both = post("/auth/token", with(form(true), "client_assertion", "x"),
                          {{"Authorization", fixture::basic(client.id, secret)}});
  BOOST_TEST(both.error() == "invalid_request");
  const auto connection = connections.borrow();
  const auto next = smart::rotateSecret(*connection, client.id);
  BOOST_REQUIRE(next.ok());
  refused(form(true), {{"Authorization", fixture::basic(client.id, secret)}});
  BOOST_TEST(post("/auth/token", form(true), {{"Authorization", fixture::basic(client.id, *next)}})
                 .response.status == 200);
  BOOST_TEST(!smart::rotateSecret(*connection, app.id).ok());
  BOOST_TEST(database.run("SELECT count(*) FROM smart.client c WHERE c::text LIKE '%" + *next + "%'") == "0");
}

BOOST_AUTO_TEST_CASE(an_app_that_signs_exchanges_codes_too) {
  const auto key = smart::SigningKey::make(smart::Algorithm::es384);
  smart::Registration registration = appRegistration(kAppScopes);
  registration.kind = smart::ClientKind::confidentialKey;
  registration.jwks = R"({"keys":[)" + key.publicJwk() + "]}";
  const smart::Client client = add(registration);
  Fields form = with(codeForm(client, code(consent(client, "openid patient/*.rs"))), "client_id", "");
  BOOST_TEST(post("/auth/token", form).error() == "invalid_client");
  form.emplace_back("client_assertion_type", smart::kAssertionType);
  form.emplace_back("client_assertion", assertion(key, client.id));
  const Reply reply = post("/auth/token", form);
  BOOST_REQUIRE_MESSAGE(reply.response.status == 200, reply.response.body);
  BOOST_TEST(claimsOf(reply.body.text("id_token")).text("aud") == client.id);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(refreshing, App)

BOOST_AUTO_TEST_CASE(a_refresh_gives_the_same_and_another_refresh_token) {
  const Reply first = exchange("openid launch/patient offline_access patient/*.rs");
  const std::string token = first.body.text("refresh_token");
  const Reply second = refresh(token);
  BOOST_REQUIRE_MESSAGE(second.response.status == 200, second.response.body);
  BOOST_TEST(second.header("Cache-Control") == "no-store");
  BOOST_TEST(second.body.text("scope") == first.body.text("scope"));
  BOOST_TEST(second.body.text("patient") == patientKey);
  BOOST_TEST(second.body.text("refresh_token") != token);
  BOOST_TEST(isValid(second.body.text("access_token")));
  BOOST_TEST(isValid(first.body.text("access_token")));
  const Reply third = refresh(second.body.text("refresh_token"), {{"scope", "openid patient/*.rs"}});
  BOOST_TEST(third.body.text("scope") == "openid patient/*.rs");
  // Narrower once is not narrower for ever (RFC 6749, section 6).
  BOOST_TEST(refresh(third.body.text("refresh_token")).body.text("scope") == first.body.text("scope"));
}

BOOST_AUTO_TEST_CASE(clients_that_are_known_refresh_as_themselves) {
  const auto refreshed = [&](const Reply& first, const Fields& more, const Fields& headers) {
    BOOST_REQUIRE_MESSAGE(first.response.status == 200, first.response.body);
    Fields form{{"grant_type", "refresh_token"}, {"refresh_token", first.body.text("refresh_token")}};
    BOOST_TEST(post("/auth/token", form).error() == "invalid_client");
    form.insert(form.end(), more.begin(), more.end());
    const Reply second = post("/auth/token", form, headers);
    BOOST_REQUIRE_MESSAGE(second.response.status == 200, second.response.body);
    BOOST_TEST(second.body.text("scope") == first.body.text("scope"));
    BOOST_TEST(second.body.text("refresh_token") != first.body.text("refresh_token"));
  };
  const auto [secretive, secret] = secretApp();
  const Fields basic{{"Authorization", fixture::basic(secretive.id, secret)}};
  const auto form = [&](const smart::Client& client) {
    return with(codeForm(client, code(consent(client, "offline_access patient/*.rs"))), "client_id", "");
  };
  refreshed(post("/auth/token", form(secretive), basic), {}, basic);

  const auto key = smart::SigningKey::make(smart::Algorithm::es384);
  smart::Registration registration = appRegistration(kAppScopes);
  registration.kind = smart::ClientKind::confidentialKey;
  registration.jwks = R"({"keys":[)" + key.publicJwk() + "]}";
  const smart::Client signs = add(registration);
  const auto signedBy = [&] {
    return Fields{{"client_assertion_type", std::string(smart::kAssertionType)},
                  {"client_assertion", assertion(key, signs.id)}};
  };
  Fields first = form(signs);
  for (const auto& each : signedBy()) first.push_back(each);
  refreshed(post("/auth/token", first), signedBy(), {});
}

BOOST_AUTO_TEST_CASE(a_refresh_never_gives_more) {
  const Reply first = exchange("offline_access patient/Observation.rs");
  const std::string token = first.body.text("refresh_token");
  for (const char* more :
       {"patient/*.rs", "patient/Observation.cruds", "openid", "user/Observation.rs", "nonsense"})
    invalid(refresh(token, {{"scope", more}}), "invalid_scope");
  BOOST_TEST(refresh(token, {{"scope", "patient/Observation.r"}}).body.text("scope") ==
             "patient/Observation.r");
}

BOOST_AUTO_TEST_CASE(a_refresh_token_that_is_used_twice_ends_its_family) {
  const Reply first = exchange("offline_access patient/*.rs");
  const Reply second = refresh(first.body.text("refresh_token"));
  invalid(refresh(first.body.text("refresh_token")));
  invalid(refresh(second.body.text("refresh_token")));
  BOOST_TEST(fixture::within(1s, [&] { return !isValid(second.body.text("access_token")); }));
}

BOOST_AUTO_TEST_CASE(a_refresh_token_is_bound_to_its_client) {
  const smart::Client other = publicApp();
  const std::string token = exchange("offline_access patient/*.rs").body.text("refresh_token");
  invalid(post("/auth/token",
               {{"grant_type", "refresh_token"}, {"refresh_token", token}, {"client_id", other.id}}));
  BOOST_TEST(refresh(token).response.status == 200);
  invalid(refresh(platform::randomToken()));
  invalid(refresh("x"));
}

BOOST_AUTO_TEST_CASE(what_the_registration_lost_a_refresh_loses) {
  const std::string token = exchange("offline_access patient/*.cruds").body.text("refresh_token");
  database.run("UPDATE smart.client SET scopes = 'offline_access patient/Observation.rs'");
  BOOST_TEST(refresh(token).body.text("scope") == "offline_access patient/Observation.rs");
}

BOOST_AUTO_TEST_CASE(refresh_ends_with_the_user_the_consent_and_its_time) {
  const auto token = [&] { return exchange("offline_access patient/*.rs").body.text("refresh_token"); };
  std::string one = token();
  database.run("UPDATE users SET is_active = false");
  invalid(refresh(one));
  database.run("UPDATE users SET is_active = true");
  one = token();
  {
    const auto connection = connections.borrow();
    BOOST_TEST(*service.grants().disconnect(*connection, doctorUser, app.id) == 0u);
    BOOST_TEST(*service.grants().disconnect(*connection, patientUser, app.id) > 0u);
  }
  invalid(refresh(one));
  one = token();
  database.run("UPDATE smart.refresh_token SET expires_at = now()");
  invalid(refresh(one));
}

BOOST_AUTO_TEST_CASE(offline_access_survives_the_sign_in_and_online_access_does_not) {
  const std::string session =
      database.run("INSERT INTO sessions (user_id, token_hash, expires_at) VALUES ('" + patientUser +
                   "', sha256('a'), now() + interval '1 hour') RETURNING id");
  smart::Consent offline = consent(app, "offline_access patient/*.rs");
  smart::Consent online = consent(app, "online_access patient/*.rs");
  offline.sessionId = online.sessionId = session;
  const Reply stays = exchange(offline);
  const Reply ends = refresh(exchange(online).body.text("refresh_token"));
  BOOST_TEST(ends.response.status == 200);
  database.run("UPDATE sessions SET expires_at = clock_timestamp()");
  invalid(refresh(ends.body.text("refresh_token")));
  BOOST_TEST(refresh(stays.body.text("refresh_token")).response.status == 200);
}

BOOST_AUTO_TEST_CASE(people_see_what_they_allowed) {
  exchange("offline_access patient/*.rs");
  exchange("patient/*.rs");
  const auto apps = [&](const std::string& user) {
    const auto connection = connections.borrow();
    auto list = service.grants().connectedApps(*connection, user);
    BOOST_REQUIRE(list.ok());
    return *std::move(list);
  };
  const auto mine = apps(patientUser);
  BOOST_REQUIRE(mine.size() == 2u);
  BOOST_TEST(mine[0].clientName == "An app");
  BOOST_TEST(mine[0].clientId == app.id);
  BOOST_TEST((mine[0].goesOn != mine[1].goesOn));
  BOOST_TEST(mine[0].since.ends_with('Z'));
  BOOST_TEST(apps(doctorUser).empty());
  {
    const auto connection = connections.borrow();
    BOOST_TEST(*service.grants().disconnect(*connection, patientUser, app.id) == 2u);
  }
  BOOST_TEST(apps(patientUser).empty());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(questions_about_tokens, App)

BOOST_AUTO_TEST_CASE(introspection_tells_what_the_token_answer_told) {
  smart::Consent what = consent(app, "openid fhirUser launch/patient patient/*.rs");
  what.context.encounter = "e1";
  what.context.more = R"({"need_patient_banner":false})";
  const Reply given = exchange(what);
  const std::string token = given.body.text("access_token");
  const auto [asker, secret] = secretApp();
  const Fields by{{"Authorization", fixture::basic(asker.id, secret)}, {"Accept", "application/json"}};
  const Reply reply = post("/auth/introspect", {{"token", token}}, by);
  BOOST_REQUIRE_MESSAGE(reply.response.status == 200, reply.response.body);
  BOOST_TEST(reply.body.truth("active"));
  BOOST_TEST(reply.body.text("scope") == given.body.text("scope"));
  BOOST_TEST(reply.body.text("client_id") == app.id);
  BOOST_TEST(std::abs(reply.body.number("exp") - fixture::now() - given.body.number("expires_in")) <= 5);
  BOOST_TEST(reply.body.text("patient") == given.body.text("patient"));
  BOOST_TEST(reply.body.text("encounter") == "e1");
  BOOST_TEST(!reply.body.truth("need_patient_banner"));
  const auto claims = claimsOf(given.body.text("id_token"));
  for (const char* name : {"iss", "sub", "fhirUser"}) BOOST_TEST(reply.body.text(name) == claims.text(name));
  const Reply own = post("/auth/introspect", {{"token", token}}, {{"Authorization", "Bearer " + token}});
  BOOST_TEST(own.body.truth("active"));
}

BOOST_AUTO_TEST_CASE(introspection_of_anything_else_says_inactive_and_nothing_more) {
  const auto [asker, secret] = secretApp();
  const Fields by{{"Authorization", fixture::basic(asker.id, secret)}};
  const Reply given = exchange("offline_access patient/*.rs");
  const std::string ended = given.body.text("access_token");
  database.run("UPDATE smart.access_token SET revoked_at = now()");
  for (const std::string& token : {std::string("invalid_token_value"), platform::randomToken(), ended,
                                   given.body.text("refresh_token"), std::string("'")}) {
    const Reply reply = post("/auth/introspect", {{"token", token}}, by);
    BOOST_TEST(reply.response.status == 200);
    BOOST_TEST(!reply.body.truth("active"));
    BOOST_TEST(reply.body.size() == 1u);
  }
  BOOST_TEST(post("/auth/introspect", {}, by).error() == "invalid_request");
}

BOOST_AUTO_TEST_CASE(introspection_is_for_those_who_are_known) {
  const std::string token = exchange("patient/*.rs").body.text("access_token");
  BOOST_TEST(post("/auth/introspect", {{"token", token}}).response.status == 401);
  BOOST_TEST(post("/auth/introspect", {{"token", token}, {"client_id", app.id}}).response.status == 401);
  BOOST_TEST(post("/auth/introspect", {{"token", token}}, {{"Authorization", "Bearer x"}}).response.status ==
             401);
  const smart::Client other = publicApp();
  const std::string foreign =
      post("/auth/token", codeForm(other, code(consent(other, "patient/*.rs")))).body.text("access_token");
  const Reply reply = post("/auth/introspect", {{"token", token}}, {{"Authorization", "Bearer " + foreign}});
  BOOST_TEST(reply.response.status == 200);
  BOOST_TEST(!reply.body.truth("active"));
  const auto key = smart::SigningKey::make(smart::Algorithm::es384);
  const std::string system = backendToken(key, backend(key));
  BOOST_TEST(post("/auth/introspect", {{"token", token}}, {{"Authorization", "Bearer " + system}})
                 .body.truth("active"));
  const Reply ofSystem =
      post("/auth/introspect", {{"token", system}}, {{"Authorization", "Bearer " + system}});
  BOOST_TEST(ofSystem.body.text("sub") == ofSystem.body.text("client_id"));
}

BOOST_AUTO_TEST_CASE(many_may_ask_at_once_without_waiting_for_each_other) {
  const std::string token = exchange("openid patient/*.rs").body.text("access_token");
  http::Request asked = request("POST", "/auth/introspect");
  asked.headers = {{"Content-Type", "application/x-www-form-urlencoded"},
                   {"Authorization", "Bearer " + token}};
  asked.body = "token=" + token;
  std::atomic<int> active{0};
  {
    std::vector<std::jthread> all;
    for (int i = 0; i < 16; ++i)
      all.emplace_back([&] {
        for (int k = 0; k < 10; ++k)
          if (service.handle(asked)->body.find("\"active\":true") != std::string::npos) ++active;
      });
  }
  BOOST_TEST(active == 160);
}

BOOST_AUTO_TEST_CASE(a_client_revokes_its_own_tokens_and_no_others) {
  const Reply given = exchange("offline_access patient/*.rs");
  const smart::Client other = publicApp();
  const auto revoke = [&](const smart::Client& by, const std::string& token) {
    return post("/auth/revoke",
                {{"token", token}, {"client_id", by.id}, {"token_type_hint", "access_token"}});
  };
  BOOST_TEST(revoke(other, given.body.text("access_token")).response.status == 400);
  BOOST_TEST(isValid(given.body.text("access_token")));
  BOOST_TEST(revoke(app, given.body.text("access_token")).response.status == 200);
  BOOST_TEST(fixture::within(1s, [&] { return !isValid(given.body.text("access_token")); }));
  const Reply second = refresh(given.body.text("refresh_token"));
  BOOST_TEST(second.response.status == 200);
  BOOST_TEST(revoke(app, second.body.text("refresh_token")).response.status == 200);
  invalid(refresh(second.body.text("refresh_token")));
  BOOST_TEST(fixture::within(1s, [&] { return !isValid(second.body.text("access_token")); }));
  BOOST_TEST(revoke(app, platform::randomToken()).response.status == 200);
  BOOST_TEST(revoke(app, "anything").response.status == 200);
  BOOST_TEST(post("/auth/revoke", {{"client_id", app.id}}).error() == "invalid_request");
  BOOST_TEST(post("/auth/revoke", {{"token", "x"}}).error() == "invalid_client");
}

BOOST_AUTO_TEST_CASE(userinfo_tells_what_was_granted) {
  const std::string token = exchange("openid fhirUser profile patient/*.rs").body.text("access_token");
  const Reply reply = get("/auth/userinfo", {{"Authorization", "Bearer " + token}});
  BOOST_REQUIRE(reply.response.status == 200);
  BOOST_TEST(reply.body.text("sub") == patientUser);
  BOOST_TEST(reply.body.text("name") == "Pia Patient");
  BOOST_TEST(reply.body.text("fhirUser") == "https://fhir.example.org/fhir/Patient/" + patientKey);
  const std::string bare = exchange("openid").body.text("access_token");
  BOOST_TEST(get("/auth/userinfo", {{"Authorization", "bearer " + bare}}).body.size() == 1u);
  const std::string none = exchange("patient/*.rs").body.text("access_token");
  const Reply refused = get("/auth/userinfo", {{"Authorization", "Bearer " + none}});
  BOOST_TEST(refused.response.status == 403);
  BOOST_TEST((refused.header("WWW-Authenticate").find("insufficient_scope") != std::string::npos));
  BOOST_TEST(get("/auth/userinfo").response.status == 401);
  BOOST_TEST((get("/auth/userinfo").header("WWW-Authenticate").find("error") == std::string::npos));
  const Reply wrong = get("/auth/userinfo", {{"Authorization", "Bearer x"}});
  BOOST_TEST(wrong.response.status == 401);
  BOOST_TEST((wrong.header("WWW-Authenticate").find("invalid_token") != std::string::npos));
  BOOST_TEST(
      get("/auth/userinfo", {{"Authorization", "Bearer " + token}, {"Authorization", "Bearer " + token}})
          .response.status == 401);
}

BOOST_AUTO_TEST_SUITE_END()
