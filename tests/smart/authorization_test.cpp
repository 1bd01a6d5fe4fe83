// What an app asks of a person: refused on a page, refused to the app, or good (groups B, C, H1, H2, H3 of
// the checks).
#include <boost/test/unit_test.hpp>
#include <string>
#include <variant>

#include "src/platform/encoding.h"
#include "tests/smart/fixture.h"

using fixture::Fields;
using smart::AuthorizationRefusal;
using smart::AuthorizationRequest;

namespace {

struct Asking : fixture::SmartFixture {
  const smart::Client app = publicApp();
  const smart::AuthorizationRules rules{"https://fhir.example.org/fhir", "https://fhir.example.org/auth"};

  Fields good(std::string_view scope = "launch/patient patient/*.rs openid") const {
    return {{"response_type", "code"},
            {"client_id", app.id},
            {"redirect_uri", std::string(kRedirect)},
            {"scope", std::string(scope)},
            {"state", "a state & more=1"},
            {"aud", rules.fhirBase},
            {"code_challenge", challengeOf(kVerifier)},
            {"code_challenge_method", "S256"}};
  }
  static Fields with(Fields form, std::string_view name, const std::string& value) {
    std::erase_if(form, [&](const auto& each) { return each.first == name; });
    if (!value.empty()) form.emplace_back(std::string(name), value);
    return form;
  }
  smart::ParsedAuthorization parse(const Fields& fields, std::string_view method = "GET") {
    http::Request asked = request(method, "/auth/authorize");
    if (method == "GET") {
      for (const auto& [name, value] : fields) asked.query.push_back({name, value});
    } else {
      asked.headers.push_back({"Content-Type", "application/x-www-form-urlencoded"});
      for (const auto& [name, value] : fields) asked.body += "&" + name + "=" + http::percentEncode(value);
    }
    const auto connection = connections.borrow();
    return smart::parseAuthorization(asked, *connection, service.grants(), rules);
  }
  AuthorizationRequest accepted(const Fields& fields, std::string_view method = "GET") {
    auto parsed = parse(fields, method);
    const auto* const refusal = std::get_if<AuthorizationRefusal>(&parsed);
    BOOST_REQUIRE_MESSAGE(refusal == nullptr, (refusal == nullptr ? "" : refusal->error.description));
    return std::get<AuthorizationRequest>(std::move(parsed));
  }
  // "page code" or "app code".
  std::string refused(const Fields& fields) {
    const auto parsed = parse(fields);
    const auto* const refusal = std::get_if<AuthorizationRefusal>(&parsed);
    if (refusal == nullptr) return "accepted";
    if (refusal->redirect.empty()) return "page " + refusal->error.code;
    BOOST_TEST(refusal->redirect.starts_with(std::string(kRedirect) + "?error=" + refusal->error.code + "&"));
    BOOST_TEST(refusal->redirect.ends_with("&iss=https%3A%2F%2Ffhir.example.org%2Fauth"));
    BOOST_TEST((refusal->redirect.find("code=") == std::string::npos));
    return "app " + refusal->error.code;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(authorization, Asking)

BOOST_AUTO_TEST_CASE(a_good_request_is_read_by_get_and_post) {
  for (const char* method : {"GET", "POST"}) {
    const AuthorizationRequest asked = accepted(good(), method);
    BOOST_TEST(asked.client.id == app.id);
    BOOST_TEST(asked.redirectUri == kRedirect);
    BOOST_TEST(asked.state == "a state & more=1");
    BOOST_TEST(asked.challenge == challengeOf(kVerifier));
    BOOST_TEST(smart::textOf(asked.scopes) == "launch/patient patient/*.rs openid");
    BOOST_TEST(asked.needsPatient);
    BOOST_TEST(!asked.needsEncounter);
    BOOST_TEST(smart::redirectWithCode(asked, "c", rules) ==
               std::string(kRedirect) +
                   "?code=c&state=a%20state%20%26%20more%3D1&iss=https%3A%2F%2Ffhir.example.org%2Fauth");
    BOOST_TEST(smart::redirectWithError(asked, {400, "access_denied", "No."}, rules)
                   .starts_with(std::string(kRedirect) +
                                "?error=access_denied&error_description=No.&state=a%20state"));
  }
}

BOOST_AUTO_TEST_CASE(nobody_is_sent_to_an_address_that_is_not_registered) {
  BOOST_TEST(refused(with(good(), "client_id", "")) == "page invalid_client");
  BOOST_TEST(refused(with(good(), "client_id", "nobody")) == "page invalid_client");
  BOOST_TEST(refused(with(good(), "redirect_uri", "")) == "page invalid_request");
  for (const std::string& other :
       {std::string("https://evil.example.org/callback"), std::string(kRedirect) + "/",
        std::string(kRedirect) + "?a=b", std::string(kRedirect) + "#x",
        std::string("https://app.example.org/Callback"), std::string("http://app.example.org/callback"),
        std::string("https://app.example.org:443/callback"),
        std::string("https://app.example.org/callback/../x"), std::string("https://app.example.org"),
        std::string("javascript:alert(1)")})
    BOOST_TEST(refused(with(good(), "redirect_uri", other)) == "page invalid_request", other);
  Fields twice = good();
  twice.emplace_back("redirect_uri", "https://evil.example.org/");
  BOOST_TEST(refused(twice) == "page invalid_request");
  database.run("UPDATE smart.client SET revoked_at = now()");
  BOOST_TEST(refused(good()) == "page invalid_client");
}

BOOST_AUTO_TEST_CASE(the_app_is_told_what_is_wrong) {
  BOOST_TEST(refused(with(good(), "response_type", "token")) == "app unsupported_response_type");
  BOOST_TEST(refused(with(good(), "response_type", "code id_token")) == "app unsupported_response_type");
  BOOST_TEST(refused(with(good(), "response_type", "")) == "app invalid_request");
  BOOST_TEST(refused(with(good(), "response_mode", "fragment")) == "app invalid_request");
  BOOST_TEST(refused(with(good(), "state", "")) == "app invalid_request");
  BOOST_TEST(refused(with(good(), "code_challenge", "")) == "app invalid_request");
  BOOST_TEST(refused(with(good(), "code_challenge", "short")) == "app invalid_request");
  BOOST_TEST(refused(with(good(), "code_challenge", challengeOf("x") + "x")) == "app invalid_request");
  BOOST_TEST(refused(with(good(), "code_challenge_method", "")) == "app invalid_request");
  BOOST_TEST(refused(with(good(), "code_challenge_method", "plain")) == "app invalid_request");
  BOOST_TEST(refused(with(good(), "aud", "")) == "app invalid_request");
  BOOST_TEST(refused(with(good(), "aud", "https://evil.example.org/fhir")) == "app invalid_request");
  BOOST_TEST(refused(with(good(), "aud", "https://fhir.example.org/")) == "app invalid_request");
  BOOST_TEST(refused(with(good(), "scope", "")) == "app invalid_scope");
  BOOST_TEST(refused(with(good(), "scope", "patient/*.rs nonsense")) == "app invalid_scope");
  BOOST_TEST(refused(with(good(), "scope", "patient/*.sr")) == "app invalid_scope");
  BOOST_TEST(refused(with(good(), "scope", "system/*.rs")) == "app invalid_scope");
  BOOST_TEST(refused(with(good(), "scope", "launch/encounter")) == "app invalid_scope");
  BOOST_TEST(refused(with(good(), "launch", "x")) == "app invalid_request");
  BOOST_TEST(refused(with(good("launch patient/*.rs"), "launch", "")) == "app invalid_request");
  BOOST_TEST(refused(with(good("launch patient/*.rs"), "launch", platform::randomToken())) ==
             "app invalid_request");
  BOOST_TEST(refused(with(good(), "prompt", "sometimes")) == "app invalid_request");
  BOOST_TEST(refused(with(good(), "prompt", "none login")) == "app invalid_request");
  BOOST_TEST(refused(with(good(), "max_age", "-1")) == "app invalid_request");
  BOOST_TEST(refused(with(good(), "max_age", "1h")) == "app invalid_request");
  BOOST_TEST(refused(with(good(), "request", "x")) == "app request_not_supported");
  BOOST_TEST(refused(with(good(), "request_uri", "x")) == "app request_uri_not_supported");
  BOOST_TEST(refused(with(good(), "claims", "{}")) == "app invalid_request");
}

BOOST_AUTO_TEST_CASE(what_is_optional_is_read) {
  Fields fields = good("openid");
  fields = with(with(with(fields, "aud", ""), "nonce", "n"), "prompt", "login consent");
  fields = with(with(with(fields, "max_age", "60"), "ui_locales", "hi en"), "login_hint", "pia");
  const AuthorizationRequest asked = accepted(fields);
  BOOST_TEST(asked.nonce.value() == "n");
  BOOST_TEST(asked.prompt.size() == 2u);
  BOOST_TEST(asked.maxAge.value() == 60);
  BOOST_TEST(asked.uiLocales == "hi en");
  BOOST_TEST(asked.loginHint == "pia");
  BOOST_TEST(!asked.needsPatient);
  accepted(with(good(), "aud", rules.fhirBase + "/"));
  accepted(with(good(), "something_else", "ignored as RFC 6749 asks"));
}

BOOST_AUTO_TEST_CASE(what_is_asked_is_cut_to_the_registration) {
  const smart::Client narrow = publicApp("openid patient/Observation.rs");
  const AuthorizationRequest asked =
      accepted(with(good("openid patient/*.cruds user/*.rs"), "client_id", narrow.id));
  BOOST_TEST(smart::textOf(asked.scopes) == "openid patient/Observation.rs");
}

BOOST_AUTO_TEST_CASE(a_launch_brings_its_context_once_and_to_its_own_app_and_person) {
  const auto launch = [&](const std::string& user) {
    smart::LaunchContext context;
    context.patient = patientKey;
    context.encounter = "e1";
    context.more = R"({"intent":"reconcile"})";
    const auto connection = connections.borrow();
    auto made = service.grants().issueLaunch(*connection, app.id, user, context);
    BOOST_REQUIRE(made.ok());
    return *made;
  };
  const std::string value = launch(doctorUser);
  const Fields fields = with(good("launch patient/*.rs"), "launch", value);
  const AuthorizationRequest asked = accepted(fields);
  BOOST_TEST(asked.launchContext.patient.value() == patientKey);
  BOOST_TEST(asked.launchContext.encounter.value() == "e1");
  BOOST_TEST(asked.launchContext.more == R"({"intent":"reconcile"})");
  BOOST_TEST(!asked.needsPatient);
  const smart::Client other = publicApp();
  BOOST_TEST(refused(with(fields, "client_id", other.id)) == "app invalid_request");

  smart::Consent what = consent(app, "launch patient/*.rs");
  what.launch = value;
  const auto issue = [&] {
    const auto connection = connections.borrow();
    const auto made = service.grants().issueCode(*connection, what);
    return made ? std::string("issued") : made.error().code;
  };
  BOOST_TEST(issue() == "access_denied");  // the patient has not launched it
  what.userId = doctorUser;
  BOOST_TEST(issue() == "issued");
  BOOST_TEST(issue() == "access_denied");
  BOOST_TEST(refused(fields) == "app invalid_request");

  const std::string late = launch(doctorUser);
  database.run("UPDATE smart.launch SET expires_at = now()");
  BOOST_TEST(refused(with(fields, "launch", late)) == "app invalid_request");
  const auto connection = connections.borrow();
  BOOST_TEST(!service.grants().issueLaunch(*connection, "nobody", doctorUser, {}).ok());
  smart::LaunchContext bad;
  bad.patient = "'";
  BOOST_TEST(!service.grants().issueLaunch(*connection, app.id, doctorUser, bad).ok());
}

BOOST_AUTO_TEST_SUITE_END()
