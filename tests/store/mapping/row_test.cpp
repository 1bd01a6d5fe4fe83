// Rows as the platform writes them with plain SQL -> FHIR.
#include <boost/test/unit_test.hpp>

#include "tests/store/mapping/support.h"

namespace {

// The members of the resource without resourceType, id and meta.
std::string content(std::string_view type, const test::Row& row) {
  const std::string json = test::decode(test::mappingOf(type), row);
  test::parse(json);  // structure and formats are FHIR's
  const std::string head = R"({"resourceType":")" + std::string(type) +
                           R"(","id":"x","meta":{"versionId":"1","lastUpdated":"2026-01-01T00:00:00.000Z"})";
  BOOST_REQUIRE(json.starts_with(head));
  return json == head + '}' ? "" : json.substr(head.size() + 1, json.size() - head.size() - 2);
}

constexpr const char* dataAbsent =
    R"({"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"unknown"}]})";

}  // namespace

BOOST_AUTO_TEST_SUITE(plain_sql_rows)

BOOST_AUTO_TEST_CASE(a_patient_profile_is_a_Patient) {
  BOOST_TEST(content("Patient", {}) == "");
  BOOST_TEST(
      content("Patient", {{"full_name", "Asha Devi"},
                          {"dob", "1990-02-28"},
                          {"gender", "female"},
                          {"contact_number", "+91 98 7654"},
                          {"address", "Ward 4, \"Old\" Street"},
                          {"medical_summary", "Asthma"}}) ==
      R"("extension":[{"url":"http://healthvillage.example/fhir/StructureDefinition/medical-summary",)"
      R"("valueString":"Asthma"}],"name":[{"text":"Asha Devi"}],)"
      R"("telecom":[{"system":"phone","value":"+91 98 7654"}],"gender":"female","birthDate":"1990-02-28",)"
      R"("address":[{"text":"Ward 4, \"Old\" Street"}])");
}

BOOST_AUTO_TEST_CASE(what_FHIR_cannot_say_is_absent) {
  BOOST_TEST(content("Patient", {{"full_name", ""}, {"contact_number", " \n"}, {"dob", "infinity"}}) == "");
  BOOST_TEST(content("Patient", {{"dob", "0044-03-15 BC"}, {"gender", "male"}}) == R"("gender":"male")");
  BOOST_TEST(content("Patient", {{"dob", "10000-01-01"}}) == "");
  const std::string observation =
      content("Observation", {{"status", "final"}, {"record_type", "lab"}, {"value_number", "NaN"}});
  BOOST_TEST(observation.find("valueQuantity") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(control_characters_that_FHIR_cannot_have_become_spaces) {
  BOOST_TEST(content("Patient", {{"full_name", "A\x01\tB\x0b"}, {"address", "\x02 \x03"}}) ==
             R"("name":[{"text":"A \tB "}])");
  for (const char* column :
       {"code_text", "code", "code_system", "value_text", "note", "value_unit", "interpretation"}) {
    test::Row row{{"status", "final"}, {"record_type", "lab"}, {"value_number", "1"}};
    row[column] = "a\x01z";
    content("Observation", row);
  }
  for (const char* column : {"drug_name", "dose", "frequency", "duration", "notes"}) {
    test::Row row{{"status", "active"}, {"intent", "order"}};
    row[column] = "5 m\x01g";
    content("MedicationRequest", row);
  }
  content("DocumentReference", {{"content", "a\x01z"}});
}

BOOST_AUTO_TEST_CASE(a_doctor_profile_is_a_Practitioner) {
  BOOST_TEST(
      content("Practitioner",
              {{"full_name", "Dr Rao"}, {"qualification", "MBBS"}, {"registration_number", "KA-1"}}) ==
      R"("identifier":[{"system":"http://healthvillage.example/fhir/NamingSystem/medical-registration",)"
      R"("value":"KA-1"}],"name":[{"text":"Dr Rao"}],"qualification":[{"code":{"text":"MBBS"}}])");
}

BOOST_AUTO_TEST_CASE(a_doctor_role_is_a_PractitionerRole) {
  BOOST_TEST(
      content(
          "PractitionerRole",
          {{"doctor_id", "d"},
           {"location", "Clinic 2"},
           {"specialties", R"(["Cardiology", {"code": "394814009", "display": "General practice"}])"},
           {"clinic_hours",
            R"({"fri": ["09:00-13:00"], "mon": ["09:00-13:00", "15:00-18:30"], "sun": ["00:00-24:00"]})"}}) ==
      R"("practitioner":{"reference":"Practitioner/d"},"specialty":[{"text":"Cardiology"},)"
      R"({"coding":[{"code":"394814009","display":"General practice"}]}],"location":[{"display":"Clinic 2"}],)"
      R"("availableTime":[{"daysOfWeek":["mon","fri"],"availableStartTime":"09:00:00","availableEndTime":"13:00:00"},)"
      R"({"daysOfWeek":["mon"],"availableStartTime":"15:00:00","availableEndTime":"18:30:00"},)"
      R"({"daysOfWeek":["sun"],"allDay":true}])");
}

BOOST_AUTO_TEST_CASE(what_is_no_time_in_clinic_hours_is_left_out) {
  BOOST_TEST(content("PractitionerRole",
                     {{"doctor_id", "d"},
                      {"clinic_hours",
                       R"({"mon": ["9-13", "25:00-26:00", "13:00-09:00", 7], "day": ["09:00-10:00"]})"}}) ==
             R"("practitioner":{"reference":"Practitioner/d"})");
}

BOOST_AUTO_TEST_CASE(an_appointment_is_an_Appointment_with_its_participants) {
  test::Row row{{"status", "requested"},
                {"mode", "video"},
                {"scheduled_start", "2026-01-05 09:00:00+00"},
                {"scheduled_end", "2026-01-05 09:15:00.5+00"},
                {"patient_id", "p"},
                {"doctor_id", "d"},
                {"notes", "first visit"}};
  BOOST_TEST(
      content("Appointment", row) ==
      R"("extension":[{"url":"http://healthvillage.example/fhir/StructureDefinition/appointment-mode",)"
      R"("valueCode":"video"}],"status":"pending","start":"2026-01-05T09:00:00Z","end":"2026-01-05T09:15:00.5Z",)"
      R"("comment":"first visit","participant":[{"actor":{"reference":"Patient/p"},"status":"accepted"},)"
      R"({"actor":{"reference":"Practitioner/d"},"status":"needs-action"}])");
  row["mode"] = "in_person";
  BOOST_TEST(content("Appointment", row).find("extension") == std::string::npos);
  for (const auto& [column, code] :
       std::vector<std::pair<const char*, const char*>>{{"confirmed", "booked"},
                                                        {"cancelled", "cancelled"},
                                                        {"completed", "fulfilled"},
                                                        {"no_show", "noshow"}}) {
    row["status"] = column;
    const std::string json = content("Appointment", row);
    BOOST_TEST(json.find("\"status\":\"" + std::string(code) + "\",\"start\"") != std::string::npos, json);
    BOOST_TEST(json.find("needs-action") == std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(a_vital_sign_is_an_Observation) {
  BOOST_TEST(
      content("Observation", {{"status", "final"},
                              {"record_type", "vital"},
                              {"patient_id", "p"},
                              {"author_id", "d"},
                              {"appointment_id", "a"},
                              {"code_system", "http://loinc.org"},
                              {"code", "8310-5"},
                              {"code_display", "Body temperature"},
                              {"code_text", "Temperature"},
                              {"effective_at", "2026-01-05 09:05:00+00"},
                              {"value_number", "37.50"},
                              {"value_unit", "C"},
                              {"value_unit_code", "Cel"},
                              {"interpretation", "N"},
                              {"note", "after rest"}}) ==
      R"("extension":[{"url":"http://healthvillage.example/fhir/StructureDefinition/appointment",)"
      R"("valueReference":{"reference":"Appointment/a"}}],"status":"final",)"
      R"("category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category",)"
      R"("code":"vital-signs"}]}],"code":{"coding":[{"system":"http://loinc.org","code":"8310-5",)"
      R"("display":"Body temperature"}],"text":"Temperature"},"subject":{"reference":"Patient/p"},)"
      R"("effectiveDateTime":"2026-01-05T09:05:00Z","performer":[{"reference":"Practitioner/d"}],)"
      R"("valueQuantity":{"value":37.50,"unit":"C","system":"http://unitsofmeasure.org","code":"Cel"},)"
      R"("interpretation":[{"coding":[{"system":)"
      R"("http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation","code":"N"}]}],)"
      R"("note":[{"text":"after rest"}])");
}

BOOST_AUTO_TEST_CASE(an_Observation_always_has_a_code_and_at_most_one_value) {
  const std::string bare =
      content("Observation", {{"status", "final"}, {"record_type", "vital"}, {"patient_id", "p"}});
  BOOST_TEST(bare.find(std::string(R"("code":)") + dataAbsent) != std::string::npos, bare);

  test::Row row{{"status", "final"}, {"record_type", "lab"}, {"patient_id", "p"}, {"value_text", "positive"}};
  BOOST_TEST(content("Observation", row).find(R"("valueString":"positive")") != std::string::npos);
  row["value_code"] = "10828004";
  std::string both = content("Observation", row);
  BOOST_TEST(both.find("valueString") == std::string::npos);
  BOOST_TEST(both.find("valueCodeableConcept") != std::string::npos);
  row["value_number"] = "-0.5";
  both = content("Observation", row);
  BOOST_TEST(both.find("valueCodeableConcept") == std::string::npos);
  BOOST_TEST(both.find(R"("valueQuantity":{"value":-0.5})") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(components_are_read_from_their_json_whatever_its_layout) {
  const std::string json = content(
      "Observation",
      {{"status", "final"},
       {"record_type", "vital"},
       {"components",
        R"([ {"value": 120, "code":"8480-6", "system":"http://loinc.org", "unit":"mmHg", "unit_code":"mm[Hg]", "other": {"a": [1]}},
             {"text": "caf\u00e9 \ud83d\ude00", "value": "high"}, {"value": 1.0}, {}, 7, null, "x" ])"}});
  BOOST_TEST(
      json.ends_with(
          R"("component":[{"code":{"coding":[{"system":"http://loinc.org","code":"8480-6"}]},)"
          R"("valueQuantity":{"value":120,"unit":"mmHg","system":"http://unitsofmeasure.org","code":"mm[Hg]"}},)"
          "{\"code\":{\"text\":\"café 😀\"},\"valueString\":\"high\"},{\"code\":" +
          std::string(dataAbsent) + R"(,"valueQuantity":{"value":1.0}}])"),
      json);
}

BOOST_AUTO_TEST_CASE(a_note_is_a_DocumentReference) {
  BOOST_TEST(
      content("DocumentReference", {{"patient_id", "p"}, {"author_id", "d"}, {"content", "Rest."}}) ==
      R"("status":"current","subject":{"reference":"Patient/p"},"author":[{"reference":"Practitioner/d"}],)"
      R"("content":[{"attachment":{"contentType":"text/plain; charset=utf-8","data":"UmVzdC4="}}])");
  BOOST_TEST(content("DocumentReference", {{"patient_id", "p"}}) ==
             R"("status":"current","subject":{"reference":"Patient/p"},"content":[{"attachment":)" +
                 std::string(dataAbsent) + "}]");
}

BOOST_AUTO_TEST_CASE(an_imaging_record_is_a_DiagnosticReport) {
  BOOST_TEST(
      content("DiagnosticReport", {{"patient_id", "p"}, {"author_id", "d"}, {"content", "No fracture"}}) ==
      R"("status":"final","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v2-0074",)"
      R"("code":"RAD"}]}],"code":{"coding":[{"system":"http://loinc.org","code":"18748-4"}],)"
      R"("text":"Imaging report"},"subject":{"reference":"Patient/p"},)"
      R"("performer":[{"reference":"Practitioner/d"}],"conclusion":"No fracture")");
}

BOOST_AUTO_TEST_CASE(a_medication_is_a_MedicationRequest) {
  BOOST_TEST(
      content("MedicationRequest", {{"status", "active"},
                                    {"intent", "order"},
                                    {"patient_id", "p"},
                                    {"doctor_id", "d"},
                                    {"issued_at", "2026-01-05 09:00:00+00"},
                                    {"expires_at", "2026-02-05 09:00:00+00"},
                                    {"drug_name", "Amoxicillin"},
                                    {"drug_code_system", "http://www.nlm.nih.gov/research/umls/rxnorm"},
                                    {"drug_code", "723"},
                                    {"dose", "500 mg"},
                                    {"frequency", "three times a day"},
                                    {"duration", "5 days"},
                                    {"notes", "after food"},
                                    {"group_identifier_system", "urn:ietf:rfc:3986"},
                                    {"group_identifier_value", "urn:uuid:1"}}) ==
      R"("status":"active","intent":"order","medicationCodeableConcept":{"coding":[{"system":)"
      R"("http://www.nlm.nih.gov/research/umls/rxnorm","code":"723"}],"text":"Amoxicillin"},)"
      R"("subject":{"reference":"Patient/p"},"authoredOn":"2026-01-05T09:00:00Z",)"
      R"("requester":{"reference":"Practitioner/d"},)"
      R"("groupIdentifier":{"system":"urn:ietf:rfc:3986","value":"urn:uuid:1"},)"
      R"("dosageInstruction":[{"text":"500 mg three times a day for 5 days","patientInstruction":"after food",)"
      R"("timing":{"repeat":{"boundsDuration":{"value":5,"unit":"days","system":"http://unitsofmeasure.org","code":"d"}},)"
      R"("code":{"text":"three times a day"}},"doseAndRate":[{"doseQuantity":{"value":500,"unit":"mg",)"
      R"("system":"http://unitsofmeasure.org","code":"mg"}}]}],)"
      R"("dispenseRequest":{"validityPeriod":{"end":"2026-02-05T09:00:00Z"}})");
}

BOOST_AUTO_TEST_CASE(a_dose_or_duration_that_is_no_plain_amount_stays_words) {
  test::Row row{{"status", "active"}, {"intent", "order"}, {"dose", "1-2 tablets"}, {"duration", "as told"}};
  BOOST_TEST(
      content("MedicationRequest", row).find(R"("dosageInstruction":[{"text":"1-2 tablets, as told"}])") !=
      std::string::npos);
  for (const char* dose : {"1/2 tablet", "500", "mg", "5 mg/kg", "1e3 mg", "05 mg", "5.mg", "5 mg "}) {
    row["dose"] = dose;
    BOOST_TEST(content("MedicationRequest", row).find("doseQuantity") == std::string::npos, dose);
  }
}

BOOST_AUTO_TEST_CASE(text_that_is_no_code_and_no_uri_is_left_out) {
  const std::string json = content("Observation", {{"status", "final"},
                                                   {"record_type", "lab"},
                                                   {"code_system", "my system"},
                                                   {"code", " 12 "},
                                                   {"code_text", "X"}});
  BOOST_TEST(json.find(R"("code":{"text":"X"})") != std::string::npos, json);
}

BOOST_AUTO_TEST_SUITE_END()
