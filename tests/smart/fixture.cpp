#include "tests/smart/fixture.h"

#include <chrono>

#include "src/platform/encoding.h"
#include "src/platform/uuid.h"
#include "src/store/migrations/migrations.h"

namespace fixture {
namespace {

constexpr const char* kRole = "hv_test_smart_server";

store::ConnectionOptions connectionOf(const support::TestDatabase& database) {
  auto role = store::ensureServerRole(database.url(), kRole);
  BOOST_REQUIRE(role.ok());
  return {.databaseUrl = database.urlFor(kRole)};
}

std::string base64(std::string_view bytes) {
  std::string out = platform::base64url(bytes);
  for (char& c : out) c = c == '-' ? '+' : c == '_' ? '/' : c;
  out.append((4 - out.size() % 4) % 4, '=');
  return out;
}

std::string encode(const Fields& fields) {
  std::string out;
  for (const auto& [name, value] : fields)
    ((out += out.empty() ? "" : "&") += http::percentEncode(name) + "=") += http::percentEncode(value);
  return out;
}

}  // namespace

Body::Body(const std::string& text) : object_(smart::JsonObject::parse(text)) {}

std::string Body::text(std::string_view name) const {
  BOOST_REQUIRE(object_.has_value());
  const auto found = smart::textMember(object_->value(), name);
  BOOST_REQUIRE_MESSAGE(found.has_value(), "no text " << name);
  return *found;
}

std::int64_t Body::number(std::string_view name) const {
  BOOST_REQUIRE(object_.has_value());
  const smart::Json* const found = smart::member(object_->value(), name);
  BOOST_REQUIRE_MESSAGE(found != nullptr && found->IsInt64(), "no number " << name);
  return found->GetInt64();
}

bool Body::truth(std::string_view name) const {
  BOOST_REQUIRE(object_.has_value());
  const smart::Json* const found = smart::member(object_->value(), name);
  BOOST_REQUIRE_MESSAGE(found != nullptr && found->IsBool(), "no truth " << name);
  return found->GetBool();
}

std::vector<std::string> Body::texts(std::string_view name) const {
  BOOST_REQUIRE(object_.has_value());
  const auto found = smart::textsMember(object_->value(), name);
  BOOST_REQUIRE_MESSAGE(found.has_value(), "no texts " << name);
  return *found;
}

bool Body::has(std::string_view name) const {
  return object_ && smart::has(object_->value(), name);
}

std::size_t Body::size() const {
  return object_ ? object_->value().MemberCount() : 0;
}

std::string Reply::header(std::string_view name) const {
  const std::string* const found = response.header(name);
  return found == nullptr ? "" : *found;
}

smart::ServiceOptions SmartFixture::usual() {
  smart::ServiceOptions out;
  out.fhirBase = std::string(kOrigin) + "/fhir";
  out.authBase = std::string(kOrigin) + "/auth";
  out.pages = true;
  out.registration = true;
  return out;
}

SmartFixture::SmartFixture(smart::ServiceOptions options)
    : connections(connectionOf(database)),
      tokens(connections, {.watcher = connectionOf(database), .interval = std::chrono::milliseconds(100)}),
      service(connections, tokens, std::move(options)) {
  const auto user = [&](const std::string& role) {
    return database.run("INSERT INTO users (email, password_hash, role) VALUES ('" + role +
                        "@example.org', 'x', '" + role + "') RETURNING id");
  };
  patientUser = user("patient");
  doctorUser = user("doctor");
  adminUser = user("admin");
  patientKey = database.run("INSERT INTO patient_profile (user_id, full_name) VALUES ('" + patientUser +
                            "', 'Pia Patient') RETURNING id");
  doctorKey = database.run("INSERT INTO doctor_profile (user_id, full_name) VALUES ('" + doctorUser +
                           "', 'Dora Doctor') RETURNING id");
}

smart::Client SmartFixture::add(const smart::Registration& registration) {
  const auto connection = connections.borrow();
  auto made = smart::registerClient(*connection, registration);
  BOOST_REQUIRE_MESSAGE(made.ok(), (made ? "" : made.error().description));
  return std::move(made->client);
}

smart::Registration SmartFixture::appRegistration(std::string_view scopes) {
  smart::Registration out;
  out.name = "An app";
  out.redirectUris = {std::string(kRedirect)};
  out.launchUri = "https://app.example.org/launch";
  out.scopes = scopes;
  out.grantTypes = {"authorization_code", "refresh_token"};
  return out;
}

smart::Client SmartFixture::publicApp(std::string_view scopes) {
  return add(appRegistration(scopes));
}

std::pair<smart::Client, std::string> SmartFixture::secretApp(std::string_view scopes) {
  smart::Registration registration = appRegistration(scopes);
  registration.kind = smart::ClientKind::confidentialSecret;
  const auto connection = connections.borrow();
  auto made = smart::registerClient(*connection, registration);
  BOOST_REQUIRE(made.ok());
  return {std::move(made->client), made->secret.value()};
}

smart::Client SmartFixture::backend(const smart::SigningKey& key, std::string_view scopes) {
  smart::Registration registration;
  registration.name = "A pharmacy";
  registration.kind = smart::ClientKind::confidentialKey;
  registration.jwks = R"({"keys":[)" + key.publicJwk() + "]}";
  registration.scopes = scopes;
  registration.grantTypes = {"client_credentials"};
  return add(registration);
}

http::Request SmartFixture::request(std::string_view method, std::string_view path) {
  http::Request out;
  out.method = method;
  out.target = path;
  std::string_view rest = path.substr(0, path.find('?'));
  while (!rest.empty()) {
    rest.remove_prefix(1);
    const std::size_t end = rest.find('/');
    out.segments.emplace_back(rest.substr(0, end));
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end);
  }
  if (const std::size_t mark = path.find('?'); mark != std::string_view::npos)
    out.query = http::parseParameters(path.substr(mark + 1)).value();
  return out;
}

Reply SmartFixture::send(const http::Request& request) {
  auto response = service.handle(request);
  BOOST_REQUIRE_MESSAGE(response.has_value(), "no endpoint at " << request.target);
  Body body(response->body);
  return {*std::move(response), std::move(body)};
}

Reply SmartFixture::post(std::string_view path, const Fields& form, const Fields& headers) {
  http::Request out = request("POST", path);
  out.headers.push_back({"Content-Type", "application/x-www-form-urlencoded"});
  for (const auto& [name, value] : headers) out.headers.push_back({name, value});
  out.body = encode(form);
  return send(out);
}

Reply SmartFixture::get(std::string_view path, const Fields& headers) {
  http::Request out = request("GET", path);
  for (const auto& [name, value] : headers) out.headers.push_back({name, value});
  return send(out);
}

std::string SmartFixture::assertion(const smart::SigningKey& key, std::string_view clientId,
                                    const std::map<std::string, std::string>& changes) {
  const std::string id = '"' + std::string(clientId) + '"';
  std::map<std::string, std::string> claims{{"iss", id},
                                            {"sub", id},
                                            {"aud", '"' + std::string(kTokenUrl) + '"'},
                                            {"exp", std::to_string(now() + 200)},
                                            {"jti", '"' + platform::Uuid::random().toString() + '"'}};
  for (const auto& [name, json] : changes) claims[name] = json;
  std::string out;
  for (const auto& [name, json] : claims)
    if (!json.empty()) out += (out.empty() ? "\"" : ",\"") + name + "\":" + json;
  return key.sign("{" + out + "}");
}

Fields SmartFixture::backendForm(const std::string& assertion, std::string_view scope) {
  return {{"grant_type", "client_credentials"},
          {"scope", std::string(scope)},
          {"client_assertion_type", std::string(smart::kAssertionType)},
          {"client_assertion", assertion}};
}

std::string SmartFixture::backendToken(const smart::SigningKey& key, const smart::Client& client,
                                       std::string_view scope) {
  const Reply reply = post("/auth/token", backendForm(assertion(key, client.id), scope));
  BOOST_REQUIRE_MESSAGE(reply.response.status == 200, reply.response.body);
  return reply.body.text("access_token");
}

std::string SmartFixture::challengeOf(std::string_view verifier) {
  const platform::Digest digest = platform::sha256(verifier);
  return platform::base64url({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

smart::Consent SmartFixture::consent(const smart::Client& client, std::string_view text) const {
  smart::Consent out;
  out.clientId = client.id;
  out.redirectUri = kRedirect;
  out.challenge = challengeOf(kVerifier);
  out.userId = patientUser;
  out.authenticatedAt = now() - 5;
  out.scopes = scopes(text);
  out.context.patient = patientKey;
  return out;
}

std::string SmartFixture::code(const smart::Consent& consent) {
  const auto connection = connections.borrow();
  auto made = service.grants().issueCode(*connection, consent);
  BOOST_REQUIRE_MESSAGE(made.ok(), (made ? "" : made.error().description));
  return *std::move(made);
}

Fields SmartFixture::codeForm(const smart::Client& client, const std::string& code) {
  return {{"grant_type", "authorization_code"},
          {"code", code},
          {"redirect_uri", std::string(kRedirect)},
          {"code_verifier", std::string(kVerifier)},
          {"client_id", client.id}};
}

smart::Scopes scopes(std::string_view text) {
  auto parsed = smart::parseScopes(text);
  BOOST_REQUIRE_MESSAGE(parsed.ok(), text);
  return *std::move(parsed);
}

std::string basic(std::string_view id, std::string_view secret) {
  return "Basic " + base64(http::percentEncode(id) + ":" + http::percentEncode(secret));
}

std::int64_t now() {
  using namespace std::chrono;
  return duration_cast<seconds>(system_clock::now().time_since_epoch()).count();
}

}  // namespace fixture
