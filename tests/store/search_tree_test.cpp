// Conditions that lead from one resource to others, orders, includes and pages, over the platform's tables
// and the generic store alike.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <set>

#include "tests/store/fixture.h"

using fixture::StoreFixture;
using Ids = std::vector<std::string>;

namespace {

constexpr const char* kCategory = "http://terminology.hl7.org/CodeSystem/observation-category";

// Two villages' patients with observations in the table (vital signs) and in the generic store (surveys).
struct Villages : StoreFixture {
  Villages() {
    put(R"({"resourceType":"Organization","id":"clinic","name":"Clinic","identifier":[{"system":"urn:org","value":"7"}]})");
    put(R"({"resourceType":"Practitioner","id":"dr","name":[{"family":"Rao","given":["Asha"]}]})");
    put(R"({"resourceType":"Patient","id":"anna","name":[{"family":"Berg","given":["Anna"]}],"gender":"female",
         "birthDate":"1980-05-17","managingOrganization":{"reference":"Organization/clinic"}})");
    put(R"({"resourceType":"Patient","id":"ben","name":[{"family":"Adler","given":["Ben"]}],"gender":"male",
         "birthDate":"1990"})");
    put(R"({"resourceType":"Patient","id":"cleo","name":[{"given":["Cleo"]}]})");
    observation("a1", "anna", "vital-signs", "8867-4", "72", "2026-03-01");
    observation("a2", "anna", "survey", "8867-4", "80", "2026-03-03");
    observation("b1", "ben", "vital-signs", "8480-6", "120", "2026-03-02");
  }

  void observation(const std::string& id, const std::string& patient, const std::string& category,
                   const std::string& code, const std::string& value, const std::string& day) {
    put(R"({"resourceType":"Observation","id":")" + id +
        R"(","status":"final","category":[{"coding":[{"system":")" + kCategory + R"(","code":")" + category +
        R"("}]}],"code":{"coding":[{"system":"http://loinc.org","code":")" + code +
        R"(","display":"Heart rate"}]},"subject":{"reference":"Patient/)" + patient +
        R"("},"performer":[{"reference":"Practitioner/dr"}],"effectiveDateTime":")" + day +
        R"(T10:00:00Z","valueQuantity":{"value":)" + value +
        R"(,"unit":"beats","system":"http://unitsofmeasure.org","code":"/min"}})");
  }

  Ids sorted(std::string_view typeName, std::string_view query) {
    Ids out = find(typeName, query);
    std::sort(out.begin(), out.end());
    return out;
  }

  static std::string named(const store::StoredResource& resource) {
    return std::string(resource.type->name) + "/" + resource.id;
  }
  std::set<std::string> included(std::string_view typeName, std::string_view query) {
    std::set<std::string> out;
    for (const auto& resource : search(typeName, query).included) out.insert(named(resource));
    return out;
  }

  // Across types, or within a compartment.
  store::SearchPage within(const std::optional<fhir::search::Compartment>& compartment,
                           const std::vector<std::pair<std::string, std::string>>& query,
                           std::string_view typeName = {}) {
    fhir::search::Scope scope{typeName.empty() ? nullptr : &type(typeName), compartment};
    auto parsed = fhir::search::parse(scope, query, store.catalog(), {});
    if (!parsed) BOOST_FAIL("query: " << parsed.outcome().toJson());
    auto page = session.search(*parsed);
    if (!page) BOOST_FAIL("search: " << page.outcome().toJson());
    return *std::move(page);
  }
  static std::set<std::string> names(const store::SearchPage& page) {
    std::set<std::string> out;
    for (const auto& match : page.matches) out.insert(named(match));
    return out;
  }
};

using Names = std::set<std::string>;

}  // namespace

BOOST_FIXTURE_TEST_SUITE(search_tree, Villages)

BOOST_AUTO_TEST_CASE(a_chain_asks_for_what_a_reference_points_to) {
  BOOST_TEST((sorted("Observation", "patient.name=anna") == Ids{"a1", "a2"}));
  BOOST_TEST((sorted("Observation", "subject:Patient.birthdate=1990") == Ids{"b1"}));
  BOOST_TEST((sorted("Observation", "subject.gender=female") == Ids{"a1", "a2"}));
  BOOST_TEST((sorted("Observation", "performer:Practitioner.family=rao") == Ids{"a1", "a2", "b1"}));
  BOOST_TEST((sorted("Observation", "patient.organization.name=clinic") == Ids{"a1", "a2"}));
  BOOST_TEST(
      (sorted("Observation", "patient.organization:Organization.identifier=urn:org|7") == Ids{"a1", "a2"}));
  BOOST_TEST((find("Observation", "patient.name=nobody")).empty());
  BOOST_TEST((find("Observation", "patient.organization.name=other")).empty());
}

BOOST_AUTO_TEST_CASE(a_chain_does_not_lead_through_what_was_deleted) {
  BOOST_REQUIRE(session.remove(type("Organization"), "clinic").ok());
  BOOST_TEST(find("Patient", "organization.name=clinic").empty());
}

BOOST_AUTO_TEST_CASE(has_asks_for_what_points_here) {
  BOOST_TEST((sorted("Patient", "_has:Observation:patient:code=8867-4") == Ids{"anna"}));
  BOOST_TEST((sorted("Patient", "_has:Observation:subject:value-quantity=gt100") == Ids{"ben"}));
  BOOST_TEST((sorted("Patient", "_has:Observation:patient:category=survey") == Ids{"anna"}));
  BOOST_TEST((sorted("Patient", "_has:Observation:patient:performer.family=rao") == Ids{"anna", "ben"}));
  BOOST_TEST((sorted("Organization", "_has:Patient:organization:_has:Observation:patient:code=8867-4") ==
              Ids{"clinic"}));
  BOOST_TEST((sorted("Observation", "patient._has:Observation:patient:category=survey") == Ids{"a1", "a2"}));
  BOOST_TEST((sorted("Practitioner", "_has:Observation:performer:code=8480-6") == Ids{"dr"}));
  BOOST_TEST(find("Patient", "_has:Observation:patient:code=none").empty());
}

BOOST_AUTO_TEST_CASE(a_filter_combines_parameters) {
  BOOST_TEST((sorted("Patient", "_filter=gender eq female or birthdate lt 1995") == Ids{"anna", "ben"}));
  BOOST_TEST((sorted("Patient", "_filter=not (gender eq female)") == Ids{"ben", "cleo"}));
  BOOST_TEST((sorted("Patient", "_filter=(given sw \"an\" and gender eq female) or family co \"dle\"") ==
              Ids{"anna", "ben"}));
  BOOST_TEST(
      (sorted("Observation", "_filter=patient.name sw \"anna\" and value-quantity gt 75") == Ids{"a2"}));
  BOOST_TEST((sorted("Observation", "_filter=patient[gender eq male].birthdate eq 1990") == Ids{"b1"}));
  BOOST_TEST((sorted("Patient", "_filter=family pr false") == Ids{"cleo"}));
  BOOST_TEST((sorted("Patient", "_filter=gender ne female") == Ids{"ben", "cleo"}));
}

BOOST_AUTO_TEST_CASE(every_parameter_can_be_sorted_by_and_what_has_no_value_comes_last) {
  BOOST_TEST((find("Patient", "_sort=family") == Ids{"ben", "anna", "cleo"}));
  BOOST_TEST((find("Patient", "_sort=-family") == Ids{"anna", "ben", "cleo"}));
  BOOST_TEST((find("Patient", "_sort=-birthdate") == Ids{"ben", "anna", "cleo"}));
  BOOST_TEST((find("Patient", "_sort=birthdate") == Ids{"anna", "ben", "cleo"}));
  BOOST_TEST((find("Observation", "_sort=date") == Ids{"a1", "b1", "a2"}));
  BOOST_TEST((find("Observation", "_sort=-date") == Ids{"a2", "b1", "a1"}));
  BOOST_TEST((find("Observation", "_sort=code,-value-quantity") == Ids{"b1", "a2", "a1"}));
  BOOST_TEST((find("Observation", "_sort=-value-quantity&patient=anna") == Ids{"a2", "a1"}));
  BOOST_TEST(find("Patient", "_sort=_id").size() == 3U);
}

BOOST_AUTO_TEST_CASE(pages_lead_forwards_and_backwards_over_every_order) {
  for (int i = 0; i < 13; ++i) {
    const std::string n = std::to_string(i);
    put(R"({"resourceType":"Patient","id":"p)" + n + R"(")" +
        (i % 4 == 0 ? "" : R"(,"name":[{"family":"F)" + std::to_string(i % 3) + R"("}])") +
        (i % 2 == 0 ? "" : R"(,"birthDate":"19)" + std::to_string(70 + i % 5) + R"(-01-01")") + "}");
  }
  for (const std::string order :
       {"", "&_sort=family", "&_sort=-family", "&_sort=birthdate", "&_sort=-birthdate,family",
        "&_sort=-_lastUpdated", "&_sort=family,-birthdate"}) {
    const Ids all = find("Patient", "_count=1000" + order);
    BOOST_TEST_REQUIRE(all.size() == 16U);
    Ids forwards;
    std::vector<Ids> pages;
    std::string next;
    std::string previous;
    do {
      const auto page = search("Patient", "_count=3" + order + (next.empty() ? "" : "&_cursor=" + next));
      Ids ids;
      for (const auto& match : page.matches) ids.push_back(match.id);
      forwards.insert(forwards.end(), ids.begin(), ids.end());
      pages.push_back(ids);
      BOOST_TEST(page.previous.empty() == next.empty(), order);
      previous = page.previous;
      next = page.next;
    } while (!next.empty());
    BOOST_TEST((forwards == all), order);
    BOOST_TEST(pages.size() == 6U);
    for (std::size_t at = pages.size() - 1; at-- > 0;) {
      const auto page = search("Patient", "_count=3" + order + "&_cursor=" + previous);
      Ids ids;
      for (const auto& match : page.matches) ids.push_back(match.id);
      BOOST_TEST((ids == pages[at]), order << " page " << at);
      BOOST_TEST(!page.next.empty());
      BOOST_TEST(page.previous.empty() == (at == 0), order << " page " << at);
      previous = page.previous;
    }
  }
}

BOOST_AUTO_TEST_CASE(a_cursor_opens_no_other_search) {
  const auto page = search("Patient", "_count=1&gender=female,male");
  BOOST_REQUIRE(!page.next.empty());
  auto other =
      fhir::search::parse(type("Patient"), {{"gender", "male"}, {"_cursor", page.next}}, store.catalog(), {});
  BOOST_REQUIRE(other.ok());
  BOOST_TEST(!session.search(*other).ok());
}

BOOST_AUTO_TEST_CASE(includes_bring_what_matches_point_to_and_what_points_to_them) {
  BOOST_TEST((included("Observation", "_id=a1&_include=Observation:patient") == Names{"Patient/anna"}));
  BOOST_TEST(
      (included("Observation", "_id=a2&_include=Observation:subject:Patient") == Names{"Patient/anna"}));
  BOOST_TEST((included("Observation", "_id=a2&_include=Observation:subject:Group").empty()));
  BOOST_TEST((included("Observation", "_id=a1,a2&_include=Observation:*") ==
              Names{"Patient/anna", "Practitioner/dr"}));
  BOOST_TEST((included("Observation", "_id=a1&_include=*") == Names{"Patient/anna", "Practitioner/dr"}));
  BOOST_TEST(
      (included("Observation", "_id=a1&_include=Observation:patient&_include:iterate=Patient:organization") ==
       Names{"Patient/anna", "Organization/clinic"}));
  BOOST_TEST((included("Patient", "_id=anna&_revinclude=Observation:patient") ==
              Names{"Observation/a1", "Observation/a2"}));
  BOOST_TEST(
      (included("Organization",
                "_id=clinic&_revinclude=Patient:organization&_revinclude:iterate=Observation:patient") ==
       Names{"Patient/anna", "Observation/a1", "Observation/a2"}));
  BOOST_TEST((included("Patient", "_id=anna&_revinclude=*") == Names{"Observation/a1", "Observation/a2"}));
}

BOOST_AUTO_TEST_CASE(an_include_by_a_canonical_finds_what_has_the_url) {
  put(R"({"resourceType":"Questionnaire","id":"q","url":"http://example.org/q","status":"active"})");
  put(R"({"resourceType":"QuestionnaireResponse","id":"r","questionnaire":"http://example.org/q","status":"completed"})");
  BOOST_TEST((included("QuestionnaireResponse", "_include=QuestionnaireResponse:questionnaire") ==
              Names{"Questionnaire/q"}));
}

BOOST_AUTO_TEST_CASE(the_parts_of_a_composite_belong_together) {
  put(R"({"resourceType":"Observation","id":"bp","status":"final","category":[{"coding":[{"system":")" +
      std::string(kCategory) +
      R"(","code":"vital-signs"}]}],"code":{"coding":[{"system":"http://loinc.org","code":"85354-9"}]},
      "subject":{"reference":"Patient/ben"},"component":[
      {"code":{"coding":[{"system":"http://loinc.org","code":"8480-6"}]},"valueQuantity":{"value":130,"unit":"mmHg",
       "system":"http://unitsofmeasure.org","code":"mm[Hg]"}},
      {"code":{"coding":[{"system":"http://loinc.org","code":"8462-4"}]},"valueQuantity":{"value":85,"unit":"mmHg",
       "system":"http://unitsofmeasure.org","code":"mm[Hg]"}}]})");
  BOOST_TEST((sorted("Observation", "component-code-value-quantity=8480-6$gt120") == Ids{"bp"}));
  BOOST_TEST((sorted("Observation", "component-code-value-quantity=8462-4$gt120").empty()));
  BOOST_TEST(
      (sorted("Observation", "combo-code-value-quantity=http://loinc.org|8480-6$ge120") == Ids{"b1", "bp"}));
  BOOST_TEST((sorted("Observation", "combo-code-value-quantity=8462-4$ge120").empty()));
  BOOST_TEST((sorted("Observation", "code-value-quantity=8867-4$lt75") == Ids{"a1"}));
  BOOST_TEST((sorted("Observation", "code-value-quantity=8867-4$lt75,8480-6$120") == Ids{"a1", "b1"}));
}

BOOST_AUTO_TEST_CASE(a_quantity_of_ucum_is_found_in_every_unit_it_compares_with) {
  put(R"({"resourceType":"Observation","id":"lab","status":"final","category":[{"coding":[{"system":")" +
      std::string(kCategory) +
      R"(","code":"laboratory"}]}],"code":{"text":"glucose"},"subject":{"reference":"Patient/ben"},
      "valueQuantity":{"value":0.9,"unit":"g/L","system":"http://unitsofmeasure.org","code":"g/L"}})");
  put(R"({"resourceType":"Observation","id":"other","status":"final","code":{"text":"glucose"},
      "valueQuantity":{"value":95,"unit":"mg/dL","system":"http://unitsofmeasure.org","code":"mg/dL"}})");
  BOOST_TEST(
      (sorted("Observation", "value-quantity=gt85|http://unitsofmeasure.org|mg/dL") == Ids{"lab", "other"}));
  BOOST_TEST((sorted("Observation", "value-quantity=90|http://unitsofmeasure.org|mg/dL") == Ids{"lab"}));
  BOOST_TEST((sorted("Observation", "value-quantity=0.95|http://unitsofmeasure.org|g/L") == Ids{"other"}));
  BOOST_TEST(
      (sorted("Observation", "value-quantity=lt1|http://unitsofmeasure.org|g/L") == Ids{"lab", "other"}));
  BOOST_TEST((sorted("Observation", "value-quantity=72|http://unitsofmeasure.org|/min") == Ids{"a1"}));
  BOOST_TEST((sorted("Observation", "value-quantity=1.2|http://unitsofmeasure.org|Hz") == Ids{"a1"}));
}

BOOST_AUTO_TEST_CASE(modifiers_that_columns_cannot_answer_are_answered_by_the_index) {
  put(R"({"resourceType":"Patient","id":"typed","identifier":[{"type":{"coding":[{"system":"urn:t","code":"MR"}]},
       "system":"urn:x","value":"446053"}]})");
  BOOST_TEST((sorted("Patient", "identifier:of-type=urn:t|MR|446053") == Ids{"typed"}));
  BOOST_TEST((sorted("Patient", "identifier:of-type=urn:t|SS|446053").empty()));
  BOOST_TEST((sorted("Patient", "identifier=446053") == Ids{"typed"}));
  BOOST_TEST((sorted("Patient", "identifier=|446053").empty()));
  BOOST_TEST((sorted("Observation", "code:text=heart") == Ids{"a1", "a2", "b1"}));
  put(R"({"resourceType":"Observation","id":"logical","status":"final","category":[{"coding":[{"system":")" +
      std::string(kCategory) +
      R"(","code":"vital-signs"}]}],"code":{"text":"x"},"subject":{"reference":"Patient/ben",
      "identifier":{"system":"urn:x","value":"9"}}})");
  BOOST_TEST((sorted("Observation", "subject:identifier=urn:x|9") == Ids{"logical"}));
  BOOST_TEST((sorted("Observation", "patient:identifier=urn:x|8").empty()));
}

BOOST_AUTO_TEST_CASE(what_is_below_a_place_happens_in_its_parts_too) {
  const auto place = [&](const std::string& id, const std::string& partOf) {
    put(R"({"resourceType":"Location","id":")" + id + R"(","name":"x","partOf":{"reference":"Location/)" +
        partOf + R"("}})");
  };
  const auto visit = [&](const std::string& id, const std::string& at) {
    put(R"({"resourceType":"Encounter","id":")" + id +
        R"(","status":"finished","class":{"code":"AMB"},"location":[{"location":{"reference":"Location/)" +
        at + R"("}}]})");
  };
  put(R"({"resourceType":"Location","id":"house","name":"House"})");
  place("ward", "house");
  place("room", "ward");
  // Two that are parts of each other.
  place("this", "that");
  place("that", "this");
  for (const char* at : {"house", "ward", "room", "this", "nowhere"}) visit(std::string("in-") + at, at);
  BOOST_TEST((sorted("Encounter", "location:below=house") == Ids{"in-house", "in-room", "in-ward"}));
  BOOST_TEST((sorted("Encounter", "location:below=Location/ward") == Ids{"in-room", "in-ward"}));
  BOOST_TEST((sorted("Encounter", "location:above=ward") == Ids{"in-house", "in-ward"}));
  BOOST_TEST((sorted("Encounter", "location:below=that") == Ids{"in-this"}));
  BOOST_TEST((sorted("Encounter", "location:above=that") == Ids{"in-this"}));
  BOOST_TEST((sorted("Encounter", "location:below=nowhere,room") == Ids{"in-nowhere", "in-room"}));
  BOOST_TEST((sorted("Location", "partof:below=house") == Ids{"room", "ward"}));
  // Those that are a part of the room, of its ward or of the ward's house.
  BOOST_TEST((sorted("Location", "partof:above=room") == Ids{"room", "ward"}));
  BOOST_REQUIRE(session.remove(type("Location"), "ward").ok());
  BOOST_TEST((sorted("Encounter", "location:below=house") == Ids{"in-house"}));
}

BOOST_AUTO_TEST_CASE(a_list_names_its_entries) {
  put(R"({"resourceType":"List","id":"l","status":"current","mode":"working","entry":[{"item":{"reference":"Patient/anna"}},
       {"item":{"reference":"Observation/b1"}}]})");
  BOOST_TEST((sorted("Patient", "_list=l") == Ids{"anna"}));
  BOOST_TEST((sorted("Observation", "_list=List/l") == Ids{"b1"}));
  BOOST_TEST(sorted("Observation", "_list=none").empty());
  BOOST_REQUIRE(session.remove(type("List"), "l").ok());
  BOOST_TEST(sorted("Patient", "_list=l").empty());
}

BOOST_AUTO_TEST_CASE(a_search_across_types_asks_each_by_what_they_share) {
  BOOST_TEST((names(within({}, {{"_type", "Patient,Organization"}})) ==
              Names{"Patient/anna", "Patient/ben", "Patient/cleo", "Organization/clinic"}));
  BOOST_TEST((names(within({}, {{"_id", "clinic,dr"}})) == Names{"Organization/clinic", "Practitioner/dr"}));
  put(R"({"resourceType":"Basic","id":"tagged","meta":{"tag":[{"system":"urn:t","code":"x"}]},"code":{"text":"b"}})");
  put(R"({"resourceType":"Patient","id":"tagged","meta":{"tag":[{"system":"urn:t","code":"x"}]}})");
  BOOST_TEST((names(within({}, {{"_tag", "urn:t|x"}})) == Names{"Basic/tagged", "Patient/tagged"}));
  BOOST_TEST((names(within({}, {{"_type", "Observation,Condition"}, {"patient.gender", "female"}})) ==
              Names{"Observation/a1", "Observation/a2"}));
  std::vector<std::string> seen;
  std::string cursor;
  do {
    std::vector<std::pair<std::string, std::string>> query{{"_count", "3"}, {"_sort", "-_lastUpdated"}};
    if (!cursor.empty()) query.emplace_back("_cursor", cursor);
    const auto page = within({}, query);
    for (const auto& match : page.matches) seen.push_back(named(match));
    cursor = page.next;
  } while (!cursor.empty());
  BOOST_TEST(seen.size() == 10U);
  BOOST_TEST(std::set<std::string>(seen.begin(), seen.end()).size() == 10U);
  BOOST_TEST(seen.front() == "Patient/tagged");
}

BOOST_AUTO_TEST_CASE(a_compartment_has_what_belongs_to_its_patient) {
  const fhir::search::Compartment anna{"Patient", "anna"};
  BOOST_TEST((names(within(anna, {}, "Observation")) == Names{"Observation/a1", "Observation/a2"}));
  BOOST_TEST((names(within(anna, {{"category", "survey"}}, "Observation")) == Names{"Observation/a2"}));
  BOOST_TEST((names(within(anna, {})) == Names{"Patient/anna", "Observation/a1", "Observation/a2"}));
  BOOST_TEST((names(within(fhir::search::Compartment{"Practitioner", "dr"}, {}, "Observation")) ==
              Names{"Observation/a1", "Observation/a2", "Observation/b1"}));
}

BOOST_AUTO_TEST_CASE(a_place_is_found_by_its_distance) {
  put(R"({"resourceType":"Location","id":"delhi","position":{"latitude":28.6139,"longitude":77.2090}})");
  put(R"({"resourceType":"Location","id":"agra","position":{"latitude":27.1767,"longitude":78.0081}})");
  put(R"({"resourceType":"Location","id":"fiji","position":{"latitude":-17.7,"longitude":179.9}})");
  BOOST_TEST((sorted("Location", "near=28.6|77.2|10|km") == Ids{"delhi"}));
  BOOST_TEST((sorted("Location", "near=28.6|77.2|200|km") == Ids{"agra", "delhi"}));
  BOOST_TEST((sorted("Location", "near=-17.7|-179.9|50|km") == Ids{"fiji"}));
  BOOST_TEST((sorted("Location", "near=28.6|77.2|2000|m") == Ids{"delhi"}));
}

BOOST_AUTO_TEST_CASE(a_long_text_is_found_by_all_of_it) {
  const std::string text(5000, 'x');
  put(R"({"resourceType":"Questionnaire","id":"q","status":"active","title":")" + text + R"(end"})");
  BOOST_TEST((find("Questionnaire", "title:contains=xend") == Ids{"q"}));
  BOOST_TEST((find("Questionnaire", "title=" + text.substr(0, 1500)) == Ids{"q"}));
  BOOST_TEST((find("Questionnaire", "title=" + text.substr(0, 1500) + "y")).empty());
}

BOOST_AUTO_TEST_CASE(rows_of_plain_SQL_are_found_through_chains_and_includes) {
  database.run(
      "INSERT INTO patient_profile (id, full_name, dob, gender) VALUES "
      "('11111111-1111-4111-8111-111111111111', 'Dev Kumar', '2001-02-03', 'male')");
  put(R"({"resourceType":"Condition","id":"c","subject":{"reference":"Patient/11111111-1111-4111-8111-111111111111"}})");
  BOOST_TEST((find("Condition", "patient.name=kumar") == Ids{"c"}));
  BOOST_TEST((find("Condition", "subject:Patient.birthdate=2001-02-03") == Ids{"c"}));
  database.run("UPDATE patient_profile SET full_name = 'Dev Shah' WHERE full_name = 'Dev Kumar'");
  BOOST_TEST(find("Condition", "patient.name=kumar").empty());
  BOOST_TEST((included("Condition", "_include=Condition:patient") ==
              Names{"Patient/11111111-1111-4111-8111-111111111111"}));
}

BOOST_AUTO_TEST_SUITE_END()
