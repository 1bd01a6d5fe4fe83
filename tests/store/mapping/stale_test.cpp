// After a plain SQL update the column wins: nothing stale comes back from the residual.
#include <boost/test/unit_test.hpp>
#include <random>

#include "tests/store/mapping/support.h"

namespace {

// Encodes `json`, lets plain SQL change columns (nullopt: to NULL), and reads one member again.
class Held {
 public:
  explicit Held(const std::string& json) : mapping_(test::mappingOf(test::parse(json).typeName())) {
    const store::Encoded encoded = mapping_.encode(test::parse(json));
    BOOST_REQUIRE_MESSAGE(encoded.holdable, encoded.reason);
    row_ = test::rowOf(mapping_, encoded);
    residual_ = encoded.residual;
  }

  Held& set(const std::string& column, const char* value) {
    if (value == nullptr) {
      row_.erase(column);
    } else {
      row_[column] = value;
    }
    return *this;
  }
  std::string whole() const { return test::decode(mapping_, row_, residual_); }
  std::string member(std::string_view name) const { return test::member(whole(), name); }

 private:
  const store::Mapping& mapping_;
  test::Row row_;
  std::string residual_;
};

const std::string patient = R"({"resourceType":"Patient","id":"x",
  "extension":[{"url":"http://x.example/race","valueString":"r"},
               {"url":"http://healthvillage.example/fhir/StructureDefinition/medical-summary","valueString":"Asthma",
                "extension":[{"url":"http://x.example/by","valueString":"b"}]}],
  "name":[{"use":"maiden","family":"Rao"},{"use":"official","family":"Devi","given":["Asha"]}],
  "telecom":[{"system":"email","value":"a@x.example"},{"system":"phone","value":"1","use":"home"},{"system":"phone","value":"2"}],
  "gender":"female","_gender":{"extension":[{"url":"http://x.example/g","valueCode":"f"}]},
  "birthDate":"1990-02","active":true,
  "address":[{"use":"home","line":["1 Road"],"city":"Pune"}]})";

std::string observation(const std::string& members) {
  return R"({"resourceType":"Observation","id":"x","status":"final","category":[{"coding":[{"system":)"
         R"("http://terminology.hl7.org/CodeSystem/observation-category","code":"vital-signs","display":"V"}],"text":"v"},{"text":"other"}],)"
         R"("code":{"coding":[{"system":"http://loinc.org","code":"1","display":"D","userSelected":true}]},)"
         R"("subject":{"reference":"Patient/p","display":"P"},)" +
         members + "}";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(stale_residual)

BOOST_AUTO_TEST_CASE(a_changed_name_replaces_its_item_and_no_other) {
  BOOST_TEST(
      Held(patient).member("name") ==
      R"("name":[{"use":"maiden","family":"Rao"},{"use":"official","family":"Devi","given":["Asha"]}])");
  BOOST_TEST(Held(patient).set("full_name", "Asha Kumar").member("name") ==
             R"("name":[{"use":"maiden","family":"Rao"},{"text":"Asha Kumar"}])");
  BOOST_TEST(Held(patient).set("full_name", nullptr).member("name") ==
             R"("name":[{"use":"maiden","family":"Rao"}])");
  BOOST_TEST(Held(R"({"resourceType":"Patient","id":"x","name":[{"family":"Devi"}]})")
                 .set("full_name", nullptr)
                 .member("name") == "");
}

BOOST_AUTO_TEST_CASE(a_changed_phone_replaces_its_item_and_no_other) {
  BOOST_TEST(
      Held(patient).set("contact_number", "9").member("telecom") ==
      R"("telecom":[{"system":"email","value":"a@x.example"},{"system":"phone","value":"9"},{"system":"phone","value":"2"}])");
  BOOST_TEST(Held(R"({"resourceType":"Patient","id":"x","telecom":[{"system":"email","value":"e"}]})")
                 .set("contact_number", "9")
                 .member("telecom") ==
             R"("telecom":[{"system":"email","value":"e"},{"system":"phone","value":"9"}])");
}

BOOST_AUTO_TEST_CASE(a_changed_extension_replaces_its_item_and_no_other) {
  BOOST_TEST(
      Held(patient).set("medical_summary", "Well").member("extension") ==
      R"("extension":[{"url":"http://x.example/race","valueString":"r"},)"
      R"({"url":"http://healthvillage.example/fhir/StructureDefinition/medical-summary","valueString":"Well"}])");
}

BOOST_AUTO_TEST_CASE(a_changed_primitive_loses_its_old_extension) {
  BOOST_TEST(Held(patient).member("gender") ==
             R"("gender":"female","_gender":{"extension":[{"url":"http://x.example/g","valueCode":"f"}]})");
  BOOST_TEST(Held(patient).set("gender", "male").member("gender") == R"("gender":"male")");
  BOOST_TEST(Held(patient).set("gender", nullptr).member("gender") == "");
}

BOOST_AUTO_TEST_CASE(a_partial_date_stays_until_the_column_has_one) {
  BOOST_TEST(Held(patient).member("birthDate") == R"("birthDate":"1990-02")");
  BOOST_TEST(Held(patient).set("dob", "1991-01-01").member("birthDate") == R"("birthDate":"1991-01-01")");
}

BOOST_AUTO_TEST_CASE(a_changed_address_loses_its_parts) {
  BOOST_TEST(Held(patient).set("address", "2 Road").member("address") == R"("address":[{"text":"2 Road"}])");
}

BOOST_AUTO_TEST_CASE(unmapped_elements_never_go_stale) {
  Held held(patient);
  for (const char* column : {"full_name", "contact_number", "medical_summary", "address", "gender"})
    held.set(column, nullptr);
  BOOST_TEST(held.member("active") == R"("active":true)");
}

BOOST_AUTO_TEST_CASE(a_changed_reference_loses_its_display) {
  const std::string json = observation(
      R"("performer":[{"reference":"Organization/o"},{"reference":"Practitioner/d","display":"Dr D"}])");
  BOOST_TEST(Held(json).set("patient_id", "q").member("subject") == R"("subject":{"reference":"Patient/q"})");
  BOOST_TEST(Held(json).set("author_id", "e").member("performer") ==
             R"("performer":[{"reference":"Organization/o"},{"reference":"Practitioner/e"}])");
  BOOST_TEST(Held(json).set("author_id", nullptr).member("performer") ==
             R"("performer":[{"reference":"Organization/o"}])");
}

BOOST_AUTO_TEST_CASE(a_changed_code_loses_what_was_said_of_the_old_one) {
  BOOST_TEST(Held(observation(R"("issued":"2024-01-01T00:00:00Z")"))
                 .set("code", "2")
                 .set("code_display", nullptr)
                 .member("code") == R"("code":{"coding":[{"system":"http://loinc.org","code":"2"}]})");
  BOOST_TEST(
      Held(observation(R"("issued":"2024-01-01T00:00:00Z")")).set("record_type", "lab").member("category") ==
      R"("category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"laboratory"}]},{"text":"other"}])");
}

BOOST_AUTO_TEST_CASE(a_changed_time_loses_its_old_zone) {
  const std::string json = observation(R"("effectiveDateTime":"2024-01-01T10:00:00+05:30")");
  BOOST_TEST(Held(json).member("effectiveDateTime") == R"("effectiveDateTime":"2024-01-01T10:00:00+05:30")");
  BOOST_TEST(Held(json).set("effective_at", "2024-01-01 04:30:01+00").member("effectiveDateTime") ==
             R"("effectiveDateTime":"2024-01-01T04:30:01Z")");
  const std::string period = observation(R"("effectivePeriod":{"start":"2024-01-01"})");
  const Held changed = Held(period).set("effective_at", "2024-01-02 00:00:00+00");
  BOOST_TEST(changed.member("effectivePeriod") == "");
  BOOST_TEST(changed.member("effectiveDateTime") == R"("effectiveDateTime":"2024-01-02T00:00:00Z")");
}

BOOST_AUTO_TEST_CASE(a_changed_value_replaces_every_other_kind_of_value) {
  const std::string less = observation(R"("valueQuantity":{"value":5,"comparator":"<","unit":"mg/dL"})");
  BOOST_TEST(Held(less).member("valueQuantity") ==
             R"("valueQuantity":{"value":5,"comparator":"<","unit":"mg/dL"})");
  Held number = Held(less).set("value_number", "6");
  BOOST_TEST(number.member("valueQuantity") == R"("valueQuantity":{"value":6})");
  Held text = Held(less).set("value_text", "negative");
  BOOST_TEST(text.member("valueQuantity") == "");
  BOOST_TEST(text.member("valueString") == R"("valueString":"negative")");
  Held gone = Held(less).set("value_text", nullptr);
  BOOST_TEST(gone.member("valueQuantity") == "");
  const std::string boolean = observation(R"("valueBoolean":true)");
  BOOST_TEST(Held(boolean).member("valueBoolean") == R"("valueBoolean":true)");
  BOOST_TEST(Held(boolean).set("value_text", "no").member("valueBoolean") == "");
}

BOOST_AUTO_TEST_CASE(changed_components_replace_all_of_them) {
  const std::string json = observation(
      R"("component":[{"code":{"text":"A"},"valueQuantity":{"value":1},"interpretation":[{"text":"high"}]}])");
  BOOST_TEST(Held(json).set("components", R"([{"text":"A","value":2}])").member("component") ==
             R"("component":[{"code":{"text":"A"},"valueQuantity":{"value":2}}])");
  BOOST_TEST(Held(json).set("components", "[]").member("component") == "");
}

BOOST_AUTO_TEST_CASE(a_layout_of_json_is_no_change) {
  const std::string json = observation(
      R"("component":[{"code":{"text":"A"},"valueQuantity":{"value":1.0},"interpretation":[{"text":"high"}]}])");
  BOOST_TEST(
      Held(json).set("components", R"([{"value":1.0,   "text":"\u0041"}])").member("component") ==
      R"("component":[{"code":{"text":"A"},"valueQuantity":{"value":1.0},"interpretation":[{"text":"high"}]}])");
}

BOOST_AUTO_TEST_CASE(a_confirmed_appointment_shows_its_new_status_and_keeps_unchanged_participants) {
  const std::string json =
      R"({"resourceType":"Appointment","id":"x","status":"proposed","start":"2026-01-05T09:00:00Z","end":"2026-01-05T09:15:00Z",)"
      R"("participant":[{"type":[{"text":"t"}],"actor":{"reference":"Patient/p","display":"P"},"status":"accepted"},)"
      R"({"actor":{"reference":"Practitioner/d","display":"D"},"status":"tentative"},{"actor":{"display":"Room 2"},"status":"accepted"}]})";
  Held held(json);
  BOOST_TEST(held.member("status") == R"("status":"proposed")");
  held.set("status", "confirmed");
  BOOST_TEST(held.member("status") == R"("status":"booked")");
  BOOST_TEST(
      held.member("participant") ==
      R"("participant":[{"type":[{"text":"t"}],"actor":{"reference":"Patient/p","display":"P"},"status":"accepted"},)"
      R"({"actor":{"reference":"Practitioner/d"},"status":"accepted"},{"actor":{"display":"Room 2"},"status":"accepted"}])");
  held.set("patient_id", "q");
  BOOST_TEST(held.member("participant")
                 .starts_with(R"("participant":[{"actor":{"reference":"Patient/q"},"status":"accepted"},)"));
}

BOOST_AUTO_TEST_CASE(a_changed_default_shows_and_a_restored_one_hides) {
  const std::string json =
      R"({"resourceType":"Appointment","id":"x","extension":[{"url":"http://x.example/e","valueString":"s"}],"status":"booked",)"
      R"("start":"2026-01-05T09:00:00Z","end":"2026-01-05T09:15:00Z","participant":[{"actor":{"reference":"Patient/p"},"status":"accepted"},)"
      R"({"actor":{"reference":"Practitioner/d"},"status":"accepted"}]})";
  const std::string kept = R"({"url":"http://x.example/e","valueString":"s"})";
  BOOST_TEST(Held(json).member("extension") == "\"extension\":[" + kept + "]");
  BOOST_TEST(
      Held(json).set("mode", "phone").member("extension") ==
      "\"extension\":[" + kept +
          R"(,{"url":"http://healthvillage.example/fhir/StructureDefinition/appointment-mode","valueCode":"phone"}])");
  BOOST_TEST(Held(json).set("mode", "phone").set("mode", "in_person").member("extension") ==
             "\"extension\":[" + kept + "]");
}

BOOST_AUTO_TEST_CASE(changed_hours_attachments_and_dosages_replace_the_old_ones) {
  Held role(
      R"({"resourceType":"PractitionerRole","id":"x","practitioner":{"reference":"Practitioner/d"},"specialty":[{"coding":[{"code":"1"},{"code":"2"}]}],)"
      R"("location":[{"reference":"Location/1","display":"South"},{"reference":"Location/2"}],)"
      R"("availableTime":[{"daysOfWeek":["mon"],"availableStartTime":"09:00:30","availableEndTime":"12:00:00"}]})");
  role.set("clinic_hours", R"({"tue":["10:00-11:00"]})")
      .set("location", "North")
      .set("specialties", R"(["Skin"])");
  BOOST_TEST(
      role.member("availableTime") ==
      R"("availableTime":[{"daysOfWeek":["tue"],"availableStartTime":"10:00:00","availableEndTime":"11:00:00"}])");
  BOOST_TEST(role.member("location") == R"("location":[{"display":"North"},{"reference":"Location/2"}])");
  BOOST_TEST(role.member("specialty") == R"("specialty":[{"text":"Skin"}])");

  Held note(
      R"({"resourceType":"DocumentReference","id":"x","status":"current","subject":{"reference":"Patient/p"},"content":[)"
      R"({"attachment":{"contentType":"text/html","data":"PGI+","title":"T"}},{"attachment":{"url":"http://x.example/d"}}]})");
  BOOST_TEST(
      note.set("content", "Rest.").member("content") ==
      R"("content":[{"attachment":{"contentType":"text/plain; charset=utf-8","data":"UmVzdC4="}},{"attachment":{"url":"http://x.example/d"}}])");

  Held medication(
      R"({"resourceType":"MedicationRequest","id":"x","status":"active","intent":"order","medicationReference":{"reference":"Medication/m","display":"M"},)"
      R"("subject":{"reference":"Patient/p"},"requester":{"reference":"Practitioner/d"},)"
      R"("dosageInstruction":[{"sequence":1,"text":"one daily"},{"sequence":2,"text":"two daily"}]})");
  BOOST_TEST(medication.member("medicationReference") ==
             R"("medicationReference":{"reference":"Medication/m","display":"M"})");
  medication.set("drug_name", "N").set("frequency", "weekly");
  BOOST_TEST(medication.member("medicationReference") == "");
  BOOST_TEST(medication.member("medicationCodeableConcept") == R"("medicationCodeableConcept":{"text":"N"})");
  BOOST_TEST(medication.member("dosageInstruction") ==
             R"("dosageInstruction":[{"text":"weekly","timing":{"code":{"text":"weekly"}}}])");
}

BOOST_AUTO_TEST_CASE(an_absent_element_appears_when_a_column_gives_it) {
  const std::string json =
      R"({"resourceType":"Observation","id":"x","status":"final","category":[{"coding":[{"system":)"
      R"("http://terminology.hl7.org/CodeSystem/observation-category","code":"vital-signs"}]}],"subject":{"reference":"Patient/p"}})";
  BOOST_TEST(Held(json).member("code") == "");
  BOOST_TEST(Held(json).set("code_text", "Pulse").member("code") == R"("code":{"text":"Pulse"})");
}

BOOST_AUTO_TEST_CASE(members_of_any_order_and_layout_are_read_in_canonical_order) {
  const std::string json = test::decode(test::mappingOf("Patient"), {{"gender", "male"}},
                                        "{ \"active\" : true , \"language\":\"hi\",\n\"meta\" : { \"tag\" : "
                                        "[ ] , \"source\": \"s\" }, \"#\": {} }");
  BOOST_TEST(
      json ==
      R"({"resourceType":"Patient","id":"x","meta":{"versionId":"1","lastUpdated":"2026-01-01T00:00:00.000Z",)"
      R"("tag" : [ ] , "source": "s"},"language":"hi","active":true,"gender":"male"})");
}

BOOST_AUTO_TEST_CASE(a_cut_or_foreign_residual_is_read_without_harm) {
  const store::Mapping& mapping = test::mappingOf("Patient");
  const std::string residual = mapping.encode(test::parse(patient)).residual;
  std::vector<std::optional<std::string_view>> row(mapping.columns().size());
  for (std::size_t i = 0; i <= residual.size(); ++i) {
    const std::vector<char> cut(residual.begin(), residual.begin() + static_cast<std::ptrdiff_t>(i));
    std::string out;
    mapping.decode(row, {cut.data(), cut.size()}, {"x", "1", "2026-01-01T00:00:00.000Z"}, out);
    BOOST_TEST(out.starts_with(R"({"resourceType":"Patient","id":"x",)"));
  }
}

// Each STALE word stands for one text that columns took over. Whatever plain SQL does to whichever columns: a
// word that no column holds any more is nowhere in what is read.
BOOST_AUTO_TEST_CASE(no_random_change_brings_back_a_stale_value) {
  const std::vector<std::string> resources{
      R"({"resourceType":"Patient","id":"x","extension":[{"url":"http://healthvillage.example/fhir/StructureDefinition/medical-summary","valueString":"STALE1",)"
      R"("id":"i"}],"name":[{"use":"official","family":"STALE2","given":["STALE2"]}],"telecom":[{"system":"phone","value":"STALE3","rank":1}],"address":[{"city":"STALE4"}]})",
      observation(
          R"("effectiveDateTime":"2024-01-01T10:00:00+01:00","performer":[{"reference":"Practitioner/STALE1","display":"d"}],"valueQuantity":)"
          R"({"value":1,"comparator":">","unit":"STALE2"},"note":[{"text":"STALE3","time":"2024"}],"component":[{"code":{"text":"STALE4"},"valueBoolean":true}])"),
      R"({"resourceType":"MedicationRequest","id":"x","status":"active","intent":"order","medicationCodeableConcept":{"coding":[{"display":"STALE1"}]},)"
      R"("subject":{"reference":"Patient/STALE2","display":"d"},"requester":{"reference":"Practitioner/STALE3","display":"d"},)"
      R"("dosageInstruction":[{"text":"STALE4","sequence":1}],"groupIdentifier":{"value":"STALE5","use":"usual"}})"};
  std::mt19937 random(20260101);
  for (const std::string& json : resources) {
    const store::Mapping& mapping = test::mappingOf(test::parse(json).typeName());
    const store::Encoded encoded = mapping.encode(test::parse(json));
    BOOST_REQUIRE_MESSAGE(encoded.holdable, encoded.reason);
    const test::Row former = test::rowOf(mapping, encoded);
    for (int round = 0; round < 500; ++round) {
      test::Row row = former;
      for (const auto& [name, value] : former) {
        if (value.find("STALE") == std::string::npos || random() % 2 == 0) continue;
        if (random() % 3 == 0) {
          row.erase(name);
        } else {
          row[name] = name == "components" ? R"([{"text":"fresh","value":true}])" : "fresh";
        }
      }
      const std::string shown = test::decode(mapping, row, encoded.residual);
      if (row == former) BOOST_TEST(test::canonical(shown) == test::canonical(json));
      test::parse(shown);
      for (char digit = '1'; digit <= '5'; ++digit) {
        const std::string word = std::string("STALE") + digit;
        bool held = false;
        for (const auto& [name, value] : row) held |= value.find(word) != std::string::npos;
        BOOST_TEST((held || shown.find(word) == std::string::npos), word << " in " << shown);
      }
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
