#include <boost/test/unit_test.hpp>

#include "src/store/index_rows.h"
#include "src/store/key.h"
#include "tests/store/fixture.h"

using fixture::content;
using fixture::same;
using fixture::StoreFixture;
using store::Change;

BOOST_FIXTURE_TEST_SUITE(writing, StoreFixture)

BOOST_AUTO_TEST_CASE(a_created_patient_reads_back_as_it_was_sent) {
  const std::string sent =
      R"({"resourceType":"Patient","name":[{"use":"official","family":"Devi","given":["Asha"]},
    {"use":"maiden","family":"Rao"}],"gender":"female","birthDate":"1980-05-17","telecom":[{"system":"phone","value":"+91 98450 00001"},
    {"system":"email","value":"asha@example.org"}],"extension":[{"url":"http://example.org/w","valueDecimal":1.50}]})";
  const auto created = create(sent);
  BOOST_TEST(created.versionId == 1);
  const auto found = read("Patient", created.id);
  BOOST_REQUIRE(found);
  BOOST_TEST(same(content(found->json), content(sent)));
  BOOST_TEST(found->json == created.json);
  BOOST_TEST(found->json.find("1.50") != std::string::npos);
  BOOST_TEST(database.run("SELECT dob::text FROM patient_profile") == "1980-05-17");
  BOOST_TEST(database.run("SELECT full_name FROM patient_profile") == "Asha Devi");
}

BOOST_AUTO_TEST_CASE(what_could_not_be_found_by_every_search_is_refused) {
  const auto& patient = type("Patient");
  store::Searchable values;
  BOOST_TEST(store::checkComplete(patient, values).ok());
  values.values.failed.push_back(fhir::findSearchParameter(patient, "email"));
  const auto refused = store::checkComplete(patient, values);
  BOOST_REQUIRE(!refused.ok());
  BOOST_TEST((refused.outcome().failure() == fhir::Failure::unprocessable));
  BOOST_TEST(refused.outcome().issues().front().diagnostics.find("email") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_patient_may_be_put_under_any_legal_id) {
  BOOST_TEST(
      (put(R"({"resourceType":"Patient","id":"village-7.A","active":true})").change == Change::created));
  const auto found = read("Patient", "village-7.A");
  BOOST_REQUIRE(found);
  BOOST_TEST(found->id == "village-7.A");
  BOOST_TEST(!read("Patient", store::keyOf("Patient", "village-7.A").uuid));
  const auto observation =
      create(R"({"resourceType":"Observation","status":"final","category":[{"coding":[{"system":
    "http://terminology.hl7.org/CodeSystem/observation-category","code":"vital-signs"}]}],"code":{"text":"pulse"},
    "subject":{"reference":"Patient/village-7.A"}})");
  BOOST_TEST(count("ehr_observations") == 1);
  BOOST_TEST(read("Observation", observation.id)->json.find("\"Patient/village-7.A\"") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_update_makes_a_version_and_one_that_changes_nothing_makes_none) {
  const auto first = create(R"({"resourceType":"Patient","gender":"male"})");
  const std::string next = R"({"resourceType":"Patient","id":")" + first.id + R"(","gender":"female"})";
  const auto second = put(next);
  BOOST_TEST((second.change == Change::updated));
  BOOST_TEST(second.resource.versionId == 2);
  BOOST_TEST((put(next).change == Change::unchanged));
  BOOST_TEST(read("Patient", first.id)->versionId == 2);
  const auto old = session.vread(type("Patient"), first.id, 1);
  BOOST_REQUIRE(old.ok() && *old);
  BOOST_TEST((*old)->json.find("\"male\"") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(if_match_refuses_a_change_to_another_version) {
  const auto first = create(R"({"resourceType":"Patient"})");
  auto refused =
      session.update(resource(R"({"resourceType":"Patient","id":"x","active":true})"), first.id, 2);
  BOOST_REQUIRE(!refused.ok());
  BOOST_TEST((refused.outcome().failure() == fhir::Failure::preconditionFailed));
  BOOST_TEST(session.update(resource(R"({"resourceType":"Patient","active":true})"), first.id, 1).ok());
  BOOST_TEST(!session.update(resource(R"({"resourceType":"Patient"})"), "nobody", 1).ok());
  BOOST_TEST(!session.remove(type("Patient"), first.id, 1).ok());
  BOOST_TEST(session.remove(type("Patient"), first.id, 2).ok());
}

BOOST_AUTO_TEST_CASE(a_deleted_resource_keeps_its_versions_and_comes_back_by_an_update) {
  for (const std::string type : {"Patient", "Basic"}) {
    const std::string body = type == "Basic" ? R"(,"code":{"text":"x"})" : "";
    const auto first = create(R"({"resourceType":")" + type + "\"" + body + "}");
    const auto gone = session.remove(StoreFixture::type(type), first.id);
    BOOST_REQUIRE(gone.ok());
    BOOST_TEST((gone->change == Change::deleted));
    BOOST_TEST(gone->resource.versionId == 2);
    BOOST_TEST(read(type, first.id)->deleted);
    BOOST_TEST((session.remove(StoreFixture::type(type), first.id)->change == Change::unchanged));
    const auto back = put(R"({"resourceType":")" + type + R"(","id":")" + first.id + "\"" + body + "}");
    BOOST_TEST((back.change == Change::created));
    BOOST_TEST(back.resource.versionId == 3);
    BOOST_TEST(!read(type, first.id)->deleted);
  }
}

BOOST_AUTO_TEST_CASE(any_other_type_is_stored_whole) {
  const std::string sent =
      R"({"resourceType":"Condition","id":"c1","subject":{"reference":"Patient/nobody"},"code":{"text":"fever"},
    "onsetAge":{"value":1.50,"unit":"a"}})";
  put(sent);
  BOOST_TEST(same(content(read("Condition", "c1")->json), content(sent)));
  BOOST_TEST(count("fhir.resource WHERE resource_type = 'Condition'") == 1);
}

BOOST_AUTO_TEST_CASE(a_resource_moves_between_table_and_generic_store_with_its_versions) {
  put(R"({"resourceType":"Patient","id":"p"})");
  const std::string head =
      R"({"resourceType":"Observation","id":"o","status":"final","category":[{"coding":[{"system":
    "http://terminology.hl7.org/CodeSystem/observation-category","code":"laboratory"}]}],"code":{"text":"Hb"})";
  put(head + R"(,"subject":{"reference":"Patient/p"},"valueQuantity":{"value":11.20,"unit":"g/dL"}})");
  BOOST_TEST(count("ehr_observations WHERE value_number = 11.2") == 1);
  put(head + R"(,"subject":{"reference":"Device/d"}})");
  BOOST_TEST(count("ehr_observations") == 0);
  BOOST_TEST(count("fhir.resource WHERE resource_type = 'Observation'") == 1);
  put(head + R"(,"subject":{"reference":"Patient/p"},"valueQuantity":{"value":9.0,"unit":"g/dL"}})");
  BOOST_TEST(count("ehr_observations") == 1);
  BOOST_TEST(read("Observation", "o")->versionId == 3);
  for (int version = 1; version <= 3; ++version) {
    const auto one = session.vread(type("Observation"), "o", version);
    BOOST_REQUIRE(one.ok() && *one);
    BOOST_TEST((*one)->json.find(version == 1   ? "11.20"
                                 : version == 2 ? "Device/d"
                                                : "9.0") != std::string::npos);
  }
  BOOST_TEST(history("Observation", "o").size() == 3);
  BOOST_TEST(find("Observation", "subject=Device/d").empty());
  BOOST_TEST(find("Observation", "patient=p").size() == 1);
}

BOOST_AUTO_TEST_CASE(what_is_too_large_to_be_indexed_is_refused_and_never_half_found) {
  std::string artifacts = R"({"type":"composed-of"})";
  for (int i = 1; i < 950'000; ++i) artifacts += R"(,{"type":"composed-of"})";
  const std::string big =
      R"({"resourceType":"ActivityDefinition","status":"draft","relatedArtifact":[)" + artifacts + "]}";
  const auto refused = [](const auto& result) {
    BOOST_REQUIRE(!result.ok());
    BOOST_TEST((result.outcome().failure() == fhir::Failure::unprocessable));
    BOOST_TEST((result.outcome().issues().front().type == fhir::IssueType::tooCostly));
    BOOST_TEST(result.outcome().issues().front().diagnostics.find("search parameter") != std::string::npos);
  };
  refused(session.create(resource(big)));
  refused(session.update(resource(big), "big"));
  BOOST_TEST(!read("ActivityDefinition", "big"));
  put(R"({"resourceType":"ActivityDefinition","id":"big","status":"draft"})");
  refused(session.update(resource(big), "big"));
  BOOST_TEST(read("ActivityDefinition", "big")->versionId == 1);
  std::vector<fhir::Resource> batch;
  batch.push_back(resource(R"({"resourceType":"ActivityDefinition","id":"small","status":"draft"})"));
  batch.push_back(resource(big));
  batch.back().setText(batch.back().require(batch.back().root(), "id"), "other");
  const auto results = session.importBatch(std::move(batch), {"file", 2});
  BOOST_REQUIRE(results.ok());
  BOOST_TEST(results->front().ok());
  refused(results->back());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_CASE(strict_references_refuse_a_dangling_one) {
  StoreFixture strict(true);
  auto refused = strict.session.create(
      StoreFixture::resource(R"({"resourceType":"Condition","subject":{"reference":"Patient/nobody"}})"));
  BOOST_REQUIRE(!refused.ok());
  BOOST_TEST((refused.outcome().failure() == fhir::Failure::unprocessable));
  BOOST_TEST(refused.outcome().issues().front().expression == "Condition.subject.reference");
  strict.put(R"({"resourceType":"Patient","id":"nobody"})");
  BOOST_TEST(
      strict.session
          .create(strict.resource(R"({"resourceType":"Condition","subject":{"reference":"Patient/nobody"}})"))
          .ok());
}
