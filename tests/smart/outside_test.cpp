// Tokens of an outside identity provider: who signed in there is somebody here, in his role here; everything
// that is not exactly right is refused in the same words.
#include "src/smart/outside.h"

#include <boost/test/unit_test.hpp>
#include <map>
#include <set>

#include "src/platform/encoding.h"
#include "tests/smart/fixture.h"

using namespace std::chrono_literals;
using fixture::now;
using fixture::within;
using smart::Algorithm;
using smart::SigningKey;

namespace {

constexpr const char* kIssuer = "https://idp.example.org/realm";
constexpr const char* kAudience = "https://fhir.example.org/fhir";
using Claims = std::map<std::string, std::string>;  // name and JSON

// The provider, as the server fetches from it.
struct Provider {
  std::string jwks;
  std::string discovery =
      R"({"issuer":"https://idp.example.org/realm","jwks_uri":"https://idp.example.org/keys"})";
  bool away = false;
  int fetches = 0;

  smart::Fetch fetch() {
    return [this](const std::string& url) -> smart::Answer<smart::Fetched> {
      ++fetches;
      if (away) return smart::unavailable();
      if (url == "https://idp.example.org/realm/.well-known/openid-configuration")
        return smart::Fetched{discovery, std::nullopt};
      if (url == "https://idp.example.org/keys") return smart::Fetched{jwks, std::nullopt};
      return smart::Error{400, "none", "none"};
    };
  }
};

std::string setOf(std::initializer_list<const SigningKey*> keys) {
  std::string out;
  for (const SigningKey* key : keys) (out += out.empty() ? "" : ",") += key->publicJwk();
  return R"({"keys":[)" + out + "]}";
}

struct OutsideFixture : fixture::SmartFixture {
  const SigningKey key = SigningKey::make(Algorithm::rs256);
  Provider provider;
  smart::Tokens both;

  explicit OutsideFixture(const std::string& claim = "email")
      : provider{.jwks = setOf({&key})},
        both(connections, {.watcher = {.databaseUrl = database.url()},
                           .interval = 100ms,
                           .outside = {.issuers = {{kIssuer, ""}}, .audience = kAudience, .userClaim = claim},
                           .fetchOutside = provider.fetch()}) {}

  static Claims claimsOf() {
    return {{"iss", '"' + std::string(kIssuer) + '"'},
            {"aud", '"' + std::string(kAudience) + '"'},
            {"exp", std::to_string(now() + 300)},
            {"iat", std::to_string(now())},
            {"sub", R"("abc")"},
            {"jti", R"("t1")"},
            {"client_id", R"("portal")"},
            {"email", R"("patient@example.org")"},
            {"email_verified", "true"},
            {"scope", R"("openid email user/*.rs patient/*.rs")"}};
  }
  // `changes` replace claims; empty JSON removes one.
  static std::string payload(const Claims& changes = {}) {
    Claims claims = claimsOf();
    for (const auto& [name, json] : changes) claims[name] = json;
    std::string out;
    for (const auto& [name, json] : claims)
      if (!json.empty()) out += (out.empty() ? "\"" : ",\"") + name + "\":" + json;
    return "{" + out + "}";
  }
  std::string token(const Claims& changes = {}, const std::string& typ = "at+jwt") const {
    return key.sign(payload(changes), typ);
  }
  bool isGood(const std::string& token) { return both.check(token).ok(); }
};

struct BySubject : OutsideFixture {
  BySubject() : OutsideFixture("sub") {}
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(outside, OutsideFixture)

BOOST_AUTO_TEST_CASE(who_signed_in_elsewhere_has_his_role_here) {
  const auto patient = both.check(token());
  BOOST_REQUIRE(patient.ok());
  BOOST_TEST(((*patient)->kind == smart::PrincipalKind::patient));
  BOOST_TEST((*patient)->userId == patientUser);
  BOOST_TEST((*patient)->personKey == patientKey);
  BOOST_TEST((*patient)->patient.value() == patientKey);
  BOOST_TEST((*patient)->clientId == "https://idp.example.org/realm portal");
  BOOST_TEST(smart::textOf((*patient)->scopes) == "user/*.rs patient/*.rs");
  BOOST_TEST(((*patient)->expiresAt <= platform::now() + 60s));
  // What the token says of a role means nothing.
  const auto doctor = both.check(
      token({{"email", R"("Doctor@Example.ORG")"}, {"role", R"("admin")"}, {"roles", R"(["admin"])"}}));
  BOOST_REQUIRE(doctor.ok());
  BOOST_TEST(((*doctor)->kind == smart::PrincipalKind::doctor));
  BOOST_TEST(!(*doctor)->patient.has_value());
  const auto context = both.check(token({{"email", R"("doctor@example.org")"}, {"patient", R"("p1")"}}));
  BOOST_REQUIRE(context.ok());
  BOOST_TEST((*context)->patient.value() == "p1");
}

BOOST_AUTO_TEST_CASE(every_algorithm_of_a_provider_is_verified) {
  for (const Algorithm algorithm : {Algorithm::rs256, Algorithm::rs384, Algorithm::es256, Algorithm::es384}) {
    const SigningKey other = SigningKey::make(algorithm);
    Provider its{.jwks = setOf({&key, &other})};
    smart::Outside outside({.issuers = {{kIssuer, ""}}, .audience = kAudience}, its.fetch());
    const std::string signedByIt = other.sign(payload(), "at+jwt");
    BOOST_TEST(outside.verify(signedByIt).ok(), smart::nameOf(algorithm));
    for (std::size_t i = 0; i < signedByIt.size(); i += 11) {
      std::string changed = signedByIt;
      changed[i] = changed[i] == 'A' ? 'B' : 'A';
      BOOST_TEST(!outside.verify(changed).ok(), smart::nameOf(algorithm) << " " << i);
    }
  }
}

BOOST_AUTO_TEST_CASE(what_is_not_exactly_right_is_refused_in_the_same_words) {
  const SigningKey stranger = SigningKey::make(Algorithm::rs256);
  const std::string good = token();
  const auto headed = [&](const std::string& header) {
    return platform::base64url(header) + good.substr(good.find('.'));
  };
  const std::string kid = R"(,"kid":")" + key.kid() + R"(","typ":"at+jwt"})";
  std::map<std::string, std::string> wrong{
      {"another issuer", token({{"iss", R"("https://idp.example.org/other")"}})},
      {"an issuer with a slash more", token({{"iss", R"("https://idp.example.org/realm/")"}})},
      {"no issuer", token({{"iss", ""}})},
      {"another audience", token({{"aud", R"("https://other.example.org/fhir")"}})},
      {"several other audiences", token({{"aud", R"(["a","b"])"}})},
      {"no audience", token({{"aud", ""}})},
      {"expired", token({{"exp", std::to_string(now() - 1)}})},
      {"no end", token({{"exp", ""}})},
      {"an end that is no number", token({{"exp", R"("tomorrow")"}})},
      {"not yet", token({{"nbf", std::to_string(now() + 60)}})},
      {"not before what is no number", token({{"nbf", R"("now")"}})},
      {"of the future", token({{"iat", std::to_string(now() + 60)}})},
      {"no subject", token({{"sub", ""}})},
      {"bound to a key", token({{"cnf", R"({"jkt":"x"})"}})},
      {"nobody's e-mail", token({{"email", R"("nobody@example.org")"}})},
      {"an e-mail that is not verified", token({{"email_verified", "false"}})},
      {"an e-mail that may not be verified", token({{"email_verified", ""}})},
      {"verified in words", token({{"email_verified", R"("true")"}})},
      {"no e-mail", token({{"email", ""}})},
      {"an e-mail with a letter that looks alike", token({{"email", "\"do\u0441tor@example.org\""}})},
      {"an e-mail that is a key", token({{"email", '"' + patientUser + '"'}})},
      {"several e-mails", token({{"email", R"(["patient@example.org"])"}})},
      {"a scope that is not understood", token({{"scope", R"("user/*.rs user/Observation.sr")"}})},
      {"an id_token", token({}, "JWT")},
      {"another type", token({}, "logout+jwt")},
      {"a stranger's key", stranger.sign(payload(), "at+jwt")},
      {"no algorithm", headed(R"({"alg":"none")" + kid)},
      {"a shared secret", headed(R"({"alg":"HS256")" + kid)},
      {"another algorithm", headed(R"({"alg":"RS384")" + kid)},
      {"an algorithm that is not taken", headed(R"({"alg":"PS256")" + kid)},
      {"no kid", headed(R"({"alg":"RS256","typ":"at+jwt"})")},
      {"a key of its own", headed(R"({"alg":"RS256","jwk":)" + stranger.publicJwk() + kid)},
      {"no signature", good.substr(0, good.rfind('.') + 1)},
      {"a claim twice", key.sign(payload().insert(1, R"("email":"doctor@example.org",)"), "at+jwt")},
      {"too long", token({{"scope", '"' + std::string(20'000, 'a') + '"'}})},
      {"no token", "a.b.c"},
  };
  BOOST_TEST(isGood(good));
  for (const auto& [why, text] : wrong) {
    const auto refused = both.check(text);
    BOOST_REQUIRE_MESSAGE(!refused.ok(), why);
    BOOST_TEST((refused.outcome().failure() == fhir::Failure::unauthorized), why);
    BOOST_TEST(refused.outcome().issues().front().diagnostics == "The access token is not valid.", why);
  }
  // Without outside issuers none is taken, and none is fetched for an issuer that is not trusted.
  BOOST_TEST(!tokens.check(good).ok());
  const int before = provider.fetches;
  BOOST_TEST(!isGood(wrong.at("another issuer")));
  BOOST_TEST(provider.fetches == before);
}

BOOST_AUTO_TEST_CASE(scopes_come_as_a_text_or_a_list_and_foreign_ones_mean_nothing) {
  const auto scopesOf = [&](const Claims& changes) {
    const auto who = both.check(token(changes));
    BOOST_REQUIRE(who.ok());
    return smart::textOf((*who)->scopes);
  };
  BOOST_TEST(scopesOf({{"scope", ""}, {"scp", R"(["user/Patient.r","profile"])"}}) == "user/Patient.r");
  BOOST_TEST(scopesOf({{"scope", ""}, {"scp", R"("user/Patient.rs")"}}) == "user/Patient.rs");
  BOOST_TEST(scopesOf({{"scope", R"("email api.read")"}}).empty());
  BOOST_TEST(scopesOf({{"scope", ""}}).empty());
}

BOOST_AUTO_TEST_CASE(a_user_who_is_deactivated_is_out_within_a_second) {
  const std::string text = token();
  BOOST_TEST(within(10s, [&] { return isGood(text) && both.kept() == 1; }));
  const int before = provider.fetches;
  BOOST_TEST(isGood(text));
  // What is remembered counts only while the database was looked at lately.
  BOOST_TEST(within(10s, [&] { return isGood(text) && both.known(text) != nullptr; }));
  BOOST_TEST((both.known(text + "x") == nullptr));
  BOOST_TEST(provider.fetches == before);
  database.run("UPDATE users SET is_active = false WHERE id = '" + patientUser + "'");
  BOOST_TEST(within(1s, [&] { return !isGood(text); }));
  database.run("UPDATE users SET is_active = true WHERE id = '" + patientUser + "'");
  BOOST_TEST(isGood(text));
  database.run("UPDATE patient_profile SET is_deleted = true WHERE id = '" + patientKey + "'");
  BOOST_TEST(within(1s, [&] { return !isGood(text); }));
}

BOOST_AUTO_TEST_CASE(a_provider_that_is_away_is_no_fault_of_the_token) {
  provider.away = true;
  const auto refused = both.check(token());
  BOOST_REQUIRE(!refused.ok());
  BOOST_TEST((refused.outcome().failure() == fhir::Failure::unavailable));
  // It is not asked again at once.
  const int before = provider.fetches;
  BOOST_TEST(!isGood(token()));
  BOOST_TEST(provider.fetches == before);
}

BOOST_AUTO_TEST_CASE(discovery_of_another_issuer_is_not_believed) {
  for (const char* document :
       {R"({"issuer":"https://evil.example","jwks_uri":"https://idp.example.org/keys"})",
        R"({"jwks_uri":"https://idp.example.org/keys"})",
        R"({"issuer":"https://idp.example.org/realm","jwks_uri":"http://idp.example.org/keys"})",
        R"({"issuer":"https://idp.example.org/realm"})", "no JSON"}) {
    Provider its{.jwks = provider.jwks, .discovery = document};
    smart::Outside outside({.issuers = {{kIssuer, ""}}, .audience = kAudience}, its.fetch());
    BOOST_TEST(!outside.verify(token()).ok(), document);
  }
  Provider its{.jwks = provider.jwks, .discovery = "no JSON"};
  smart::Outside given({.issuers = {{kIssuer, "https://idp.example.org/keys"}}, .audience = kAudience},
                       its.fetch());
  BOOST_TEST(given.verify(token()).ok());
}

BOOST_AUTO_TEST_CASE(it_opens_nothing_at_the_authorization_server) {
  const std::string text = token({{"scope", R"("openid fhirUser user/*.rs")"}});
  BOOST_TEST(isGood(text));
  smart::Service its(connections, both, usual());
  http::Request about = request("POST", "/auth/introspect");
  about.headers = {{"Content-Type", "application/x-www-form-urlencoded"},
                   {"Authorization", "Bearer " + text}};
  about.body = "token=" + text;
  const auto said = its.handle(about);
  BOOST_REQUIRE(said.has_value());
  BOOST_TEST(said->body.find("\"active\":true") == std::string::npos);
  http::Request who = request("GET", "/auth/userinfo");
  who.headers = {{"Authorization", "Bearer " + text}};
  BOOST_TEST(its.handle(who)->status >= 400);
}

BOOST_AUTO_TEST_CASE(issuers_are_https_or_on_loopback) {
  for (const char* good :
       {"https://idp.example.org", "https://idp.example.org/realm https://keys.example.org/jwks",
        "http://localhost:3000"})
    BOOST_TEST(smart::parseOutsideIssuer(good).has_value(), good);
  for (const char* bad : {"", "idp.example.org", "http://idp.example.org", "https://idp.example.org?x=1",
                          "https://idp.example.org http://keys.example.org/jwks", "https://idp.example.org  ",
                          "https://u:p@idp.example.org"})
    BOOST_TEST(!smart::parseOutsideIssuer(bad).has_value(), bad);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_CASE(a_claim_may_name_the_users_id, BySubject) {
  BOOST_TEST(isGood(token({{"sub", '"' + doctorUser + '"'}, {"email", ""}})));
  BOOST_TEST(isGood(token({{"sub", R"("patient@example.org")"}})));
  BOOST_TEST(!isGood(token({{"sub", '"' + patientKey + '"'}})));
  BOOST_TEST(!isGood(token()));
}
