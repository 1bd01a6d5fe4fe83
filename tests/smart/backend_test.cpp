// A client system from its key to its token: SMART Backend Services, and every way in which it must fail
// (groups F, H9 and H10 of the checks).
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <boost/test/unit_test.hpp>
#include <string>

#include "src/platform/encoding.h"
#include "tests/smart/fixture.h"

using fixture::Fields;
using fixture::now;
using fixture::Reply;
using smart::Algorithm;
using smart::SigningKey;

namespace {

struct Backend : fixture::SmartFixture {
  const SigningKey rsa = SigningKey::make(Algorithm::rs384);
  const SigningKey ec = SigningKey::make(Algorithm::es384);
  const smart::Client pharmacy = backend(ec, "system/MedicationRequest.rs system/Patient.rs");

  Reply ask(const std::string& assertion, std::string_view scope = "system/MedicationRequest.rs") {
    return post("/auth/token", backendForm(assertion, scope));
  }
  void refused(const std::string& assertion, std::string_view why) {
    const Reply reply = ask(assertion);
    BOOST_TEST(reply.response.status == 401, why);
    BOOST_TEST(reply.error() == "invalid_client", why);
    BOOST_TEST(reply.header("Cache-Control") == "no-store");
  }
};

std::string quoted(std::string_view text) {
  return '"' + std::string(text) + '"';
}

// The form with some fields replaced, or left out when they have no value.
Fields changed(Fields form, const Fields& changes) {
  for (const auto& change : changes) {
    std::erase_if(form, [&](const auto& each) { return each.first == change.first; });
    if (!change.second.empty()) form.push_back(change);
  }
  return form;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(backend_services, Backend)

BOOST_AUTO_TEST_CASE(a_signed_assertion_gives_a_short_token_without_refresh) {
  const smart::Client hospital = backend(rsa);
  const Reply reply = post("/auth/token", backendForm(assertion(rsa, hospital.id)));
  BOOST_REQUIRE_MESSAGE(reply.response.status == 200, reply.response.body);
  BOOST_TEST(reply.header("Content-Type") == "application/json");
  BOOST_TEST(reply.header("Cache-Control") == "no-store");
  BOOST_TEST(reply.header("Pragma") == "no-cache");
  BOOST_TEST(reply.body.text("token_type") == "Bearer");
  BOOST_TEST(reply.body.number("expires_in") == 300);
  BOOST_TEST(reply.body.text("scope") == "system/*.rs");
  BOOST_TEST(reply.body.size() == 4u);
  const auto principal = tokens.check(reply.body.text("access_token"));
  BOOST_REQUIRE(principal.ok());
  BOOST_TEST(((*principal)->kind == smart::PrincipalKind::client));
  BOOST_TEST((*principal)->clientId == hospital.id);
  BOOST_TEST((*principal)->userId.empty());
  BOOST_TEST((*principal)->personKey.empty());
  BOOST_TEST(ask(assertion(ec, pharmacy.id)).response.status == 200);
}

BOOST_AUTO_TEST_CASE(the_database_holds_no_token) {
  const std::string token = backendToken(ec, pharmacy, "system/Patient.rs");
  BOOST_TEST(database.run("SELECT count(*) FROM smart.access_token t WHERE t::text LIKE '%" + token + "%'") ==
             "0");
  BOOST_TEST(database.run("SELECT count(*) FROM smart.access_token WHERE token_hash = '" +
                          platform::byteaHash(token) + "'") == "1");
}

BOOST_AUTO_TEST_CASE(scopes_are_cut_to_the_registration) {
  const auto scope = [&](std::string_view asked) {
    const Reply reply = ask(assertion(ec, pharmacy.id), asked);
    return reply.response.status == 200 ? reply.body.text("scope") : reply.error();
  };
  BOOST_TEST(scope("system/*.read") == "system/MedicationRequest.read system/Patient.read");
  BOOST_TEST(scope("system/MedicationRequest.cruds") == "system/MedicationRequest.rs");
  BOOST_TEST(scope("system/Observation.rs") == "invalid_scope");
  BOOST_TEST(scope("system/Observation.rs system/Patient.r") == "system/Patient.r");
  BOOST_TEST(scope("user/Patient.rs") == "invalid_scope");
  BOOST_TEST(scope("system/Patient.rs openid") == "invalid_scope");
  BOOST_TEST(scope("system/Patient.rs nonsense") == "invalid_scope");
  BOOST_TEST(scope("system/Patient.rs?gender=male") == "system/Patient.rs?gender=male");
}

BOOST_AUTO_TEST_CASE(requests_that_ask_wrongly_are_told_so) {
  const auto error = [&](const Fields& changes) {
    const Reply reply = post("/auth/token", changed(backendForm(assertion(ec, pharmacy.id)), changes));
    BOOST_TEST(reply.response.status != 200);
    return std::to_string(reply.response.status) + " " + reply.error();
  };
  BOOST_TEST(error({{"grant_type", ""}}) == "400 invalid_request");
  BOOST_TEST(error({{"grant_type", "not_a_grant_type"}}) == "400 unsupported_grant_type");
  BOOST_TEST(error({{"grant_type", "password"}}) == "400 unsupported_grant_type");
  BOOST_TEST(error({{"grant_type", "authorization_code"}}) == "400 unauthorized_client");
  BOOST_TEST(error({{"scope", ""}}) == "400 invalid_request");
  BOOST_TEST(error({{"client_assertion_type", "not_an_assertion_type"}}) == "401 invalid_client");
  BOOST_TEST(error({{"client_assertion_type", ""}}) == "401 invalid_client");
  BOOST_TEST(error({{"client_assertion", ""}}) == "401 invalid_client");
  BOOST_TEST(error({{"client_assertion", "invalid"}}) == "401 invalid_client");
  BOOST_TEST(error({{"client_id", "another"}}) == "401 invalid_client");
  BOOST_TEST(error({{"client_secret", "x"}}) == "401 invalid_client");
  http::Request twice = request("POST", "/auth/token");
  twice.headers.push_back({"Content-Type", "application/x-www-form-urlencoded"});
  twice.body = "grant_type=client_credentials&grant_type=client_credentials";
  BOOST_TEST(send(twice).error() == "invalid_request");
  twice.body = "grant_type=client_credentials&scope=%zz";
  BOOST_TEST(send(twice).error() == "invalid_request");
  twice.body = "{}";
  twice.headers[0].value = "application/json";
  BOOST_TEST(send(twice).error() == "invalid_request");
  BOOST_TEST(post("/auth/token?client_secret=x", {}).error() == "invalid_request");
  BOOST_TEST(get("/auth/token").response.status == 405);
}

BOOST_AUTO_TEST_CASE(assertions_that_are_not_exactly_right_are_refused) {
  const std::string id = pharmacy.id;
  refused(assertion(SigningKey::make(Algorithm::es384), id), "another key");
  refused(assertion(rsa, id), "a key of another kind");
  const std::string good = assertion(ec, id);
  std::string bad = good;
  bad[bad.rfind('.') + 5] = bad[bad.rfind('.') + 5] == 'A' ? 'B' : 'A';
  refused(bad, "a changed signature");
  const std::size_t dot = good.find('.');
  refused(good.substr(0, dot + 1) + platform::base64url(R"({"iss":"x"})") + good.substr(good.rfind('.')),
          "other claims under the signature");
  refused(platform::base64url(R"({"alg":"none","kid":")" + ec.kid() + "\"}") +
              good.substr(dot, good.rfind('.') - dot) + ".",
          "alg none");
  refused(platform::base64url(R"({"alg":"none","kid":")" + ec.kid() + "\"}") + good.substr(dot),
          "alg none, signed");
  refused(platform::base64url(R"({"alg":"ES384","kid":"unknown","typ":"JWT"})") + good.substr(dot),
          "an unknown kid");
  refused(platform::base64url(R"({"alg":"ES384","typ":"JWT"})") + good.substr(dot), "no kid");
  refused(assertion(ec, id, {{"exp", std::to_string(now() - 1)}}), "expired");
  refused(assertion(ec, id, {{"exp", std::to_string(now() + 330)}}), "more than five minutes ahead");
  refused(assertion(ec, id, {{"exp", "\"soon\""}}), "exp is no number");
  refused(assertion(ec, id, {{"exp", ""}}), "no exp");
  refused(assertion(ec, id, {{"aud", quoted("https://fhir.example.org/fhir")}}), "for the FHIR API");
  refused(assertion(ec, id, {{"aud", quoted("https://evil.example.org/auth/token")}}), "for another server");
  refused(assertion(ec, id, {{"aud", quoted(std::string(kTokenUrl) + "/")}}), "nearly the aud");
  refused(assertion(ec, id, {{"aud", "[]"}}), "for nobody");
  refused(assertion(ec, id, {{"aud", ""}}), "no aud");
  refused(assertion(ec, id, {{"iss", quoted("another")}}), "iss is not sub");
  refused(assertion(ec, id, {{"sub", quoted("another")}}), "sub is not iss");
  refused(assertion(ec, id, {{"sub", ""}}), "no sub");
  refused(assertion(ec, "nobody"), "an unknown client");
  refused(assertion(ec, id, {{"jti", ""}}), "no jti");
  refused(assertion(ec, id, {{"jti", quoted("")}}), "an empty jti");
  refused(assertion(ec, id, {{"jti", "1"}}), "jti is no text");
  refused(assertion(ec, id, {{"nbf", std::to_string(now() + 100)}}), "not valid yet");
  refused(assertion(ec, id, {{"iat", std::to_string(now() + 100)}}), "made in the future");
}

BOOST_AUTO_TEST_CASE(the_token_urls_issuer_is_an_audience_too) {
  BOOST_TEST(
      ask(assertion(ec, pharmacy.id, {{"aud", quoted("https://fhir.example.org/auth")}})).response.status ==
      200);
  BOOST_TEST(
      ask(assertion(ec, pharmacy.id, {{"aud", "[\"x\"," + quoted(kTokenUrl) + "]"}})).response.status == 200);
}

BOOST_AUTO_TEST_CASE(the_public_key_does_not_sign_as_a_secret) {
  const smart::Client hospital = backend(rsa);
  const std::string good = assertion(rsa, hospital.id);
  const std::string head = platform::base64url(R"({"alg":"HS256","kid":")" + rsa.kid() + "\"}") +
                           good.substr(good.find('.'), good.rfind('.') - good.find('.'));
  const std::string key = rsa.publicJwk();
  unsigned char mac[64];
  unsigned size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(head.data()), head.size(), mac, &size);
  refused(head + "." + platform::base64url({reinterpret_cast<const char*>(mac), size}),
          "HS256 by the public key");
}

BOOST_AUTO_TEST_CASE(an_assertion_is_good_once_for_each_client) {
  const std::string one = assertion(ec, pharmacy.id);
  BOOST_TEST(ask(one).response.status == 200);
  refused(one, "replayed");
  const std::string sameJti = assertion(ec, pharmacy.id, {{"jti", quoted("mine")}});
  BOOST_TEST(ask(sameJti).response.status == 200);
  refused(assertion(ec, pharmacy.id, {{"jti", quoted("mine")}, {"exp", std::to_string(now() + 100)}}),
          "another assertion with a jti that was used");
  const smart::Client other = backend(ec, "system/MedicationRequest.rs");
  BOOST_TEST(ask(assertion(ec, other.id, {{"jti", quoted("mine")}})).response.status == 200);
}

BOOST_AUTO_TEST_CASE(of_many_that_present_one_assertion_at_once_one_gets_a_token) {
  const std::string one = assertion(ec, pharmacy.id);
  std::atomic<int> given{0};
  std::vector<std::jthread> all;
  for (int i = 0; i < 6; ++i)
    all.emplace_back([&] {
      http::Request asked = request("POST", "/auth/token");
      asked.headers.push_back({"Content-Type", "application/x-www-form-urlencoded"});
      for (const auto& [name, value] : backendForm(one, "system/Patient.rs"))
        asked.body += "&" + name + "=" + http::percentEncode(value);
      if (service.handle(asked)->status == 200) ++given;
    });
  all.clear();
  BOOST_TEST(given == 1);
}

BOOST_AUTO_TEST_CASE(a_jku_is_only_the_registered_one) {
  const std::string good = assertion(ec, pharmacy.id);
  refused(platform::base64url(R"({"alg":"ES384","kid":")" + ec.kid() +
                              R"(","jku":"https://evil.example.org/jwks"})") +
              good.substr(good.find('.')),
          "a jku that is not registered");
}

BOOST_AUTO_TEST_CASE(a_revoked_client_gets_nothing_and_its_tokens_end_within_a_second) {
  const std::string token = backendToken(ec, pharmacy, "system/Patient.rs");
  BOOST_TEST(isValid(token));
  {
    const auto connection = connections.borrow();
    BOOST_TEST(*smart::revokeClient(*connection, pharmacy.id));
    BOOST_TEST(!*smart::revokeClient(*connection, pharmacy.id));
    BOOST_TEST(!*smart::revokeClient(*connection, "nobody"));
  }
  BOOST_TEST(fixture::within(std::chrono::seconds(1), [&] { return !isValid(token); }));
  refused(assertion(ec, pharmacy.id), "revoked");
}

BOOST_AUTO_TEST_CASE(a_client_system_may_change_its_keys) {
  const SigningKey next = SigningKey::make(Algorithm::es384);
  const auto connection = connections.borrow();
  const std::string jwks = R"({"keys":[)" + next.publicJwk() + "]}";
  BOOST_TEST(smart::replaceKeys(*connection, pharmacy.id, jwks, std::nullopt).ok());
  refused(assertion(ec, pharmacy.id), "the key of before");
  BOOST_TEST(ask(assertion(next, pharmacy.id)).response.status == 200);
  BOOST_TEST(!smart::replaceKeys(*connection, pharmacy.id, "{}", std::nullopt).ok());
  BOOST_TEST(!smart::replaceKeys(*connection, pharmacy.id, jwks, "https://x.example").ok());
  BOOST_TEST(!smart::replaceKeys(*connection, "nobody", jwks, std::nullopt).ok());
}

BOOST_AUTO_TEST_SUITE_END()
