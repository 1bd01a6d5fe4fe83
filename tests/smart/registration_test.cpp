// Registration: what a client may say of itself, by an administrator and by itself (RFC 7591).
#include <boost/test/unit_test.hpp>
#include <functional>
#include <string>

#include "src/smart/url.h"
#include "tests/smart/fixture.h"

using fixture::Reply;
using smart::ClientKind;
using smart::Registration;

namespace {

struct Registering : fixture::SmartFixture {
  Reply post(const std::string& json, const std::string& type = "application/json") {
    http::Request asked = request("POST", "/auth/register");
    asked.headers.push_back({"Content-Type", type});
    asked.body = json;
    return send(asked);
  }
};

const smart::SigningKey& key() {
  static const auto one = smart::SigningKey::make(smart::Algorithm::es384);
  return one;
}

std::string jwks() {
  return R"({"keys":[)" + key().publicJwk() + "]}";
}

Registration system() {
  Registration out;
  out.name = "A hospital";
  out.kind = ClientKind::confidentialKey;
  out.jwksUri = "https://hospital.example.org/jwks";
  out.scopes = "system/*.rs";
  out.grantTypes = {"client_credentials"};
  return out;
}

constexpr const char* kGood =
    R"({"client_name":"An app","redirect_uris":["https://app.example.org/cb"],"scope":"openid patient/*.rs",)"
    R"("token_endpoint_auth_method":"none","grant_types":["authorization_code","refresh_token"],)"
    R"("response_types":["code"],"initiate_login_uri":"https://app.example.org/launch"})";

}  // namespace

BOOST_FIXTURE_TEST_SUITE(registration, Registering)

BOOST_AUTO_TEST_CASE(a_client_is_what_was_registered) {
  Registration asked = appRegistration("openid patient/*.rs");
  asked.id = "my-app";
  asked.name = "Ärzte-App \"A\" {1,2}";
  asked.redirectUris = {"https://app.example.org/cb?x=a,b", "http://localhost:9000/cb",
                        "org.example.app:/cb"};
  asked.origins = {"https://other.example.org"};
  asked.createdBy = adminUser;
  add(asked);
  const auto connection = connections.borrow();
  const auto found = smart::findClient(*connection, "my-app");
  BOOST_REQUIRE(found.ok());
  BOOST_REQUIRE(found->has_value());
  const smart::Client& client = **found;
  BOOST_TEST(client.name == asked.name);
  BOOST_TEST(client.redirectUris == asked.redirectUris);
  BOOST_TEST(client.launchUri.value() == asked.launchUri.value());
  BOOST_TEST(smart::textOf(client.scopes) == asked.scopes);
  BOOST_TEST(client.grantTypes == asked.grantTypes);
  const std::vector<std::string> origins{"http://localhost:9000", "https://app.example.org",
                                         "https://other.example.org"};
  BOOST_TEST(client.origins == origins);
  BOOST_TEST(!client.revokedAt.has_value());
  BOOST_TEST(client.createdAt.ends_with('Z'));
  for (const std::string& origin : origins) BOOST_TEST(*smart::isRegisteredOrigin(*connection, origin));
  for (const char* origin :
       {"https://evil.example.org", "http://app.example.org", "null", "", "https://app.example.org/"})
    BOOST_TEST(!*smart::isRegisteredOrigin(*connection, origin));
  BOOST_TEST(smart::listClients(*connection)->size() == 1u);
  BOOST_TEST(!smart::registerClient(*connection, asked).ok());
  BOOST_TEST(!smart::findClient(*connection, "nobody")->has_value());
  BOOST_TEST(*smart::revokeClient(*connection, "my-app"));
  BOOST_TEST(!*smart::isRegisteredOrigin(*connection, "https://app.example.org"));
}

BOOST_AUTO_TEST_CASE(what_must_not_be_is_refused) {
  const auto refused = [](Registration registration, const std::function<void(Registration&)>& change) {
    change(registration);
    const auto fault = smart::faultOf(registration);
    return fault ? fault->code : std::string("accepted");
  };
  const Registration app = appRegistration("openid patient/*.rs");
  BOOST_TEST(refused(app, [](Registration&) {}) == "accepted");
  BOOST_TEST(refused(system(), [](Registration&) {}) == "accepted");
  const std::string metadata = "invalid_client_metadata";
  for (const char* name : {"", " a", "a\nb", "a\x7F", "\xFF"})
    BOOST_TEST(refused(app, [&](Registration& each) { each.name = name; }) == metadata);
  BOOST_TEST(refused(app, [](Registration& each) { each.name = std::string(201, 'a'); }) == metadata);
  for (const char* id : {"a b", "a/b", "a'b"})
    BOOST_TEST(refused(app, [&](Registration& each) { each.id = id; }) == metadata);
  BOOST_TEST(refused(app, [](Registration& each) { each.scopes = ""; }) == metadata);
  BOOST_TEST(refused(app, [](Registration& each) { each.scopes = "nonsense"; }) == metadata);
  BOOST_TEST(refused(app, [](Registration& each) { each.scopes = "system/*.rs"; }) == metadata);
  BOOST_TEST(refused(app, [](Registration& each) { each.grantTypes = {}; }) == metadata);
  BOOST_TEST(refused(app, [](Registration& each) { each.grantTypes = {"implicit"}; }) == metadata);
  BOOST_TEST(refused(app, [](Registration& each) { each.grantTypes = {"refresh_token"}; }) == metadata);
  BOOST_TEST(refused(app, [](Registration& each) { each.grantTypes.emplace_back("client_credentials"); }) ==
             metadata);
  BOOST_TEST(refused(app, [](Registration& each) { each.redirectUris.clear(); }) == metadata);
  BOOST_TEST(refused(app, [](Registration& each) { each.launchUri = "http://app.example.org/"; }) ==
             metadata);
  BOOST_TEST(refused(app, [](Registration& each) { each.origins = {"https://app.example.org/"}; }) ==
             metadata);
  BOOST_TEST(refused(app, [](Registration& each) { each.origins = {"*"}; }) == metadata);
  BOOST_TEST(refused(app, [](Registration& each) { each.jwks = jwks(); }) == metadata);
  BOOST_TEST(refused(system(), [](Registration& each) { each.jwks = jwks(); }) == metadata);
  BOOST_TEST(refused(system(), [](Registration& each) { each.jwksUri.reset(); }) == metadata);
  BOOST_TEST(refused(system(), [](Registration& each) {
               each.jwksUri = "http://hospital.example.org/jwks";
             }) == metadata);
  BOOST_TEST(refused(system(), [](Registration& each) { each.jwksUri = "file:///etc/passwd"; }) == metadata);
  BOOST_TEST(refused(system(), [](Registration& each) { each.scopes = "user/*.rs"; }) == metadata);
  BOOST_TEST(refused(system(), [](Registration& each) { each.selfRegistered = true; }) == metadata);
  BOOST_TEST(refused(system(), [](Registration& each) { each.kind = ClientKind::confidentialSecret; }) ==
             metadata);
  BOOST_TEST(refused(system(), [](Registration& each) {
               each.jwksUri.reset();
               each.jwks = R"({"keys":[)" + key().privateJwk() + "]}";
             }) == metadata);
  for (const char* uri :
       {"http://app.example.org/cb", "https://app.example.org/cb#x", "https://user@app.example.org/cb",
        "https:///cb", "https://", "javascript:alert(1)", "data:text/html,x", "myapp:/cb",
        "org.example.app:cb", "https://app.example.org/ cb", "https://*.example.org/cb",
        "http://localhost.example.org/cb", "http://127.0.0.1.example.org/cb", "/cb", "",
        "https://app.example.org:99999999/cb", "https://app.example.org/%zz"})
    BOOST_TEST(refused(app, [&](Registration& each) { each.redirectUris = {uri}; }) == "invalid_redirect_uri",
               uri);
  for (const char* uri : {"https://app.example.org:8443/cb?a=b", "http://127.0.0.1:9/cb", "http://[::1]/cb",
                          "org.example.app:/cb"})
    BOOST_TEST(refused(app, [&](Registration& each) { each.redirectUris = {uri}; }) == "accepted", uri);
}

BOOST_AUTO_TEST_CASE(an_app_registers_itself) {
  const Reply reply = post(kGood);
  BOOST_REQUIRE_MESSAGE(reply.response.status == 201, reply.response.body);
  BOOST_TEST(reply.header("Cache-Control") == "no-store");
  BOOST_TEST(!reply.body.has("client_secret"));
  BOOST_TEST(reply.body.text("scope") == "openid patient/*.rs");
  BOOST_TEST(reply.body.text("token_endpoint_auth_method") == "none");
  const auto connection = connections.borrow();
  const auto found = smart::findClient(*connection, reply.body.text("client_id"));
  BOOST_REQUIRE(found->has_value());
  BOOST_TEST((*found)->selfRegistered);
  const Reply secret =
      post(R"({"client_name":"B","redirect_uris":["https://b.example.org/"],"scope":"openid"})");
  BOOST_TEST(secret.response.status == 201);
  BOOST_TEST(secret.body.text("client_secret").size() == 43u);
  BOOST_TEST(secret.body.number("client_secret_expires_at") == 0);
  const Reply signing =
      post(R"({"client_name":"C","redirect_uris":["https://c.example.org/"],"scope":"openid",)"
           R"("token_endpoint_auth_method":"private_key_jwt","jwks":)" +
           jwks() + "}");
  BOOST_TEST(signing.response.status == 201);
  BOOST_TEST(signing.body.has("jwks"));
}

BOOST_AUTO_TEST_CASE(what_is_not_understood_is_refused) {
  const auto error = [&](const std::string& json) { return post(json).error(); };
  const std::string start =
      R"({"client_name":"A","redirect_uris":["https://a.example.org/"],"scope":"openid",)";
  BOOST_TEST(error(start + R"("software_statement":"x"})") == "unapproved_software_statement");
  for (const char* member :
       {R"("unknown":1)", R"("contacts":["a@b"])", R"("client_id":"mine")", R"("client_secret":"mine")",
        R"("token_endpoint_auth_method":"client_secret_post")", R"("token_endpoint_auth_method":1)",
        R"("token_endpoint_auth_method":"private_key_jwt")", R"("grant_types":"authorization_code")",
        R"("grant_types":["client_credentials"])", R"("grant_types":["authorization_code",1])",
        R"("response_types":["token"])", R"("response_types":[])", R"("jwks":"x")", R"("jwks_uri":1)",
        R"("initiate_login_uri":"http://a.example.org")", R"("client_name":"twice")", R"("scope ":"x")"})
    BOOST_TEST(error(start + member + "}") == "invalid_client_metadata", member);
  BOOST_TEST(error(R"({"client_name":"A","redirect_uris":["http://a.example.org/"],"scope":"openid"})") ==
             "invalid_redirect_uri");
  BOOST_TEST(
      error(R"({"client_name":"A","redirect_uris":["https://a.example.org/"],"scope":"system/*.rs"})") ==
      "invalid_client_metadata");
  BOOST_TEST(error(R"({"client_name":"A","redirect_uris":["https://a.example.org/"]})") ==
             "invalid_client_metadata");
  BOOST_TEST(error("[]") == "invalid_client_metadata");
  BOOST_TEST(error("") == "invalid_client_metadata");
  BOOST_TEST(error(std::string(100'000, ' ') + kGood) == "invalid_client_metadata");
  BOOST_TEST(post(kGood, "text/plain").error() == "invalid_client_metadata");
  BOOST_TEST(database.run("SELECT count(*) FROM smart.client") == "0");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_CASE(self_registration_can_be_switched_off) {
  auto options = fixture::SmartFixture::usual();
  options.registration = false;
  fixture::SmartFixture off(options);
  BOOST_TEST(!off.service.handle(fixture::SmartFixture::request("POST", "/auth/register")).has_value());
  BOOST_TEST(!off.get("/fhir/.well-known/smart-configuration").body.has("registration_endpoint"));
}

BOOST_AUTO_TEST_CASE(urls_are_taken_apart) {
  const auto url = smart::parseHttpUrl("HTTPS://App.Example.org/x");
  BOOST_TEST(!url.has_value());
  const auto good = smart::parseHttpUrl("https://App.Example.org:443/x?y#").has_value();
  BOOST_TEST(!good);
  BOOST_TEST(smart::parseHttpUrl("https://App.Example.org:443/x?y")->origin == "https://app.example.org");
  BOOST_TEST(smart::parseHttpUrl("http://[::1]:8080/x")->origin == "http://[::1]:8080");
  BOOST_TEST(smart::parseHttpUrl("http://[::1]:8080/x")->host == "::1");
  BOOST_TEST(smart::isLoopbackHost("127.0.0.1"));
  BOOST_TEST(!smart::isLoopbackHost("127.0.0.1.example.org"));
  BOOST_TEST(!smart::isLoopbackHost("localhost.example.org"));
  BOOST_TEST(smart::withParameter("https://a/?x=1", "s", "a b&c") == "https://a/?x=1&s=a%20b%26c");
}
