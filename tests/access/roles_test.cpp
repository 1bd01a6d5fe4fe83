// What each role may do, and that a scope only ever takes away.
#include <boost/test/unit_test.hpp>

#include "tests/access/fixture.h"

using fixture::AccessFixture;
using fixture::conditionOf;
using fixture::observationOf;

BOOST_FIXTURE_TEST_SUITE(roles, AccessFixture)

BOOST_AUTO_TEST_CASE(a_patient_reads_the_own_record_and_writes_little_of_it) {
  const std::string token = personToken(patientUser, "user/*.cruds");
  for (const char* own : {"/Observation/my-result", "/Condition/my-illness", "/Organization/clinic",
                          "/Practitioner/their-doctor"})
    BOOST_TEST(status(token, "GET", own) == 200, own);
  BOOST_TEST(ask(token, "GET", "/Practitioner/their-doctor").body.find("5550100") == std::string::npos);
  BOOST_TEST(status(token, "GET", "/Practitioner?phone=5550100&_summary=count") == 200);
  BOOST_TEST(ask(token, "GET", "/Practitioner?phone=5550100&_total=accurate").body.find("\"total\":0") !=
             std::string::npos);
  BOOST_TEST(status(token, "GET", "/Practitioner?_sort=phone") == 403);
  BOOST_TEST(status(token, "POST", "/Observation", observationOf("", patientKey, doctorKey)) == 403);
  BOOST_TEST(status(token, "PUT", "/Observation/my-result",
                    observationOf("my-result", patientKey, doctorKey)) == 403);
  BOOST_TEST(status(token, "DELETE", "/Condition/my-illness") == 403);
  BOOST_TEST(status(token, "POST", "/Practitioner", R"({"resourceType":"Practitioner"})") == 403);
  const std::string visit =
      R"({"resourceType":"Appointment","status":"proposed","start":"2126-03-02T09:00:00Z","end":"2126-03-02T09:30:00Z","participant":[{"actor":{"reference":"Patient/@"},"status":"accepted"},{"actor":{"reference":"Practitioner/their-doctor"},"status":"needs-action"}]})";
  const auto of = [&](const std::string& patient) {
    std::string body = visit;
    return body.replace(body.find('@'), 1, patient);
  };
  BOOST_TEST(status(token, "POST", "/Appointment", of(patientKey)) == 201);
  BOOST_TEST(status(token, "POST", "/Appointment", of(other)) == 403);
}

BOOST_AUTO_TEST_CASE(a_doctor_sees_and_treats_who_is_in_care) {
  const std::string token = personToken(doctorUser, "user/*.cruds");
  BOOST_TEST(status(token, "GET", "/Patient/" + patientKey) == 200);
  BOOST_TEST(status(token, "GET", "/Condition/my-illness") == 200);
  BOOST_TEST(status(token, "GET", "/Patient/" + other) == 404);
  BOOST_TEST(ask(token, "GET", "/Practitioner/their-doctor").body.find("5550100") != std::string::npos);
  BOOST_TEST(status(token, "POST", "/Observation", observationOf("", patientKey, doctorKey)) == 201);
  BOOST_TEST(status(token, "POST", "/Condition", conditionOf("", patientKey)) == 201);
  // In somebody else's name, or of somebody else's patient.
  BOOST_TEST(status(token, "POST", "/Observation", observationOf("", patientKey, "their-doctor")) == 403);
  BOOST_TEST(status(token, "POST", "/Observation", observationOf("", other, doctorKey)) == 403);
  BOOST_TEST(status(token, "POST", "/Condition", conditionOf("", other)) == 403);
  BOOST_TEST(status(token, "PUT", "/Condition/my-illness", conditionOf("my-illness", other)) == 403);
  // An appointment opens no record.
  const std::string visit =
      R"({"resourceType":"Appointment","status":"booked","start":"2126-03-02T09:00:00Z","end":"2126-03-02T09:30:00Z","participant":[{"actor":{"reference":"Patient/)" +
      other + R"("},"status":"accepted"},{"actor":{"reference":"Practitioner/)" + doctorKey +
      R"("},"status":"accepted"}]})";
  BOOST_TEST(status(token, "POST", "/Appointment", visit) == 403);
  BOOST_TEST(status(token, "GET", "/Patient/" + other) == 404);
  BOOST_TEST(
      status(
          token, "POST", "/Consent",
          R"({"resourceType":"Consent","status":"active","scope":{"text":"x"},"category":[{"text":"x"}],"policyRule":{"text":"x"},"patient":{"reference":"Patient/)" +
              patientKey + "\"}}") == 403);

  database.run("UPDATE care_relationships SET revoked_at = now() WHERE doctor_id = '" + doctorKey + "'");
  BOOST_TEST(status(token, "GET", "/Patient/" + patientKey) == 404);
  BOOST_TEST(status(token, "GET", "/Condition/my-illness") == 404);
  // What they have written stays theirs to read, and no more to change.
  BOOST_TEST(status(token, "GET", "/Observation/my-result") == 200);
  BOOST_TEST(status(token, "DELETE", "/Observation/my-result") == 403);
}

BOOST_AUTO_TEST_CASE(an_admin_reads_no_record) {
  const std::string token = personToken(adminUser, "user/*.cruds");
  for (const char* type : {"Patient", "Observation", "Condition", "Appointment", "Basic", "Consent"})
    BOOST_TEST(status(token, "GET", std::string("/") + type) == 403, type);
  BOOST_TEST(status(token, "GET", "/Organization/clinic") == 200);
  BOOST_TEST(status(token, "GET", "/Practitioner/their-doctor") == 200);
  BOOST_TEST(status(token, "POST", "/Organization", R"({"resourceType":"Organization","name":"New"})") ==
             201);
}

BOOST_AUTO_TEST_CASE(a_client_system_has_what_its_scopes_say) {
  const std::string token = systemToken("system/Observation.rs system/Patient.r");
  BOOST_TEST(status(token, "GET", "/Observation/hidden-result-1") == 200);
  BOOST_TEST(status(token, "GET", "/Patient/" + other) == 200);
  BOOST_TEST(status(token, "GET", "/Patient") == 403);
  BOOST_TEST(status(token, "GET", "/Condition/my-illness") == 403);
  BOOST_TEST(status(token, "PUT", "/Observation/hidden-result-1",
                    observationOf("hidden-result-1", other, "their-doctor")) == 403);
  // What it may read comes with what it may search; what it may not, does not.
  const auto page = ask(token, "GET", "/Observation?_id=hidden-result-1&_include=*");
  BOOST_TEST(page.body.find("Hidden Person") != std::string::npos);
  BOOST_TEST(page.body.find("Theodora") == std::string::npos);
  const auto chained = ask(token, "GET", "/Observation?performer:Practitioner.name=theodora&_total=accurate");
  BOOST_TEST(chained.body.find("\"total\":0") != std::string::npos);
  BOOST_TEST(status(token, "GET", "/?_type=Observation,Condition") == 403);
  BOOST_TEST(status(token, "GET", "/?_id=hidden-result-1") == 200);
}

// Hospitals bring their own ids, also to types of which an author may keep something to himself.
BOOST_AUTO_TEST_CASE(a_client_system_chooses_ids) {
  const std::string token = systemToken("system/*.cruds");
  const auto result = [&](const std::string& id) { return observationOf(id, other, "their-doctor"); };
  BOOST_TEST(status(token, "PUT", "/Observation/from-hospital", result("from-hospital")) == 201);
  BOOST_TEST(status(token, "PUT", "/Observation/from-hospital", result("from-hospital")) == 200);
  const std::string bundle = R"({"resourceType":"Bundle","type":"transaction","entry":[{"resource":)" +
                             result("from-bundle") +
                             R"(,"request":{"method":"PUT","url":"Observation/from-bundle"}}]})";
  BOOST_TEST(status(token, "POST", "/", bundle) == 200);
  BOOST_TEST(status(token, "GET", "/Observation/from-bundle") == 200);
  database.run("UPDATE ehr_observations SET visibility = 'author' WHERE fhir_id = 'hidden-result-1'");
  BOOST_TEST(status(token, "GET", "/Observation/hidden-result-1") == 404);
  BOOST_TEST(status(token, "PUT", "/Observation/hidden-result-1", result("hidden-result-1")) == 404);
  BOOST_TEST(status(token, "DELETE", "/Observation/hidden-result-1") == 204);
  BOOST_TEST(database.run("SELECT is_deleted FROM ehr_observations WHERE fhir_id = 'hidden-result-1'") ==
             "f");
}

BOOST_AUTO_TEST_CASE(a_scope_only_takes_away) {
  const std::string narrow =
      personToken(patientUser, "patient/Observation.rs?category=vital-signs", patientKey);
  BOOST_TEST(status(narrow, "GET", "/Observation/my-pulse") == 200);
  BOOST_TEST(status(narrow, "GET", "/Observation/my-result") == 404);
  BOOST_TEST(status(narrow, "GET", "/Patient/" + patientKey) == 403);
  BOOST_TEST(ask(narrow, "GET", "/Observation?_total=accurate").body.find("\"total\":1") !=
             std::string::npos);
  BOOST_TEST(status(narrow, "GET", "/Observation/my-pulse/_history") == 403);
  const std::string wide = personToken(patientUser, "user/*.cruds");
  BOOST_TEST(status(wide, "GET", "/Observation/hidden-result-1") == 404);
  // Another patient in context than the person may see: the role decides.
  const std::string wrong = personToken(patientUser, "patient/*.rs", other);
  BOOST_TEST(status(wrong, "GET", "/Observation/hidden-result-1") == 404);
  BOOST_TEST(status(wrong, "GET", "/Observation/my-result") == 404);
  // No patient in context, no patient's data.
  const std::string none = personToken(doctorUser, "patient/*.rs", patientKey);
  database.run("UPDATE smart.approval SET patient = NULL WHERE user_id = '" + doctorUser + "'");
  BOOST_TEST(status(none, "GET", "/Observation/my-result") == 403);
}

BOOST_AUTO_TEST_CASE(a_grant_shows_a_relatives_record_and_nothing_more) {
  const std::string token = personToken(patientUser, "user/*.cruds");
  database.run("INSERT INTO patient_grants (holder, patient_id) SELECT '" + patientKey +
               "', id FROM patient_profile WHERE fhir_id = '" + other + "'");
  BOOST_TEST(status(token, "GET", "/Observation/hidden-result-1") == 200);
  BOOST_TEST(status(token, "GET", "/Condition/hidden-illness1") == 200);
  BOOST_TEST(status(token, "DELETE", "/Condition/hidden-illness1") == 403);
  database.run("UPDATE patient_grants SET ends_at = now()");
  BOOST_TEST(status(token, "GET", "/Observation/hidden-result-1") == 404);
}

BOOST_AUTO_TEST_CASE(entries_of_a_bundle_are_judged_as_if_alone) {
  const std::string token = personToken(doctorUser, "user/*.rs user/Condition.c");
  const auto bundle = [&](const std::string& type) {
    return R"({"resourceType":"Bundle","type":")" + type + R"(","entry":[{"resource":)" +
           conditionOf("", patientKey) + R"(,"request":{"method":"POST","url":"Condition"}},{"resource":)" +
           observationOf("", patientKey, doctorKey) +
           R"(,"request":{"method":"POST","url":"Observation"}}]})";
  };
  const auto batch = ask(token, "POST", "/", bundle("batch"));
  BOOST_TEST(batch.status == 200);
  BOOST_TEST(batch.body.find("\"201") != std::string::npos);
  BOOST_TEST(batch.body.find("\"403") != std::string::npos);
  BOOST_TEST(status(token, "POST", "/", bundle("transaction")) == 403);
  BOOST_TEST(ask(token, "GET", "/Condition?_total=accurate").body.find("\"total\":2") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
