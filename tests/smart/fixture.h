// An authorization server on a database of its own, connected as the server's least-privilege role, with a
// patient, a doctor and an admin, and clients of every kind.
#pragma once

#include <boost/test/unit_test.hpp>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "src/smart/authorization.h"
#include "src/smart/jose.h"
#include "src/smart/json.h"
#include "src/smart/service.h"
#include "tests/support/test_database.h"

namespace fixture {

using Fields = std::vector<std::pair<std::string, std::string>>;

// A JSON object of an answer; what is missing fails the test.
class Body {
 public:
  explicit Body(const std::string& text);

  std::string text(std::string_view name) const;
  std::int64_t number(std::string_view name) const;
  bool truth(std::string_view name) const;
  std::vector<std::string> texts(std::string_view name) const;
  bool has(std::string_view name) const;
  std::size_t size() const;

 private:
  std::optional<smart::JsonObject> object_;
};

struct Reply {
  http::Response response;
  Body body;

  std::string error() const { return body.has("error") ? body.text("error") : ""; }
  std::string header(std::string_view name) const;
};

struct SmartFixture {
  explicit SmartFixture(smart::ServiceOptions options = usual());
  static smart::ServiceOptions usual();  // pages and registration on

  static constexpr std::string_view kOrigin = "https://fhir.example.org";
  static constexpr std::string_view kTokenUrl = "https://fhir.example.org/auth/token";
  static constexpr std::string_view kRedirect = "https://app.example.org/callback";

  support::TestDatabase database;
  smart::Connections connections;
  smart::Tokens tokens;
  smart::Service service;
  std::string patientUser, patientKey, doctorUser, doctorKey, adminUser;

  // Each fails the test when it is refused.
  smart::Client publicApp(std::string_view scopes = kAppScopes);
  std::pair<smart::Client, std::string> secretApp(std::string_view scopes = kAppScopes);  // with its secret
  smart::Client backend(const smart::SigningKey&, std::string_view scopes = "system/*.cruds");
  smart::Client add(const smart::Registration&);
  static smart::Registration appRegistration(std::string_view scopes);

  static constexpr std::string_view kAppScopes =
      "openid fhirUser profile launch launch/patient offline_access online_access patient/*.cruds "
      "user/*.cruds";

  Reply post(std::string_view path, const Fields& form, const Fields& headers = {});
  Reply get(std::string_view path, const Fields& headers = {});
  Reply send(const http::Request&);
  static http::Request request(std::string_view method, std::string_view path);

  // A client assertion; `changes` replace claims: name and JSON (empty JSON removes it).
  static std::string assertion(const smart::SigningKey&, std::string_view clientId,
                               const std::map<std::string, std::string>& changes = {});
  static Fields backendForm(const std::string& assertion, std::string_view scope = "system/*.rs");
  std::string backendToken(const smart::SigningKey&, const smart::Client&,
                           std::string_view scope = "system/*.rs");

  static constexpr std::string_view kVerifier = "a-verifier-of-more-than-forty-three-characters-yes";
  static std::string challengeOf(std::string_view verifier);
  smart::Consent consent(const smart::Client&, std::string_view scopes) const;  // the patient's
  std::string code(const smart::Consent&);
  // The form of a public client that exchanges a code.
  static Fields codeForm(const smart::Client&, const std::string& code);

  bool isValid(std::string_view token) { return tokens.check(token).ok(); }
};

smart::Scopes scopes(std::string_view text);
std::string basic(std::string_view id, std::string_view secret);
std::int64_t now();

// Waits until `condition` holds, at most this long.
template <typename Condition>
bool within(std::chrono::milliseconds most, Condition condition) {
  const auto until = std::chrono::steady_clock::now() + most;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > until) return condition();  // a busy machine may have slept longer
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return true;
}

}  // namespace fixture
