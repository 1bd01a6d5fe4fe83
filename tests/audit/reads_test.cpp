// What is read, searched or refused over FHIR is a line of the trail before it is answered.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <map>
#include <set>

#include "fhir/json/json.h"
#include "src/rest/audited.h"
#include "tests/audit/recorded.h"

using fixture::Fields;

namespace {

struct Reads : fixture::Recorded {
  // Of the lines of the last request, some members.
  std::string said(const std::string& members) {
    return database.run(
        "SELECT string_agg(concat_ws(' ', " + members +
        "), '; ' ORDER BY row_time, at) FROM (SELECT e.*, l.\"timestamp\" AS row_time, t.at FROM audit_logs "
        "l, "
        "string_to_table(l.entries, E'\\n') WITH ORDINALITY t (line, at), jsonb_to_record(t.line::jsonb) AS "
        "e "
        "(\"time\" timestamptz, \"user\" text, person text, \"personType\" text, client text, address text, "
        "interaction text, type text, resource text, version text, query text, patients text[], purpose "
        "text, "
        "reason text, outcome text, status integer, request text) WHERE e.request = '" +
        last + "') x");
  }
  // Lines of accesses, and rows of writes.
  int noted() {
    return std::stoi(database.run("SELECT count(*) FROM audit_logs l WHERE l.request_id = '" + last +
                                  "' OR position('\"request\":\"" + last + "\"' in l.entries) > 0"));
  }
};

constexpr const char* kWhat = "interaction, type, resource, version, query, outcome, status";

std::string bundle(const std::string& type, const std::vector<std::pair<std::string, std::string>>& requests,
                   const std::string& resource = "") {
  std::string out = R"({"resourceType":"Bundle","type":")" + type + R"(","entry":[)";
  for (const auto& [method, url] : requests) {
    if (out.back() == '}') out += ',';
    out += "{";
    if (method == "POST" || method == "PUT") out += "\"resource\":" + resource + ",";
    out += R"("request":{"method":")" + method + R"(","url":")" + url + "\"}}";
  }
  return out + "]}";
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(reads, Reads)

BOOST_AUTO_TEST_CASE(a_read_says_who_what_and_whose) {
  BOOST_TEST(status(doctor, "GET", "/Patient/" + patientKey) == 200);
  BOOST_TEST(said(kWhat) == "read Patient " + patientKey + " 1 success 200");
  BOOST_TEST(said("\"user\", person, \"personType\", client, address") ==
             doctorUser + " " + doctorKey + " Practitioner " + app.id + " 192.0.2.7");
  BOOST_TEST(said("patients, \"time\" > now() - interval '1 minute'") == "{" + patientKey + "} t");
  BOOST_TEST(status(doctor, "GET", "/Observation/my-result") == 200);
  BOOST_TEST(said("type, resource, patients") == "Observation my-result {" + patientKey + "}");
  BOOST_TEST(status(doctor, "GET", "/Condition/my-illness/_history/1") == 200);
  BOOST_TEST(said("interaction, type, version, patients") == "vread Condition 1 {" + patientKey + "}");
}

BOOST_AUTO_TEST_CASE(a_condition_that_spares_the_body_is_an_access_too) {
  const auto first = ask(*audited, doctor, "GET", "/Patient/" + patientKey);
  BOOST_TEST(
      status(doctor, "GET", "/Patient/" + patientKey, "", {{"If-None-Match", *first.header("ETag")}}) == 304);
  BOOST_TEST(said("interaction, outcome, status, patients") == "read success 304 {" + patientKey + "}");
}

BOOST_AUTO_TEST_CASE(a_search_says_what_was_searched_for_and_whose_was_found) {
  const std::string two = "/Observation?code=718-7&_include=Observation:subject";
  BOOST_TEST(status(client, "GET", two) == 200);
  BOOST_TEST(said("interaction, type, query, cardinality(patients)") ==
             "search-type Observation code=718-7&_include=Observation:subject 2");
  BOOST_TEST(status(client, "POST", "/Observation/_search?_count=1", "code=718-7",
                    {{"Content-Type", "application/x-www-form-urlencoded"}}) == 200);
  BOOST_TEST(said("query, cardinality(patients)") == "_count=1&code=718-7 1");
  BOOST_TEST(status(doctor, "GET", "/Patient/" + patientKey + "/Condition") == 200);
  BOOST_TEST(said("interaction, type, resource, patients") ==
             "search-type Condition " + patientKey + " {" + patientKey + "}");
  // Only what the caller is shown.
  BOOST_TEST(status(doctor, "GET", two) == 200);
  BOOST_TEST(said("patients") == "{" + patientKey + "}");
  BOOST_TEST(status(doctor, "GET", "/Observation?code=nothing") == 200);
  BOOST_TEST(said("query, status, patients") == "code=nothing 200");
}

BOOST_AUTO_TEST_CASE(refusals_are_lines) {
  const std::string hidden = "/Observation/hidden-result-1";
  BOOST_TEST(status("", "GET", hidden) == 401);
  BOOST_TEST(said(kWhat) == "read Observation hidden-result-1 refused 401");
  BOOST_TEST(status("stolen", "GET", "/Observation?code=718-7") == 401);
  BOOST_TEST(said(kWhat) == "search-type Observation code=718-7 refused 401");
  BOOST_TEST(status(doctor, "GET", hidden) == 404);
  BOOST_TEST(said("person, type, resource, outcome, status") ==
             doctorKey + " Observation hidden-result-1 refused 404");
  BOOST_TEST(status(doctor, "GET", "/Patient/" + other) == 404);
  // Who asks for a patient by name asks for that patient's record, whether or not they come to see it.
  BOOST_TEST(said("cardinality(patients), status") == "1 404");
  BOOST_TEST(status(personToken(doctorUser, "user/Patient.rs"), "GET", "/Observation/my-result") == 403);
  BOOST_TEST(said(kWhat) == "read Observation my-result refused 403");
  BOOST_TEST(status(doctor, "GET", "/Observation?nonsense=1") == 400);
  BOOST_TEST(said(kWhat) == "search-type Observation nonsense=1 refused 400");
  BOOST_TEST(status(client, "DELETE", "/Condition/my-illness") < 300);
  BOOST_TEST(status(client, "GET", "/Condition/my-illness") == 410);
  BOOST_TEST(said("status, patients") == "410 {" + patientKey + "}");
}

BOOST_AUTO_TEST_CASE(a_write_is_a_row_and_one_that_is_refused_or_changes_nothing_a_line) {
  const std::string mine =
      R"({"resourceType":"Condition","id":"mine",)" + fixture::subjectOf(patientKey) + "}";
  BOOST_TEST(status(client, "PUT", "/Condition/mine", mine) == 201);
  BOOST_TEST(said("status") == "");
  BOOST_TEST(noted() == 1);
  BOOST_TEST(status(client, "PUT", "/Condition/mine", mine) == 200);
  BOOST_TEST(said("interaction, resource, status, patients") == "update mine 200 {" + patientKey + "}");
  BOOST_TEST(status(client, "PUT", "/Condition/mine", mine, {{"If-Match", "W/\"7\""}}) == 412);
  BOOST_TEST(said("interaction, resource, status, patients") == "update mine 412 {" + patientKey + "}");
  BOOST_TEST(status(client, "POST", "/Condition", mine, {{"If-None-Exist", "_id=mine"}}) == 200);
  BOOST_TEST(said("interaction, query, status, patients") == "create _id=mine 200 {" + patientKey + "}");
  BOOST_TEST(
      status(client, "POST", "/Condition", R"({"resourceType":"Condition","severity":"secretword"})") >= 400);
  BOOST_TEST(said("interaction, outcome") == "create refused");
  BOOST_TEST(status(client, "DELETE", "/Condition/never-was") < 300);
  BOOST_TEST(said("interaction, resource") == "delete never-was");
}

BOOST_AUTO_TEST_CASE(entries_of_a_bundle_are_lines_of_their_request) {
  const std::vector<std::pair<std::string, std::string>> gets{
      {"GET", "Observation/my-result"},
      {"GET", "Condition?subject=Patient/" + patientKey},
      {"GET", "Observation/nothing"}};
  BOOST_TEST(status(client, "POST", "", bundle("batch", gets)) == 200);
  BOOST_TEST(said("interaction, type, status, patients") == "read Observation 200 {" + patientKey +
                                                                "}; search-type Condition 200 {" +
                                                                patientKey + "}; read Observation 404");
  BOOST_TEST(status(client, "POST", "", bundle("transaction", {gets[0], gets[1]})) == 200);
  BOOST_TEST(said("interaction, type, status") == "read Observation 200; search-type Condition 200");
  // What a transaction that is refused has read was never shown: it is one line, and says whose it was.
  BOOST_TEST(status(client, "POST", "", bundle("transaction", gets)) == 404);
  BOOST_TEST(said("interaction, type, status, patients") == "transaction 404 {" + patientKey + "}");
  BOOST_TEST(status(client, "POST", "", R"({"resourceType":"Patient"})") == 400);
  BOOST_TEST(said("interaction, outcome") == "transaction refused");
  const std::string mine =
      R"({"resourceType":"Condition","id":"mine",)" + fixture::subjectOf(patientKey) + "}";
  const std::vector<std::pair<std::string, std::string>> both{{"PUT", "Condition/mine"},
                                                              {"GET", "Observation/my-result"}};
  for (const std::string expected : {"read 200", "update 200; read 200"}) {
    BOOST_TEST(status(client, "POST", "", bundle("transaction", both, mine)) == 200);
    BOOST_TEST(said("interaction, status") == expected);
  }
}

BOOST_AUTO_TEST_CASE(break_glass_is_the_purpose_of_what_it_opens) {
  const std::string hurried = personToken(careless, "user/*.cruds");
  BOOST_TEST(status(hurried, "GET", "/Patient/" + other) == 404);
  BOOST_TEST(said("purpose, reason") == "");
  const std::string reason = "Unconscious after an accident, no relative here";
  BOOST_TEST(status(hurried, "POST", "/Patient/" + other + "/$break-glass",
                    R"({"resourceType":"Parameters","parameter":[{"name":"reason","valueString":")" + reason +
                        "\"}]}") == 200);
  BOOST_TEST(said("status") == "");
  BOOST_TEST(noted() > 0);
  BOOST_TEST(status(hurried, "GET", "/Patient/" + other) == 200);
  BOOST_TEST(said("purpose, reason") == "BTG " + reason);
}

BOOST_AUTO_TEST_CASE(without_access_control_the_address_is_who_asks) {
  BOOST_TEST(ask(*freely, "", "GET", "/Patient/" + patientKey).status == 200);
  BOOST_TEST(said("\"user\", client, address, interaction, status") == "192.0.2.7 read 200");
}

BOOST_AUTO_TEST_CASE(what_is_no_personal_data_leaves_no_line) {
  BOOST_TEST(status("", "GET", "/metadata") == 200);
  BOOST_TEST(noted() == 0);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_written_down_is_not_answered) {
  BOOST_TEST(status(doctor, "GET", "/Patient/" + patientKey) == 200);
  database.run("REVOKE INSERT ON audit_logs FROM hv_server_access");
  const auto refused = ask(*audited, doctor, "GET", "/Patient/" + patientKey);
  BOOST_TEST(refused.status == 503);
  database.run("GRANT INSERT ON audit_logs TO hv_server_access");
  BOOST_TEST(status(doctor, "GET", "/Patient/" + patientKey) == 200);
}

BOOST_AUTO_TEST_CASE(nothing_that_a_record_says_is_in_the_trail) {
  for (const std::string target :
       {"/Observation/my-result", "/Condition?subject=Patient/x", "/Patient/$everything",
        "/Observation?_include=*", "/Condition/_history", "/Patient/x/$everything"})
    static_cast<void>(status(client, "GET", target));
  BOOST_TEST(
      status(
          client, "POST", "/Patient/$match",
          R"({"resourceType":"Parameters","parameter":[{"name":"resource","resource":{"resourceType":"Patient","name":[{"family":"Secretname"}],"birthDate":"1990-04-02"}}]})") ==
      200);
  BOOST_TEST(status(client, "POST", "",
                    bundle("batch", {{"POST", "Condition"}, {"GET", "Condition"}},
                           fixture::conditionOf("x", patientKey))) == 200);
  BOOST_TEST(database.run("SELECT count(*) FROM audit_logs l WHERE l::text ~* "
                          "'secretword|secretname|Hidden Person|Theodora|1990-04-02|5550100'") == "0");
}

// A client names ids, parameters and its X-Request-Id as it likes: none of it may break a row that is many's.
BOOST_AUTO_TEST_CASE(what_a_client_sends_stays_text) {
  BOOST_TEST(status(doctor, "GET", "/Observation/%22%0a?x=%01%C3%BC%5C%27") >= 400);
  BOOST_TEST(said("resource, query") == "\"%0A x=%01%C3%BC%5C%27");
  BOOST_TEST(status(doctor, "GET", "/Observation/a%22%7D%0A%7B") >= 400);
  BOOST_TEST(said("interaction, resource") == "read a\"}%0A{");
  BOOST_TEST(status(client, "GET", "/Observation?code=" + std::string(3000, 'a') + std::string(3000, '\\')) >=
             200);
  BOOST_TEST(said("length(query)") == "4000");
  BOOST_TEST(status(client, "GET", "/Observation?code=%C3%BC'%5C%5C") == 200);
  BOOST_TEST(said("query") == "code=%C3%BC'%5C%5C");
}

BOOST_AUTO_TEST_CASE(each_interaction_of_the_capability_statement_is_noted) {
  const std::string mine =
      R"({"resourceType":"Condition","id":"mine",)" + fixture::subjectOf(patientKey) + "}";
  const std::string patch = R"([{"op":"add","path":"/note","value":[{"text":"x"}]}])";
  const std::string meta =
      R"({"resourceType":"Parameters","parameter":[{"name":"meta","valueMeta":{"tag":[{"system":"s","code":"t"}]}}]})";
  struct Way {
    std::string method, target, body;
    Fields headers = {};
  };
  const std::map<std::string, Way> ways{
      {"read", {"GET", "/Patient/" + patientKey, ""}},
      {"vread", {"GET", "/Patient/" + patientKey + "/_history/1", ""}},
      {"create", {"POST", "/Condition", mine}},
      {"update", {"PUT", "/Condition/mine", mine}},
      {"patch", {"PATCH", "/Condition/my-illness", patch, {{"Content-Type", "application/json-patch+json"}}}},
      {"delete", {"DELETE", "/Condition/mine", ""}},
      {"search-type", {"GET", "/Condition", ""}},
      {"search-system", {"GET", "/?_type=Condition", ""}},
      {"history-instance", {"GET", "/Patient/" + patientKey + "/_history", ""}},
      {"history-type", {"GET", "/Condition/_history", ""}},
      {"history-system", {"GET", "/_history", ""}},
      {"batch", {"POST", "", bundle("batch", {{"GET", "Condition"}})}},
      {"transaction", {"POST", "", bundle("transaction", {{"GET", "Condition"}})}},
      {"validate", {"GET", "/Patient/" + patientKey + "/$validate", ""}},
      {"expand", {"GET", "/ValueSet/$expand?url=http://hl7.org/fhir/ValueSet/administrative-gender", ""}},
      {"validate-code",
       {"GET", "/CodeSystem/$validate-code?url=http://hl7.org/fhir/administrative-gender&code=male", ""}},
      {"lookup",
       {"GET", "/CodeSystem/$lookup?system=http://hl7.org/fhir/administrative-gender&code=male", ""}},
      {"subsumes",
       {"GET", "/CodeSystem/$subsumes?system=http://hl7.org/fhir/administrative-gender&codeA=male&codeB=male",
        ""}},
      {"status", {"GET", "/SearchParameter/$status", ""}},
      {"meta", {"GET", "/Patient/" + patientKey + "/$meta", ""}},
      {"meta-add", {"POST", "/Condition/my-illness/$meta-add", meta}},
      {"meta-delete", {"POST", "/Condition/my-illness/$meta-delete", meta}},
      {"lastn", {"GET", "/Observation/$lastn?category=laboratory&patient=" + patientKey, ""}},
      {"everything", {"GET", "/Patient/" + patientKey + "/$everything", ""}},
      {"match",
       {"POST", "/Patient/$match",
        R"({"resourceType":"Parameters","parameter":[{"name":"resource","resource":{"resourceType":"Patient","birthDate":"1990-04-02"}}]})"}},
      {"break-glass",
       {"POST", "/Patient/" + patientKey + "/$break-glass", R"({"resourceType":"Parameters"})"}},
  };
  auto statement = fhir::json::parse(ask(*audited, "", "GET", "/metadata").body);
  BOOST_REQUIRE(statement.ok());
  std::set<std::string> declared;
  const auto add = [&](const fhir::Element* each, std::string_view member) {
    for (; each != nullptr; each = each->nextSame()) declared.emplace(each->childText(member));
  };
  const fhir::Element* rest = statement->root().child("rest");
  for (const fhir::Element* each = rest->child("resource"); each != nullptr; each = each->nextSame()) {
    add(each->child("interaction"), "code");
    add(each->child("operation"), "name");
  }
  add(rest->child("interaction"), "code");
  add(rest->child("operation"), "name");
  BOOST_TEST(declared.size() > 20u);
  for (const std::string& name : declared) {
    const auto way = ways.find(name);
    BOOST_REQUIRE_MESSAGE(way != ways.end(), name << " has no way to be asked here");
    for (const std::string& token : {client, std::string()}) {
      const int status =
          this->status(token, way->second.method, way->second.target, way->second.body, way->second.headers);
      BOOST_TEST((token.empty() ? status == 401 : status < 300 || name == "break-glass"),
                 name << " " << status);
      BOOST_TEST(noted() == 1, name << " is noted " << noted() << " times");
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
