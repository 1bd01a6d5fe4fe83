// What is hidden is answered as what is not there: the same status, headers and body, whoever asks and
// however. Every way of the API is tried with the id of a hidden resource and with an id as long that is
// nobody's.
#include <algorithm>
#include <array>
#include <boost/test/unit_test.hpp>
#include <string_view>

#include "src/rest/call.h"
#include "tests/access/fixture.h"

using fixture::AccessFixture;
using fixture::Fields;

namespace {

struct Probe {
  std::string method, target, body = {};
  Fields headers = {};
};

// `@` stands for the id.
std::string with(std::string text, const std::string& id) {
  for (auto at = text.find('@'); at != std::string::npos; at = text.find('@', at + id.size()))
    text.replace(at, 1, id);
  return text;
}

std::string bundle(const std::string& type, const std::string& method, const std::string& url,
                   const std::string& resource = {}, const std::string& more = {}) {
  return R"({"resourceType":"Bundle","type":")" + type + R"(","entry":[{)" +
         (resource.empty() ? "" : "\"resource\":" + resource + ",") + R"("request":{"method":")" + method +
         R"(","url":")" + url + "\"" + more + "}}]}";
}

// Of a resource of the type, by its id; `body` is one that the caller could write.
std::vector<Probe> probesOf(const std::string& type, const std::string& body) {
  const std::string one = "/" + type + "/@";
  const std::string all = "/" + type;
  const Fields patch{{"Content-Type", "application/json-patch+json"}};
  const std::string change = R"([{"op":"add","path":"/language","value":"en"}])";
  const std::string meta =
      R"({"resourceType":"Parameters","parameter":[{"name":"meta","valueMeta":{"tag":[{"system":"http://x.example","code":"t"}]}}]})";
  return {
      {"GET", one},
      {"HEAD", one},
      {"GET", one + "?_summary=true"},
      {"GET", one, "", {{"If-None-Match", "W/\"1\""}}},
      {"GET", one, "", {{"If-Modified-Since", "Thu, 01 Jan 2099 00:00:00 GMT"}}},
      {"GET", one + "?_format=xml"},
      {"GET", one + "/_history"},
      {"GET", one + "/_history?_since=2020-01-01T00:00:00Z"},
      {"GET", one + "/_history?_summary=count"},
      {"GET", one + "/_history/1"},
      {"GET", one + "/_history/2"},
      {"GET", one + "/$meta"},
      {"POST", one + "/$meta-add", meta},
      {"POST", one + "/$meta-delete", meta},
      {"POST", one + "/$validate", body},
      {"GET", one + "/$validate?mode=delete"},
      {"PUT", one, body},
      {"PUT", one, body, {{"If-Match", "W/\"1\""}}},
      {"PUT", one, body, {{"If-Match", "*"}}},
      {"PUT", one, body, {{"If-None-Match", "*"}}},
      {"PATCH", one, change, patch},
      {"PATCH", one, change, {patch.front(), {"If-Match", "W/\"1\""}}},
      {"DELETE", one},
      {"DELETE", one, "", {{"If-Match", "W/\"1\""}}},
      {"DELETE", one, "", {{"Prefer", "return=OperationOutcome"}}},
      {"GET", all + "?_id=@"},
      {"GET", all + "?_id=@&_total=accurate&_include=*&_revinclude=*"},
      {"GET", all + "?_id=@&_summary=count"},
      {"POST", all + "/_search", "_id=@", {{"Content-Type", "application/x-www-form-urlencoded"}}},
      {"PATCH", all + "?_id=@", change, patch},
      {"DELETE", all + "?_id=@"},
      {"GET", "/?_id=@"},
      {"GET", "/?_id=@&_summary=count"},
      {"GET", "/Provenance?target=" + type + "/@"},
      {"GET", "/Provenance?target._id=@"},
      {"GET", "/List?item=" + type + "/@&_include=List:item"},
      {"GET", all + "?_filter=_id eq @"},
      {"GET", all + "?_list=@"},
      {"POST", "/", bundle("batch", "GET", type + "/@")},
      {"POST", "/", bundle("batch", "HEAD", type + "/@")},
      {"POST", "/", bundle("batch", "PUT", type + "/@", body)},
      {"POST", "/", bundle("batch", "DELETE", type + "/@")},
      {"POST", "/", bundle("transaction", "GET", type + "/@")},
      {"POST", "/", bundle("transaction", "PUT", type + "/@", body)},
      {"POST", "/", bundle("transaction", "PUT", type + "/@", body, R"(,"ifMatch":"W/\"1\"")")},
      {"POST", "/", bundle("transaction", "DELETE", type + "/@")},
      {"POST", "/", bundle("transaction", "DELETE", type + "?_id=@")},
  };
}

std::vector<Probe> aboutPatient() {
  return {
      {"GET", "/Patient/@/$everything"},
      {"GET", "/Patient/@/$everything?_type=Observation"},
      {"GET", "/Patient/@/Observation"},
      {"GET", "/Patient/@/*"},
      {"GET", "/Patient/@/Condition?_summary=count"},
      {"GET", "/Observation?patient=@&_total=accurate"},
      {"GET", "/Observation?subject=Patient/@&_sort=date"},
      {"GET", "/Observation/$lastn?patient=Patient/@"},
      {"GET", "/Observation?patient._id=@"},
      {"GET", "/Condition?subject:Patient._id=@"},
      {"GET", "/Appointment?patient=@&_include=Appointment:patient"},
      {"GET", "/Practitioner?_has:Appointment:practitioner:patient=@"},
      {"GET", "/Practitioner?_has:Observation:performer:patient=@&_revinclude=Observation:performer"},
      {"GET", "/Organization?_has:Patient:organization:_id=@"},
      {"GET", "/Encounter?patient=@"},
      {"GET", "/MedicationRequest?patient=@&_include=MedicationRequest:requester"},
      {"GET", "/DocumentReference?patient=@"},
      {"POST", "/",
       R"({"resourceType":"Bundle","type":"transaction","entry":[{"resource":{"resourceType":"QuestionnaireResponse","status":"completed","subject":{"reference":"Patient?_id=@"}},"request":{"method":"POST","url":"QuestionnaireResponse"}}]})"},
      {"POST", "/QuestionnaireResponse",
       R"({"resourceType":"QuestionnaireResponse","status":"completed","subject":{"reference":"Patient/@"}})"},
      {"POST", "/Condition", R"({"resourceType":"Condition","subject":{"reference":"Patient/@"}})"},
      {"POST",
       "/Condition",
       R"({"resourceType":"Condition","subject":{"reference":"Patient/@"}})",
       {{"If-None-Exist", "patient=@"}}},
      {"PUT", "/Condition?patient=@", R"({"resourceType":"Condition","subject":{"reference":"Patient/@"}})"},
      {"POST", "/Observation", fixture::observationOf("", "@", "their-doctor")},
  };
}

// What the hidden records say, and what nobody's records say.
std::vector<std::pair<std::string, std::string>> words() {
  return {
      {"/Observation?_content=secretword", "/Observation?_content=absentword"},
      {"/Patient?name=hidden&_total=accurate", "/Patient?name=absent&_total=accurate"},
      {"/Patient?birthdate=1990-04-02", "/Patient?birthdate=1890-04-02"},
      {"/Patient?gender=male&_summary=count", "/Patient?gender=other&_summary=count"},
      {"/Observation?code=718-7&performer=Practitioner/their-doctor",
       "/Observation?code=999-9&performer=Practitioner/their-doctor"},
      {"/Observation?subject.name=hidden", "/Observation?subject.name=absent"},
      {"/Basic?_content=secretword", "/Basic?_content=absentword"},
  };
}

// What is said of the hidden patient alone.
constexpr std::array<std::string_view, 3> kMarks{"secretword", "Hidden Person", "1990-04-02"};

#ifdef HV_DATABASE_ALONE
constexpr bool isDatabaseAlone = true;
#else
constexpr bool isDatabaseAlone = false;
#endif

struct Prober : AccessFixture {
  int probes = 0;
  int leaks = 0;

  // Status, headers and body, with the id taken out.
  std::string answered(const std::string& token, const Probe& probe, const std::string& id) {
    const auto response =
        ask(token, probe.method, with(probe.target, id), with(probe.body, id), probe.headers);
    std::string out = std::to_string(response.status);
    std::vector<std::string> lines;
    for (const auto& header : response.headers) lines.push_back(header.name + ": " + header.value);
    std::sort(lines.begin(), lines.end());
    for (const auto& line : lines) out += "\n" + line;
    return withoutId(out + "\n" + response.body, id);
  }
  static std::string withoutId(std::string text, const std::string& id) {
    for (auto at = text.find(id); at != std::string::npos; at = text.find(id))
      text.replace(at, id.size(), "@");
    return text;
  }

  void same(const std::string& who, const std::string& token, const Probe& probe, const std::string& hidden) {
    std::string absent = hidden;
    absent.replace(0, 6, "absent");
    ++probes;
    if (isDatabaseAlone) return says(who, token, probe, hidden);
    const std::string one = answered(token, probe, hidden);
    const std::string other = answered(token, probe, absent);
    if (one == other) return;
    ++leaks;
    BOOST_ERROR(who << ": " << probe.method << " " << probe.target << " " << probe.body << "\nhidden: " << one
                    << "\nabsent: " << other);
  }

  // That something of the kind is there may follow from unique keys; what it says never.
  void says(const std::string& who, const std::string& token, Probe probe, const std::string& hidden) {
    const std::string mark(kMarks.front());
    if (const auto at = probe.body.find(mark); at != std::string::npos)
      probe.body.replace(at, mark.size(), "ownword");
    const std::string answer = answered(token, probe, hidden);
    for (const std::string_view each : kMarks) {
      if (answer.find(each) == std::string::npos || probe.target.find(each) != std::string::npos) continue;
      ++leaks;
      BOOST_ERROR(who << ": " << probe.method << " " << probe.target << " " << probe.body << "\n" << answer);
    }
  }

  void probe(const std::string& who, const std::string& token) {
    const std::string mine = R"("subject":{"reference":"Patient/)" + patientKey + R"("})";
    const std::vector<std::pair<std::string, std::pair<std::string, std::string>>> hidden{
        {"hidden-result-1", {"Observation", fixture::observationOf("@", patientKey, doctorKey)}},
        {"hidden-illness1", {"Condition", fixture::conditionOf("@", patientKey)}},
        {"hidden-person-1", {"Patient", R"({"resourceType":"Patient","id":"@","active":true})"}},
        {"hidden-stay-001",
         {"Encounter", R"({"resourceType":"Encounter","id":"@","status":"finished","class":{"code":"AMB"},)" +
                           mine + "}"}},
        {"hidden-thing-01", {"Basic", R"({"resourceType":"Basic","id":"@","code":{"text":"x"}})"}},
        {"hidden-drug-001",
         {"MedicationRequest",
          R"({"resourceType":"MedicationRequest","id":"@","status":"active","intent":"order","medicationCodeableConcept":{"text":"x"},)" +
              mine + "}"}},
        {"hidden-paper-01",
         {"DocumentReference",
          R"({"resourceType":"DocumentReference","id":"@","status":"current","content":[{"attachment":{"url":"http://x.example"}}],)" +
              mine + "}"}},
        {"hidden-visit-01",
         {"Appointment",
          R"({"resourceType":"Appointment","id":"@","status":"booked","participant":[{"actor":{"reference":"Patient/)" +
              patientKey + R"("},"status":"accepted"}]})"}},
    };
    for (const auto& [id, what] : hidden) {
      for (const Probe& each : probesOf(what.first, what.second)) same(who, token, each, id);
    }
    for (const Probe& each : aboutPatient()) same(who, token, each, other);
    for (const auto& [said, unsaid] : words()) {
      ++probes;
      const auto strip = [&](std::string text, const std::string& target) {
        for (const std::string& part : {target.substr(target.find('?'))}) {
          for (auto at = text.find(part); at != std::string::npos; at = text.find(part))
            text.replace(at, part.size(), "?");
        }
        return text;
      };
      const std::string one = strip(ask(token, "GET", said).body, said);
      const std::string none = strip(ask(token, "GET", unsaid).body, unsaid);
      if (one == none) continue;
      ++leaks;
      BOOST_ERROR(who << ": " << said << "\n" << one << "\n" << none);
    }
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(probes, Prober)

BOOST_AUTO_TEST_CASE(what_is_hidden_is_answered_as_what_is_not_there) {
  // One that sees nobody's records of the words below.
  const std::string noOne = database.run(
      "INSERT INTO users (email, password_hash, role) VALUES ('nobody@example.org', 'x', 'patient') "
      "RETURNING id");
  const std::string noOnesKey =
      database.run("INSERT INTO patient_profile (user_id, full_name, fhir_id) VALUES ('" + noOne +
                   "', 'Nora Nobody', 'nora') RETURNING id");
  probe("another patient", personToken(noOne, "user/*.cruds"));
  probe("another patient's app", personToken(noOne, "patient/*.cruds", "nora"));
  probe("an app with the hidden patient in context", personToken(noOne, "patient/*.cruds", other));
  probe("an unrelated doctor", personToken(careless, "user/*.cruds"));
  probe("an admin", personToken(adminUser, "user/*.cruds"));
  if (!isDatabaseAlone)  // scopes are the server's
    probe("a client system of another type", systemToken("system/Organization.cruds"));
  database.run(
      "INSERT INTO care_relationships (patient_id, doctor_id, source, starts_at, ends_at) SELECT p.id, d.id, "
      "'assigned', now() - interval '2 days', now() - interval '1 day'"
      " FROM patient_profile p, doctor_profile d WHERE p.fhir_id = '" +
      other + "' AND d.user_id = '" + careless + "'");
  probe("a doctor whose relationship has ended", personToken(careless, "user/*.cruds"));
  BOOST_TEST_MESSAGE("access: " << probes << " probes, " << leaks << " leaks");
  BOOST_TEST(leaks == 0);
  // The hidden ones are all there still, as they were.
  for (const char* id :
       {"Observation/hidden-result-1", "Condition/hidden-illness1", "Patient/hidden-person-1",
        "Basic/hidden-thing-01", "Appointment/hidden-visit-01", "Encounter/hidden-stay-001"}) {
    const auto read = ask(systemToken("system/*.cruds"), "GET", std::string("/") + id);
    BOOST_TEST(read.status == 200, id);
    BOOST_TEST(*read.header("ETag") == "W/\"1\"", id);
  }
}

BOOST_AUTO_TEST_SUITE_END()
