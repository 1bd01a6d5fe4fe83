// _contained and _containedType: what stands inside other resources is found as what it is, follows every
// write of what contains it, and is never taken for a resource.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <set>
#include <thread>

#include "src/store/key.h"
#include "tests/store/fixture.h"

using fixture::StoreFixture;
using Ids = std::vector<std::string>;
using Pairs = std::vector<std::pair<std::string, std::string>>;

namespace {

constexpr const char* kIndexTables[] = {"token",  "string", "date",     "reference", "quantity",
                                        "number", "uri",    "position", "words"};

std::string medication(const std::string& id, const std::string& code, const std::string& more = "") {
  return R"({"resourceType":"Medication","id":")" + id + R"(",)" + more +
         R"("code":{"coding":[{"system":"http://m.example","code":")" + code + R"("}]}})";
}

std::string request(const std::string& id, const std::vector<std::string>& contained,
                    const std::string& patient = "p") {
  std::string list;
  for (const std::string& each : contained) list += (list.empty() ? "" : ",") + each;
  return R"({"resourceType":"MedicationRequest","id":")" + id + "\"," +
         (list.empty() ? "" : "\"contained\":[" + list + "],") +
         R"("status":"active","intent":"order","medicationCodeableConcept":{"text":"x"},"supportingInformation":[{"reference":"#m1"}],"requester":{"reference":"Practitioner/dr"},"authoredOn":"2026-03-01T10:00:00Z","subject":{"reference":"Patient/)" +
         patient + "\"}}";
}

std::string list(const std::string& id, const std::string& contained) {
  return R"({"resourceType":"List","id":")" + id + R"(","contained":[)" + contained +
         R"(],"status":"current","mode":"working"})";
}

std::string observation(const std::string& id, const std::string& day, const std::string& contained = "") {
  return R"({"resourceType":"Observation","id":")" + id + "\"," +
         (contained.empty() ? "" : "\"contained\":[" + contained + "],") +
         R"("status":"final","code":{"text":"x"},"subject":{"reference":"Patient/p"},"effectiveDateTime":")" +
         day + "\"}";
}

struct Clinic : StoreFixture {
  Clinic() {
    put(R"({"resourceType":"Patient","id":"p","name":[{"family":"Berg"}]})");
    put(R"({"resourceType":"Practitioner","id":"dr","name":[{"family":"Rao"}]})");
    put(medication("own", "a"));
    put(request("one", {medication("m1", "a")}));
    put(request("two", {medication("m1", "c"), medication("m2", "a")}));
    put(list("three", medication("m1", "b")));
  }

  // Each match as "MedicationRequest/one#m1" or "Medication/own", over all pages of `count`.
  Ids found(std::string_view typeName, const std::string& query, int count = 50) {
    Ids out;
    std::string cursor;
    const std::string paged = query + "&_count=" + std::to_string(count);
    do {
      const auto page = search(typeName, cursor.empty() ? paged : paged + "&_cursor=" + cursor);
      for (const auto& match : page.matches) out.push_back(named(match));
      cursor = page.next;
    } while (!cursor.empty());
    return out;
  }
  Ids sorted(std::string_view typeName, const std::string& query, int count = 50) {
    Ids out = found(typeName, query, count);
    std::sort(out.begin(), out.end());
    return out;
  }
  static std::string named(const store::StoredResource& match) {
    return match.containedIn.empty() ? std::string(match.type->name) + "/" + match.id
                                     : match.containedIn + "#" + match.id;
  }
  int indexed() {
    int rows = count("fhir.contained");
    for (const char* table : kIndexTables)
      rows += count("fhir.idx_" + std::string(table) + " WHERE parameter < 0");
    return rows;
  }
  fhir::Result<store::SearchPage> ask(const fhir::search::Scope& scope, const Pairs& query) {
    auto parsed = fhir::search::parse(scope, query, store.catalog(), {});
    if (!parsed) return std::move(parsed).outcome();
    return session.search(*parsed);
  }
  void build() {
    while (count("fhir.index_build") != 0) {
      BOOST_REQUIRE(session.buildIndexes().ok());
      // Other transactions of the cluster, of other tests too, are older than the parameter.
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
  }
};

const std::string kOnly = "&_contained=true";
const std::string kBoth = "&_contained=both";
const std::string kAlone = "&_containedType=contained";

}  // namespace

BOOST_FIXTURE_TEST_SUITE(contained, Clinic)

BOOST_AUTO_TEST_CASE(what_is_contained_is_found_only_when_asked_for) {
  BOOST_TEST((sorted("Medication", "code=a") == Ids{"Medication/own"}));
  BOOST_TEST((sorted("Medication", "code=a&_contained=false") == Ids{"Medication/own"}));
  BOOST_TEST(
      (sorted("Medication", "code=a" + kOnly) == Ids{"MedicationRequest/one", "MedicationRequest/two"}));
  BOOST_TEST((sorted("Medication", "code=a" + kBoth) ==
              Ids{"Medication/own", "MedicationRequest/one", "MedicationRequest/two"}));
  BOOST_TEST((sorted("Medication", "code=a" + kOnly + kAlone) ==
              Ids{"MedicationRequest/one#m1", "MedicationRequest/two#m2"}));
  BOOST_TEST((sorted("Medication", "code=a" + kBoth + kAlone) ==
              Ids{"Medication/own", "MedicationRequest/one#m1", "MedicationRequest/two#m2"}));
  BOOST_TEST((sorted("Medication", "_contained=true") ==
              Ids{"List/three", "MedicationRequest/one", "MedicationRequest/two"}));
  BOOST_TEST(sorted("MedicationRequest", "_contained=true").empty());
}

BOOST_AUTO_TEST_CASE(a_contained_resource_is_shown_as_it_stands) {
  put(list("exact",
           medication("m9", "z", R"("amount":{"numerator":{"value":1.50},"denominator":{"value":1}},)")));
  const auto page = search("Medication", "code=z" + kOnly + kAlone);
  BOOST_REQUIRE(page.matches.size() == 1U);
  const auto& match = page.matches.front();
  BOOST_TEST(match.containedIn == "List/exact");
  BOOST_TEST(match.id == "m9");
  BOOST_TEST(match.type->name == "Medication");
  BOOST_TEST(match.versionId == 1);
  BOOST_TEST(fixture::same(
      match.json,
      medication("m9", "z", R"("amount":{"numerator":{"value":1.50},"denominator":{"value":1}},)")));
}

BOOST_AUTO_TEST_CASE(every_kind_of_condition_is_answered) {
  put(list(
      "rich",
      R"({"resourceType":"Observation","id":"o1","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"8867-4","display":"Heart rate"}]},
      "subject":{"reference":"Patient/p"},"effectiveDateTime":"2026-03-01","valueQuantity":{"value":72,"system":"http://unitsofmeasure.org","code":"/min"},
      "component":[{"code":{"text":"c"},"valueQuantity":{"value":5,"system":"http://unitsofmeasure.org","code":"mg"}}]},
      {"resourceType":"Patient","id":"q","name":[{"family":"Dahl","given":["Eva"]}],"birthDate":"1990-05","gender":"female","generalPractitioner":[{"reference":"Practitioner/dr"}]},
      {"resourceType":"Location","id":"l","name":"Ward","position":{"longitude":8,"latitude":50}},
      {"resourceType":"RiskAssessment","id":"r","status":"final","subject":{"reference":"Patient/p"},"prediction":[{"probabilityDecimal":0.5}]},
      {"resourceType":"ValueSet","id":"v","url":"http://x.example/vs","status":"active"})"));
  const auto finds = [&](const std::string& typeName, const std::string& query, const std::string& id) {
    BOOST_TEST((found(typeName, query + kOnly + kAlone) == Ids{"List/rich#" + id}), typeName << "?" << query);
    BOOST_TEST((found(typeName, query + kOnly) == Ids{"List/rich"}), typeName << "?" << query);
    BOOST_TEST(found(typeName, query).empty(), typeName << "?" << query);
  };
  for (const char* query :
       {"code=8867-4", "code:text=heart", "date=2026-03", "value-quantity=gt70", "subject=Patient/p",
        "patient.family=berg", "code-value-quantity=8867-4$72",
        "component-value-quantity=5000|http://unitsofmeasure.org|ug", "status:not=amended", "_id=o1",
        "_lastUpdated:missing=true", "_filter=code eq 8867-4 or status eq amended", "_content=heart",
        "_content=heart and not liver", "_id:missing=false"})
    finds("Observation", query, "o1");
  finds("Patient", "family=dahl", "q");
  finds("Patient", "birthdate=1990", "q");
  finds("Patient", "general-practitioner.family=rao", "q");
  finds("Patient", "name:exact=Eva", "q");
  finds("Location", "near=50|8|10|km", "l");
  finds("RiskAssessment", "probability=0.5", "r");
  finds("ValueSet", "url=http://x.example/vs", "v");
  for (const std::string query : {"code=1", "_lastUpdated=gt2000", "_id=rich", "_has:Provenance:target:_id=x",
                                  "_list=rich", "code:missing=true"})
    BOOST_TEST(found("Observation", query + kOnly).empty(), query);
}

BOOST_AUTO_TEST_CASE(a_container_comes_once_in_every_order_and_over_all_pages) {
  put(observation(
      "inner", "2026-01-05",
      R"({"resourceType":"Observation","id":"i","status":"final","code":{"text":"x"},"effectiveDateTime":"2026-01-01"})"));
  put(observation(
      "outer", "2026-01-02",
      R"({"resourceType":"Observation","id":"i","status":"amended","code":{"text":"x"}},{"resourceType":"Observation","id":"j","status":"final","code":{"text":"x"},"effectiveDateTime":"2026-01-09"})"));
  put(list(
      "holds",
      R"({"resourceType":"Observation","id":"i","status":"final","code":{"text":"x"},"effectiveDateTime":"2026-01-03"},{"resourceType":"Observation","id":"j","status":"final","code":{"text":"x"},"effectiveDateTime":"2026-01-04"})"));
  put(list("undated", R"({"resourceType":"Observation","id":"i","status":"final","code":{"text":"x"}})"));
  put(observation("plain", "2026-01-06"));
  for (const int count : {1, 2, 3, 50}) {
    BOOST_TEST(
        (sorted("Observation", "_contained=both", count) ==
         Ids{"List/holds", "List/undated", "Observation/inner", "Observation/outer", "Observation/plain"}));
    BOOST_TEST(
        (found("Observation", "_sort=date" + kBoth, count) ==
         Ids{"Observation/outer", "List/holds", "Observation/inner", "Observation/plain", "List/undated"}));
    BOOST_TEST(
        (found("Observation", "_sort=-date" + kBoth, count) ==
         Ids{"Observation/plain", "Observation/inner", "List/holds", "Observation/outer", "List/undated"}));
    BOOST_TEST((found("Observation", "_sort=date" + kOnly, count) ==
                Ids{"Observation/inner", "List/holds", "Observation/outer", "List/undated"}));
    BOOST_TEST((found("Observation", "_sort=-date" + kOnly, count) ==
                Ids{"Observation/outer", "List/holds", "Observation/inner", "List/undated"}));
    BOOST_TEST((
        found("Observation", "status=final&_sort=-date" + kOnly + kAlone, count) ==
        Ids{"Observation/outer#j", "List/holds#j", "List/holds#i", "Observation/inner#i", "List/undated#i"}));
    BOOST_TEST((found("Observation", "_sort=_id" + kOnly, count).size() == 4U));
    BOOST_TEST((found("Observation", "_sort=-_lastUpdated" + kBoth, count).size() == 5U));
    BOOST_TEST((found("Observation", "_sort=-_lastUpdated" + kBoth + kAlone, count).size() == 9U));
    // One that does not match itself is shown for what it contains.
    BOOST_TEST((sorted("Observation", "status=amended" + kBoth, count) == Ids{"Observation/outer"}));
  }
  for (const std::string& how : {kOnly, kBoth, kOnly + kAlone, kBoth + kAlone}) {
    const auto total = search("Observation", "_total=accurate&_count=1" + how).total;
    BOOST_TEST(total.value() == found("Observation", how.substr(1), 1).size(), how);
    BOOST_TEST(search("Observation", "_summary=count" + how).total.value() == total.value(), how);
  }
}

BOOST_AUTO_TEST_CASE(pages_lead_back_again) {
  for (int i = 0; i < 9; ++i)
    put(list("l" + std::to_string(i),
             medication("x", "q" + std::to_string(i % 3)) + "," + medication("y", "q")));
  for (const std::string& how : {kOnly, kBoth, kOnly + kAlone, kBoth + kAlone, "&_sort=code" + kBoth,
                                 "&_sort=-code" + kOnly + kAlone}) {
    std::vector<Ids> pages;
    std::string next, previous;
    do {
      const auto page = search("Medication", "_count=2" + how + (next.empty() ? "" : "&_cursor=" + next));
      Ids ids;
      for (const auto& match : page.matches) ids.push_back(named(match));
      pages.push_back(ids);
      previous = page.previous;
      next = page.next;
    } while (!next.empty());
    for (std::size_t at = pages.size() - 1; at-- > 0;) {
      const auto page = search("Medication", "_count=2" + how + "&_cursor=" + previous);
      Ids ids;
      for (const auto& match : page.matches) ids.push_back(named(match));
      BOOST_TEST((ids == pages[at]), how << " page " << at);
      previous = page.previous;
    }
    BOOST_TEST(previous.empty());
  }
}

BOOST_AUTO_TEST_CASE(paging_shows_each_container_once_while_others_write) {
  for (int i = 0; i < 40; ++i)
    put(list("s" + std::to_string(i), medication("x", "stays") + "," + medication("y", "stays")));
  std::atomic<bool> over = false;
  std::thread writer([&] {
    auto own = store.session();
    for (int i = 0; !over; ++i) {
      const std::string id = "w" + std::to_string(i % 7);
      BOOST_REQUIRE(own.update(resource(list(id, medication("x" + std::to_string(i), "moves"))), id).ok());
      if (i % 3 == 0) BOOST_REQUIRE(own.remove(type("List"), id).ok());
    }
  });
  for (int round = 0; round < 3; ++round) {
    const Ids ids = found("Medication", "code=stays,moves" + kOnly, 3);
    BOOST_TEST(std::set<std::string>(ids.begin(), ids.end()).size() == ids.size());
    BOOST_TEST(
        std::count_if(ids.begin(), ids.end(), [](const auto& id) { return id.starts_with("List/s"); }) == 40);
  }
  over = true;
  writer.join();
}

BOOST_AUTO_TEST_CASE(its_index_follows_every_write_of_the_container) {
  const int before = indexed();
  put(request("one", {medication("m1", "changed")}));
  BOOST_TEST((found("Medication", "code=changed" + kOnly) == Ids{"MedicationRequest/one"}));
  BOOST_TEST((found("Medication", "code=a" + kOnly) == Ids{"MedicationRequest/two"}));
  BOOST_TEST(indexed() == before);
  put(request("one", {medication("m1", "changed"), medication("m7", "more")}));
  BOOST_TEST((found("Medication", "code=more" + kOnly) == Ids{"MedicationRequest/one"}));
  put(request("one", {}));
  BOOST_TEST(found("Medication", "code=more,changed" + kOnly).empty());
  put(request("one", {medication("m1", "back")}));
  BOOST_TEST((found("Medication", "code=back" + kOnly) == Ids{"MedicationRequest/one"}));
  for (const char* id : {"one", "two"}) BOOST_REQUIRE(session.remove(type("MedicationRequest"), id).ok());
  BOOST_REQUIRE(session.remove(type("List"), "three").ok());
  BOOST_TEST(indexed() == 0);
  BOOST_TEST(found("Medication", "_contained=true").empty());
  put(request("one", {medication("m1", "again")}));
  BOOST_TEST((found("Medication", "code=again" + kOnly) == Ids{"MedicationRequest/one"}));
}

BOOST_AUTO_TEST_CASE(a_create_a_transaction_and_an_import_index_it) {
  const auto created = create(list("", medication("m1", "created")).replace(24, 8, ""));
  BOOST_TEST((found("Medication", "code=created" + kOnly) == Ids{"List/" + created.id}));
  const auto first = resource(request("t1", {medication("m1", "t")}));
  const auto second = resource(list("t2", medication("m1", "t")));
  const std::vector<store::Put> puts{{.resource = &first, .id = "t1"}, {.resource = &second, .id = "t2"}};
  BOOST_REQUIRE(session
                    .transaction([&]() -> fhir::Result<fhir::Done> {
                      std::optional<std::size_t> fault;
                      auto done = session.putTogether(puts, store::Session::Manner::together, fault);
                      if (!done) return std::move(done).outcome();
                      // What it has written is found in it.
                      BOOST_TEST(found("Medication", "code=t" + kOnly).size() == 2U);
                      return fhir::Done{};
                    })
                    .ok());
  BOOST_TEST((sorted("Medication", "code=t" + kOnly) == Ids{"List/t2", "MedicationRequest/t1"}));
  std::vector<fhir::Resource> batch;
  batch.push_back(resource(request("i1", {medication("m1", "i")})));
  batch.push_back(resource(request("one", {medication("m1", "i")})));
  const auto imported = session.importBatch(std::move(batch), {"file", 1});
  BOOST_REQUIRE(imported.ok());
  BOOST_TEST(
      (sorted("Medication", "code=i" + kOnly) == Ids{"MedicationRequest/i1", "MedicationRequest/one"}));
}

BOOST_AUTO_TEST_CASE(what_is_undone_is_not_found) {
  const int before = indexed();
  BOOST_TEST(!session
                  .transaction([&]() -> fhir::Result<fhir::Done> {
                    put(request("one", {medication("m1", "undone")}));
                    return fhir::Outcome(fhir::Failure::badRequest, fhir::IssueType::invalid, "no");
                  })
                  .ok());
  BOOST_TEST(found("Medication", "code=undone" + kOnly).empty());
  BOOST_TEST(found("Medication", "code=a" + kOnly).size() == 2U);
  BOOST_TEST(indexed() == before);
}

// It waits in the generic store, and moves into its table with what it contains.
BOOST_AUTO_TEST_CASE(a_container_that_changes_its_place_keeps_what_it_contains) {
  put(request("waits", {medication("m1", "w")}, "later"));
  BOOST_TEST((found("Medication", "code=w" + kOnly) == Ids{"MedicationRequest/waits"}));
  BOOST_TEST(count("fhir.resource WHERE fhir_id = 'waits'") == 1);
  const int before = indexed();
  put(R"({"resourceType":"Patient","id":"later","name":[{"family":"Late"}]})");
  BOOST_TEST(count("fhir.resource WHERE fhir_id = 'waits'") == 0);
  BOOST_TEST((found("Medication", "code=w" + kOnly) == Ids{"MedicationRequest/waits"}));
  BOOST_TEST(indexed() == before);
  put(request("waits", {medication("m1", "w2")}, "nobody"));
  BOOST_TEST((found("Medication", "code=w2" + kOnly) == Ids{"MedicationRequest/waits"}));
  BOOST_TEST(found("Medication", "code=w" + kOnly).empty());
  BOOST_TEST(indexed() == before);
}

BOOST_AUTO_TEST_CASE(what_plain_sql_does_to_the_container_is_seen) {
  database.run("UPDATE prescription_medications SET is_deleted = true WHERE fhir_id = 'one'");
  BOOST_TEST((found("Medication", "code=a" + kOnly) == Ids{"MedicationRequest/two"}));
  BOOST_TEST(count("fhir.contained WHERE fhir_id = 'm1' AND container_type = 'MedicationRequest'") == 1);
  // What was written before its residual was lost, and after.
  database.run(
      "UPDATE prescription_medications SET fhir_residual = NULL, drug_name = 'x' WHERE fhir_id = 'two'");
  put(request("two", {medication("m2", "new")}));
  BOOST_TEST((found("Medication", "code=new" + kOnly) == Ids{"MedicationRequest/two"}));
  BOOST_TEST(found("Medication", "code=a" + kOnly).empty());
  BOOST_TEST(count("fhir.contained WHERE container_type = 'MedicationRequest'") == 1);
}

// What waits to be indexed has left its table meanwhile.
BOOST_AUTO_TEST_CASE(what_moves_away_from_a_row_that_plain_sql_wrote_stays_found) {
  database.run("UPDATE prescription_medications SET drug_name = 'y' WHERE fhir_id = 'two'");
  put(request("two", {medication("m2", "moved")}, "nobody"));
  BOOST_REQUIRE(count("fhir.resource WHERE fhir_id = 'two'") == 1);
  BOOST_TEST((found("MedicationRequest", "patient=Patient/nobody") == Ids{"MedicationRequest/two"}));
  BOOST_TEST((found("Medication", "code=moved" + kOnly) == Ids{"MedicationRequest/two"}));
}

BOOST_AUTO_TEST_CASE(an_upgrade_builds_the_index_before_it_is_used) {
  const int before = indexed();
  database.run("DELETE FROM fhir.contained");
  for (const char* table : kIndexTables)
    database.run("DELETE FROM fhir.idx_" + std::string(table) + " WHERE parameter < 0");
  // As a program finds it that knows of them first.
  database.run("DELETE FROM fhir.parameter WHERE code = '_contained'");
  auto opened = store::Store::open(store.options());
  BOOST_REQUIRE(opened.ok());
  BOOST_REQUIRE(session.followParameters().ok());
  const auto page = ask({&type("Medication"), {}}, {{"_contained", "true"}});
  BOOST_REQUIRE(!page.ok());
  BOOST_TEST((page.outcome().failure() == fhir::Failure::unavailable));
  // All other searches are answered, also those that imply parameters.
  BOOST_TEST(found("Medication", "code=a").size() == 1U);
  BOOST_TEST(ask({&type("MedicationRequest"), fhir::search::Compartment{"Patient", "p"}}, {}).ok());
  put(request("meanwhile", {medication("m1", "a")}));
  build();
  BOOST_REQUIRE(session.followParameters().ok());
  BOOST_TEST((sorted("Medication", "code=a" + kOnly) ==
              Ids{"MedicationRequest/meanwhile", "MedicationRequest/one", "MedicationRequest/two"}));
  BOOST_REQUIRE(session.remove(type("MedicationRequest"), "meanwhile").ok());
  BOOST_TEST(indexed() == before);
}

// Nothing keeps a client from giving a resource the key of a contained one for its id.
BOOST_AUTO_TEST_CASE(a_resource_with_the_key_of_a_contained_one_is_another_one) {
  const std::string key =
      store::containedKey("MedicationRequest", store::keyOf("MedicationRequest", "one").uuid, "m1");
  BOOST_REQUIRE(count("fhir.contained WHERE id = '" + key + "'") == 1);
  put(medication(key, "twin"));
  BOOST_TEST((found("Medication", "code=a") == Ids{"Medication/own"}));
  BOOST_TEST((found("Medication", "code=twin") == Ids{"Medication/" + key}));
  BOOST_TEST(found("Medication", "code=twin" + kOnly).empty());
  BOOST_TEST(found("Medication", "_contained=both&_containedType=contained", 1).size() == 6U);
  BOOST_REQUIRE(session.remove(type("Medication"), key).ok());
  BOOST_TEST(
      (sorted("Medication", "code=a" + kOnly) == Ids{"MedicationRequest/one", "MedicationRequest/two"}));
}

BOOST_AUTO_TEST_CASE(what_has_no_address_is_not_found_and_of_two_with_one_id_the_first_is) {
  put(list("odd", R"({"resourceType":"Medication","code":{"coding":[{"code":"nameless"}]}},)" +
                      medication("d", "first") + "," + medication("d", "second")));
  BOOST_TEST(found("Medication", "code=nameless,second" + kOnly).empty());
  BOOST_TEST((found("Medication", "code=first" + kOnly + kAlone) == Ids{"List/odd#d"}));
}

BOOST_AUTO_TEST_CASE(nothing_that_asks_for_resources_meets_what_is_contained) {
  put(R"({"resourceType":"Organization","id":"maker","name":"Maker"})");
  put(list(
      "held",
      medication("m", "z", R"("manufacturer":{"reference":"Organization/maker"},)") + "," +
          R"({"resourceType":"Observation","id":"o","meta":{"tag":[{"system":"t","code":"inside"}]},"status":"final",
                           "code":{"coding":[{"system":"c","code":"k"}]},"subject":{"reference":"Patient/p"},"effectiveDateTime":"2026-01-01"})"));
  BOOST_TEST(search("Organization", "_revinclude=Medication:manufacturer").included.empty());
  BOOST_TEST(search("Organization", "_revinclude=*").included.empty());
  BOOST_TEST(found("Organization", "_has:Medication:manufacturer:code=z").empty());
  BOOST_TEST(found("Patient", "_has:Observation:patient:code=k").empty());
  BOOST_TEST(found("Observation", "_sort=date").empty());
  const auto last = fhir::search::parse(type("Observation"), {{"patient", "p"}}, store.catalog(), {});
  BOOST_REQUIRE(last.ok());
  BOOST_TEST(session.lastOfEach(*last, 1)->matches.empty());
  BOOST_TEST(session.metaInUse(std::vector{&type("Observation")})->tags.empty());
  BOOST_TEST(ask({&type("Observation"), fhir::search::Compartment{"Patient", "p"}}, {})->matches.empty());
}

BOOST_AUTO_TEST_CASE(compartments_and_searches_across_types_take_it) {
  put(list(
      "held",
      R"({"resourceType":"Observation","id":"o","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/p"}},
                      {"resourceType":"Patient","id":"p","gender":"male"})"));
  const auto names = [&](const fhir::search::Scope& scope, Pairs query) {
    auto page = ask(scope, query);
    if (!page) BOOST_FAIL(page.outcome().toJson());
    std::set<std::string> all;
    for (const auto& match : page->matches) all.insert(named(match));
    BOOST_TEST(all.size() == page->matches.size());
    // Page by page the same.
    query.emplace_back("_count", "1");
    std::set<std::string> paged;
    for (std::string cursor;;) {
      Pairs next = query;
      if (!cursor.empty()) next.emplace_back("_cursor", cursor);
      auto one = ask(scope, next);
      BOOST_REQUIRE(one.ok());
      for (const auto& match : one->matches) BOOST_TEST(paged.insert(named(match)).second);
      if (one->next.empty()) break;
      cursor = one->next;
    }
    BOOST_TEST(paged == all, boost::test_tools::per_element());
    BOOST_TEST(ask(scope,
                   [&] {
                     auto q = query;
                     q.emplace_back("_total", "accurate");
                     return q;
                   }())
                   ->total.value() == all.size());
    return all;
  };
  using Names = std::set<std::string>;
  const fhir::search::Compartment p{"Patient", "p"};
  BOOST_TEST((names({&type("Observation"), p}, {{"_contained", "true"}}) == Names{"List/held"}));
  // A contained one that has the id is not the patient.
  BOOST_TEST(names({&type("Patient"), p}, {{"_contained", "true"}}).empty());
  BOOST_TEST((
      names({nullptr, {}},
            {{"_type", "Medication,Observation"}, {"_contained", "true"}, {"_containedType", "contained"}}) ==
      Names{"List/held#o", "List/three#m1", "MedicationRequest/one#m1", "MedicationRequest/two#m1",
            "MedicationRequest/two#m2"}));
  BOOST_TEST((
      names({nullptr, {}}, {{"_type", "Medication,Observation,MedicationRequest"}, {"_contained", "both"}}) ==
      Names{"Medication/own", "List/held", "List/three", "MedicationRequest/one", "MedicationRequest/two"}));
  // All types.
  BOOST_TEST((names({nullptr, {}}, {{"_contained", "true"}}) ==
              Names{"List/held", "List/three", "MedicationRequest/one", "MedicationRequest/two"}));
  BOOST_TEST((names({nullptr, {}}, {{"_contained", "both"}}) ==
              Names{"Patient/p", "Practitioner/dr", "Medication/own", "List/held", "List/three",
                    "MedicationRequest/one", "MedicationRequest/two"}));
  BOOST_TEST(names({nullptr, {}}, {{"_contained", "both"}, {"_containedType", "contained"}}).size() == 13U);
  BOOST_TEST(
      (names({nullptr, {}}, {{"_contained", "true"}, {"_id", "o"}, {"_sort", "_id"}}) == Names{"List/held"}));
}

// Conditions that are each type's own make each type a part of the statement of its own.
BOOST_AUTO_TEST_CASE(more_types_than_a_statement_can_say_are_refused) {
  const auto asked = [&](const std::string& types, const std::string& how) {
    return ask({nullptr, {}}, {{"_type", types},
                               {"_has:Provenance:target:_id", "x"},
                               {"_contained", "both"},
                               {"_containedType", how}});
  };
  BOOST_TEST(asked("Medication,Observation,Patient,Condition", "container").ok());
  std::string all;
  for (const auto* each : fhir::resourceTypes()) {
    if (each->name != "Parameters") all += (all.empty() ? "" : ",") + std::string(each->name);
  }
  const auto refused = asked(all, "container");
  BOOST_REQUIRE(!refused.ok());
  BOOST_TEST((refused.outcome().failure() == fhir::Failure::badRequest));
  BOOST_TEST(asked(all, "contained").ok());
}

BOOST_AUTO_TEST_CASE(includes_start_from_the_container_and_from_what_is_contained) {
  put(R"({"resourceType":"Organization","id":"maker","name":"Maker"})");
  put(request("made", {medication("m1", "z", R"("manufacturer":{"reference":"Organization/maker"},)")}));
  put(R"({"resourceType":"Provenance","id":"pr","target":[{"reference":"MedicationRequest/made"}],"recorded":"2026-01-01T00:00:00Z","agent":[{"who":{"display":"x"}}]})");
  const auto included = [&](const std::string& query) {
    std::set<std::string> out;
    for (const auto& each : search("Medication", "code=z" + query).included) out.insert(named(each));
    return out;
  };
  using Names = std::set<std::string>;
  BOOST_TEST((included("&_include=Medication:manufacturer" + kOnly) == Names{"Organization/maker"}));
  BOOST_TEST((included("&_include=MedicationRequest:subject" + kOnly) == Names{"Patient/p"}));
  BOOST_TEST(
      (included("&_include=*" + kOnly) == Names{"Organization/maker", "Patient/p", "Practitioner/dr"}));
  BOOST_TEST((included("&_revinclude=Provenance:target" + kOnly) == Names{"Provenance/pr"}));
  BOOST_TEST((included("&_include=Medication:manufacturer" + kOnly + kAlone) == Names{"Organization/maker"}));
  BOOST_TEST((included("&_include=*" + kBoth + kAlone) == Names{"Organization/maker"}));
  BOOST_TEST(
      !ask({&type("Medication"), {}},
           {{"_revinclude", "Provenance:target"}, {"_contained", "true"}, {"_containedType", "contained"}})
           .ok());
}

BOOST_AUTO_TEST_CASE(a_parameter_of_a_sites_own_is_refused_with_it) {
  put(R"({"resourceType":"SearchParameter","id":"colour","url":"http://x.example/colour","name":"n","status":"active","description":"d",
       "code":"colour","base":["Medication"],"type":"string","expression":"Medication.extension.value"})");
  BOOST_REQUIRE(session.defineParameters().ok());
  build();
  BOOST_REQUIRE(session.followParameters().ok());
  BOOST_TEST(ask({&type("Medication"), {}}, {{"colour", "x"}}).ok());
  for (const Pairs& query :
       {Pairs{{"colour", "x"}}, Pairs{{"_sort", "colour"}}, Pairs{{"_filter", "not (colour eq x)"}}}) {
    Pairs asked = query;
    asked.emplace_back("_contained", "both");
    const auto page = ask({&type("Medication"), {}}, asked);
    BOOST_REQUIRE(!page.ok());
    BOOST_TEST((page.outcome().failure() == fhir::Failure::badRequest));
  }
}

BOOST_AUTO_TEST_SUITE_END()
