// How a record is opened to a doctor beside an appointment: by the patient's Consent, and in an emergency.
#include <boost/test/unit_test.hpp>

#include "src/store/key.h"
#include "tests/access/fixture.h"

using fixture::AccessFixture;

namespace {

std::string consentTo(const std::string& actor, const std::string& patient, const std::string& status) {
  return R"({"resourceType":"Consent","id":"@","status":")" + status +
         R"(","scope":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/consentscope","code":"patient-privacy"}]},"category":[{"coding":[{"system":"http://loinc.org","code":"59284-0"}]}],"policyRule":{"text":"x"},"patient":{"reference":"Patient/)" +
         patient +
         R"("},"provision":{"type":"permit","actor":[{"role":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ParticipationType","code":"PRCP"}]},"reference":{"reference":")" +
         actor + "\"}}]}}";
}

std::string consentFor(const std::string& patient, const std::string& doctor, const std::string& status) {
  return consentTo("Practitioner/" + doctor, patient, status);
}

std::string withId(std::string text, const std::string& id) {
  const auto at = text.find('@');
  return id.empty() ? text.erase(at - 6, 9) : text.replace(at, 1, id);
}

std::string parameters(const std::string& reason, const std::string& more = "") {
  return R"({"resourceType":"Parameters","parameter":[{"name":"reason","valueString":")" + reason + "\"}" +
         more + "]}";
}

struct Care : AccessFixture {
  std::string carelessId = database.run("SELECT id FROM doctor_profile WHERE user_id = '" + careless + "'");
  std::string token = personToken(careless, "user/*.cruds");
  std::string hidden = "/Patient/" + other;
  std::string open = hidden + "/$break-glass";
  const std::string reason = "Unconscious after an accident, no relative here";
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(care, Care)

BOOST_AUTO_TEST_CASE(a_patients_consent_opens_the_record_to_whom_it_names) {
  const std::string patient = personToken(patientUser, "user/*.cruds");
  BOOST_TEST(status(token, "GET", "/Condition/my-illness") == 404);
  const auto made =
      ask(patient, "POST", "/Consent", withId(consentFor(patientKey, carelessId, "active"), ""));
  BOOST_REQUIRE_MESSAGE(made.status == 201, made.body);
  BOOST_TEST(status(token, "GET", "/Condition/my-illness") == 200);
  BOOST_TEST(status(token, "GET", "/Patient/" + patientKey) == 200);
  // Nobody else's, and nobody gives it in the patient's name but client systems.
  BOOST_TEST(status(token, "GET", hidden) == 404);
  BOOST_TEST(status(patient, "POST", "/Consent", withId(consentFor(other, carelessId, "active"), "")) == 403);
  BOOST_TEST(status(token, "POST", "/Consent", withId(consentFor(patientKey, carelessId, "active"), "")) ==
             403);
  const std::string location = *made.header("Location");
  const std::string id = location.substr(location.find("/Consent/") + 9, 36);
  BOOST_TEST(status(patient, "PUT", "/Consent/" + id,
                    withId(consentFor(patientKey, carelessId, "inactive"), id)) == 200);
  BOOST_TEST(status(token, "GET", "/Condition/my-illness") == 404);
}

BOOST_AUTO_TEST_CASE(a_patients_consent_opens_the_record_to_a_relative) {
  const std::string user = database.run(
      "INSERT INTO users (email, password_hash, role) VALUES ('hidden@example.org', 'x', 'patient') "
      "RETURNING id");
  database.run("UPDATE patient_profile SET user_id = '" + user + "' WHERE fhir_id = '" + other + "'");
  const std::string giver = personToken(user, "user/*.cruds");
  const std::string relative = personToken(patientUser, "user/*.cruds");
  const std::string illness = "/Condition/hidden-illness1";
  BOOST_TEST(status(relative, "GET", illness) == 404);
  const std::string named = "Patient/" + patientKey;
  // Nobody grants it to himself.
  BOOST_TEST(status(relative, "POST", "/Consent", withId(consentTo(named, other, "active"), "")) == 403);
  const auto made = ask(giver, "POST", "/Consent", withId(consentTo(named, other, "active"), ""));
  BOOST_REQUIRE_MESSAGE(made.status == 201, made.body);
  const auto within = [&](int wanted) {
    return fixture::within(std::chrono::seconds(1),
                           [&] { return status(relative, "GET", illness) == wanted; });
  };
  BOOST_TEST(within(200));
  BOOST_TEST(status(relative, "DELETE", illness) == 403);
  // It goes one way.
  BOOST_TEST(status(giver, "GET", "/Condition/my-illness") == 404);
  const std::string location = *made.header("Location");
  const std::string id = location.substr(location.find("/Consent/") + 9, 36);
  BOOST_TEST(status(giver, "PUT", "/Consent/" + id, withId(consentTo(named, other, "inactive"), id)) == 200);
  BOOST_TEST(within(404));
}

BOOST_AUTO_TEST_CASE(a_doctor_breaks_the_glass_for_a_reason_and_a_while_and_the_patient_sees_it) {
  BOOST_TEST(status(token, "GET", hidden) == 404);
  const auto opened = ask(token, "POST", open, parameters(reason));
  BOOST_REQUIRE_MESSAGE(opened.status == 200, opened.body);
  BOOST_TEST(opened.body.find("\"until\"") != std::string::npos);
  BOOST_TEST(status(token, "GET", hidden) == 200);
  BOOST_TEST(status(token, "GET", "/Condition/hidden-illness1") == 200);
  BOOST_TEST(database.run("SELECT reason || ' ' || (ends_at - starts_at) FROM care_relationships WHERE "
                          "source = 'break_glass'") == reason + " 00:30:00");

  const std::string user = database.run(
      "INSERT INTO users (email, password_hash, role) VALUES ('hidden@example.org', 'x', 'patient') "
      "RETURNING id");
  database.run("UPDATE patient_profile SET user_id = '" + user + "' WHERE fhir_id = '" + other + "'");
  const auto seen = ask(personToken(user, "user/*.cruds"), "GET", "/AuditEvent?patient=" + other);
  BOOST_TEST(seen.body.find(reason) != std::string::npos, seen.body);
  BOOST_TEST(seen.body.find("Practitioner/" + carelessId) != std::string::npos);
  // The event is what the specification and the profiles ask of it.
  const auto start = seen.body.find(R"({"resourceType":"AuditEvent")");
  const auto end = seen.body.find(",\"search\"", start);
  BOOST_REQUIRE(start != std::string::npos && end != std::string::npos);
  const auto judged = ask(systemToken("system/*.cruds"), "POST", "/AuditEvent/$validate",
                          seen.body.substr(start, end - start));
  BOOST_TEST(judged.body.find("\"error\"") == std::string::npos, judged.body);

  database.run(
      "UPDATE care_relationships SET starts_at = now() - interval '1 hour', ends_at = now() - "
      "interval '30 minutes' WHERE source = 'break_glass'");
  BOOST_TEST(status(token, "GET", hidden) == 404);
  // No doctor writes or removes such an event.
  BOOST_TEST(status(token, "DELETE",
                    "/AuditEvent/" + database.run("SELECT id FROM fhir.resource WHERE "
                                                  "resource_type = 'AuditEvent'")) == 403);
}

BOOST_AUTO_TEST_CASE(nobody_else_breaks_it_and_nobody_without_a_reason) {
  const auto refused = [&](const std::string& who, const std::string& body) {
    return status(who, "POST", open, body);
  };
  BOOST_TEST(refused(personToken(patientUser, "user/*.cruds"), parameters(reason)) == 403);
  BOOST_TEST(refused(personToken(adminUser, "user/*.cruds"), parameters(reason)) == 403);
  BOOST_TEST(refused(systemToken("system/*.cruds"), parameters(reason)) == 403);
  BOOST_TEST(refused(personToken(careless, "patient/*.cruds", other), parameters(reason)) == 403);
  BOOST_TEST(refused(personToken(careless, "user/Observation.cruds"), parameters(reason)) == 403);
  for (const char* nothing : {"", "          ", "because"})
    BOOST_TEST(refused(token, parameters(nothing)) == 400, nothing);
  BOOST_TEST(refused(token, parameters(std::string(501, 'x'))) == 400);
  BOOST_TEST(refused(token, "") == 400);
  for (const char* minutes : {"0", "61", "-1", "100000000000"})
    BOOST_TEST(refused(token, parameters(reason, R"(,{"name":"minutes","valueInteger":)" +
                                                     std::string(minutes) + "}")) == 400,
               minutes);
  BOOST_TEST(status(token, "POST", "/Patient/absent-person-1/$break-glass", parameters(reason)) == 404);
  BOOST_TEST(status(token, "GET", open) == 405);
  BOOST_TEST(status(token, "GET", hidden) == 404);
  BOOST_TEST(database.run("SELECT count(*) FROM care_relationships WHERE source = 'break_glass'") == "0");
}

BOOST_AUTO_TEST_SUITE_END()
