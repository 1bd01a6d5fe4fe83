// Access: what a caller does not see is for every question as if it were not there. Two stores are asked the
// same: one that has everything, for a caller; and one that has only what this caller sees, for the server
// itself. No answer may differ.
#include "src/store/access.h"

#include <boost/test/unit_test.hpp>
#include <map>
#include <memory>
#include <set>

#include "fhir/json/json.h"
#include "src/store/key.h"
#include "tests/store/fixture.h"

using fixture::StoreFixture;
using store::Permission;
using store::Sight;
using store::Way;
using Names = std::vector<std::string>;

namespace {

std::string keyOf(const std::string& type, const std::string& id) {
  return store::keyOf(type, id).uuid;
}

// The same ways to all types but those named.
struct Rule final : store::Access {
  std::map<std::string_view, Sight> byType;
  Sight others;
  std::set<std::string_view> columnsOnly;
  std::string name = "somebody";
  store::DatabaseCaller database;

  std::string caller() const override { return name; }
  store::DatabaseCaller inDatabase() const override { return database; }
  const Sight& sight(const fhir::TypeDefinition& type, Permission) const override {
    const auto found = byType.find(type.name);
    return found == byType.end() ? others : found->second;
  }
  bool showsColumnsOnly(const fhir::TypeDefinition& type) const override {
    return columnsOnly.contains(type.name);
  }
};

Sight of(std::vector<Way> ways) {
  return Sight{{std::move(ways)}};
}

// A resource, and by which callers it is seen: a (patient a), x (doctor x), v (vital signs of everybody).
struct Given {
  std::string seenBy;
  std::string json;
};

std::string subject(const std::string& patient) {
  return R"("subject":{"reference":"Patient/)" + patient + R"("})";
}

std::string observation(const std::string& id, const std::string& patient, const std::string& category,
                        const std::string& doctor, const std::string& more = "") {
  return R"({"resourceType":"Observation","id":")" + id +
         R"(","status":"final","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":")" +
         category + R"("}]}],"code":{"coding":[{"system":"http://loinc.org","code":"8867-4"}]},)" +
         subject(patient) + R"(,"performer":[{"reference":"Practitioner/)" + doctor +
         R"("}],"effectiveDateTime":"2026-03-0)" + std::to_string(1 + id.size() % 9) +
         R"(T10:00:00Z","valueQuantity":{"value":)" + std::to_string(60 + id.size()) +
         R"(,"unit":"/min","system":"http://unitsofmeasure.org","code":"/min"})" + more + "}";
}

std::string condition(const std::string& id, const std::string& patient, const std::string& doctor,
                      const std::string& more = "") {
  return R"({"resourceType":"Condition","id":")" + id + R"(","code":{"text":"cough )" + id + R"("},)" +
         subject(patient) + R"(,"asserter":{"reference":"Practitioner/)" + doctor + R"("})" + more + "}";
}

// In the order of their writing; what is referred to comes first.
std::vector<Given> clinic() {
  return {
      {"ax", R"({"resourceType":"Organization","id":"org","name":"Clinic"})"},
      {"ax", R"({"resourceType":"Location","id":"room","name":"Room 1"})"},
      {"axv", R"({"resourceType":"Practitioner","id":"x","name":[{"family":"Rao"}]})"},
      {"axv", R"({"resourceType":"Practitioner","id":"y","name":[{"family":"Das"}]})"},
      {"ax",
       R"({"resourceType":"Patient","id":"a","gender":"female","name":[{"family":"Berg"}],"generalPractitioner":[{"reference":"Practitioner/x"}]})"},
      {"",
       R"({"resourceType":"Patient","id":"b","gender":"male","name":[{"family":"Berg"}],"birthDate":"1990-04-02","generalPractitioner":[{"reference":"Practitioner/y"}],"link":[{"other":{"reference":"Patient/a"},"type":"seealso"}]})"},
      {"x",
       R"({"resourceType":"Patient","id":"c","name":[{"family":"Iyer"}],"managingOrganization":{"reference":"Organization/org"}})"},
      {"ax",
       R"({"resourceType":"Appointment","id":"visit-a","status":"booked","start":"2126-03-01T09:00:00Z","end":"2126-03-01T09:30:00Z","participant":[{"actor":{"reference":"Patient/a"},"status":"accepted"},{"actor":{"reference":"Practitioner/x"},"status":"accepted"}]})"},
      {"",
       R"({"resourceType":"Appointment","id":"visit-b","status":"booked","start":"2026-03-02T09:00:00Z","end":"2026-03-02T09:30:00Z","participant":[{"actor":{"reference":"Patient/b"},"status":"accepted"},{"actor":{"reference":"Practitioner/y"},"status":"accepted"}]})"},
      {"axv", observation("pulse-a", "a", "vital-signs", "x")},
      {"ax", observation("lab-a", "a", "laboratory", "y")},
      {"v", observation("pulse-b1", "b", "vital-signs", "y")},
      {"", observation("lab-b", "b", "laboratory", "y")},
      {"xv", observation("pulse-c", "c", "vital-signs", "y")},
      {"x", observation("lab-b-by-x", "b", "laboratory", "x")},
      {"ax", observation("exam-a", "a", "exam", "x", R"(,"hasMember":[{"reference":"Observation/lab-a"}])")},
      {"", observation(
               "exam-b", "b", "exam", "y",
               R"(,"focus":[{"reference":"Patient/a"}],"hasMember":[{"reference":"Observation/lab-a"}])")},
      {"ax", condition("cough-a", "a", "x")},
      {"ax", condition("fever-a", "a", "y")},
      {"", condition("cough-b", "b", "y")},
      {"x", condition("pain-c", "c", "y")},
      {"", R"({"resourceType":"Basic","id":"nobody","code":{"text":"x"}})"},
      // In the compartment of each of its targets.
      {"ax",
       R"({"resourceType":"Provenance","id":"prov-b","target":[{"reference":"Observation/lab-b"},{"reference":"Patient/a"}],"recorded":"2026-03-01T10:00:00Z","agent":[{"who":{"reference":"Practitioner/y"}}]})"},
      {"ax",
       R"({"resourceType":"List","id":"mine","status":"current","mode":"working",)" + subject("a") +
           R"(,"entry":[{"item":{"reference":"Condition/cough-a"}},{"item":{"reference":"Condition/cough-b"}}]})"},
      {"", R"({"resourceType":"List","id":"theirs","status":"current","mode":"working",)" + subject("b") +
               R"(,"entry":[{"item":{"reference":"Condition/fever-a"}}]})"},
      {"ax",
       R"({"resourceType":"Encounter","id":"stay-a","status":"finished","class":{"code":"AMB"},)" +
           subject("a") +
           R"(,"reasonReference":[{"reference":"Condition/cough-b"},{"reference":"Condition/fever-a"}]})"},
      {"", R"({"resourceType":"Encounter","id":"stay-b","status":"finished","class":{"code":"AMB"},)" +
               subject("b") + R"(,"reasonReference":[{"reference":"Condition/cough-a"}]})"},
  };
}

Rule patientA() {
  Rule rule;
  rule.name = "patient a";
  rule.others = of({{Way::Whose::patients, {keyOf("Patient", "a")}, {}}});
  for (const char* open : {"Organization", "Location"})
    rule.byType[open] = of({{Way::Whose::nobodys, {}, {}}});
  rule.byType["Practitioner"] = {};
  return rule;
}

Rule doctorX() {
  Rule rule;
  rule.name = "doctor x";
  const std::string x = keyOf("Practitioner", "x");
  rule.others = of({{Way::Whose::practitioner, {x}, {}}, {Way::Whose::inCare, {x}, {}}});
  for (const char* open : {"Organization", "Location"})
    rule.byType[open] = of({{Way::Whose::nobodys, {}, {}}});
  rule.byType["Practitioner"] = {};
  return rule;
}

// The same by the rules that stand in the database.
Rule doctorXInDatabase() {
  Rule rule;
  rule.name = "doctor x in the database";
  rule.others = of({{Way::Whose::asInDatabase, {}, {}}});
  for (const char* open : {"Organization", "Location"})
    rule.byType[open] = of({{Way::Whose::nobodys, {}, {}}});
  rule.byType["Practitioner"] = {};
  rule.database = {store::DatabaseRole::doctor, keyOf("Practitioner", "x")};
  return rule;
}

struct Both {
  StoreFixture all;
  StoreFixture some;
  Rule rule;

  Both(char who, Rule access) : rule(std::move(access)) {
    for (const Given& each : clinic()) {
      all.put(each.json);
      if (each.seenBy.find(who) != std::string::npos) some.put(each.json);
    }
    // Care of c begins by what the platform's own program writes.
    all.database.run("INSERT INTO care_relationships (patient_id, doctor_id, source) VALUES ('" +
                     keyOf("Patient", "c") + "', '" + keyOf("Practitioner", "x") + "', 'assigned')");
    all.session.actFor(&rule);
  }

  fhir::search::SearchQuery query(StoreFixture& store, const std::string& type, const std::string& text) {
    std::vector<std::pair<std::string, std::string>> parameters;
    std::size_t at = 0;
    while (at < text.size()) {
      const auto end = std::min(text.find('&', at), text.size());
      const std::string pair = text.substr(at, end - at);
      const auto equals = pair.find('=');
      parameters.emplace_back(pair.substr(0, equals), pair.substr(equals + 1));
      at = end + 1;
    }
    fhir::search::Scope scope{type.empty() ? nullptr : fhir::findResourceType(type), std::nullopt};
    auto parsed = fhir::search::parse(scope, parameters, store.store.catalog(), {});
    BOOST_REQUIRE_MESSAGE(
        parsed.ok(),
        type << "?" << text << ": " << (parsed.ok() ? "" : parsed.outcome().issues().front().diagnostics));
    return *std::move(parsed);
  }

  // Everything that the pages of a search tell.
  std::string told(StoreFixture& store, const std::string& type, const std::string& text) {
    std::string out;
    std::string cursor;
    do {
      auto asked = query(store, type, text);
      asked.cursor = cursor;
      auto page = store.session.search(asked);
      BOOST_REQUIRE_MESSAGE(page.ok(), type << "?" << text);
      out += "[";
      for (const auto& each : page->matches) out += std::string(each.type->name) + "/" + each.id + " ";
      out += "|";
      std::set<std::string> included;
      for (const auto& each : page->included) included.insert(std::string(each.type->name) + "/" + each.id);
      for (const auto& each : included) out += each + " ";
      out +=
          "|" + (page->total ? std::to_string(*page->total) : "") + (page->includesCut ? " cut" : "") + "]";
      cursor = page->next;
    } while (!cursor.empty());
    return out;
  }

  void compare(const std::string& type, const std::string& text) {
    BOOST_TEST_CONTEXT(rule.name << ": " << type << "?" << text)
    BOOST_TEST(told(all, type, text) == told(some, type, text));
  }
};

const std::vector<std::pair<std::string, std::string>>& questions() {
  static const std::vector<std::pair<std::string, std::string>> all{
      {"Patient", "_sort=_id"},
      {"Patient", "family=berg&_sort=_id&_total=accurate"},
      {"Patient", "birthdate=1990-04-02"},
      {"Patient", "gender:not=female&_sort=_id"},
      {"Patient", "_id=a,b,c&_sort=_id"},
      {"Patient", "_sort=birthdate,_id"},
      {"Patient", "_sort=-family,_id&_count=1&_total=accurate"},
      {"Patient", "general-practitioner.family=das"},
      {"Patient", "link=Patient/a"},
      {"Patient", "_has:Observation:patient:code=8867-4&_sort=_id"},
      {"Patient", "_has:Observation:subject:category=laboratory&_sort=_id"},
      {"Patient", "_has:Condition:subject:_id=cough-b"},
      {"Patient", "_has:Provenance:target:_id=prov-b"},
      {"Patient", "_has:Observation:focus:_id=exam-b"},
      {"Patient", "_has:Appointment:patient:practitioner=Practitioner/y"},
      {"Patient", "_sort=_id&_revinclude=Observation:subject&_revinclude=Condition:subject"},
      {"Patient",
       "_id=a&_revinclude=Provenance:target&_revinclude=Patient:link&_revinclude=Observation:focus"},
      {"Patient", "_sort=_id&_include=Patient:general-practitioner&_include=Patient:organization"},
      {"Patient", "_filter=family eq berg or birthdate eq 1990-04-02&_sort=_id"},
      {"Patient", "_filter=not (family eq iyer)&_sort=_id"},
      {"Observation", "_sort=_id&_count=2&_total=accurate"},
      {"Observation", "_sort=date,_id"},
      {"Observation", "_sort=-value-quantity,_id&_count=3"},
      {"Observation", "category=vital-signs&_sort=_id"},
      {"Observation", "category:not=vital-signs&_sort=_id"},
      {"Observation", "code=8867-4&_summary=count"},
      {"Observation", "patient=b&_total=accurate"},
      {"Observation", "patient=Patient/a&_sort=_id&_include=Observation:has-member"},
      {"Observation", "subject.family=berg&_sort=_id"},
      {"Observation", "patient.birthdate=1990-04-02"},
      {"Observation", "patient.general-practitioner.family=das&_sort=_id"},
      {"Observation", "has-member.patient.family=berg&_sort=_id"},
      {"Observation", "focus=Patient/a"},
      {"Observation", "performer=Practitioner/y&_sort=_id"},
      {"Observation", "value-quantity=gt66&_sort=_id"},
      {"Observation", "code-value-quantity=8867-4$gt66&_sort=_id"},
      {"Observation", "_lastUpdated=gt2020-01-01&_sort=_id"},
      {"Observation",
       "_id=lab-a&_include:iterate=Observation:subject&_include:iterate=Patient:general-practitioner"},
      {"Observation", "_sort=_id&_include=*&_revinclude=*"},
      {"Observation", "_text=x&_summary=count"},
      {"Observation", "_content=vital&_sort=_id"},
      {"Condition", "_sort=_id&_total=accurate"},
      {"Condition", "_list=mine&_sort=_id"},
      {"Condition", "_list=theirs&_sort=_id"},
      {"Condition", "code:text=cough&_sort=_id"},
      {"Condition", "asserter.family=das&_sort=_id"},
      {"Condition", "_has:Encounter:reason-reference:_id=stay-b"},
      {"Condition", "_has:List:item:_id=theirs"},
      {"Condition", "_content=cough&_sort=_id"},
      {"Condition", "_sort=_id&_revinclude=Encounter:reason-reference&_revinclude=List:item"},
      {"Encounter", "reason-reference:Condition.code:text=cough&_sort=_id"},
      {"Encounter", "_sort=_id&_include=Encounter:reason-reference&_include=Encounter:subject"},
      {"Appointment", "_sort=date,_id&_total=accurate"},
      {"Appointment", "practitioner=Practitioner/y"},
      {"Appointment", "patient.family=berg&_sort=_id"},
      {"Practitioner",
       "_sort=_id&_revinclude=Patient:general-practitioner&_revinclude=Observation:performer"},
      {"Practitioner", "_has:Patient:general-practitioner:_id=b"},
      {"Practitioner", "_has:Observation:performer:patient=b&_sort=_id"},
      {"Basic", "_summary=count"},
      {"Provenance", "target=Patient/a"},
      {"List", "item=Condition/fever-a"},
      {"Organization", "_sort=_id&_revinclude=Patient:organization"},
      {"", "_sort=_id&_type=Patient,Condition,Observation,Basic,Organization&_count=4&_total=accurate"},
      {"", "_lastUpdated=gt2020-01-01&_summary=count"},
      {"", "_id=cough-b"},
  };
  return all;
}

bool is(const fhir::Result<store::Written>& written, fhir::Failure failure) {
  return !written.ok() && written.outcome().failure() == failure;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(access_rules)

BOOST_AUTO_TEST_CASE(no_search_tells_a_patient_of_what_is_hidden) {
  Both both('a', patientA());
  for (const auto& [type, text] : questions()) both.compare(type, text);
}

BOOST_AUTO_TEST_CASE(no_search_tells_a_doctor_of_what_is_hidden) {
  Both both('x', doctorX());
  for (const auto& [type, text] : questions()) both.compare(type, text);
}

BOOST_AUTO_TEST_CASE(no_search_tells_a_doctor_more_than_row_security_does) {
  Both both('x', doctorXInDatabase());
  for (const auto& [type, text] : questions()) both.compare(type, text);
}

BOOST_AUTO_TEST_CASE(what_the_database_judges_is_shown_to_that_person_alone) {
  Both both('x', doctorXInDatabase());
  const auto& observation = *fhir::findResourceType("Observation");
  const auto reads = [&] { return both.all.session.read(observation, "pulse-a")->has_value(); };
  BOOST_TEST(reads());
  BOOST_TEST(both.all.find("Observation", "patient=a").size() == 3U);
  // The session goes on as doctor x, whatever the statement says: then it shows nothing.
  for (const std::string& person : {keyOf("Practitioner", "y"), std::string()}) {
    Rule other = doctorXInDatabase();
    both.all.session.actFor(&other);
    other.database.person = person;
    BOOST_TEST(!both.all.session.read(observation, "pulse-a")->has_value());
    BOOST_TEST(both.all.find("Observation", "patient=a").empty());
  }
  // Nor to the server itself in the name of a doctor.
  Rule own = doctorXInDatabase();
  own.database = {};
  both.all.session.actFor(&own);
  own.database = {store::DatabaseRole::doctor, keyOf("Practitioner", "x")};
  BOOST_TEST(!both.all.session.read(observation, "pulse-a")->has_value());
  BOOST_TEST(both.all.find("Observation", "patient=a").empty());
}

// A scope `Observation.rs?category=vital-signs`.
BOOST_AUTO_TEST_CASE(no_search_tells_an_app_of_what_its_scope_leaves_out) {
  Rule rule;
  rule.name = "app";
  rule.others = Sight::nothing();
  rule.byType["Practitioner"] = {};
  Both both('v', std::move(rule));
  const auto asked = both.query(both.all, "Observation", "category=vital-signs");
  both.rule.byType["Observation"] = of({{Way::Whose::everybodys, {}, asked.types.front().conditions}});
  for (const auto& [type, text] : questions()) both.compare(type, text);
}

BOOST_AUTO_TEST_CASE(hidden_resources_are_read_as_none) {
  for (const char who : {'a', 'x'}) {
    Both both(who, who == 'a' ? patientA() : doctorX());
    for (const Given& each : clinic()) {
      const auto resource = StoreFixture::resource(each.json);
      const bool seen = each.seenBy.find(who) != std::string::npos;
      const auto read = both.all.session.read(resource.type(), resource.id());
      const auto vread = both.all.session.vread(resource.type(), resource.id(), 1);
      store::HistoryQuery query;
      query.type = &resource.type();
      query.id = resource.id();
      const auto history = both.all.session.history(query);
      BOOST_TEST_CONTEXT(both.rule.name << " " << resource.id()) {
        BOOST_REQUIRE(read.ok() && vread.ok() && history.ok());
        BOOST_TEST(read->has_value() == seen);
        BOOST_TEST(vread->has_value() == seen);
        BOOST_TEST(history->exists == seen);
        BOOST_TEST(history->entries.size() == (seen ? 1U : 0U));
        BOOST_TEST(history->total.has_value() == seen);
      }
    }
    store::HistoryQuery everything;
    everything.count = 100;
    BOOST_TEST(both.all.session.history(everything)->entries.size() ==
               both.some.session.history(everything)->entries.size());
  }
}

// A record that moved from b to a shows a nothing of its time with b.
BOOST_AUTO_TEST_CASE(each_version_is_judged_by_itself) {
  Both both('a', patientA());
  both.all.session.actFor(nullptr);
  both.all.put(condition("cough-b", "a", "y"));
  both.all.put(observation("exam-b", "a", "exam", "y"));
  both.all.put(condition("fever-a", "b", "y"));
  both.all.session.actFor(&both.rule);
  const auto versions = [&](const char* type, const char* id) {
    store::HistoryQuery query;
    query.type = fhir::findResourceType(type);
    query.id = id;
    const auto page = both.all.session.history(query);
    std::string out;
    for (const auto& entry : page->entries) out += std::to_string(entry.resource.versionId) + " ";
    return out + "of " + std::to_string(page->total.value_or(0));
  };
  BOOST_TEST(versions("Condition", "cough-b") == "2 of 1");
  BOOST_TEST(versions("Observation", "exam-b") == "2 of 1");
  BOOST_TEST(versions("Condition", "fever-a") == "1 of 1");
  const auto& type = *fhir::findResourceType("Condition");
  BOOST_TEST(!both.all.session.vread(type, "cough-b", 1)->has_value());
  BOOST_TEST(both.all.session.vread(type, "cough-b", 2)->has_value());
  BOOST_TEST(!both.all.session.read(type, "fever-a")->has_value());
}

BOOST_AUTO_TEST_CASE(a_write_needs_the_resource_before_and_after_to_be_allowed) {
  Both both('a', patientA());
  auto& session = both.all.session;
  const auto update = [&](const std::string& json) {
    const auto resource = StoreFixture::resource(json);
    return session.update(resource, resource.id());
  };
  // Somebody else's, and what is not there, are one and the same.
  const auto hidden = update(condition("cough-b", "a", "y"));
  const auto absent = update(condition("no-such", "a", "y"));
  BOOST_REQUIRE(is(hidden, fhir::Failure::notFound));
  BOOST_REQUIRE(is(absent, fhir::Failure::notFound));
  BOOST_TEST(hidden.outcome().issues().front().diagnostics == absent.outcome().issues().front().diagnostics);
  // Given to somebody else.
  BOOST_TEST(is(update(condition("cough-a", "b", "x")), fhir::Failure::forbidden));
  BOOST_TEST(is(update(observation("lab-a", "b", "laboratory", "y")), fhir::Failure::forbidden));
  BOOST_TEST(is(session.create(StoreFixture::resource(condition("n", "b", "y"))), fhir::Failure::forbidden));
  BOOST_TEST(is(session.create(StoreFixture::resource(observation("n", "b", "laboratory", "y"))),
                fhir::Failure::forbidden));
  BOOST_TEST(session.create(StoreFixture::resource(condition("n", "a", "y"))).ok());
  BOOST_TEST(update(condition("cough-a", "a", "y")).ok());
  const auto& type = *fhir::findResourceType("Condition");
  BOOST_TEST((session.remove(type, "cough-b")->change == store::Change::unchanged));
  BOOST_TEST(session.remove(type, "cough-b")->resource.versionId == 0);
  BOOST_TEST((session.remove(type, "fever-a")->change == store::Change::deleted));
  // Nothing of what was refused stays.
  session.actFor(nullptr);
  BOOST_TEST(both.all.find("Condition", "patient=b&_sort=_id") == Names({"cough-b"}),
             boost::test_tools::per_element());
  BOOST_TEST(both.all.read("Condition", "cough-b")->versionId == 1);
  BOOST_TEST(both.all.read("Observation", "lab-a")->versionId == 1);
}

BOOST_AUTO_TEST_CASE(several_writes_together_are_judged_one_by_one) {
  Both both('a', patientA());
  auto& session = both.all.session;
  const auto mine = StoreFixture::resource(condition("n", "a", "y"));
  const auto theirs = StoreFixture::resource(condition("n", "b", "y"));
  const auto stolen = StoreFixture::resource(condition("cough-b", "a", "y"));
  const auto together = [&](const fhir::Resource& second, const std::string& id, bool isNew) {
    std::optional<std::size_t> fault;
    const std::vector<store::Put> puts{{&mine, store::newId(), true}, {&second, id, isNew}};
    BOOST_REQUIRE(session.begin().ok());
    const auto written = session.putTogether(puts, store::Session::Manner::together, fault);
    session.rollback();
    return written.ok() ? std::string("written") : "refused " + std::to_string(fault.value_or(99));
  };
  BOOST_TEST(together(mine, store::newId(), true) == "written");
  BOOST_TEST(together(theirs, store::newId(), true) == "refused 1");
  BOOST_TEST(together(stolen, "cough-b", false) == "refused 1");
  BOOST_TEST(together(mine, "chosen", false) == "refused 1");
}

BOOST_AUTO_TEST_CASE(a_cursor_opens_nothing_for_somebody_else) {
  Both both('a', patientA());
  auto asked = both.query(both.all, "Observation", "_count=1");
  const auto page = both.all.session.search(asked);
  BOOST_REQUIRE(page.ok() && !page->next.empty());
  asked.cursor = page->next;
  BOOST_TEST(both.all.session.search(asked).ok());
  Rule other = patientA();
  other.name = "another app of patient a";
  both.all.session.actFor(&other);
  BOOST_TEST((both.all.session.search(asked).outcome().failure() == fhir::Failure::badRequest));
  both.all.session.actFor(nullptr);
  BOOST_TEST((both.all.session.search(asked).outcome().failure() == fhir::Failure::badRequest));
}

BOOST_AUTO_TEST_CASE(what_the_columns_do_not_say_of_a_doctor_is_not_shown_or_found) {
  StoreFixture clinic;
  clinic.put(
      R"({"resourceType":"Practitioner","id":"x","identifier":[{"system":"http://a.example","value":"secret"}],"name":[{"text":"Asha Rao","family":"Rao"}],"telecom":[{"system":"phone","value":"555"}],"birthDate":"1970-01-01","qualification":[{"code":{"text":"MD"},"issuer":{"reference":"Organization/o"}}]})");
  clinic.put(R"({"resourceType":"Organization","id":"o"})");
  Rule rule;
  rule.columnsOnly = {"Practitioner"};
  clinic.session.actFor(&rule);
  const auto read = clinic.read("Practitioner", "x");
  BOOST_REQUIRE(read.has_value());
  for (const char* hidden : {"555", "1970", "secret", "issuer"})
    BOOST_TEST(read->json.find(hidden) == std::string::npos);
  BOOST_TEST(read->json.find("Rao") != std::string::npos);
  for (const char* query : {"telecom=555", "phone=555", "identifier=secret", "_content=555"}) {
    BOOST_TEST_CONTEXT(query) BOOST_TEST(clinic.find("Practitioner", query).empty());
  }
  BOOST_TEST(
      clinic.find("Practitioner", "name=rao").size() + clinic.find("Practitioner", "name=asha").size() >= 1U);
  BOOST_TEST(clinic.search("Organization", "_revinclude=*").included.empty());
}

BOOST_AUTO_TEST_CASE(what_no_condition_can_be_asked_of_is_refused) {
  Rule rule;
  rule.others = Sight::nothing();
  Both both('v', std::move(rule));
  const auto asked = both.query(both.all, "Observation", "category=vital-signs");
  both.rule.byType["Observation"] = of({{Way::Whose::everybodys, {}, asked.types.front().conditions}});
  store::HistoryQuery history;
  history.type = fhir::findResourceType("Observation");
  BOOST_TEST((both.all.session.history(history).outcome().failure() == fhir::Failure::forbidden));
  const auto* type = fhir::findResourceType("Observation");
  BOOST_TEST((both.all.session.metaInUse({&type, 1}).outcome().failure() == fhir::Failure::forbidden));
  const auto contained = both.query(both.all, "Observation", "_contained=both");
  BOOST_TEST((both.all.session.search(contained).outcome().failure() == fhir::Failure::forbidden));
}

BOOST_AUTO_TEST_CASE(care_that_has_ended_shows_nothing) {
  Both both('x', doctorX());
  const auto sees = [&] { return both.all.find("Condition", "patient=c").size(); };
  BOOST_TEST(sees() == 1U);
  both.all.database.run("UPDATE care_relationships SET revoked_at = now() WHERE source = 'assigned'");
  BOOST_TEST(sees() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
