// What the server says of itself (groups A, D, H8, U1), who may read it (H12), and its keys.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <string>

#include "tests/smart/fixture.h"

using fixture::Fields;
using fixture::Reply;
using smart::Algorithm;

namespace {

using Texts = std::vector<std::string>;

bool has(const Texts& list, std::string_view text) {
  return std::ranges::find(list, text) != list.end();
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(discovery, fixture::SmartFixture)

BOOST_AUTO_TEST_CASE(the_smart_configuration_is_whole_whatever_is_accepted) {
  for (const char* accept : {"application/json", "text/html", "application/fhir+xml", "*/*"}) {
    const Reply reply = get("/fhir/.well-known/smart-configuration", {{"Accept", accept}});
    BOOST_TEST(reply.response.status == 200);
    BOOST_TEST(reply.header("Content-Type").starts_with("application/json"));
    for (const char* name : {"issuer", "jwks_uri", "authorization_endpoint", "token_endpoint",
                             "introspection_endpoint", "revocation_endpoint", "registration_endpoint"})
      BOOST_TEST(reply.body.text(name).starts_with("https://fhir.example.org/auth"), name);
    BOOST_TEST(has(reply.body.texts("grant_types_supported"), "authorization_code"));
    BOOST_TEST((reply.body.texts("code_challenge_methods_supported") == Texts{"S256"}));
    BOOST_TEST(has(reply.body.texts("scopes_supported"), "patient/*.rs"));
    BOOST_TEST(has(reply.body.texts("token_endpoint_auth_methods_supported"), "private_key_jwt"));
    BOOST_TEST(has(reply.body.texts("token_endpoint_auth_signing_alg_values_supported"), "RS384"));
    BOOST_TEST((reply.body.texts("response_types_supported") == Texts{"code"}));
    const Texts capabilities = reply.body.texts("capabilities");
    for (const char* each :
         {"launch-standalone", "launch-ehr", "client-public", "client-confidential-symmetric",
          "client-confidential-asymmetric", "sso-openid-connect", "context-standalone-patient",
          "context-ehr-patient", "context-ehr-encounter", "permission-patient", "permission-user",
          "permission-offline", "permission-v1", "permission-v2", "authorize-post"})
      BOOST_TEST(has(capabilities, each), each);
  }
}

BOOST_AUTO_TEST_CASE(each_advertised_scope_is_understood_and_each_endpoint_answers) {
  const Reply reply = get("/fhir/.well-known/smart-configuration");
  for (const std::string& scope : reply.body.texts("scopes_supported"))
    BOOST_TEST(smart::parseScope(scope).ok(), scope);
  for (const char* name : {"jwks_uri", "token_endpoint", "introspection_endpoint", "revocation_endpoint",
                           "registration_endpoint"}) {
    const std::string path = reply.body.text(name).substr(kOrigin.size());
    BOOST_TEST(service.handle(request("POST", path)).has_value(), name);
  }
}

BOOST_AUTO_TEST_CASE(openid_and_rfc8414_say_the_same) {
  const Reply openid = get("/auth/.well-known/openid-configuration");
  const Reply metadata = get("/.well-known/oauth-authorization-server/auth");
  BOOST_TEST(openid.response.body == metadata.response.body);
  BOOST_TEST(openid.body.text("issuer") == "https://fhir.example.org/auth");
  BOOST_TEST((openid.body.texts("id_token_signing_alg_values_supported") == Texts{"RS256"}));
  BOOST_TEST((openid.body.texts("subject_types_supported") == Texts{"public"}));
  BOOST_TEST(!openid.body.truth("request_uri_parameter_supported"));
  BOOST_TEST(openid.body.has("userinfo_endpoint"));
}

BOOST_AUTO_TEST_CASE(the_key_set_has_public_rsa_keys) {
  const Reply reply = get("/auth/jwks");
  BOOST_TEST(reply.response.status == 200);
  BOOST_TEST(reply.header("Content-Type") == "application/json");
  const auto keys = smart::KeySet::parse(reply.response.body);
  BOOST_REQUIRE(keys.ok());
  BOOST_TEST((reply.response.body.find(R"("kty":"RSA")") != std::string::npos));
  BOOST_TEST((reply.response.body.find(R"("d":)") == std::string::npos));
  BOOST_TEST(get("/auth/jwks").response.body == reply.response.body);
}

BOOST_AUTO_TEST_CASE(everybody_may_read_discovery_and_registered_origins_the_rest) {
  const smart::Client app = publicApp();
  const Fields ours{{"Origin", "https://app.example.org"}};
  const Fields other{{"Origin", "https://evil.example.org"}};
  for (const char* path : {"/fhir/.well-known/smart-configuration", "/auth/.well-known/openid-configuration",
                           "/.well-known/oauth-authorization-server/auth", "/auth/jwks"})
    BOOST_TEST(get(path, other).header("Access-Control-Allow-Origin") == "*", path);
  const auto token = [&] { return codeForm(app, code(consent(app, "patient/*.rs"))); };
  const Reply good = post("/auth/token", token(), ours);
  BOOST_TEST(good.response.status == 200);
  BOOST_TEST(good.header("Access-Control-Allow-Origin") == "https://app.example.org");
  BOOST_TEST(good.header("Vary") == "Origin");
  BOOST_TEST(good.header("Access-Control-Allow-Credentials").empty());
  BOOST_TEST(post("/auth/token", token(), other).header("Access-Control-Allow-Origin").empty());
  BOOST_TEST(post("/auth/token", {}, ours).header("Access-Control-Allow-Origin") ==
             "https://app.example.org");
  http::Request asks = request("OPTIONS", "/auth/token");
  asks.headers = {{"Origin", "https://app.example.org"}, {"Access-Control-Request-Method", "POST"}};
  const Reply preflight = send(asks);
  BOOST_TEST(preflight.response.status == 204);
  BOOST_TEST(preflight.header("Access-Control-Allow-Origin") == "https://app.example.org");
  BOOST_TEST(preflight.header("Access-Control-Allow-Methods") == "POST");
  BOOST_TEST((preflight.header("Access-Control-Allow-Headers").find("Authorization") != std::string::npos));
  asks.headers[0].value = "https://evil.example.org";
  BOOST_TEST(send(asks).header("Access-Control-Allow-Origin").empty());
}

BOOST_AUTO_TEST_CASE(other_paths_are_not_its_own) {
  for (const char* path : {"/", "/auth", "/auth/", "/auth/token/x", "/auth/authorize", "/fhir/metadata",
                           "/token", "/.well-known/smart-configuration", "/fhir/Patient"})
    BOOST_TEST(!service.handle(request("GET", path)).has_value(), path);
}

BOOST_AUTO_TEST_CASE(a_new_key_is_published_before_it_signs_and_the_old_one_stays) {
  const auto connection = connections.borrow();
  smart::Keys& keys = service.keys();
  const auto first = keys.signer(*connection, Algorithm::rs256);
  BOOST_REQUIRE(first.ok());
  const std::string token = first->sign("{}");
  BOOST_REQUIRE(keys.rotate(*connection, Algorithm::rs256).ok());
  BOOST_TEST(keys.signer(*connection, Algorithm::rs256)->kid() == first->kid());
  BOOST_TEST(database.run("SELECT count(*) FROM smart.signing_key WHERE algorithm = 'RS256'") == "2");
  database.run(
      "UPDATE smart.signing_key SET signs_from = clock_timestamp() WHERE signs_from > clock_timestamp()");
  keys.forget();
  const auto second = keys.signer(*connection, Algorithm::rs256);
  BOOST_TEST(second->kid() != first->kid());
  constexpr std::array only{Algorithm::rs256};
  const auto published = keys.published(*connection);
  BOOST_TEST(published->verify(token, only).ok());
  BOOST_TEST(published->verify(second->sign("{}"), only).ok());
  database.run("UPDATE smart.signing_key SET signs_from = signs_from - interval '25 hours'");
  BOOST_REQUIRE(keys.rotate(*connection, Algorithm::rs256).ok());
  const auto later = keys.published(*connection);
  BOOST_TEST(!later->verify(token, only).ok());
  BOOST_TEST(later->verify(second->sign("{}"), only).ok());
}

BOOST_AUTO_TEST_CASE(keys_that_are_old_are_followed_by_new_ones) {
  const auto connection = connections.borrow();
  smart::Keys& keys = service.keys();
  const auto first = keys.signer(*connection, Algorithm::rs256);
  database.run(
      "UPDATE smart.signing_key SET created_at = created_at - interval '91 days', signs_from = signs_from - "
      "interval '91 days'");
  keys.forget();
  BOOST_TEST(keys.signer(*connection, Algorithm::rs256)->kid() == first->kid());
  BOOST_TEST(database.run("SELECT count(*) FROM smart.signing_key") == "4");
  keys.forget();
  keys.signer(*connection, Algorithm::rs256).ok();
  BOOST_TEST(database.run("SELECT count(*) FROM smart.signing_key") == "4");
}

BOOST_AUTO_TEST_CASE(private_keys_are_sealed) {
  const auto connection = connections.borrow();
  BOOST_REQUIRE(service.keys().signer(*connection, Algorithm::rs256).ok());
  BOOST_TEST(database.run("SELECT count(*) FROM smart.signing_key WHERE sealed LIKE '%\"d\"%' OR public_key "
                          "LIKE '%\"d\"%'") == "0");
  smart::Keys same("");
  BOOST_TEST(same.signer(*connection, Algorithm::rs256)->kid() ==
             service.keys().signer(*connection, Algorithm::rs256)->kid());
  // With another secret the old key is not opened, and signing goes on with a new one.
  smart::Keys other("another secret");
  const auto fresh = other.signer(*connection, Algorithm::rs256);
  BOOST_REQUIRE(fresh.ok());
  BOOST_TEST(fresh->kid() != same.signer(*connection, Algorithm::rs256)->kid());
  BOOST_TEST(
      other.published(*connection)
          ->verify(same.signer(*connection, Algorithm::rs256)->sign("{}"), std::array{Algorithm::rs256})
          .ok());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_CASE(without_pages_only_what_systems_need_is_told) {
  auto options = fixture::SmartFixture::usual();
  options.pages = false;
  fixture::SmartFixture off(options);
  const Reply reply = off.get("/fhir/.well-known/smart-configuration");
  BOOST_TEST(!reply.body.has("authorization_endpoint"));
  BOOST_TEST(!reply.body.has("issuer"));
  BOOST_TEST((reply.body.texts("grant_types_supported") == Texts{"client_credentials"}));
  BOOST_TEST((reply.body.texts("capabilities") ==
              Texts{"client-confidential-asymmetric", "permission-v1", "permission-v2"}));
  BOOST_TEST(!off.service.handle(fixture::SmartFixture::request("GET", "/auth/userinfo")).has_value());
  BOOST_TEST(
      !off.service.handle(fixture::SmartFixture::request("GET", "/auth/.well-known/openid-configuration"))
           .has_value());
}
