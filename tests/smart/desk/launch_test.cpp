// POST [auth]/launch, and what becomes of the launch.
#include "tests/smart/desk/fixture.h"

using fixture::DeskFixture;
using people::AskedAccess;

namespace {

struct LaunchFixture : DeskFixture {
  const std::string portal = systemToken("portal/launch");

  fixture::Reply launch(const std::string& body, const std::string& token) {
    http::Request out = request("POST", "/auth/launch");
    out.headers.push_back({"Content-Type", "application/json"});
    if (!token.empty()) out.headers.push_back({"Authorization", "Bearer " + token});
    out.body = body;
    return send(out);
  }
  std::string bodyFor(const std::string& user, const std::string& more = "") const {
    return R"({"client_id":")" + app.id + R"(","user":")" + user + "\"" + more + "}";
  }
  std::vector<http::Parameter> launched(const std::string& value) const {
    return asked(app, "launch openid patient/Observation.rs", {{"launch", value}});
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(portal_launch, LaunchFixture)

BOOST_AUTO_TEST_CASE(the_portal_s_launch_brings_its_context_into_the_token_once) {
  const auto reply = launch(
      bodyFor(
          doctorUser,
          ",\"patient\":\"" + patientKey +
              R"(","encounter":"e1","intent":"reconcile","need_patient_banner":false,"fhirContext":[{"reference":"Task/t1"}])"),
      portal);
  BOOST_REQUIRE_MESSAGE(reply.response.status == 201, reply.response.body);
  BOOST_TEST(reply.body.number("expires_in") == 300);
  const std::string value = reply.body.text("launch");
  BOOST_TEST(reply.body.text("launch_url") ==
             "https://app.example.org/launch?iss=https%3A%2F%2Ffhir.example.org%2Ffhir&launch=" + value);

  const auto understood = authorizations.understand(connection, launched(value));
  BOOST_REQUIRE(understood.ok());
  const auto& access = std::get<AskedAccess>(*understood);
  BOOST_TEST((access.patient == patientKey));
  BOOST_TEST((access.encounter == "e1"));
  const people::GrantedAccess granted{{"launch", "patient/Observation.rs"}, patientKey, "e1"};
  // Another person cannot use it, and whoever it is for can, once.
  BOOST_TEST(leadsTo(authorizations.grant(connection, launched(value), patient(), granted))
                 .find("error=access_denied") != std::string::npos);
  const auto token = post(
      "/auth/token",
      codeForm(app, codeIn(leadsTo(authorizations.grant(connection, launched(value), doctor(), granted)))));
  BOOST_REQUIRE_MESSAGE(token.response.status == 200, token.response.body);
  BOOST_TEST(token.body.text("patient") == patientKey);
  BOOST_TEST(token.body.text("encounter") == "e1");
  BOOST_TEST(token.body.text("intent") == "reconcile");
  BOOST_TEST(!token.body.truth("need_patient_banner"));
  BOOST_TEST(token.response.body.find(R"("fhirContext":[{"reference":"Task/t1"}])") != std::string::npos);
  BOOST_TEST(leadsTo(authorizations.grant(connection, launched(value), doctor(), granted))
                 .find("error=invalid_request") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_launch_is_remembered_for_the_same_patient_alone) {
  const auto start = [&](const std::string& patient) {
    const auto reply = launch(bodyFor(doctorUser, ",\"patient\":\"" + patient + "\""), portal);
    return launched(reply.body.text("launch"));
  };
  const auto first = start(patientKey);
  const auto url = leadsTo(authorizations.grant(
      connection, first, doctor(), {{"launch", "openid", "patient/Observation.rs"}, patientKey, {}}));
  BOOST_REQUIRE(post("/auth/token", codeForm(app, codeIn(url))).response.status == 200);
  BOOST_TEST(authorizations.remembered(connection, start(patientKey), doctor())->has_value());
  BOOST_TEST(!authorizations.remembered(connection, start(other), doctor())->has_value());
}

BOOST_AUTO_TEST_CASE(only_a_client_system_with_the_scope_launches) {
  BOOST_TEST(launch(bodyFor(doctorUser), "").response.status == 401);
  BOOST_TEST(launch(bodyFor(doctorUser), std::string(43, 'x')).response.status == 401);
  const auto others = launch(bodyFor(doctorUser), systemToken("system/*.cruds"));
  BOOST_TEST(others.response.status == 403);
  BOOST_TEST(others.error() == "insufficient_scope");
  BOOST_TEST(launch(bodyFor(doctorUser), personToken(doctorUser, "user/*.cruds")).response.status == 403);
  // The scope opens nothing else, and nobody but a client system can have it.
  BOOST_TEST(status(portal, "GET", "/Patient/" + patientKey) == 403);
  auto registration = appRegistration("portal/launch");
  BOOST_TEST(smart::faultOf(registration).has_value());
  BOOST_TEST(leadsTo(authorizations.understand(connection, asked(app, "openid portal/launch")))
                 .find("error=invalid_scope") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_is_not_understood_is_refused) {
  const auto refused = [&](const std::string& body) {
    const auto reply = launch(body, portal);
    BOOST_TEST(reply.response.status == 400, body);
    return reply.error();
  };
  BOOST_TEST(refused("[]") == "invalid_request");
  BOOST_TEST(refused("{}") == "invalid_request");
  BOOST_TEST(refused(bodyFor("doctor")) == "invalid_request");
  BOOST_TEST(refused(bodyFor(doctorUser, R"(,"role":"x")")) == "invalid_request");
  BOOST_TEST(refused(bodyFor(doctorUser, R"(,"patient":1)")) == "invalid_request");
  BOOST_TEST(refused(bodyFor(doctorUser, R"(,"patient":"a/b")")) == "invalid_request");
  BOOST_TEST(refused(bodyFor(doctorUser, R"(,"encounter":"e1")")) == "invalid_request");
  BOOST_TEST(refused(bodyFor(doctorUser, R"(,"need_patient_banner":"yes")")) == "invalid_request");
  BOOST_TEST(refused(bodyFor(patientKey)) == "invalid_client");  // no login has this id
  auto other = appRegistration("openid");
  other.launchUri.reset();
  BOOST_TEST(refused(R"({"client_id":")" + add(other).id + R"(","user":")" + doctorUser + "\"}") ==
             "invalid_client");
}

BOOST_AUTO_TEST_SUITE_END()
