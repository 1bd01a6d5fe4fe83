// The platform's own applications write the same tables with plain SQL.
#include <boost/test/unit_test.hpp>

#include "tests/store/fixture.h"

using fixture::StoreFixture;

BOOST_FIXTURE_TEST_SUITE(plain_sql, StoreFixture)

BOOST_AUTO_TEST_CASE(a_row_that_the_platform_inserts_reads_as_a_resource) {
  const std::string id = database.run(
      "INSERT INTO patient_profile (full_name, dob, gender, contact_number) VALUES"
      " ('Meera Kumari', '1990-02-03', 'female', '+91 1') RETURNING id");
  const auto found = read("Patient", id);
  BOOST_REQUIRE(found);
  BOOST_TEST(found->versionId == 1);
  BOOST_TEST(found->json.find("Meera Kumari") != std::string::npos);
  BOOST_TEST(find("Patient", "birthdate=1990-02-03&gender=female").size() == 1);
  BOOST_TEST(find("Patient", "name=meera").size() == 1);
  BOOST_TEST(find("Patient", "family=kumari").size() == 1);
  BOOST_TEST(count("fhir.reindex_queue") == 0);
}

BOOST_AUTO_TEST_CASE(a_row_put_back_as_it_was_read_stays_the_same_version) {
  const std::string id = database.run(
      "INSERT INTO patient_profile (full_name, dob, gender) VALUES ('Meera Kumari', '1990-02-03', 'female')"
      " RETURNING id");
  const auto found = read("Patient", id);
  BOOST_REQUIRE(found);
  put(found->json);
  BOOST_TEST(read("Patient", id)->versionId == 1);
}

BOOST_AUTO_TEST_CASE(after_an_update_of_a_column_nothing_stale_comes_back) {
  const auto created = create(
      R"({"resourceType":"Patient","name":[{"use":"official","family":"Devi","given":["Asha"]},{"use":"maiden",
    "family":"Rao"}],"birthDate":"1980-05"})");
  database.run("UPDATE patient_profile SET full_name = 'Asha Sharma' WHERE id = '" + created.id + "'");
  const auto found = read("Patient", created.id);
  BOOST_TEST(found->versionId == 2);
  BOOST_TEST(found->lastUpdated > created.lastUpdated);
  BOOST_TEST(found->json.find("Asha Sharma") != std::string::npos);
  BOOST_TEST(found->json.find("Devi") == std::string::npos);
  BOOST_TEST(found->json.find("Rao") != std::string::npos);
  BOOST_TEST(found->json.find("1980-05") != std::string::npos);
  BOOST_TEST(find("Patient", "family=devi").empty());
  BOOST_TEST(find("Patient", "name=sharma").size() == 1);
  BOOST_TEST(find("Patient", "birthdate=1980-05").size() == 1);
  database.run("UPDATE patient_profile SET dob = '1981-06-07' WHERE id = '" + created.id + "'");
  BOOST_TEST(find("Patient", "birthdate=1980-05").empty());
  BOOST_TEST(find("Patient", "birthdate=1981-06-07").size() == 1);
  BOOST_TEST(read("Patient", created.id)->json.find("1980-05") == std::string::npos);
  const auto old = session.vread(type("Patient"), created.id, 1);
  BOOST_TEST((*old)->json.find("Devi") != std::string::npos);
  BOOST_TEST(history("Patient", created.id).size() == 3);
}

BOOST_AUTO_TEST_CASE(a_soft_delete_is_gone_and_in_the_history) {
  const auto created = create(R"({"resourceType":"Patient","name":[{"text":"Gone Soon"}]})");
  database.run("UPDATE patient_profile SET is_deleted = true WHERE id = '" + created.id + "'");
  BOOST_TEST(read("Patient", created.id)->deleted);
  BOOST_TEST(find("Patient", "name=gone").empty());
  const auto versions = history("Patient", created.id);
  BOOST_REQUIRE(versions.size() == 2);
  BOOST_TEST((versions.front().change == store::Change::deleted));
}

BOOST_AUTO_TEST_CASE(the_observations_of_a_visit_are_one_record_of_the_platform) {
  const auto patient = create(R"({"resourceType":"Patient","name":[{"text":"P"}]})");
  database.run("INSERT INTO electronic_health_records (patient_id, record_type, content) VALUES ('" +
               patient.id + R"(', 'vital', '{"observations":[
    {"code":"8867-4","system":"http://loinc.org","display":"Heart rate","value":72,"unit":"/min","unit_code":"/min"},
    {"code":"85354-9","system":"http://loinc.org","display":"Blood pressure","components":[
      {"code":"8480-6","display":"Systolic","system":"http://loinc.org","value":120,"unit":"mmHg","unit_code":"mm[Hg]"},
      {"code":"8462-4","display":"Diastolic","system":"http://loinc.org","value":80,"unit":"mmHg","unit_code":"mm[Hg]"}]}]}'))");
  BOOST_TEST(find("Observation", "patient=" + patient.id).size() == 2);
  const auto panel = find("Observation", "patient=" + patient.id + "&code=http://loinc.org|85354-9");
  BOOST_REQUIRE(panel.size() == 1);
  BOOST_TEST(read("Observation", panel[0])->json.find("8462-4") != std::string::npos);
  BOOST_TEST(find("Observation", "component-code=8462-4").size() == 1);
}

BOOST_AUTO_TEST_CASE(each_medication_of_a_prescription_is_a_request_of_one_group) {
  const auto patient = create(R"({"resourceType":"Patient"})");
  const auto doctor = create(R"({"resourceType":"Practitioner","name":[{"text":"Dr. Rao"}]})");
  database.run("INSERT INTO prescriptions (patient_id, doctor_id, medications) VALUES ('" + patient.id +
               "', '" + doctor.id + R"(',
    '[{"drug_name":"Paracetamol","dose":"500 mg","frequency":"1-0-1","duration":"5 days","notes":"after food"},{"drug_name":"ORS"}]'))");
  const auto requests = find("MedicationRequest", "patient=" + patient.id);
  BOOST_REQUIRE(requests.size() == 2);
  std::string group;
  for (const std::string& id : requests) {
    const std::string json = read("MedicationRequest", id)->json;
    const auto at = json.find("\"groupIdentifier\"");
    BOOST_REQUIRE(at != std::string::npos);
    const std::string own = json.substr(at, json.find('}', at) - at);
    if (!group.empty()) BOOST_TEST(own == group);
    group = own;
  }
}

BOOST_AUTO_TEST_CASE(what_the_platform_wrote_and_a_client_puts_back_unchanged_makes_no_version) {
  const std::string user = database.run(
      "INSERT INTO users (email, password_hash, role) VALUES ('a@b.example', 'x', 'doctor') RETURNING id");
  const std::string patient = database.run(
      "INSERT INTO patient_profile (full_name, dob, gender, contact_number, address, medical_summary) VALUES"
      " ('Meera  Kumari', '1990-02-03', 'female', '+91 1', '12 Main Road,  Hubli', 'asthma') RETURNING id");
  const std::string doctor = database.run(
      "INSERT INTO doctor_profile (user_id, full_name, qualification, registration_number, specialties, "
      "clinic_hours,"
      " location) VALUES ('" +
      user + R"(', 'Dr. Rao', 'MBBS', 'KMC 1', '[ "Paediatrics",
      {"system":"http://snomed.info/sct","code":"394537008","display":"Paediatrics"}]',
      '{"mon": ["09:00-13:00", "15:00-18:00"], "tue":["09:00-13:00"]}', 'Clinic 1') RETURNING id)");
  const std::string appointment = database.run(
      "INSERT INTO appointments (patient_id, doctor_id, scheduled_start, scheduled_end, mode, notes) VALUES "
      "('" +
      patient + "', '" + doctor +
      "', '2026-03-01 10:00:00.123456+05:30', '2026-03-01 10:30+05:30', 'video', 'n')"
      " RETURNING id");
  for (const auto& [type, content] :
       {std::pair<const char*, const char*>{"note", "slept well"},
        {"imaging", "clear"},
        {"vital",
         R"({"observations":[{"code":"8867-4","system":"http://loinc.org","value":72.0,"unit":"/min"},
          {"code":"x","components":[{"code":"y","value":1.50,"unit":"g"}],"value":"text","note":"n"}]})"}}) {
    database.run(
        "INSERT INTO electronic_health_records (patient_id, author_id, record_type, content) VALUES ('" +
        patient + "', '" + doctor + "', '" + type + "', '" + content + "')");
  }
  database.run(
      "INSERT INTO prescriptions (patient_id, doctor_id, appointment_id, medications, expires_at) VALUES ('" +
      patient + "', '" + doctor + "', '" + appointment + R"(',
    '[{"drug_name":"Paracetamol","dose":"500 mg","frequency":"1-0-1","duration":"5 days","notes":"after food"},
      {"drug_name":"ORS"}]', now() + interval '1 day'))");
  for (const char* typeName : {"Patient", "Practitioner", "PractitionerRole", "Appointment",
                               "DocumentReference", "DiagnosticReport", "Observation", "MedicationRequest"}) {
    const auto ids = find(typeName, "");
    BOOST_TEST(!ids.empty());
    for (const std::string& id : ids) {
      const auto before = read(typeName, id);
      const auto written = put(before->json);
      BOOST_TEST((written.change == store::Change::unchanged), typeName);
      BOOST_TEST(written.resource.json == before->json);
      BOOST_TEST(read(typeName, id)->versionId == before->versionId);
      BOOST_TEST(history(typeName, id).size() == static_cast<std::size_t>(before->versionId));
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
