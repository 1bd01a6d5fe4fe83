// FHIR -> columns and residual -> FHIR.
#include <boost/test/unit_test.hpp>
#include <set>

#include "tests/store/mapping/support.h"

namespace {

// Encodes, checks that nothing is lost, and gives what was encoded.
store::Encoded hold(const std::string& json) {
  const fhir::Resource resource = test::parse(json);
  const store::Mapping& mapping = test::mappingOf(resource.typeName());
  store::Encoded encoded = mapping.encode(resource);
  BOOST_REQUIRE_MESSAGE(encoded.holdable, encoded.reason);
  BOOST_TEST(test::canonical(test::decode(mapping, encoded)) == test::canonical(json), encoded.residual);
  return encoded;
}

test::Row columns(const std::string& json) {
  const store::Encoded encoded = hold(json);
  return test::rowOf(test::mappingOf(test::parse(json).typeName()), encoded);
}

std::string refusal(const std::string& json) {
  const fhir::Resource resource = test::parse(json);
  const store::Encoded encoded = test::mappingOf(resource.typeName()).encode(resource);
  BOOST_TEST(!encoded.holdable);
  return encoded.reason;
}

std::string observation(const std::string& members, const std::string& category = "vital-signs") {
  return R"({"resourceType":"Observation","id":"x","status":"final","category":[{"coding":[{"system":)"
         R"("http://terminology.hl7.org/CodeSystem/observation-category","code":")" +
         category + R"("}]}],"code":{"text":"X"},"subject":{"reference":"Patient/p"})" +
         (members.empty() ? "" : "," + members) + "}";
}

std::string patient(const std::string& members) {
  return R"({"resourceType":"Patient","id":"x")" + (members.empty() ? "" : "," + members) + "}";
}

std::string prescription(const std::string& members) {
  return R"({"resourceType":"MedicationRequest","id":"x","status":"active","intent":"order",)"
         R"("medicationCodeableConcept":{"text":"Aspirin"},"subject":{"reference":"Patient/p"},)"
         R"("requester":{"reference":"Practitioner/d"})" +
         (members.empty() ? "" : "," + members) + "}";
}

std::string appointment(const std::string& status, const std::string& start, const std::string& end) {
  return R"({"resourceType":"Appointment","id":"x","status":")" + status + R"(","start":")" + start +
         R"(","end":")" + end +
         R"(","participant":[{"actor":{"reference":"Patient/p"},"status":"accepted"},)"
         R"({"actor":{"reference":"Practitioner/d"},"status":"accepted"}]})";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(round_trip)

BOOST_AUTO_TEST_CASE(what_the_columns_hold_exactly_is_not_in_the_residual) {
  const store::Encoded encoded = hold(patient(
      R"("name":[{"text":"Asha Devi"}],"telecom":[{"system":"phone","value":"1"}],"gender":"female","birthDate":"1990-02-28")"));
  BOOST_TEST(encoded.residual == "{}");
  BOOST_TEST(!encoded.indexedWhole);
}

BOOST_AUTO_TEST_CASE(names_and_addresses_become_one_line) {
  BOOST_TEST(
      columns(
          patient(
              R"("name":[{"use":"nickname","text":"A"},{"use":"official","family":"Devi","given":["Asha","K"],)"
              R"("prefix":["Dr"],"suffix":["Jr"]}])"))
          .at("full_name") == "Dr Asha K Devi Jr");
  BOOST_TEST(
      columns(patient(R"("name":[{"use":"old","text":"B"},{"use":"usual","text":"C"}])")).at("full_name") ==
      "C");
  BOOST_TEST(columns(patient(R"("name":[{"use":"old","text":"B"},{"text":"C"}])")).at("full_name") == "B");
  BOOST_TEST(columns(patient(R"("name":[{"use":"official"},{"text":"C"}])")).at("full_name") == "C");
  BOOST_TEST(
      columns(
          patient(
              R"("address":[{"use":"work","text":"W"},{"use":"home","line":["1 Road","Flat 2"],"city":"Pune",)"
              R"("state":"MH","postalCode":"411001","country":"IN"}])"))
          .at("address") == "1 Road, Flat 2, 411001 Pune, MH, IN");
}

BOOST_AUTO_TEST_CASE(dates_that_a_column_cannot_hold_stay_beside_it) {
  for (const char* date : {"1990", "1990-02"}) {
    const store::Encoded encoded = hold(patient(R"("birthDate":")" + std::string(date) + '"'));
    BOOST_TEST(!test::rowOf(test::mappingOf("Patient"), encoded).contains("dob"));
    BOOST_TEST(encoded.indexedWhole);
  }
  const store::Encoded extended = hold(patient(
      R"("birthDate":"1990-02-28","_birthDate":{"extension":[{"url":"http://x.example/t","valueCode":"a"}]})"));
  BOOST_TEST(test::rowOf(test::mappingOf("Patient"), extended).at("dob") == "1990-02-28");
  BOOST_TEST(!extended.indexedWhole);
  hold(patient(R"("_birthDate":{"extension":[{"url":"http://x.example/t","valueCode":"a"}]})"));
}

BOOST_AUTO_TEST_CASE(times_stand_in_UTC_and_come_back_as_they_were_sent) {
  const auto effective = [](const std::string& time) {
    const test::Row row = columns(observation(R"("effectiveDateTime":")" + time + '"'));
    const auto found = row.find("effective_at");
    return found == row.end() ? std::string("NULL") : found->second;
  };
  BOOST_TEST(effective("2024-01-01T10:00:00.50Z") == "2024-01-01 10:00:00.5+00");
  BOOST_TEST(effective("2024-01-01T00:30:00+05:30") == "2023-12-31 19:00:00+00");
  BOOST_TEST(effective("2024-02-29T23:59:59-00:30") == "2024-03-01 00:29:59+00");
  BOOST_TEST(effective("2024-01-01T10:00:00.123456789Z") == "2024-01-01 10:00:00.123456+00");
  BOOST_TEST(effective("2024-01-01T10:00:00.000Z") == "2024-01-01 10:00:00+00");
  BOOST_TEST(effective("2024-01-01") == "NULL");
  BOOST_TEST(effective("2024") == "NULL");
  BOOST_TEST(effective("0001-01-01T00:00:00+01:00") == "NULL");
  BOOST_TEST(effective("9999-12-31T23:59:59-01:00") == "NULL");
  BOOST_TEST(hold(observation(R"("effectiveDateTime":"2024-01-01T10:00:00Z")")).residual == "{}");
  BOOST_TEST(!hold(observation(R"("effectiveDateTime":"2024-01-01T10:00:00+05:30")")).indexedWhole);
  BOOST_TEST(hold(observation(R"("effectivePeriod":{"start":"2024-01-01"})")).indexedWhole);
}

BOOST_AUTO_TEST_CASE(numbers_keep_their_digits) {
  const auto value = [](const std::string& number) {
    return columns(observation(R"("valueQuantity":{"value":)" + number +
                               R"(,"unit":"g","system":"http://unitsofmeasure.org","code":"g"})"));
  };
  BOOST_TEST(value("1.50").at("value_number") == "1.50");
  BOOST_TEST(value("-0.0010").at("value_number") == "-0.0010");
  for (const char* odd : {"1e2", "1.0E-3", "-0", "-0.00"}) {
    const test::Row row = value(odd);
    BOOST_TEST(!row.contains("value_number"), odd);
    BOOST_TEST(row.at("value_text") == std::string(odd) + " g");
  }
  BOOST_TEST(!hold(observation(R"("valueQuantity":{"value":7,"unit":"g"})")).indexedWhole);
}

BOOST_AUTO_TEST_CASE(a_comparator_never_becomes_a_plain_number) {
  const store::Encoded encoded = hold(observation(
      R"("valueQuantity":{"value":5,"comparator":"<","unit":"mg/dL","system":"http://unitsofmeasure.org","code":"mg/dL"})",
      "laboratory"));
  const test::Row row = test::rowOf(test::mappingOf("Observation"), encoded);
  BOOST_TEST(row.at("value_text") == "<5 mg/dL");
  BOOST_TEST(!row.contains("value_number"));
  BOOST_TEST(row.at("record_type") == "lab");
  BOOST_TEST(encoded.indexedWhole);
}

BOOST_AUTO_TEST_CASE(every_kind_of_value_comes_back) {
  for (const char* value :
       {R"("valueString":"positive")", R"("valueBoolean":true)", R"("valueInteger":3)",
        R"("valueDateTime":"2024")",
        R"("valueCodeableConcept":{"coding":[{"system":"http://snomed.info/sct","code":"1","display":"D"}]})",
        R"("valueCodeableConcept":{"coding":[{"code":"1"},{"code":"2"}],"text":"T"})",
        R"("valueCodeableConcept":{"text":"T"})", R"("valueRange":{"low":{"value":1}})",
        R"("valueQuantity":{"value":1,"unit":"TAB","system":"http://x.example/forms","code":"T"})",
        R"("valueQuantity":{"unit":"g"})",
        R"("_valueString":{"extension":[{"url":"http://x.example/n","valueCode":"a"}]})",
        R"("dataAbsentReason":{"text":"asleep"})"}) {
    hold(observation(value));
  }
  BOOST_TEST(
      hold(
          observation(
              R"("valueCodeableConcept":{"coding":[{"system":"http://snomed.info/sct","code":"1","display":"D"}]})"))
          .residual == "{}");
  BOOST_TEST(columns(observation(R"("valueCodeableConcept":{"text":"T"})")).at("value_text") == "T");
}

BOOST_AUTO_TEST_CASE(blood_pressure_stands_in_the_components_column) {
  const std::string pressure = observation(
      R"("component":[{"code":{"coding":[{"system":"http://loinc.org","code":"8480-6","display":"Systolic"}]},"valueQuantity":)"
      R"({"value":120.0,"unit":"mmHg","system":"http://unitsofmeasure.org","code":"mm[Hg]"}},)"
      R"({"code":{"text":"Diastolic"},"valueString":"not \"heard\""}])");
  const store::Encoded encoded = hold(pressure);
  BOOST_TEST(encoded.residual == "{}");
  BOOST_TEST(
      test::rowOf(test::mappingOf("Observation"), encoded).at("components") ==
      R"([{"system": "http://loinc.org", "code": "8480-6", "display": "Systolic", "value": 120.0, "unit": "mmHg", )"
      R"("unit_code": "mm[Hg]"}, {"text": "Diastolic", "value": "not \"heard\""}])");
  hold(observation(
      R"("component":[{"code":{"text":"A"},"valueQuantity":{"value":1},"interpretation":[{"text":"high"}]},)"
      R"({"code":{"coding":[{"code":"1"},{"code":"2"}]},"dataAbsentReason":{"text":"x"}}])"));
}

BOOST_AUTO_TEST_CASE(common_hospital_shapes_are_answered_from_columns) {
  const store::Encoded encoded = hold(
      R"({"resourceType":"Observation","id":"x","meta":{"profile":["http://x.example/p"],"versionId":"9","lastUpdated":"2020-01-01T00:00:00Z"},)"
      R"("status":"final","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category",)"
      R"("code":"vital-signs","display":"vital-signs"}]}],"code":{"coding":[{"system":"http://loinc.org","code":"8302-2",)"
      R"("display":"Body Height"}],"text":"Body Height"},"subject":{"reference":"Patient/p","display":"Somebody"},)"
      R"("encounter":{"reference":"Encounter/e"},"effectiveDateTime":"2012-05-21T14:13:45+02:00",)"
      R"("issued":"2012-05-21T14:13:45.123+02:00","performer":[{"reference":"Practitioner/d","display":"D"}],)"
      R"("valueQuantity":{"value":175.3,"unit":"cm","system":"http://unitsofmeasure.org","code":"cm"}})");
  BOOST_TEST(!encoded.indexedWhole);
  BOOST_TEST(encoded.residual.find("valueQuantity") == std::string::npos);
  BOOST_TEST(encoded.residual.find("\"code\":{") == std::string::npos);
  BOOST_TEST(encoded.residual.find("lastUpdated") == std::string::npos);
  BOOST_REQUIRE_EQUAL(encoded.targets.size(), 2U);
  BOOST_TEST(encoded.targets[0].expression == "Observation.subject.reference");
  BOOST_TEST(encoded.targets[1].targetType == "Practitioner");
  BOOST_TEST(encoded.targets[1].targetId == "d");
}

BOOST_AUTO_TEST_CASE(what_the_columns_do_not_say_of_a_search_parameter_is_indexed_whole) {
  BOOST_TEST(hold(patient(R"("telecom":[{"system":"phone","value":"1"},{"system":"phone","value":"2"}])"))
                 .indexedWhole);
  BOOST_TEST(
      !hold(patient(
                R"("telecom":[{"system":"phone","value":"1","use":"home"},{"system":"email","value":"2"}])"))
           .indexedWhole);
  BOOST_TEST(
      hold(observation(R"("performer":[{"reference":"Practitioner/d"},{"reference":"Organization/o"}])"))
          .indexedWhole);
  BOOST_TEST(hold(observation(R"("performer":[{"identifier":{"value":"7"}}])")).indexedWhole);
  BOOST_TEST(
      hold(
          R"({"resourceType":"Practitioner","id":"x","identifier":[{"system":"http://x.example/npi","value":"7"}]})")
          .indexedWhole);
}

BOOST_AUTO_TEST_CASE(what_a_table_holds_nothing_without_its_column_always_says) {
  const auto always = [](std::string_view type) {
    std::set<std::string_view> out;
    for (const store::ColumnSearch& search : test::mappingOf(type).searches())
      if (search.alwaysSaysAll) out.insert(search.parameter->code);
    return out;
  };
  using Codes = std::set<std::string_view>;
  BOOST_TEST((always("Observation") == Codes{"patient", "subject"}));
  BOOST_TEST((always("MedicationRequest") == Codes{"patient", "requester", "subject"}));
  // One of several participants; a code that the column may not have.
  BOOST_TEST(always("Appointment").empty());
  BOOST_TEST(always("Patient").empty());
}

BOOST_AUTO_TEST_CASE(a_text_parameter_is_answered_from_a_column_that_has_all_its_texts) {
  const auto mapping = store::Mapping::compile(
      "p.json",
      R"({"resource":"Patient","table":"t","elements":[{"path":"name[use=official|*]","type":"humanName","column":"n"}],)"
      R"("search":[{"parameter":"name","kind":"string","columns":["n"]}]})");
  BOOST_REQUIRE(mapping.ok());
  const auto whole = [&](const char* name) {
    return mapping->encode(test::parse(patient(R"("name":)" + std::string(name)))).indexedWhole;
  };
  BOOST_TEST(!whole(R"([{"text":"Asha Devi"}])"));
  BOOST_TEST(!whole(R"([{"use":"official","text":"Asha Devi","period":{"start":"2020"}}])"));
  BOOST_TEST(whole(R"([{"family":"Devi","given":["Asha"]}])"));
  BOOST_TEST(whole(R"([{"text":"Asha Devi","family":"Devi"}])"));
  BOOST_TEST(whole(R"([{"text":"Asha Devi"},{"text":"Asha Rao"}])"));
}

BOOST_AUTO_TEST_CASE(appointment_statuses_map_to_the_nearest_and_stay_exact) {
  const std::vector<std::pair<const char*, const char*>> nearest{
      {"proposed", "requested"},        {"pending", "requested"},   {"waitlist", "requested"},
      {"booked", "confirmed"},          {"arrived", "confirmed"},   {"checked-in", "confirmed"},
      {"fulfilled", "completed"},       {"cancelled", "cancelled"}, {"noshow", "no_show"},
      {"entered-in-error", "cancelled"}};
  for (const auto& [code, column] : nearest) {
    BOOST_TEST(columns(appointment(code, "2026-01-05T09:00:00Z", "2026-01-05T09:15:00Z")).at("status") ==
               column);
  }
  const store::Encoded booked = hold(appointment("booked", "2026-01-05T09:00:00Z", "2026-01-05T09:15:00Z"));
  BOOST_TEST(booked.residual == "{}");
  BOOST_TEST(test::rowOf(test::mappingOf("Appointment"), booked).at("mode") == "in_person");
  BOOST_TEST(hold(appointment("arrived", "2026-01-05T09:00:00Z", "2026-01-05T09:15:00Z")).indexedWhole);
}

BOOST_AUTO_TEST_CASE(notes_are_text_in_the_column) {
  const std::string start =
      R"({"resourceType":"DocumentReference","id":"x","status":"current","subject":{"reference":"Patient/p"},)";
  const store::Encoded encoded = hold(
      start + R"("content":[{"attachment":{"contentType":"text/plain; charset=utf-8","data":"Y2Fmw6kK"}}]})");
  BOOST_TEST(encoded.residual == "{}");
  BOOST_TEST(test::rowOf(test::mappingOf("DocumentReference"), encoded).at("content") == "café\n");
  hold(
      start +
      R"("content":[{"attachment":{"contentType":"text/html","data":"PGI+","title":"T"},"format":{"code":"c"}},)"
      R"({"attachment":{"url":"http://x.example/d"}}]})");
  for (const char* attachment : {R"({"contentType":"application/pdf","data":"JVBERi0="})",
                                 R"({"contentType":"text/plain","url":"http://x.example/d"})",
                                 R"({"contentType":"text/plain","data":"/////w=="})",
                                 R"({"contentType":"text/plain","data":"AAAA"})"}) {
    BOOST_TEST(refusal(start + R"("content":[{"attachment":)" + attachment + "}]}").find("content") !=
               std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(the_words_of_a_prescription_never_say_less_than_its_dosage) {
  const auto dosage = [](const std::string& json) {
    return columns(prescription(R"("dosageInstruction":)" + json));
  };
  test::Row row = dosage(
      R"([{"sequence":1,"patientInstruction":"with water","timing":{"repeat":{"boundsDuration":{"value":10,"unit":"days"},)"
      R"("frequency":1,"period":4,"periodMax":6,"periodUnit":"h"}},"asNeededCodeableConcept":{"text":"pain"},)"
      R"("route":{"text":"by mouth"},"doseAndRate":[{"doseRange":{"low":{"value":1,"unit":"TAB"},"high":{"value":2,"unit":"TAB"}}}]}])");
  BOOST_TEST(row.at("dose") == "1-2 TAB");
  BOOST_TEST(row.at("frequency") == "1 time every 4-6 h, as needed for pain");
  BOOST_TEST(row.at("duration") == "10 days");
  BOOST_TEST(row.at("notes") == "with water; by mouth");

  row = dosage(R"([{"text":"take one daily"}])");
  BOOST_TEST(row.at("frequency") == "take one daily");
  row =
      dosage(R"([{"text":"one, for a week"},{"doseAndRate":[{"doseQuantity":{"value":2,"unit":"tablets"}}],)"
             R"("timing":{"code":{"text":"daily"}}}])");
  BOOST_TEST(!row.contains("dose"));
  BOOST_TEST(row.at("frequency") == "one, for a week; then 2 tablets daily");
  BOOST_TEST(
      hold(
          prescription(
              R"("dosageInstruction":[{"text":"500 mg daily for 5 days","timing":{"repeat":{"boundsDuration":{"value":5,)"
              R"("unit":"days","system":"http://unitsofmeasure.org","code":"d"}},"code":{"text":"daily"}},"doseAndRate":)"
              R"([{"doseQuantity":{"value":500,"unit":"mg","system":"http://unitsofmeasure.org","code":"mg"}}]}])"))
          .residual == "{}");
}

BOOST_AUTO_TEST_CASE(a_resource_that_the_table_cannot_hold_says_why) {
  BOOST_TEST(
      refusal(
          R"({"resourceType":"Observation","id":"x","status":"final","code":{"text":"X"},"subject":{"reference":"Patient/p"}})") ==
      "ehr_observations.record_type needs Observation.category.coding.code in a form that the column can "
      "hold");
  BOOST_TEST(refusal(observation("", "exam")).find("record_type") != std::string::npos);
  for (const char* subject : {"Group/g", "#p", "http://x.example/fhir/Patient/p", "urn:uuid:7", "Patient/",
                              "Patient/a b", "Patient?identifier=7"}) {
    std::string json = observation("");
    json.replace(json.find("Patient/p"), 9, subject);
    const auto parsed = fhir::json::parse(json);
    if (!parsed) continue;  // not even a reference
    BOOST_TEST(!test::mappingOf("Observation").encode(*parsed).holdable, subject);
  }
  BOOST_TEST(refusal(appointment("booked", "2026-01-05T09:15:00+01:00", "2026-01-05T08:15:00Z")) ==
             "Appointment.end is not later than Appointment.start");
  BOOST_TEST(refusal(prescription(R"("doNotPerform":true)")).find("doNotPerform") != std::string::npos);
  BOOST_TEST(
      refusal(prescription(R"("modifierExtension":[{"url":"http://x.example/not","valueBoolean":true}])"))
          .find("modifierExtension") != std::string::npos);
  hold(prescription(R"("doNotPerform":false)"));
  hold(appointment("booked", "2026-01-05T09:15:00.25Z", "2026-01-05T09:15:00.5Z"));
}

BOOST_AUTO_TEST_CASE(a_version_in_a_reference_stays_beside_the_key) {
  std::string json = observation("");
  json.replace(json.find("Patient/p"), 9, "Patient/p/_history/3");
  BOOST_TEST(columns(json).at("patient_id") == "p");
}

BOOST_AUTO_TEST_CASE(an_element_that_only_the_mapping_would_add_stays_absent) {
  // An imaging report without the category's system that a bare row would show, and other codes than its
  // constants.
  hold(
      R"({"resourceType":"DiagnosticReport","id":"x","status":"amended","category":[{"coding":[{"code":"CT"}]}],)"
      R"("code":{"text":"Head"},"subject":{"reference":"Patient/p"},"conclusion":"normal"})");
  // A row without any code shows one, the resource has none (it is not valid, but nothing may be made up on
  // reading).
  const store::Encoded encoded = hold(
      R"({"resourceType":"Observation","id":"x","status":"final","category":[{"coding":[{"system":)"
      R"("http://terminology.hl7.org/CodeSystem/observation-category","code":"vital-signs"}]}],"subject":{"reference":"Patient/p"}})");
  BOOST_TEST(encoded.residual.find("\"code\":null") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(contained_resources_and_unmapped_elements_come_back) {
  hold(
      R"({"resourceType":"Patient","id":"x","meta":{"extension":[{"url":"http://x.example/e","valueString":"s"}],"tag":[{"code":"t"}]},)"
      R"("language":"hi","text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">\u00e9\n</div>"},)"
      R"("contained":[{"resourceType":"Organization","id":"o","name":"O"}],"extension":[{"url":"http://x.example/e","valueDecimal":1.00},)"
      R"({"url":"http://healthvillage.example/fhir/StructureDefinition/medical-summary","valueString":"S"}],)"
      R"("active":true,"deceasedBoolean":false,"multipleBirthInteger":2,"managingOrganization":{"reference":"#o"}})");
}

BOOST_AUTO_TEST_CASE(extensions_of_the_id_come_back) {
  hold(patient(
      R"("_id":{"id":"i","extension":[{"url":"http://x.example/e","valueString":"\"_id\":"}]},"active":true)"));
}

BOOST_AUTO_TEST_CASE(a_resource_in_the_generic_store_comes_back) {
  for (
      const std::string json :
      {R"({"resourceType":"Condition","id":"x","subject":{"reference":"Patient/p"}})",
       R"({"resourceType":"Basic","id":"x","meta":{"versionId":"7","lastUpdated":"2020-01-01T00:00:00Z"},"code":{"text":"b"}})",
       R"({"resourceType":"Basic","id":"x","meta":{"versionId":"7","security":[{"code":"R"}]},"code":{"text":"b"}})",
       R"({"resourceType":"Basic","id":"x","_id":{"extension":[{"url":"u","valueCode":"c"}]},"code":{"text":"b"}})"}) {
    const fhir::Resource resource = test::parse(json);
    const std::string residual = store::encodeWhole(resource);
    BOOST_TEST(residual.find("versionId") == std::string::npos);
    std::string out;
    store::decodeWhole(resource.type(), residual, {"y", "3", "2026-01-01T00:00:00.000Z"}, out);
    const fhir::Resource back = test::parse(out);
    BOOST_TEST(back.id() == "y");
    BOOST_TEST(back.root().child("meta")->childText("versionId") == "3");
    std::string expected = test::canonical(json);
    expected.replace(expected.find("\"id\":\"x\""), 8, "\"id\":\"y\"");
    BOOST_TEST(test::canonical(out) == expected);
  }
}

BOOST_AUTO_TEST_SUITE_END()
