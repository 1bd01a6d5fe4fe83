// Which place a resource stands in: its table, beside what another left there, or the generic store.
#include <boost/test/unit_test.hpp>

#include "src/store/mapping/mapping.h"
#include "tests/store/fixture.h"

using fixture::content;
using fixture::same;
using fixture::StoreFixture;
using store::Change;

namespace {

const std::string kShared = "7b1d8e0a-3c52-4f77-9d0e-2f6a1c9b5e41";

struct Places : StoreFixture {
  Places() {
    put(R"({"resourceType":"Patient","id":"p"})");
    put(R"({"resourceType":"Patient","id":"q"})");
    put(R"({"resourceType":"Practitioner","id":"d"})");
  }

  static std::string note(std::string_view id, std::string_view patient, std::string_view more = "") {
    return R"({"resourceType":"DocumentReference","id":")" + std::string(id) +
           R"(","status":"current","subject":{"reference":"Patient/)" + std::string(patient) +
           R"("},"content":[{"attachment":{"contentType":"text/plain","data":"c2xlZXBzIHdlbGw="}}])" +
           std::string(more) + "}";
  }
  static std::string report(std::string_view id, std::string_view conclusion) {
    return R"({"resourceType":"DiagnosticReport","id":")" + std::string(id) +
           R"(","status":"final","category":[{"coding":[{"system":
        "http://terminology.hl7.org/CodeSystem/v2-0074","code":"RAD"}]}],"code":{"text":"chest"},
        "subject":{"reference":"Patient/p"},"conclusion":")" +
           std::string(conclusion) + "\"}";
  }
  static std::string appointment(std::string_view id, std::string_view status, bool timed,
                                 std::string_view patient = "p") {
    return R"({"resourceType":"Appointment","id":")" + std::string(id) + R"(","status":")" +
           std::string(status) + "\"," +
           (timed ? R"("start":"2026-03-01T10:00:00Z","end":"2026-03-01T10:20:00Z",)" : "") +
           R"("participant":[{"actor":{"reference":"Patient/)" + std::string(patient) +
           R"("},"status":"accepted"},{"actor":{"reference":"Practitioner/d"},"status":"accepted"}]})";
  }
  static std::string ofAppointment(std::string_view id) {
    return R"(,"extension":[{"url":"http://healthvillage.example/fhir/StructureDefinition/appointment",
        "valueReference":{"reference":"Appointment/)" +
           std::string(id) + "\"}}]";
  }
  bool reads(std::string_view typeName, std::string_view id, const std::string& sent) {
    const auto found = read(typeName, id);
    return found && !found->deleted && same(content(found->json), content(sent));
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(place_of, Places)

BOOST_AUTO_TEST_CASE(two_types_of_one_table_may_share_an_id) {
  put(note(kShared, "p"));
  BOOST_TEST((put(report(kShared, "clear")).change == Change::created));
  BOOST_TEST(reads("DocumentReference", kShared, note(kShared, "p")));
  BOOST_TEST(reads("DiagnosticReport", kShared, report(kShared, "clear")));
  BOOST_TEST((put(report(kShared, "clear")).change == Change::unchanged));
  BOOST_TEST((put(report(kShared, "cloudy")).resource.versionId == 2));
  BOOST_TEST((put(note(kShared, "p", R"(,"description":"d")")).resource.versionId == 2));
  BOOST_TEST(history("DiagnosticReport", kShared).size() == 2);
  BOOST_TEST(history("DocumentReference", kShared).size() == 2);
  BOOST_TEST(history("", "").size() == 7);
  BOOST_TEST(find("DiagnosticReport", "patient=p").size() == 1);
  BOOST_TEST(find("DocumentReference", "patient=p&_id=" + kShared).size() == 1);
  BOOST_TEST(session.remove(type("DiagnosticReport"), kShared).ok());
  BOOST_TEST(read("DiagnosticReport", kShared)->deleted);
  BOOST_TEST(!read("DocumentReference", kShared)->deleted);
  BOOST_TEST((put(report(kShared, "again")).resource.versionId == 4));
  BOOST_TEST((put(note(kShared, "p")).resource.versionId == 3));
  BOOST_TEST(count("electronic_health_records") == 1);
}

BOOST_AUTO_TEST_CASE(an_import_of_both_types_under_one_id_refuses_neither) {
  std::vector<fhir::Resource> batch;
  batch.push_back(resource(note(kShared, "p")));
  batch.push_back(resource(report(kShared, "clear")));
  const auto results = session.importBatch(std::move(batch), {"file", 2});
  BOOST_REQUIRE(results.ok());
  for (const auto& result : *results) BOOST_TEST(result.ok());
  BOOST_TEST(reads("DocumentReference", kShared, note(kShared, "p")));
  BOOST_TEST(reads("DiagnosticReport", kShared, report(kShared, "clear")));
}

BOOST_AUTO_TEST_CASE(a_resource_under_the_id_of_a_record_of_the_platform_is_kept_beside_it) {
  const auto patient = create(R"({"resourceType":"Patient"})");
  database.run("INSERT INTO electronic_health_records (id, patient_id, record_type, content) VALUES ('" +
               kShared + "', '" + patient.id + R"(', 'vital', '{"observations":[{"code":"x","value":1}]}'))");
  put(note(kShared, "p"));
  BOOST_TEST(reads("DocumentReference", kShared, note(kShared, "p")));
  BOOST_TEST(find("DocumentReference", "patient=p").size() == 1);
}

BOOST_AUTO_TEST_CASE(a_second_record_of_one_appointment_is_a_row_that_does_not_name_it) {
  put(appointment("a", "booked", true));
  put(note("n1", "p", ofAppointment("a")));
  put(note("n2", "p", ofAppointment("a")));
  BOOST_TEST(count("electronic_health_records WHERE record_type = 'note'") == 2);
  BOOST_TEST(count("electronic_health_records WHERE appointment_id IS NOT NULL") == 1);
  for (const char* id : {"n1", "n2"})
    BOOST_TEST(reads("DocumentReference", id, note(id, "p", ofAppointment("a"))));
  BOOST_TEST((put(note("n2", "p", ofAppointment("a"))).change == Change::unchanged));
  // The first comes back after the second has taken its place.
  BOOST_TEST(session.remove(type("DocumentReference"), "n1").ok());
  put(note("n2", "p", ofAppointment("a") + R"(,"description":"now the only one")"));
  put(note("n1", "p", ofAppointment("a")));
  BOOST_TEST(count("electronic_health_records WHERE appointment_id IS NOT NULL AND NOT is_deleted") == 1);
  BOOST_TEST(reads("DocumentReference", "n1", note("n1", "p", ofAppointment("a"))));
}

BOOST_AUTO_TEST_CASE(an_import_with_two_records_of_one_appointment_refuses_neither) {
  put(appointment("a", "booked", true));
  std::vector<fhir::Resource> batch;
  for (const char* id : {"n1", "n2", "n3"}) batch.push_back(resource(note(id, "p", ofAppointment("a"))));
  const auto results = session.importBatch(std::move(batch), {"file", 3});
  BOOST_REQUIRE(results.ok());
  for (const auto& result : *results) BOOST_TEST(result.ok());
  BOOST_TEST(count("electronic_health_records") == 3);
}

BOOST_AUTO_TEST_CASE(a_document_may_be_corrected_to_another_patient) {
  put(note("n", "p"));
  BOOST_TEST((put(note("n", "q")).change == Change::updated));
  BOOST_TEST(reads("DocumentReference", "n", note("n", "q")));
  BOOST_TEST(find("DocumentReference", "patient=p").empty());
  BOOST_TEST(find("DocumentReference", "patient=q").size() == 1);
  BOOST_TEST(count("electronic_health_records e JOIN patient_profile p ON p.id = e.patient_id WHERE "
                   "p.fhir_id = 'q'") == 1);
  BOOST_TEST(count("history.electronic_health_records e JOIN patient_profile p ON p.id = e.patient_id WHERE "
                   "p.fhir_id = 'p'") == 1);
  put(note("n", "p"));
  BOOST_TEST(reads("DocumentReference", "n", note("n", "p")));
  BOOST_TEST(history("DocumentReference", "n").size() == 3);
}

BOOST_AUTO_TEST_CASE(an_appointment_that_others_hold_stays_a_row_and_says_what_was_put) {
  put(appointment("a", "booked", true));
  put(note("n", "p", ofAppointment("a")));
  const auto changed = put(appointment("a", "proposed", false));
  BOOST_TEST((changed.change == Change::updated));
  BOOST_TEST(changed.resource.versionId == 2);
  BOOST_TEST(same(content(changed.resource.json), content(appointment("a", "proposed", false))));
  BOOST_TEST(reads("Appointment", "a", appointment("a", "proposed", false)));
  BOOST_TEST(reads("DocumentReference", "n", note("n", "p", ofAppointment("a"))));
  BOOST_TEST(count("appointments WHERE status = 'requested'") == 1);
  BOOST_TEST((put(appointment("a", "proposed", false)).change == Change::unchanged));
  BOOST_TEST(find("Appointment", "date=2026-03-01").empty());
  BOOST_TEST(find("Appointment", "status=proposed").size() == 1);
  BOOST_TEST(find("Appointment", "patient=p").size() == 1);
  // The platform's own change counts at once.
  database.run(
      "UPDATE appointments SET scheduled_start = '2026-04-01 10:00Z', scheduled_end = '2026-04-01 11:00Z'");
  BOOST_TEST(find("Appointment", "date=2026-04-01").size() == 1);
  BOOST_TEST(read("Appointment", "a")->json.find("2026-04-01") != std::string::npos);
  put(appointment("a", "booked", true));
  BOOST_TEST(reads("Appointment", "a", appointment("a", "booked", true)));
  BOOST_TEST(find("Appointment", "date=2026-03-01").size() == 1);
}

BOOST_AUTO_TEST_CASE(an_appointment_that_others_hold_may_name_a_patient_who_is_not_here) {
  put(appointment("a", "booked", true));
  put(note("n", "p", ofAppointment("a")));
  put(appointment("a", "booked", true, "late"));
  BOOST_TEST(reads("Appointment", "a", appointment("a", "booked", true, "late")));
  BOOST_TEST(find("Appointment", "patient=late").size() == 1);
  BOOST_TEST(find("Appointment", "patient=p").empty());
  put(R"({"resourceType":"Patient","id":"late"})");
  BOOST_TEST((put(appointment("a", "fulfilled", true, "late")).change == Change::updated));
  BOOST_TEST(count("appointments a JOIN patient_profile p ON p.id = a.patient_id WHERE p.fhir_id = 'late'") ==
             1);
  BOOST_TEST(count("fhir.dangling_reference") == 0);
}

BOOST_AUTO_TEST_CASE(a_patient_whom_others_hold_may_get_what_no_row_can_show) {
  put(appointment("a", "booked", true));
  const std::string odd =
      R"({"resourceType":"Patient","id":"p","gender":"female","modifierExtension":[{"url":"http://x/m","valueBoolean":true}]})";
  BOOST_TEST((put(odd).change == Change::updated));
  BOOST_TEST(reads("Patient", "p", odd));
  BOOST_TEST(find("Patient", "gender=female").size() == 1);
  BOOST_TEST(reads("Appointment", "a", appointment("a", "booked", true)));
}

BOOST_AUTO_TEST_CASE(an_appointment_that_nobody_holds_leaves_its_table) {
  put(appointment("a", "booked", true));
  put(appointment("a", "proposed", false));
  BOOST_TEST(count("appointments") == 0);
  BOOST_TEST(reads("Appointment", "a", appointment("a", "proposed", false)));
}

BOOST_AUTO_TEST_CASE(an_update_within_a_transaction_keeps_a_held_row_too) {
  put(appointment("a", "booked", true));
  put(note("n", "p", ofAppointment("a")));
  BOOST_REQUIRE(session.begin().ok());
  put(appointment("a", "proposed", false));
  put(R"({"resourceType":"Basic","id":"b","code":{"text":"x"}})");
  BOOST_REQUIRE(session.commit().ok());
  BOOST_TEST(reads("Appointment", "a", appointment("a", "proposed", false)));
  BOOST_TEST(read("Basic", "b").has_value());
}

BOOST_AUTO_TEST_CASE(texts_too_long_for_the_index_of_their_column_are_kept_and_found) {
  std::string text;  // that compression leaves long
  for (unsigned n = 1, i = 0; i < 4000; ++i, n = n * 1664525 + 1013904223) {
    text += static_cast<char>('a' + (n >> 16U) % 26);
  }
  const std::string coding =
      R"({"coding":[{"system":"http://x/)" + text + R"(","code":")" + text + R"("}],"text":"x"})";
  const std::vector<std::pair<std::string, std::string>> resources{
      {"Patient", R"({"resourceType":"Patient","id":"p","name":[{"family":")" + text +
                      R"("}],"telecom":[{"system":"phone","value":")" + text + R"("}]})"},
      {"Practitioner",
       R"({"resourceType":"Practitioner","id":"d","identifier":[{"system":
          "http://healthvillage.example/fhir/NamingSystem/medical-registration","value":")" +
           text + R"("}],"name":[{"text":")" + text + R"("}]})"},
      {"Observation",
       R"({"resourceType":"Observation","id":"o","status":"final","category":[{"coding":[{"system":
          "http://terminology.hl7.org/CodeSystem/observation-category","code":"laboratory"}]}],"code":)" +
           coding + R"(,"subject":{"reference":"Patient/p"}})"},
      {"MedicationRequest",
       R"({"resourceType":"MedicationRequest","id":"m","status":"active","intent":"order","medicationCodeableConcept":)" +
           coding + R"(,"subject":{"reference":"Patient/p"},"authoredOn":"2026-03-01T10:00:00Z",
          "requester":{"reference":"Practitioner/d"},"groupIdentifier":{"system":"http://x","value":")" +
           text + R"("}})"}};
  for (const auto& [name, json] : resources) {
    put(json);
    BOOST_TEST(reads(name, resource(json).id(), json), name);
  }
  for (const auto* table :
       {"patient_profile", "doctor_profile", "ehr_observations", "prescription_medications"}) {
    BOOST_TEST(count(std::string(table) + " WHERE fhir_residual IS NOT NULL") >= 1, table);
  }
  const std::string start = text.substr(0, 200);
  BOOST_TEST(find("Patient", "family=" + start).size() == 1);
  BOOST_TEST(find("Practitioner", "name=" + start).size() == 1);
  BOOST_TEST(find("Observation", "subject=Patient/p").size() == 1);
  // Back to what the columns hold.
  put(R"({"resourceType":"Patient","id":"p","name":[{"text":"Short"}]})");
  BOOST_TEST(count("patient_profile WHERE full_name = 'Short'") == 1);
}

BOOST_AUTO_TEST_CASE(every_text_column_that_an_index_of_its_table_holds_takes_no_long_text) {
  const auto mappings = store::Mappings::load(store.options().mappingsDirectory);
  BOOST_REQUIRE(mappings.ok());
  for (const store::Mapping& mapping : mappings->all()) {
    for (const store::MappedColumn& column : mapping.columns()) {
      const bool inIndex =
          column.sqlType == "text" &&
          count(
              "pg_index i JOIN pg_depend d ON d.objid = i.indexrelid JOIN pg_attribute a ON a.attrelid = "
              "i.indrelid"
              " AND a.attnum = d.refobjsubid AND d.refobjid = i.indrelid WHERE i.indrelid = 'public." +
              std::string(mapping.table()) + "'::regclass AND a.attname = '" + column.name + "'") > 0;
      const bool isCode = column.name == "status" || column.name == "intent";  // its values are few and short
      BOOST_TEST((!inIndex || column.indexed || isCode), mapping.table() << "." << column.name);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
