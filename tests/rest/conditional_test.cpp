// Conditional create, update, patch and delete: what each answers for no, one and several matches.
#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "tests/rest/api_fixture.h"

using namespace fixture;

namespace {

const http::Header kJsonPatch{"Content-Type", "application/json-patch+json"};
const std::string kMale = R"([{"op":"replace","path":"/gender","value":"male"}])";

std::string patient(const std::string& identifier, const std::string& id = {},
                    const std::string& gender = "female") {
  return R"({"resourceType":"Patient",)" + (id.empty() ? "" : R"("id":")" + id + R"(",)") +
         R"("identifier":[{"system":"http://x.example/mrn","value":")" + identifier + R"("}],"gender":")" +
         gender + R"("})";
}

std::string basic(const std::string& identifier) {
  return R"({"resourceType":"Basic","code":{"text":"x"},"identifier":[{"value":")" + identifier + R"("}]})";
}

// So many patients with this identifier; the id of the last.
std::string existing(const std::string& identifier, int count) {
  std::string id;
  for (int i = 0; i < count; ++i) {
    const auto response = server().ask("POST", "/Patient", {}, patient(identifier));
    BOOST_REQUIRE(response.status == 201);
    id = at(response, "Patient.id");
  }
  return id;
}

int countOf(const std::string& criteria) {
  return std::stoi(at(server().ask("GET", "/" + criteria + "&_summary=count"), "Bundle.total"));
}

std::string criteria(const std::string& identifier) {
  return "identifier=http://x.example/mrn%7C" + identifier;
}

http::Response createdIfNone(const std::string& identifier, const std::string& condition) {
  return server().ask("POST", "/Patient", {{"If-None-Exist", condition}}, patient(identifier));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(conditional)

BOOST_AUTO_TEST_CASE(a_create_is_made_only_when_nothing_matches) {
  const auto first = createdIfNone("cc-1", criteria("cc-1"));
  BOOST_TEST(checkedStatus(first) == 201);
  const auto second = createdIfNone("cc-1", criteria("cc-1"));
  BOOST_TEST(checkedStatus(second) == 200);
  BOOST_TEST(second.body == first.body);
  for (const auto* name : {"Location", "ETag", "Last-Modified"})
    BOOST_TEST(header(second, name) == header(first, name));
  BOOST_TEST(countOf("Patient?identifier=cc-1") == 1);
  existing("cc-1", 1);
  const auto third = createdIfNone("cc-1", criteria("cc-1"));
  BOOST_TEST(checkedStatus(third) == 412);
  BOOST_TEST(at(third, "OperationOutcome.issue.code") == "multiple-matches");
}

BOOST_AUTO_TEST_CASE(the_condition_of_a_create_may_be_written_as_a_url) {
  existing("cc-url", 1);
  for (const auto* prefix : {"", "?", "Patient?"})
    BOOST_TEST(createdIfNone("cc-url", prefix + criteria("cc-url")).status == 200, prefix);
}

BOOST_AUTO_TEST_CASE(a_create_answers_as_prefer_asks_when_it_finds_one) {
  existing("cc-prefer", 1);
  const auto ask = [](const std::string& prefer) {
    return server().ask("POST", "/Patient", {{"If-None-Exist", criteria("cc-prefer")}, {"Prefer", prefer}},
                        patient("cc-prefer"));
  };
  BOOST_TEST(ask("return=minimal").body.empty());
  BOOST_TEST(at(ask("return=OperationOutcome"), "OperationOutcome.issue.severity") == "information");
  BOOST_TEST(at(ask("return=representation"), "Patient.gender") == "female");
}

BOOST_AUTO_TEST_CASE(a_body_at_fault_is_told_whatever_matches) {
  existing("cc-fault", 1);
  const auto ask = [](const std::string& body) {
    return checkedStatus(server().ask("POST", "/Patient", {{"If-None-Exist", criteria("cc-fault")}}, body));
  };
  BOOST_TEST(ask("{") == 400);
  BOOST_TEST(ask(basic("x")) == 400);
  BOOST_TEST(ask(R"({"resourceType":"Patient","contact":[{}]})") == 400);
  BOOST_TEST(ask(R"({"resourceType":"Patient","contact":[{"gender":"male"}]})") == 422);
}

BOOST_AUTO_TEST_CASE(a_condition_is_read_as_strictly_as_a_search) {
  struct Case {
    std::string condition;
    std::string expression;
  };
  const std::vector<Case> cases{
      {"", "http.If-None-Exist"},
      {"?", "http.If-None-Exist"},
      {"_format=json", "http.If-None-Exist"},
      {"identifer=1", "identifer"},
      {"identifier=", "identifier"},
      {"identifier:foo=1", "identifier:foo"},
      {"birthdate=yesterday", "birthdate"},
      {"gender=mail", "gender"},
      {"identifier=%zz", "http.If-None-Exist"},
      {"identifier=1&_count=1", "_count"},
      {"identifier=1&_sort=_id", "_sort"},
      {"identifier=1&_include=Patient:organization", "_include"},
      {"identifier=1&_summary=true", "_summary"},
      {"identifier=1&_revinclude:iterate=Observation:subject", "_revinclude:iterate"},
      {"identifier=1&_elements=id", "_elements"},
      {"identifier=1&_total=none", "_total"},
      {"identifier=1&_contained=true", "_contained"},
      {"identifier=1&_cursor=x", "_cursor"},
  };
  const int before = countOf("Patient?gender=female");
  for (const auto& [condition, expression] : cases) {
    for (const auto* prefer : {"handling=strict", "handling=lenient"}) {
      const auto response = server().ask(
          "POST", "/Patient", {{"If-None-Exist", condition}, {"Prefer", prefer}}, patient("strict"));
      BOOST_TEST(checkedStatus(response) == 400, condition);
      BOOST_TEST(at(response, "OperationOutcome.issue.expression") == expression, condition);
    }
    if (condition.empty() || condition[0] == '?' || condition.find('%') != std::string::npos) continue;
    for (const auto* method : {"PUT", "PATCH", "DELETE"}) {
      if (std::string_view(method) == "DELETE" && expression == "_count") continue;
      const auto response = server().ask(method, "/Patient?" + condition, {}, patient("strict"));
      BOOST_TEST(response.status == (std::string_view(method) == "PATCH" ? response.status : 400),
                 method << " " << condition);
      BOOST_TEST(checkedStatus(response) >= 400);
    }
  }
  for (const auto* method : {"PUT", "DELETE"})
    BOOST_TEST(checkedStatus(server().ask(method, "/Patient", {}, patient("strict"))) == 400, method);
  BOOST_TEST(checkedStatus(server().ask("PATCH", "/Patient", {kJsonPatch}, kMale)) == 400);
  BOOST_TEST(countOf("Patient?gender=female") == before);
}

BOOST_AUTO_TEST_CASE(if_none_exist_is_for_one_create) {
  const auto ask = [](std::string_view method, const std::string& target, const std::string& body = {}) {
    return checkedStatus(server().ask(method, target, {{"If-None-Exist", "identifier=1"}}, body));
  };
  BOOST_TEST(ask("PUT", "/Patient/a", patient("a", "a")) == 400);
  BOOST_TEST(ask("DELETE", "/Patient/a") == 400);
  BOOST_TEST(checkedStatus(server().ask("PATCH", "/Patient/a",
                                        {kJsonPatch, {"If-None-Exist", "identifier=1"}}, kMale)) == 400);
  BOOST_TEST(checkedStatus(server().ask(
                 "POST", "/Patient", {{"If-None-Exist", "identifier=1"}, {"If-None-Exist", "identifier=2"}},
                 patient("a"))) == 400);
}

BOOST_AUTO_TEST_CASE(a_row_that_plain_sql_has_just_written_matches) {
  server().database->run(
      "INSERT INTO patient_profile (full_name, dob, gender) VALUES ('Lakshmi Waiting', '1971-01-02', "
      "'female')");
  const auto response = server().ask(
      "POST", "/Patient", {{"If-None-Exist", "family=Waiting&birthdate=1971-01-02"}}, patient("waiting"));
  BOOST_TEST(checkedStatus(response) == 200);
  BOOST_TEST(at(response, "Patient.name.text") == "Lakshmi Waiting");
}

BOOST_AUTO_TEST_CASE(an_update_is_of_the_one_match_or_creates) {
  const auto target = "/Patient?" + criteria("cu-1");
  const auto created = server().ask("PUT", target, {}, patient("cu-1"));
  BOOST_TEST(checkedStatus(created) == 201);
  const auto id = at(created, "Patient.id");
  BOOST_TEST(header(created, "Location") == std::string(kBase) + "/Patient/" + id + "/_history/1");
  const auto updated = server().ask("PUT", target, {}, patient("cu-1", {}, "male"));
  BOOST_TEST(checkedStatus(updated) == 200);
  BOOST_TEST(at(updated, "Patient.id") == id);
  BOOST_TEST(header(updated, "ETag") == "W/\"2\"");
  BOOST_TEST(checkedStatus(server().ask("PUT", target, {}, patient("cu-1", id, "other"))) == 200);
  const auto wrong = server().ask("PUT", target, {}, patient("cu-1", "another", "other"));
  BOOST_TEST(checkedStatus(wrong) == 400);
  BOOST_TEST(at(wrong, "OperationOutcome.issue.expression") == "Patient.id");
  existing("cu-1", 1);
  BOOST_TEST(checkedStatus(server().ask("PUT", target, {}, patient("cu-1"))) == 412);
  BOOST_TEST(at(server().ask("GET", "/Patient/" + id), "Patient.gender") == "other");
}

BOOST_AUTO_TEST_CASE(an_update_without_match_creates_under_the_clients_id_unless_it_is_taken) {
  const auto created = server().ask("PUT", "/Patient?" + criteria("cu-2"), {}, patient("cu-2", "cu-own"));
  BOOST_TEST(checkedStatus(created) == 201);
  BOOST_TEST(at(created, "Patient.id") == "cu-own");
  const auto taken = server().ask("PUT", "/Patient?" + criteria("cu-3"), {}, patient("cu-3", "cu-own"));
  BOOST_TEST(checkedStatus(taken) == 409);
  BOOST_TEST(at(server().ask("GET", "/Patient/cu-own"), "Patient.identifier.value") == "cu-2");
  BOOST_TEST(server().ask("DELETE", "/Patient/cu-own").status == 204);
  BOOST_TEST(server().ask("PUT", "/Patient?" + criteria("cu-3"), {}, patient("cu-3", "cu-own")).status ==
             201);
}

BOOST_AUTO_TEST_CASE(the_version_is_a_condition_of_the_match_too) {
  existing("cu-4", 1);
  const auto put = [](const std::string& identifier, http::Header condition) {
    return checkedStatus(server().ask("PUT", "/Patient?" + criteria(identifier), {std::move(condition)},
                                      patient(identifier, {}, "male")));
  };
  BOOST_TEST(put("cu-4", {"If-Match", "W/\"2\""}) == 412);
  BOOST_TEST(put("cu-4", {"If-None-Match", "*"}) == 412);
  BOOST_TEST(put("cu-4", {"If-Match", "W/\"1\""}) == 200);
  BOOST_TEST(put("cu-4", {"If-Match", "*"}) == 200);
  BOOST_TEST(put("cu-5", {"If-Match", "*"}) == 412);
  BOOST_TEST(put("cu-5", {"If-Match", "W/\"1\""}) == 412);
  BOOST_TEST(put("cu-5", {"If-None-Match", "*"}) == 201);
}

BOOST_AUTO_TEST_CASE(a_patch_is_of_the_one_match) {
  const auto patch = [](const std::string& query,
                        std::initializer_list<http::Header> headers = {kJsonPatch}) {
    return server().ask("PATCH", "/Patient?" + query, headers, kMale);
  };
  BOOST_TEST(checkedStatus(patch(criteria("cp-1"))) == 404);
  existing("cp-1", 1);
  const auto patched = patch(criteria("cp-1") + "&gender=female");
  BOOST_TEST(checkedStatus(patched) == 200);
  BOOST_TEST(at(patched, "Patient.gender") == "male");
  BOOST_TEST(checkedStatus(patch(criteria("cp-1") + "&gender=female")) == 404);
  BOOST_TEST(checkedStatus(patch(criteria("cp-1"), {kJsonPatch, {"If-Match", "W/\"1\""}})) == 412);
  BOOST_TEST(checkedStatus(patch(criteria("cp-9"), {kJsonPatch, {"If-Match", "W/\"1\""}})) == 412);
  BOOST_TEST(checkedStatus(patch(criteria("cp-1"), {kJsonPatch, {"If-Match", "W/\"2\""}})) == 200);
  existing("cp-1", 1);
  BOOST_TEST(checkedStatus(patch(criteria("cp-1"))) == 412);
}

BOOST_AUTO_TEST_CASE(a_delete_is_of_one_match_unless_several_are_asked_for) {
  const auto remove = [](const std::string& query, std::initializer_list<http::Header> headers = {}) {
    return server().ask("DELETE", "/Patient?" + query, headers);
  };
  BOOST_TEST(checkedStatus(remove(criteria("cd-1"))) == 204);
  const auto id = existing("cd-1", 1);
  BOOST_TEST(checkedStatus(remove(criteria("cd-1"), {{"If-Match", "W/\"7\""}})) == 412);
  const auto removed = remove(criteria("cd-1"));
  BOOST_TEST(removed.status == 204);
  BOOST_TEST(header(removed, "ETag") == "W/\"2\"");
  BOOST_TEST(server().ask("GET", "/Patient/" + id).status == 410);
  BOOST_TEST(checkedStatus(remove(criteria("cd-1"), {{"If-Match", "*"}})) == 412);

  existing("cd-2", 3);
  BOOST_TEST(checkedStatus(remove(criteria("cd-2"))) == 412);
  BOOST_TEST(checkedStatus(remove(criteria("cd-2") + "&_count=2")) == 412);
  BOOST_TEST(countOf("Patient?identifier=cd-2") == 3);
  for (const auto* count : {"0", "-1", "x", "101", "1.5"})
    BOOST_TEST(checkedStatus(remove(criteria("cd-2") + "&_count=" + count)) == 400, count);
  BOOST_TEST(checkedStatus(remove(criteria("cd-2") + "&_count=3&_count=3")) == 400);
  BOOST_TEST(checkedStatus(remove("_count=3")) == 400);
  const auto all = remove(criteria("cd-2") + "&_count=3", {{"Prefer", "return=OperationOutcome"}});
  BOOST_TEST(checkedStatus(all) == 200);
  BOOST_TEST(at(all, "OperationOutcome.issue.diagnostics") == "3 deleted.");
  BOOST_TEST(countOf("Patient?identifier=cd-2") == 0);
}

BOOST_AUTO_TEST_CASE(layout_parameters_are_no_criteria_and_still_count) {
  existing("layout", 1);
  const auto response =
      server().ask("PUT", "/Patient?_format=xml&" + criteria("layout"), {}, patient("layout", {}, "male"));
  BOOST_TEST(response.status == 200);
  BOOST_TEST(header(response, "Content-Type").starts_with("application/fhir+xml"));
}

BOOST_AUTO_TEST_CASE(the_generic_store_is_searched_alike) {
  const auto ask = [] {
    return checkedStatus(server().ask("POST", "/Basic", {{"If-None-Exist", "identifier=g-1"}}, basic("g-1")));
  };
  BOOST_TEST(ask() == 201);
  BOOST_TEST(ask() == 200);
  BOOST_TEST(server().ask("PUT", "/Basic?identifier=g-1", {}, basic("g-1")).status == 200);
  BOOST_TEST(server().ask("DELETE", "/Basic?identifier=g-1").status == 204);
  BOOST_TEST(countOf("Basic?identifier=g-1") == 0);
}

BOOST_AUTO_TEST_CASE(of_conditional_creates_at_once_one_is_made_whatever_the_order_of_its_criteria) {
  const std::vector<int> one{200, 200, 200, 201};
  for (int round = 0; round < 25; ++round) {
    const auto identifier = "race-" + std::to_string(round);
    BOOST_TEST(server().askAtOnce("POST", "/Patient", {{"If-None-Exist", criteria(identifier)}},
                                  patient(identifier)) == one,
               boost::test_tools::per_element());
    BOOST_TEST(server().askAtOnce("PUT", "/Patient?" + criteria(identifier + "-put"), {},
                                  patient(identifier + "-put")) == one,
               boost::test_tools::per_element());
    BOOST_TEST(countOf("Patient?identifier=" + identifier) == 1);
    BOOST_TEST(countOf("Patient?identifier=" + identifier + "-put") == 1);
  }
}

BOOST_AUTO_TEST_CASE(a_read_may_depend_on_what_the_client_has) {
  server().put("Patient/cr-1", patient("cr-1", "cr-1"));
  const auto first = server().ask("GET", "/Patient/cr-1");
  const auto ask = [](std::string_view method, http::Header header) {
    return server().ask(method, "/Patient/cr-1", {std::move(header)});
  };
  for (const auto* method : {"GET", "HEAD"}) {
    const auto same = ask(method, {"If-None-Match", header(first, "ETag")});
    BOOST_TEST(same.status == 304);
    BOOST_TEST(same.body.empty());
    BOOST_TEST(header(same, "ETag") == header(first, "ETag"));
    BOOST_TEST(ask(method, {"If-Modified-Since", header(first, "Last-Modified")}).status == 304);
    BOOST_TEST(ask(method, {"If-Modified-Since", "Sat, 01 Jan 2000 00:00:00 GMT"}).status == 200);
    BOOST_TEST(ask(method, {"If-None-Match", "W/\"9\""}).status == 200);
  }
}

BOOST_AUTO_TEST_SUITE_END()
