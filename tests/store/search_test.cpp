#include <boost/test/unit_test.hpp>
#include <set>

#include "tests/store/fixture.h"

using fixture::StoreFixture;
using Ids = std::vector<std::string>;

BOOST_FIXTURE_TEST_SUITE(search_for, StoreFixture)

// The same Patients, whichever place they stand in: columns only, wholly indexed (a partial date), and by
// plain SQL.
BOOST_AUTO_TEST_CASE(a_birth_date_is_found_whatever_its_precision) {
  put(R"({"resourceType":"Patient","id":"day","birthDate":"1980-05-17"})");
  put(R"({"resourceType":"Patient","id":"month","birthDate":"1980-05"})");
  put(R"({"resourceType":"Patient","id":"year","birthDate":"1980"})");
  put(R"({"resourceType":"Patient","id":"none"})");
  const auto sorted = [&](std::string_view query) {
    Ids out = find("Patient", query);
    std::sort(out.begin(), out.end());
    return out;
  };
  BOOST_TEST((sorted("birthdate=1980-05-17") == Ids{"day"}));
  BOOST_TEST((sorted("birthdate=1980-05") == Ids{"day", "month"}));
  BOOST_TEST((sorted("birthdate=1980") == Ids{"day", "month", "year"}));
  BOOST_TEST((sorted("birthdate=gt1980-05-16") == Ids{"day", "month", "year"}));
  BOOST_TEST((sorted("birthdate=lt1980-05-17") == Ids{"month", "year"}));
  BOOST_TEST(sorted("birthdate=ge1981").empty());
  BOOST_TEST((sorted("birthdate=sa1979") == Ids{"day", "month", "year"}));
  BOOST_TEST((sorted("birthdate=eb1980-06") == Ids{"day", "month"}));
  BOOST_TEST((sorted("birthdate:missing=true") == Ids{"none"}));
  BOOST_TEST((sorted("birthdate:missing=false") == Ids{"day", "month", "year"}));
  BOOST_TEST((sorted("birthdate=1980-05-17,1980-05") == Ids{"day", "month"}));
}

BOOST_AUTO_TEST_CASE(names_are_found_without_case_and_accents_by_their_beginning) {
  put(R"({"resourceType":"Patient","id":"a","name":[{"family":"Müller","given":["Zoë"]}]})");
  put(R"({"resourceType":"Patient","id":"b","name":[{"family":"Mulligan"}]})");
  BOOST_TEST((find("Patient", "family=mull").size() == 2));
  BOOST_TEST((find("Patient", "family:exact=Müller") == Ids{"a"}));
  BOOST_TEST((find("Patient", "family:contains=llig") == Ids{"b"}));
  BOOST_TEST((find("Patient", "given=ZOE") == Ids{"a"}));
  BOOST_TEST((find("Patient", "name=zo&family=mu") == Ids{"a"}));
  BOOST_TEST((find("Patient", "family=%")).empty());
}

BOOST_AUTO_TEST_CASE(a_value_longer_than_what_is_indexed_is_refused_and_never_silently_missed) {
  const std::string value(1100, 'x');
  put(R"({"resourceType":"Patient","id":"a","identifier":[{"value":")" + value + R"("}]})");
  const auto query = fhir::search::parse(type("Patient"), {{"identifier", value}}, store.catalog(), {});
  BOOST_REQUIRE(query.ok());
  const auto page = session.search(*query);
  BOOST_REQUIRE(!page.ok());
  BOOST_TEST((page.outcome().issues().front().type == fhir::IssueType::tooLong));
}

BOOST_AUTO_TEST_CASE(identifiers_are_found_by_system_and_value) {
  put(R"({"resourceType":"Patient","id":"a","identifier":[{"system":"urn:x","value":"1"}]})");
  put(R"({"resourceType":"Patient","id":"b","identifier":[{"system":"urn:y","value":"1"}]})");
  put(R"({"resourceType":"Patient","id":"c","identifier":[{"value":"1"}]})");
  BOOST_TEST((find("Patient", "identifier=1").size() == 3));
  BOOST_TEST((find("Patient", "identifier=urn:x|1") == Ids{"a"}));
  BOOST_TEST((find("Patient", "identifier=|1") == Ids{"c"}));
  BOOST_TEST((find("Patient", "identifier=urn:y|") == Ids{"b"}));
  BOOST_TEST((find("Patient", "identifier:not=urn:x|1").size() == 2));
}

BOOST_AUTO_TEST_CASE(observations_are_found_in_the_table_and_in_the_generic_store_alike) {
  put(R"({"resourceType":"Patient","id":"p"})");
  const auto observation = [&](std::string_view id, std::string_view category, std::string_view value) {
    put(R"({"resourceType":"Observation","id":")" + std::string(id) +
        R"(","status":"final","category":[{"coding":[{"system":
      "http://terminology.hl7.org/CodeSystem/observation-category","code":")" +
        std::string(category) + R"("}]}],"code":{"coding":[{"system":
      "http://loinc.org","code":"8867-4"}]},"subject":{"reference":"Patient/p"},"effectiveDateTime":"2026-03-0)" +
        std::string(value.substr(0, 1)) + R"(T10:00:00Z","valueQuantity":{"value":)" + std::string(value) +
        R"(,"unit":"beats","system":"http://unitsofmeasure.org","code":"/min"}})");
  };
  observation("v", "vital-signs", "1");
  observation("l", "laboratory", "2");
  observation("s", "survey", "3");
  BOOST_TEST(count("ehr_observations") == 2);
  BOOST_TEST((find("Observation", "patient=p").size() == 3));
  BOOST_TEST((find("Observation", "patient=Patient/p&code=http://loinc.org|8867-4").size() == 3));
  BOOST_TEST((find("Observation", "category=survey") == Ids{"s"}));
  BOOST_TEST((find("Observation", "category=vital-signs") == Ids{"v"}));
  BOOST_TEST((find("Observation", "value-quantity=gt1").size() == 2));
  BOOST_TEST((find("Observation", "value-quantity=2|http://unitsofmeasure.org|/min") == Ids{"l"}));
  BOOST_TEST((find("Observation", "date=ge2026-03-02").size() == 2));
  BOOST_TEST((find("Observation", "subject:Patient=p").size() == 3));
  BOOST_TEST((find("Observation", "patient=other")).empty());
  BOOST_TEST((find("Observation", "status:not=final")).empty());
  BOOST_TEST((find("Observation", "_id=v,s").size() == 2));
}

// R4, Search, "Prefixes": the resource has a number, a range, or what a comparator leaves open.
BOOST_AUTO_TEST_CASE(a_quantity_and_a_range_of_quantities_are_compared_by_each_prefix_as_R4_says) {
  const auto condition = [&](std::string_view id, const std::string& onset) {
    put(R"({"resourceType":"Condition","id":")" + std::string(id) +
        R"(","subject":{"reference":"Patient/p"},)" + onset + "}");
  };
  const std::string years = R"("unit":"years","system":"http://unitsofmeasure.org","code":"a"})";
  condition("a20", R"("onsetAge":{"value":20,)" + years);
  condition("a20.4", R"("onsetAge":{"value":20.4,)" + years);
  condition("a40", R"("onsetAge":{"value":40,)" + years);
  condition("under20", R"("onsetAge":{"value":20,"comparator":"<",)" + years);
  condition("over40", R"("onsetAge":{"value":40,"comparator":">",)" + years);
  condition("r20to40",
            R"("onsetRange":{"low":{"value":20,)" + years + R"(,"high":{"value":40,)" + years + "}");
  condition("r20to20",
            R"("onsetRange":{"low":{"value":20,)" + years + R"(,"high":{"value":20,)" + years + "}");
  const auto found = [&](std::string_view query) {
    Ids out = find("Condition", "onset-age=" + std::string(query));
    std::sort(out.begin(), out.end());
    return out;
  };
  BOOST_TEST((found("20") == Ids{"a20", "a20.4", "r20to20"}));
  BOOST_TEST((found("eq20.0") == Ids{"a20"}));
  BOOST_TEST((found("ne20") == Ids{"a40", "over40", "r20to40", "under20"}));
  BOOST_TEST((found("gt20") == Ids{"a20.4", "a40", "over40", "r20to20", "r20to40"}));
  BOOST_TEST((found("ge20") == Ids{"a20", "a20.4", "a40", "over40", "r20to20", "r20to40"}));
  BOOST_TEST((found("lt40") == Ids{"a20", "a20.4", "r20to20", "r20to40", "under20"}));
  BOOST_TEST((found("le40") == Ids{"a20", "a20.4", "a40", "r20to20", "r20to40", "under20"}));
  BOOST_TEST((found("lt20") == Ids{"r20to20", "r20to40", "under20"}));
  BOOST_TEST((found("sa20") == Ids{"a20.4", "a40", "over40"}));
  BOOST_TEST((found("sa40") == Ids{"over40"}));
  BOOST_TEST((found("eb40") == Ids{"a20", "a20.4", "r20to20", "under20"}));
  BOOST_TEST((found("eb20") == Ids{"under20"}));
  BOOST_TEST((found("ap38") == Ids{"a40", "over40", "r20to40"}));
  BOOST_TEST(
      (found("ap19|http://unitsofmeasure.org|a") == Ids{"a20", "a20.4", "r20to20", "r20to40", "under20"}));
  BOOST_TEST((found("20|http://unitsofmeasure.org|mo").empty()));
  BOOST_TEST((found("20,40") == Ids{"a20", "a20.4", "a40", "r20to20"}));
}

BOOST_AUTO_TEST_CASE(a_quantity_of_a_column_is_found_by_the_system_of_its_unit_only) {
  put(R"({"resourceType":"Patient","id":"p"})");
  put(R"({"resourceType":"Observation","id":"o","status":"final","category":[{"coding":[{"system":
      "http://terminology.hl7.org/CodeSystem/observation-category","code":"laboratory"}]}],"code":{"text":"x"},
      "subject":{"reference":"Patient/p"},
      "valueQuantity":{"value":-2.50,"unit":"g","system":"http://unitsofmeasure.org","code":"g"}})");
  BOOST_TEST(count("ehr_observations WHERE NOT fhir_indexed_whole") == 1);
  BOOST_TEST(find("Observation", "value-quantity=-2.5|http://unitsofmeasure.org|g").size() == 1);
  BOOST_TEST(find("Observation", "value-quantity=-2.5||g").size() == 1);
  BOOST_TEST(find("Observation", "value-quantity=-2.5|http://example.org|g").empty());
  BOOST_TEST(find("Observation", "value-quantity=ap-2.6").size() == 1);
  BOOST_TEST(find("Observation", "value-quantity=ap-2.8").empty());
}

// Columns only, wholly indexed (a second performer), and without a Patient that a row could hold.
BOOST_AUTO_TEST_CASE(a_patient_is_found_by_the_column_in_all_rows_of_the_table) {
  for (const char* id : {"p", "q"}) put(R"({"resourceType":"Patient","id":")" + std::string(id) + "\"}");
  const auto observation = [&](std::string_view id, std::string_view more) {
    put(R"({"resourceType":"Observation","id":")" + std::string(id) +
        R"(","status":"final","category":[{"coding":[{"system":
        "http://terminology.hl7.org/CodeSystem/observation-category","code":"laboratory"}]}],"code":{"text":"x"},)" +
        std::string(more) + "}");
  };
  observation("plain", R"("subject":{"reference":"Patient/p"})");
  observation("named", R"("subject":{"reference":"Patient/p","display":"P.","identifier":{"value":"7"}})");
  observation("old", R"("subject":{"reference":"Patient/p/_history/1"})");
  observation("whole", R"("subject":{"reference":"Patient/p"},
              "performer":[{"reference":"Organization/o"},{"reference":"Organization/u"}])");
  observation("other", R"("subject":{"reference":"Patient/q"})");
  observation("group", R"("subject":{"reference":"Group/p"})");
  observation("elsewhere", R"("subject":{"reference":"http://other.example/fhir/Patient/p"})");
  BOOST_TEST(count("ehr_observations WHERE fhir_indexed_whole") >= 1);
  BOOST_TEST(count("ehr_observations WHERE NOT fhir_indexed_whole") >= 2);
  BOOST_TEST(count("fhir.resource WHERE resource_type = 'Observation'") == 2);
  const auto found = [&](std::string_view query) {
    Ids out = find("Observation", query);
    std::sort(out.begin(), out.end());
    return out;
  };
  const Ids ofP{"named", "old", "plain", "whole"};
  for (const char* query : {"patient=p", "patient=Patient/p", "subject=Patient/p", "subject:Patient=p",
                            "patient._id=p", "subject:Patient._id=p", "patient=p&status=final",
                            "patient=p&_sort=date", "patient=p,zzz", "_filter=patient eq p"})
    BOOST_TEST(found(query) == ofP, query);
  BOOST_TEST((found("subject=Group/p") == Ids{"group"}));
  BOOST_TEST((found("subject=http://other.example/fhir/Patient/p") == Ids{"elsewhere"}));
  BOOST_TEST((found("patient:missing=false").size() >= 5));
  BOOST_TEST((found("subject:identifier=7") == Ids{"named"}));
  BOOST_TEST((found("patient=p&performer=Organization/o") == Ids{"whole"}));
  BOOST_TEST((Ids(find("Patient", "_has:Observation:patient:performer=Organization/o")) == Ids{"p"}));
  BOOST_TEST((Ids(find("Patient", "_has:Observation:patient:status=final&_sort=_id")) == Ids{"p", "q"}));
}

BOOST_AUTO_TEST_CASE(a_uri_is_found_by_what_it_is_and_by_what_is_above_and_below_it) {
  const auto valueSet = [&](std::string_view id, std::string_view url) {
    put(R"({"resourceType":"ValueSet","id":")" + std::string(id) + R"(","status":"draft","url":")" +
        std::string(url) + "\"}");
  };
  valueSet("root", "http://a.example/fhir");
  valueSet("slash", "http://a.example/fhir/");
  valueSet("leaf", "http://a.example/fhir/ValueSet/1");
  valueSet("other", "http://a.example/fhir/Val");
  valueSet("odd", R"(http://a.example/f\\_%)");
  const auto found = [&](std::string_view query) {
    Ids out = find("ValueSet", query);
    std::sort(out.begin(), out.end());
    return out;
  };
  BOOST_TEST((found("url=http://a.example/fhir") == Ids{"root"}));
  BOOST_TEST((found("url:below=http://a.example/fhir/") == Ids{"leaf", "other", "slash"}));
  BOOST_TEST(
      (found("url:above=http://a.example/fhir/ValueSet/1/_history/2") == Ids{"leaf", "root", "slash"}));
  BOOST_TEST((found(R"(url:above=http://a.example/f\\_%/x)") == Ids{"odd"}));
  BOOST_TEST((found(R"(url:above=http://a.example/f\\a%b/x)").empty()));
  BOOST_TEST((found(R"(url:below=http://a.example/f\\_)") == Ids{"odd"}));
}

BOOST_AUTO_TEST_CASE(pages_are_whole_while_others_write) {
  std::set<std::string> expected;
  for (int i = 0; i < 25; ++i) expected.insert(create(R"({"resourceType":"Patient","gender":"other"})").id);
  Ids seen;
  std::string cursor;
  do {
    const auto page =
        search("Patient", "gender=other&_count=4" + (cursor.empty() ? "" : "&_cursor=" + cursor));
    for (const auto& match : page.matches) seen.push_back(match.id);
    cursor = page.next;
    create(R"({"resourceType":"Patient","gender":"male"})");
  } while (!cursor.empty());
  BOOST_TEST(seen.size() == 25U);
  BOOST_TEST((std::set<std::string>(seen.begin(), seen.end()) == expected));
  BOOST_TEST(search("Patient", "gender=other&_count=0").total.value() == 25U);
  BOOST_TEST(search("Patient", "gender=other&_count=2&_total=accurate").total.value() == 25U);
  BOOST_TEST(find("Patient", "_sort=-_lastUpdated&_count=4").size() == 32U);
}

BOOST_AUTO_TEST_CASE(other_types_are_found_by_their_parameters_too) {
  put(R"({"resourceType":"Condition","id":"c","subject":{"reference":"Patient/p"},"code":{"coding":[{"system":"urn:s","code":"x"}]}})");
  BOOST_TEST((find("Condition", "patient=p&code=urn:s|x") == Ids{"c"}));
  BOOST_TEST(session.remove(type("Condition"), "c").ok());
  BOOST_TEST(find("Condition", "patient=p").empty());
}

// Of the codes that a column says with one word only the first is read from it.
BOOST_AUTO_TEST_CASE(a_code_is_not_found_by_another_that_its_column_says_the_same_way) {
  put(R"({"resourceType":"Patient","id":"p"})");
  put(R"({"resourceType":"Practitioner","id":"d"})");
  const auto appointment = [&](const std::string& id, const std::string& status) {
    put(R"({"resourceType":"Appointment","id":")" + id + R"(","status":")" + status +
        R"(","start":"2026-03-01T10:00:00Z","end":"2026-03-01T10:30:00Z","participant":[
        {"actor":{"reference":"Patient/p"},"status":"accepted"},{"actor":{"reference":"Practitioner/d"},"status":"accepted"}]})");
  };
  for (const char* status : {"proposed", "pending", "booked", "arrived", "waitlist", "fulfilled"})
    appointment(status, status);
  for (const char* status : {"proposed", "pending", "booked", "arrived", "waitlist", "fulfilled"}) {
    BOOST_TEST((find("Appointment", std::string("status=") + status) == Ids{status}), status);
    BOOST_TEST(find("Appointment", std::string("status:not=") + status).size() == 5, status);
  }
}

BOOST_AUTO_TEST_CASE(a_canonical_is_found_with_its_version_or_without) {
  put(R"({"resourceType":"CarePlan","id":"two","status":"active","intent":"plan","subject":{"reference":"Patient/p"},
       "instantiatesCanonical":["http://x.example/plan|2.0"]})");
  put(R"({"resourceType":"CarePlan","id":"none","status":"active","intent":"plan","subject":{"reference":"Patient/p"},
       "instantiatesCanonical":["http://x.example/plan"]})");
  BOOST_TEST(find("CarePlan", "instantiates-canonical=http://x.example/plan").size() == 2);
  BOOST_TEST((find("CarePlan", "instantiates-canonical=http://x.example/plan|2.0") == Ids{"two"}));
  BOOST_TEST(find("CarePlan", "instantiates-canonical=http://x.example/plan|1.0").empty());
}

// Whichever place they stand in: a request whose requester is not here yet stands in the generic store.
BOOST_AUTO_TEST_CASE(a_text_without_a_code_is_not_missing) {
  put(R"({"resourceType":"Patient","id":"p"})");
  put(R"({"resourceType":"Practitioner","id":"d"})");
  for (const char* requester : {"d", "away"}) {
    put(R"({"resourceType":"MedicationRequest","id":"text-)" + std::string(requester) +
        R"(","status":"active","intent":"order","medicationCodeableConcept":{"text":"Aspirin"},"subject":{"reference":"Patient/p"},
        "authoredOn":"2026-03-01T10:00:00Z","requester":{"reference":"Practitioner/)" +
        requester + R"("}})");
  }
  BOOST_TEST(find("MedicationRequest", "code:missing=true").empty());
  BOOST_TEST(find("MedicationRequest", "code:missing=false").size() == 2);
}

BOOST_AUTO_TEST_CASE(sorting_by_id_is_by_the_id_itself) {
  for (const char* id : {"b", "a-10", "a-9", "c", "00000000-0000-4000-8000-000000000001"})
    put(R"({"resourceType":"Patient","id":")" + std::string(id) + R"("})");
  BOOST_TEST(
      (find("Patient", "_sort=_id") == Ids{"00000000-0000-4000-8000-000000000001", "a-10", "a-9", "b", "c"}));
  BOOST_TEST((find("Patient", "_sort=-_id") ==
              Ids{"c", "b", "a-9", "a-10", "00000000-0000-4000-8000-000000000001"}));
  BOOST_TEST(find("Patient", "_id:missing=true").empty());
  BOOST_TEST(find("Patient", "_id:not=a-9&_lastUpdated:missing=false").size() == 4);
}

BOOST_AUTO_TEST_CASE(a_document_is_found_by_how_it_relates_to_another) {
  put(R"({"resourceType":"DocumentReference","id":"new","status":"current","content":[{"attachment":{"title":"x"}}],
       "relatesTo":[{"code":"replaces","target":{"reference":"DocumentReference/old"}},
                    {"code":"appends","target":{"reference":"DocumentReference/other"}}]})");
  BOOST_TEST((find("DocumentReference", "relationship=DocumentReference/old$replaces") == Ids{"new"}));
  BOOST_TEST(find("DocumentReference", "relationship=DocumentReference/old$appends").empty());
}

BOOST_AUTO_TEST_SUITE_END()
