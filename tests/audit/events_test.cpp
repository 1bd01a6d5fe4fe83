// The audit trail as AuditEvents: what becomes of what, who finds it by what, and who does not.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <map>
#include <set>

#include "fhir/json/json.h"
#include "tests/audit/recorded.h"

namespace {

using fhir::Element;

struct Events : fixture::Recorded {
  struct Page {
    int status = 0;
    std::vector<std::string> ids;
    std::map<std::string, std::string> json;  // by id
    std::string next, total, body;

    bool has(const std::string& id) const { return std::find(ids.begin(), ids.end(), id) != ids.end(); }
  };

  Page search(const std::string& token, const std::string& target, const fixture::Fields& headers = {}) {
    const auto response = token == kOpen ? ask(*freely, "", "GET", target, {}, headers)
                                         : ask(*audited, token, "GET", target, {}, headers);
    return pageOf(response);
  }

  static Page pageOf(const http::Response& response) {
    Page out;
    out.status = response.status;
    out.body = response.body;
    if (response.status != 200) return out;
    const auto bundle = fhir::json::parse(response.body);
    BOOST_REQUIRE(bundle.ok());
    out.total = bundle->root().childText("total");
    for (const Element* link = bundle->root().child("link"); link != nullptr; link = link->nextSame()) {
      const std::string url(link->childText("url"));
      if (link->childText("relation") == "next")
        out.next = url.substr(std::string_view("https://fhir.example.org/fhir").size());
    }
    for (const Element* entry = bundle->root().child("entry"); entry != nullptr; entry = entry->nextSame()) {
      const Element* resource = entry->child("resource");
      BOOST_REQUIRE(resource != nullptr);
      const std::string id(resource->childText("id"));
      if (id.empty()) continue;  // an OperationOutcome
      out.ids.push_back(id);
      out.json[id] = fhir::json::toString(fhir::Resource::copyOf(*resource));
    }
    return out;
  }

  // Of the last request: its line in a row of accesses, or its row.
  std::string eventOfLast() {
    const std::string line = database.run(
        "SELECT l.id || '.' || t.n FROM audit_logs l, "
        "string_to_table(l.entries, E'\\n') WITH ORDINALITY t (line, n) WHERE "
        "t.line::jsonb ->> 'request' = '" +
        last + "'");
    return line.empty() ? database.run("SELECT id FROM audit_logs WHERE request_id = '" + last + "'") : line;
  }
  // What was asked, and the event of it, as the client system reads it.
  std::string eventOf(const std::string& token, std::string_view method, const std::string& target,
                      const std::string& body = {}, const fixture::Fields& headers = {}) {
    ask(*audited, token, method, target, body, headers);
    const std::string id = eventOfLast();
    const auto read = ask(*audited, client, "GET", "/AuditEvent/" + id);
    BOOST_TEST(read.status == 200, target);
    return read.body;
  }
  void isValid(const std::string& json) {
    const auto judged = ask(*audited, client, "POST", "/AuditEvent/$validate", json);
    BOOST_TEST(judged.status == 200);
    BOOST_TEST(judged.body.find("\"error\"") == std::string::npos, judged.body << json);
  }
  std::string patientToken(std::string_view scopes = "user/*.cruds") {
    return personToken(patientUser, scopes, patientKey);
  }
  std::string auditorToken(const char* duty = "audit", std::string_view scopes = "user/*.cruds") {
    database.run("INSERT INTO admin_duties (user_id, duty) VALUES ('" + adminUser + "', '" + duty + "')");
    return personToken(adminUser, scopes);
  }
  // The patient whom nobody here may see, as somebody who signs in.
  std::string othersToken() {
    const std::string user = database.run(
        "INSERT INTO users (email, password_hash, role) VALUES ('hidden@example.org', 'x', 'patient') "
        "RETURNING id");
    database.run("UPDATE patient_profile SET user_id = '" + user + "' WHERE fhir_id = '" + other + "'");
    return personToken(user, "user/*.cruds");
  }

  static inline const std::string kOpen = "without access control";
};

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

constexpr const char* kBalp = "https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit.";

std::string storedEvent(const std::string& recorded, const std::string& patient) {
  return R"({"resourceType":"AuditEvent","type":{"system":"http://dicom.nema.org/resources/ontology/DCM","code":"110110"},"recorded":")" +
         recorded +
         R"(","agent":[{"requestor":true,"policy":["http://policies.example/one"]}],"source":{"observer":{"display":"an app"}},"entity":[{"what":{"reference":"Patient/)" +
         patient + R"("}}]})";
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(events, Events)

BOOST_AUTO_TEST_CASE(each_interaction_is_the_event_that_its_pattern_asks_for) {
  const std::string patient = "Patient/" + patientKey;
  const std::string observation = fixture::observationOf("", patientKey, doctorKey);
  struct Case {
    std::string event;
    const char *profile, *action, *subtype, *client, *user, *outcome;
  };
  const std::string created = eventOf(client, "POST", "/Condition", fixture::conditionOf("", patientKey));
  const std::vector<Case> cases{
      {eventOf(doctor, "GET", "/Observation/my-result"), "PatientRead", "R", "read", "110152", "IRCP", "0"},
      {eventOf(doctor, "GET", "/Condition/my-illness/_history/1"), "PatientRead", "R", "vread", "110152",
       "IRCP", "0"},
      {eventOf(doctor, "GET", "/Organization/clinic"), "Read", "R", "read", "110152", "IRCP", "0"},
      {eventOf(doctor, "GET", "/Observation?patient=" + patientKey), "PatientQuery", "E", "search-type",
       "110153", "IRCP", "0"},
      {eventOf(doctor, "GET", "/Organization?name=nobody"), "Query", "E", "search-type", "110153", "IRCP",
       "0"},
      {eventOf(doctor, "GET", "/" + patient + "/Condition"), "PatientQuery", "E", "search-type", "110153",
       "IRCP", "0"},
      {eventOf(doctor, "POST", "/Observation", observation), "PatientCreate", "C", "create", "110153", "AUT",
       "0"},
      {created, "PatientCreate", "C", "create", "110153", "", "0"},
      {eventOf(client, "PUT", "/Organization/clinic",
               R"({"resourceType":"Organization","id":"clinic","name":"The clinic"})"),
       "Update", "U", "update", "110153", "", "0"},
      {eventOf(client, "PATCH", "/Condition/my-illness",
               R"([{"op":"add","path":"/recordedDate","value":"2026-01-01"}])",
               {{"Content-Type", "application/json-patch+json"}}),
       "PatientUpdate", "U", "patch", "110153", "", "0"},
      {eventOf(client, "DELETE", "/Condition/my-illness"), "PatientDelete", "D", "delete", "110150", "", "0"},
      {eventOf(doctor, "GET", "/Condition/hidden-illness1"), "", "R", "read", "110152", "IRCP", "4"},
      {eventOf(doctor, "GET", "/Condition?nonsense=1"), "", "E", "search-type", "110153", "IRCP", "4"},
      {eventOf(doctor, "DELETE", "/Condition/hidden-illness1"), "", "D", "delete", "110150", "AUT", "0"},
      {eventOf(doctor, "GET", "/" + patient + "/$everything"), "", "E", "operation", "110153", "IRCP", "0"},
      {eventOf(doctor, "GET", "/Condition/my-pain/_history"), "", "R", "history-instance", "110152", "IRCP",
       "4"},
      {eventOf("", "GET", "/" + patient), "", "R", "read", "110152", "", "4"},
  };
  for (const Case& each : cases) {
    BOOST_TEST_CONTEXT(each.event) {
      isValid(each.event);
      const std::string profile = "\"profile\":[\"" + std::string(kBalp) + each.profile + "\"]";
      BOOST_TEST(has(each.event, *each.profile ? profile : "\"meta\":{\"versionId\":\"1\",\"lastUpdated\":"));
      BOOST_TEST(has(each.event, "\"profile\"") == (*each.profile != '\0'));
      BOOST_TEST(
          has(each.event,
              R"("type":{"system":"http://terminology.hl7.org/CodeSystem/audit-event-type","code":"rest")"));
      BOOST_TEST(has(each.event, std::string("\"action\":\"") + each.action + '"'));
      BOOST_TEST(has(each.event, std::string("restful-interaction\",\"code\":\"") + each.subtype + '"'));
      BOOST_TEST(has(each.event, std::string("\"outcome\":\"") + each.outcome + '"'));
      BOOST_TEST(has(each.event, std::string("\"agent\":[{\"type\":{\"coding\":[{\"system\":\"http://"
                                             "dicom.nema.org/resources/ontology/DCM\",\"code\":\"") +
                                     each.client + '"'));
      BOOST_TEST(has(each.event, "\"network\":{\"address\":\"192.0.2.7\",\"type\":\"2\"}"));
      BOOST_TEST(has(each.event, "\"code\":\"XrequestId\""));
      if (*each.user != '\0') {
        BOOST_TEST(has(each.event, std::string("v3-ParticipationType\",\"code\":\"") + each.user + '"'));
        BOOST_TEST(has(each.event, "\"who\":{\"reference\":\"Practitioner/" + doctorKey + "\"}"));
      }
    }
  }
  BOOST_TEST(has(cases[0].event, R"("what":{"reference":"Patient/)" + patientKey + "\"}"));
  BOOST_TEST(has(cases[0].event, R"("what":{"reference":"Observation/my-result/_history/1"})"));
  BOOST_TEST(has(cases[11].event, R"("outcomeDesc":"HTTP status 404")"));
  // "Observation?patient=..." in base64.
  BOOST_TEST(has(cases[3].event, R"("query":"T2JzZXJ2YXRpb24/cGF0aWVu)"));
}

BOOST_AUTO_TEST_CASE(what_was_not_asked_of_the_api_is_an_event_too) {
  database.run("UPDATE patient_profile SET full_name = 'Asha Another' WHERE id = '" + patientKey + "'");
  database.run("UPDATE users SET email = 'new@example.org' WHERE id = '" + doctorUser + "'");
  database.run("UPDATE ehr_observations SET fhir_id = fhir_id");
  database.run(
      "INSERT INTO audit_logs (action, target_table, target_id, metadata) VALUES ('sign-in refused', "
      "'users', '" +
      doctorUser + "', '{\"address\": \"192.0.2.44\"}')");
  database.run(
      "INSERT INTO audit_logs (action, purpose, reason) VALUES (E'of a\\tprogram', 'TREAT', E'\\x01')");
  const auto all = search(client, "/AuditEvent?_count=1000");
  BOOST_REQUIRE(all.status == 200);
  BOOST_TEST(all.ids.size() > 20U);
  BOOST_TEST(all.next.empty());
  BOOST_TEST(all.total == std::to_string(all.ids.size()));
  for (const auto& [id, json] : all.json) isValid(json);
  const auto refused = search(client, "/AuditEvent?type=110114&outcome=4");
  BOOST_REQUIRE(refused.ids.size() == 1U);
  BOOST_TEST(has(refused.json.at(refused.ids[0]), "\"address\":\"192.0.2.44\""));
  BOOST_TEST(has(refused.json.at(refused.ids[0]), "\"code\":\"110122\""));
  const auto byProgram = search(client, "/AuditEvent?type=110110&subtype=update&patient=" + patientKey);
  BOOST_REQUIRE(byProgram.ids.size() == 1U);
  BOOST_TEST(has(byProgram.json.at(byProgram.ids[0]), "\"what\":{\"reference\":\"Patient/" + patientKey));
  const auto ofUser = search(client, "/AuditEvent?subtype=110137&entity-name=users&action=U");
  BOOST_TEST(ofUser.ids.size() == 1U);
}

BOOST_AUTO_TEST_CASE(each_parameter_finds_and_excludes) {
  ask(*audited, doctor, "GET", "/Observation/my-result");
  const std::string id = eventOfLast();
  const std::string read = ask(*audited, client, "GET", "/AuditEvent/" + id).body;
  const auto at = read.find("\"lastUpdated\":\"") + 15;
  const std::string time = read.substr(at, read.find('"', at) - at);
  const std::string earlier = "2001-01-01", later = "2101-01-01";
  struct Case {
    std::string finds, excludes;
  };
  const std::vector<Case> cases{
      {"_id=" + id, "_id=" + doctorKey},
      {"date=" + time, "date=" + earlier},
      {"date=ge" + time, "date=gt" + time},
      {"date=le" + time, "date=lt" + time},
      {"date=sa" + earlier, "date=eb" + earlier},
      {"date=ne" + earlier, "date=ne" + time},
      {"date=ap" + time.substr(0, 10), "date=ap" + earlier},
      {"date=gt" + earlier + "&date=lt" + later, "date=gt" + later},
      {"_lastUpdated=ge" + time, "_lastUpdated=lt" + time},
      {"patient=" + patientKey, "patient=" + other},
      {"patient=Patient/" + patientKey + "," + other, "patient:missing=true"},
      {"agent=Practitioner/" + doctorKey, "agent=Practitioner/their-doctor"},
      {"agent:Practitioner=" + doctorKey, "agent:Patient=" + doctorKey},
      {"altid=" + doctorUser, "altid=" + patientUser},
      {"action=R", "action=C"},
      {"action=http://hl7.org/fhir/audit-event-action|R", "action:not=R"},
      {"outcome=0", "outcome=4"},
      {"type=rest", "type=110114"},
      {"type=http://terminology.hl7.org/CodeSystem/audit-event-type|rest", "type=http://x.example|rest"},
      {"subtype=read", "subtype=vread"},
      {"entity=Observation/my-result", "entity=Observation/my-pulse"},
      {"entity=Patient/" + patientKey, "entity=Patient/" + other},
      {"entity-type=2", "entity-type=3"},
      {"entity-role=4", "entity-role=24"},
      {"address=192.0.2", "address:exact=192.0.2"},
      {"address:contains=2.7", "address=10."},
      {"site=HealthVillage", "site=elsewhere"},
      {"source:missing=true", "source=Device/1"},
      {"policy:missing=true", "policy=http://policies.example/one"},
      {"agent-role:missing=true", "agent-role=x"},
      {"entity-name:missing=true", "entity-name=users"},
      {"_profile=" + std::string(kBalp) + "PatientRead", "_profile=" + std::string(kBalp) + "Read"},
      {"_tag:missing=true", "_tag=x"},
      {"_filter=action eq R and outcome eq 0", "_filter=action eq R and outcome eq 4"},
  };
  for (const Case& each : cases) {
    const auto found = search(client, "/AuditEvent?_count=1000&" + each.finds);
    BOOST_TEST(found.status == 200, each.finds << found.body);
    BOOST_TEST(found.has(id), each.finds);
    const auto not_ = search(client, "/AuditEvent?_count=1000&" + each.excludes);
    BOOST_TEST(not_.status == 200, each.excludes << not_.body);
    BOOST_TEST(!not_.has(id), each.excludes);
  }
  BOOST_TEST(search(client, "/Patient/" + patientKey + "/AuditEvent?_count=1000").has(id));
  BOOST_TEST(!search(client, "/Patient/" + other + "/AuditEvent?_count=1000").has(id));
  BOOST_TEST(search(client, "/Practitioner/" + doctorKey + "/AuditEvent?_count=1000").has(id));
  BOOST_TEST(!search(client, "/Practitioner/their-doctor/AuditEvent?_count=1000").has(id));
  const auto posted = ask(*audited, client, "POST", "/AuditEvent/_search", "_id=" + id,
                          {{"Content-Type", "application/x-www-form-urlencoded"}});
  BOOST_TEST(pageOf(posted).has(id));
  BOOST_TEST(search(client, "/AuditEvent?_summary=count&_id=" + id).total == "1");
  BOOST_TEST(search(client, "/AuditEvent?_total=accurate&_count=1").total != "");
  const auto elements = search(client, "/AuditEvent?_elements=action&_id=" + id);
  BOOST_TEST(!has(elements.json.at(id), "\"period\""));
  const auto batch = ask(
      *audited, client, "POST", "",
      R"({"resourceType":"Bundle","type":"batch","entry":[{"request":{"method":"GET","url":"AuditEvent?_id=)" +
          id + R"("}},{"request":{"method":"GET","url":"AuditEvent/)" + id + "\"}}]}");
  BOOST_TEST(has(batch.body, "PatientRead"));
  BOOST_TEST(!has(batch.body, "\"404"));
}

BOOST_AUTO_TEST_CASE(what_the_trail_cannot_answer_is_refused_or_said) {
  for (const char* query : {"patient.name=x", "_has:Provenance:target:agent=x", "_sort=agent",
                            "_include=AuditEvent:patient", "_revinclude=Provenance:target",
                            "action:in=http://x.example/set", "agent:identifier=x", "type:text=x"}) {
    const auto refused = search(client, std::string("/AuditEvent?") + query);
    BOOST_TEST(refused.status == 400, query << refused.body);
  }
  const auto lenient = search(client, "/AuditEvent?patient.name=x", {{"Prefer", "handling=lenient"}});
  BOOST_TEST(lenient.status == 200);
  BOOST_TEST(has(lenient.body, "none of the audit trail's"));
  for (const char* url :
       {"/Patient?_revinclude=AuditEvent:patient", "/Patient?_has:AuditEvent:patient:action=R",
        "?_type=AuditEvent,Patient&_lastUpdated=gt2001-01-01"}) {
    const auto said = search(client, url);
    BOOST_TEST(said.status == 200, url << said.body);
    BOOST_TEST(has(said.body, "none of the audit trail's"), url);
  }
}

BOOST_AUTO_TEST_CASE(an_event_has_one_version_and_nobody_changes_it) {
  ask(*audited, doctor, "GET", "/Observation/my-result");
  const std::string url = "/AuditEvent/" + eventOfLast();
  const std::string read = ask(*audited, client, "GET", url).body;
  BOOST_TEST(ask(*audited, client, "GET", url + "/_history/1").body == read);
  BOOST_TEST(status(client, "GET", url + "/_history/2") == 404);
  const auto history = ask(*audited, client, "GET", url + "/_history");
  BOOST_TEST(history.status == 200);
  BOOST_TEST(has(history.body, "\"total\":1"));
  BOOST_TEST(has(history.body, "\"method\":\"POST\""));
  const auto tagged = ask(*audited, client, "GET", url);
  BOOST_TEST(*tagged.header("ETag") == "W/\"1\"");
  for (const auto& token : {client, kOpen}) {
    const auto asked = [&](std::string_view method, const std::string& target, const std::string& body = {},
                           const fixture::Fields& headers = {}) {
      return token == kOpen ? ask(*freely, "", method, target, body, headers)
                            : ask(*audited, token, method, target, body, headers);
    };
    const auto put = asked("PUT", url, read);
    BOOST_TEST(put.status == 403);
    BOOST_TEST(has(put.body, "audit trail"));
    BOOST_TEST(asked("DELETE", url).status == 403);
    BOOST_TEST(asked("PATCH", url, R"([{"op":"remove","path":"/period"}])",
                     {{"Content-Type", "application/json-patch+json"}})
                   .status == 403);
    BOOST_TEST(asked("PUT", "/AuditEvent?policy=http://nothing.example", read).status == 403);
    const std::string entry = R"({"resourceType":"Bundle","type":"transaction","entry":[{"resource":)" +
                              read + R"(,"request":{"method":"PUT","url":")" + url.substr(1) + "\"}}]}";
    BOOST_TEST(asked("POST", "", entry).status == 403);
  }
  BOOST_TEST(ask(*audited, client, "GET", url).body == read);
}

BOOST_AUTO_TEST_CASE(pages_have_each_event_once_while_others_are_written) {
  for (int i = 0; i < 8; ++i) {
    ask(*audited, doctor, "GET", "/Observation/my-result");
    ask(*audited, client, "POST", "/AuditEvent",
        storedEvent("2026-0" + std::to_string(1 + i) + "-01T10:00:00Z", patientKey));
  }
  ask(*audited, client, "POST", "/AuditEvent", storedEvent("2100-01-01T10:00:00Z", patientKey));
  for (const char* sort :
       {"", "&_sort=-date", "&_sort=date", "&_sort=-_lastUpdated", "&_sort=_lastUpdated"}) {
    BOOST_TEST_CONTEXT(sort) {
      const auto all = search(client, std::string("/AuditEvent?_count=1000") + sort);
      BOOST_REQUIRE(all.next.empty());
      std::vector<std::string> times;
      const bool newestFirst =
          std::string(sort) != "&_sort=date" && std::string(sort) != "&_sort=_lastUpdated";
      if (!has(sort, "_lastUpdated")) {
        for (const auto& id : all.ids) {
          const std::string& json = all.json.at(id);
          const auto at = json.find("\"recorded\":\"") + 12;
          times.push_back(json.substr(at, 19));
        }
        BOOST_TEST((newestFirst ? std::is_sorted(times.rbegin(), times.rend())
                                : std::is_sorted(times.begin(), times.end())));
      }
      std::vector<std::string> seen;
      auto page = search(client, std::string("/AuditEvent?_count=3") + sort);
      for (int pages = 0; pages < 200; ++pages) {
        BOOST_TEST(page.ids.size() <= 3U);
        seen.insert(seen.end(), page.ids.begin(), page.ids.end());
        if (page.next.empty()) break;
        ask(*audited, doctor, "GET", "/Observation/my-pulse");
        page = search(client, page.next);
        BOOST_REQUIRE_MESSAGE(page.status == 200, page.body);
      }
      BOOST_TEST(page.next.empty());
      const std::set<std::string> once(seen.begin(), seen.end());
      BOOST_TEST(once.size() == seen.size());
      for (const auto& id : all.ids) BOOST_TEST(once.contains(id));
      // What was written since is not in it: beside the full page's own line.
      BOOST_TEST(once.size() <= all.ids.size() + 1);
    }
  }
  const auto first = search(client, "/AuditEvent?_count=3");
  std::string changed = first.next;
  changed.replace(changed.find("_count=3"), 8, "_count=3&action=R");
  BOOST_TEST(search(client, changed).status == 400);
  BOOST_TEST(search(doctor, first.next).status == 400);
}

BOOST_AUTO_TEST_CASE(everybody_sees_their_own_and_nothing_else) {
  const std::string others = othersToken();
  const std::string patient = patientToken();
  ask(*audited, doctor, "GET", "/Observation/my-result");
  const std::string ofDoctor = eventOfLast();
  ask(*audited, client, "GET", "/Condition/hidden-illness1");
  const std::string ofOther = eventOfLast();
  ask(*audited, patient, "GET", "/Patient/" + other);  // in vain
  const std::string inVain = eventOfLast();
  ask(*audited, client, "GET", "/Condition?_count=100&subject=" + patientKey + "," + other);
  const std::string ofBoth = eventOfLast();
  ask(*audited, patient, "GET", "/Organization/clinic");
  const std::string ofNobody = eventOfLast();
  const std::vector<std::string> all{ofDoctor, ofOther, inVain, ofBoth, ofNobody};
  struct Case {
    const char* who;
    std::string token;
    std::set<std::string> sees;
    int otherwise;  // status of a search of who sees nothing
  };
  const std::vector<Case> cases{
      {"the patient", patient, {ofDoctor, ofBoth}, 200},
      {"the patient's app", patientToken("patient/AuditEvent.rs"), {ofDoctor, ofBoth}, 200},
      {"another app of the patient", patientToken("patient/Observation.rs"), {}, 403},
      {"an app that may not search", patientToken("patient/AuditEvent.r"), {}, 403},
      {"the other patient", others, {ofOther, inVain, ofBoth}, 200},
      {"the doctor", doctor, {ofDoctor}, 200},
      {"the doctor with one patient", personToken(doctorUser, "patient/*.cruds", patientKey), {}, 200},
      {"another doctor", personToken(careless, "user/*.cruds"), {}, 200},
      {"a client system", client, {all.begin(), all.end()}, 200},
      {"a client system without", systemToken("system/Observation.rs"), {}, 403},
      {"a narrowed client system", systemToken("system/AuditEvent.rs?action=R"), {}, 200},
      {"the audit", auditorToken(), {all.begin(), all.end()}, 200},
      {"the audit's other app", personToken(adminUser, "user/Observation.rs"), {}, 403},
      {"without access control", kOpen, {all.begin(), all.end()}, 200},
      {"nobody", "", {}, 401},
  };
  const std::string nobodys = ask(*audited, doctor, "GET", "/AuditEvent/" + doctorKey).body;
  for (const Case& each : cases) {
    BOOST_TEST_CONTEXT(each.who) {
      const auto found = search(each.token, "/AuditEvent?_count=1000");
      BOOST_TEST(found.status == each.otherwise, found.body);
      for (const std::string& id : all) {
        BOOST_TEST(found.has(id) == each.sees.contains(id), id);
        const auto read = each.token == kOpen ? ask(*freely, "", "GET", "/AuditEvent/" + id)
                                              : ask(*audited, each.token, "GET", "/AuditEvent/" + id);
        if (std::string(each.who) == "an app that may not search") continue;
        BOOST_TEST((read.status == 200) == each.sees.contains(id), id);
        if (read.status == 404) BOOST_TEST(read.body == nobodys);
      }
    }
  }
  // One whose duty is another one, and one whose duty has ended.
  database.run("UPDATE admin_duties SET duty = 'support'");
  BOOST_TEST(status(personToken(adminUser, "user/*.cruds"), "GET", "/AuditEvent") == 403);
}

BOOST_AUTO_TEST_CASE(a_patient_s_events_name_no_other_patient) {
  const std::string others = othersToken();
  const std::string otherKey = database.run("SELECT id FROM patient_profile WHERE fhir_id = '" + other + "'");
  ask(*audited, client, "GET", "/Condition?_count=100&subject=" + patientKey + "," + other);
  ask(*audited, client, "GET", "/Patient/" + other + "/Observation");
  ask(*audited, others, "GET", "/Patient/" + patientKey);  // in vain
  const std::string inVain = eventOfLast();
  ask(*audited, client, "POST", "",
      R"({"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":"GET","url":"Patient/)" +
          patientKey + R"("}},{"request":{"method":"GET","url":"Patient/)" + other +
          R"("}},{"request":{"method":"GET","url":"Patient/none"}}]})");
  database.run("UPDATE patient_profile SET full_name = full_name || 'x'");
  const auto seen = search(patientToken(), "/AuditEvent?_count=1000");
  BOOST_TEST(seen.ids.size() > 3U);
  for (const auto& [id, json] : seen.json) {
    for (const std::string& name : {other, otherKey, std::string("hidden-")})
      BOOST_TEST(!has(json, name), json);
    BOOST_TEST(has(json, "Patient/" + patientKey), json);
    isValid(json);
  }
  BOOST_TEST(has(seen.json.at(inVain), "\"display\":\"a patient\""));
  // To whom the record was opened is named.
  database.run("INSERT INTO patient_grants (holder, patient_id, granted_by) VALUES ('" + otherKey + "', '" +
               patientKey + "', '" + patientUser + "')");
  BOOST_TEST(has(search(patientToken(), "/AuditEvent?_count=1000").json.at(inVain), "Patient/" + other));
  // What a doctor asked in vain says only what the doctor said.
  const std::string illness = "/Condition/hidden-illness1";
  ask(*audited, doctor, "PUT", illness, fixture::conditionOf("hidden-illness1", patientKey));
  const std::string json = ask(*audited, doctor, "GET", "/AuditEvent/" + eventOfLast()).body;
  BOOST_TEST(!has(json, other), json);
  BOOST_TEST(!has(json, otherKey), json);
}

BOOST_AUTO_TEST_CASE(stored_events_stay_what_they_are_and_break_glass_is_one_event) {
  const auto made =
      ask(*audited, client, "POST", "/AuditEvent", storedEvent("2026-01-01T10:00:00Z", patientKey));
  BOOST_REQUIRE(made.status == 201);
  const std::string stored =
      made.header("Location")->substr(made.header("Location")->find("/AuditEvent/") + 12, 36);
  BOOST_TEST(search(client, "/AuditEvent?policy=http://policies.example/one").ids ==
             std::vector<std::string>{stored});
  BOOST_TEST(status(client, "PUT", "/AuditEvent/" + stored,
                    "{\"id\":\"" + stored + "\"," +
                        storedEvent("2026-01-02T10:00:00Z", patientKey).substr(1)) == 200);
  BOOST_TEST(search(patientToken(), "/AuditEvent?_count=1000").has(stored));
  BOOST_TEST(status(client, "DELETE", "/AuditEvent/" + stored) == 204);
  BOOST_TEST(status(client, "GET", "/AuditEvent/" + stored) == 410);

  const std::string token = personToken(careless, "user/*.cruds");
  const std::string reason = "unconscious after an accident";
  const auto opened =
      ask(*audited, token, "POST", "/Patient/" + other + "/$break-glass",
          R"({"resourceType":"Parameters","parameter":[{"name":"reason","valueString":")" + reason + "\"}]}");
  BOOST_REQUIRE(opened.status == 200);
  const std::string event =
      database.run("SELECT id FROM fhir.resource WHERE resource_type = 'AuditEvent' AND NOT is_deleted");
  const auto ofReason = [&](const std::string& who) {
    std::vector<std::string> out;
    for (const auto& [id, json] : search(who, "/AuditEvent?_count=1000").json)
      if (has(json, reason)) out.push_back(id);
    return out;
  };
  const std::vector<std::string> one{event};
  BOOST_TEST(ofReason(client) == one);
  BOOST_TEST(ofReason(othersToken()) == one);
  BOOST_TEST(ofReason(kOpen) == one);
  // Who sees the trail alone has the row of the care that began.
  const std::string auditor = auditorToken();
  const auto audit = ofReason(auditor);
  BOOST_REQUIRE(audit.size() == 1U);
  BOOST_TEST(audit != one);
  BOOST_TEST(
      has(ask(*audited, auditor, "GET", "/AuditEvent/" + audit[0]).body, "\"name\":\"care_relationships\""));
  BOOST_TEST(status(client, "GET", "/AuditEvent/" + audit[0]) == 404);
  BOOST_TEST(ofReason(token) == one);
  ask(*audited, token, "GET", "/Condition/hidden-illness1");
  const std::string read = ask(*audited, client, "GET", "/AuditEvent/" + eventOfLast()).body;
  BOOST_TEST(has(read, "\"code\":\"BTG\",\"display\":\"break the glass\"}],\"text\":\"" + reason), read);
}

BOOST_AUTO_TEST_CASE(lines_that_were_written_twice_are_one_event) {
  ask(*audited, doctor, "GET", "/Observation/my-result");
  const std::string id = eventOfLast();
  database.run(
      "INSERT INTO audit_logs (action, targets, patients, persons, entries) SELECT action, targets, "
      "patients, "
      "persons, entries FROM audit_logs WHERE id = '" +
      id.substr(0, id.find('.')) + "'");
  const auto found = search(client, "/AuditEvent?_count=1000");
  BOOST_TEST(std::count(found.ids.begin(), found.ids.end(), id) == 1);
  BOOST_TEST(search(client, "/AuditEvent?_id=" + id).ids.size() == 1U);
  BOOST_TEST(status(client, "GET", "/AuditEvent/" + id) == 200);
}

BOOST_AUTO_TEST_CASE(reading_events_is_noted_with_the_patients_whom_they_are_about) {
  ask(*audited, doctor, "GET", "/Observation/my-result");
  const std::string id = eventOfLast();
  ask(*audited, client, "GET", "/AuditEvent/" + id);
  BOOST_TEST(database.run("SELECT t.line::jsonb ->> 'patients' FROM audit_logs l, string_to_table(l.entries, "
                          "E'\\n') t (line) "
                          "WHERE t.line::jsonb ->> 'request' = '" +
                          last + "'") == "[\"" + patientKey + "\"]");
}

BOOST_AUTO_TEST_SUITE_END()
