// CodeSystem/$lookup, $subsumes and $validate-code, and how parameters are read.
#include "tests/rest/terminology.h"

#include <boost/test/unit_test.hpp>

#include "src/http/server.h"
#include "src/rest/answer.h"
#include "tests/http/client.h"

using namespace fixture;
using namespace terms;

BOOST_AUTO_TEST_SUITE(code_system_operations)

BOOST_AUTO_TEST_CASE(lookup_tells_all_of_a_code) {
  const std::string asked = "CodeSystem/$lookup?system=" + kActCode + "&code=AMB";
  const auto response = get(asked);
  BOOST_TEST(output(response, "name") == "v3.ActCode");
  BOOST_TEST(output(response, "version") == "2018-08-12");
  BOOST_TEST(output(response, "display") == "ambulatory");
  const auto property = [&](const std::string& code, const std::string& part) {
    return at(response,
              "Parameters.parameter.where(name = 'property' and part.where(name = 'code').value = '" + code +
                  "').part.where(name = '" + part + "').value");
  };
  BOOST_TEST(property("parent", "value") == "_ActEncounterCode");
  BOOST_TEST(property("parent", "description") == "ActEncounterCode");
  BOOST_TEST(property("inactive", "value") == "false");
  BOOST_TEST(property("definition", "value").starts_with("A comprehensive term for health care"));
}

BOOST_AUTO_TEST_CASE(lookup_takes_a_coding_and_tells_what_is_asked_for) {
  const auto coding =
      post("CodeSystem/$lookup", R"({"name":"coding","valueCoding":{"system":")" + kGender +
                                     R"(","code":"other"}},{"name":"property","valueCode":"parent"})");
  BOOST_TEST(output(coding, "display") == "Other");
  BOOST_TEST(countAt(coding, "Parameters.parameter.where(name = 'property')") == 0);
  const auto dutch =
      get("CodeSystem/$lookup?system=" + kTable + "&code=F&displayLanguage=nl&property=designation");
  BOOST_TEST(output(dutch, "display") == "Vrouw");
  BOOST_TEST(countAt(dutch, "Parameters.parameter.where(name = 'designation')") >= 1);
  BOOST_TEST(countAt(dutch, "Parameters.parameter.where(name = 'property')") == 0);
}

BOOST_AUTO_TEST_CASE(lookup_refuses_what_it_cannot_answer) {
  const auto lookup = [](const std::string& query) { return refusal(get("CodeSystem/$lookup?" + query)); };
  BOOST_TEST(lookup("system=" + kGender + "&code=mail") == "404 code-invalid");
  BOOST_TEST(
      at(get("CodeSystem/$lookup?system=" + kGender + "&code=mail"), "OperationOutcome.issue.diagnostics") ==
      "The code system " + kGender + " has no such code. Did you mean 'male'?");
  BOOST_TEST(lookup("system=http://snomed.info/sct&code=1") == "404 not-found");
  BOOST_TEST(lookup("system=" + kGender + "&version=9&code=male") == "404 not-found");
  BOOST_TEST(lookup("system=http://unitsofmeasure.org&code=mg") == "422 not-supported");
  BOOST_TEST(lookup("system=http://terminology.hl7.org/CodeSystem/service-type&code=none") ==
             "422 not-supported");
  BOOST_TEST(lookup("code=male") == "400 required system");
  BOOST_TEST(lookup("system=" + kGender) == "400 required code");
  BOOST_TEST(lookup("system=" + kGender + "&code=male&property=colour") == "400 not-supported property");
  BOOST_TEST(lookup("system=" + kGender + "&code=male&date=2020-01-01") == "422 not-supported date");
  BOOST_TEST(refusal(post("CodeSystem/$lookup", R"({"name":"coding","valueCoding":{"code":"x"}})")) ==
             "400 required coding");
  BOOST_TEST(
      refusal(post(
          "CodeSystem/$lookup",
          R"({"name":"coding","valueCoding":{"system":"s","code":"x"}},{"name":"system","valueUri":"s"})")) ==
      "400 invalid system");
}

BOOST_AUTO_TEST_CASE(parameters_are_refused_by_name_type_and_number) {
  const std::string good = "CodeSystem/$lookup?system=" + kGender + "&code=male";
  BOOST_TEST(checkedStatus(get(good + "&cod=x")) == 400);
  BOOST_TEST(at(get(good + "&propert=x"), "OperationOutcome.issue.diagnostics").find("property") !=
             std::string::npos);
  BOOST_TEST(refusal(get(good + "&code=female")) == "400 invalid code");
  BOOST_TEST(refusal(get(good + "&coding=x")) == "400 invalid coding");
  BOOST_TEST(refusal(get("CodeSystem/$lookup?code=&system=" + kGender)) == "400 value code");
  BOOST_TEST(refusal(post("CodeSystem/$lookup", R"({"name":"cod","valueCode":"male"})")) ==
             "400 not-supported Parameters.parameter[0]");
  BOOST_TEST(refusal(post("CodeSystem/$lookup", R"({"name":"code","valueBoolean":true})")) ==
             "400 value Parameters.parameter[0]");
  BOOST_TEST(refusal(post("CodeSystem/$lookup",
                          R"({"name":"code","valueCode":"a"},{"name":"code","valueCode":"b"})")) ==
             "400 invalid Parameters.parameter[1]");
  BOOST_TEST(refusal(server().ask("POST", "/CodeSystem/$lookup", {}, R"({"resourceType":"Patient"})")) ==
             "400 invalid Patient");
  BOOST_TEST(checkedStatus(server().ask("POST", "/CodeSystem/$lookup", {}, "{")) == 400);
  BOOST_TEST(checkedStatus(
                 server().ask("POST", "/CodeSystem/$lookup", {{"Content-Type", "text/plain"}}, "x")) == 415);
  BOOST_TEST(refusal(get(good + "&displayLanguage=n%20%20l")) == "400 value displayLanguage");
  BOOST_TEST(refusal(get("CodeSystem/$lookup?code=male&system=a%20b")) == "400 value system");
  BOOST_TEST(refusal(get(good + "&date=yesterday")) == "400 value date");
  BOOST_TEST(refusal(post("CodeSystem/$lookup", R"({"name":"code","valueString":" x"})")) ==
             "400 value Parameters.parameter[0]");
  BOOST_TEST(server().ask("GET", "/" + good + "&cod=x", {{"Prefer", "handling=lenient"}}).status == 200);
}

BOOST_AUTO_TEST_CASE(subsumes_tells_how_codes_relate) {
  const auto relation = [](const std::string& a, const std::string& b) {
    return output(get("CodeSystem/$subsumes?system=" + kActCode + "&codeA=" + a + "&codeB=" + b), "outcome");
  };
  BOOST_TEST(relation("_ActEncounterCode", "AMB") == "subsumes");
  BOOST_TEST(relation("AMB", "_ActEncounterCode") == "subsumed-by");
  BOOST_TEST(relation("AMB", "AMB") == "equivalent");
  BOOST_TEST(relation("AMB", "EMER") == "not-subsumed");
  const auto coding = [](const std::string& name, const std::string& system, const std::string& code) {
    return R"({"name":")" + name + R"(","valueCoding":{"system":")" + system + R"(","code":")" + code +
           "\"}}";
  };
  BOOST_TEST(output(post("CodeSystem/$subsumes", coding("codingA", kActCode, "_ActEncounterCode") + "," +
                                                     coding("codingB", kActCode, "AMB")),
                    "outcome") == "subsumes");
  BOOST_TEST(refusal(post("CodeSystem/$subsumes",
                          coding("codingA", kActCode, "AMB") + "," + coding("codingB", kGender, "male"))) ==
             "400 invalid codingB");
  BOOST_TEST(refusal(post("CodeSystem/$subsumes", coding("codingA", kActCode, "AMB"))) ==
             "400 invalid codeA");
  BOOST_TEST(refusal(get("CodeSystem/$subsumes?codeA=AMB&codeB=EMER")) == "400 invalid system");
  BOOST_TEST(refusal(get("CodeSystem/$subsumes?codeA=AMB&system=" + kActCode)) == "400 invalid codeA");
  BOOST_TEST(refusal(get("CodeSystem/$subsumes?codeA=AMB&codeB=none&system=" + kActCode)) ==
             "404 code-invalid");
  BOOST_TEST(refusal(get("CodeSystem/$subsumes?codeA=1&codeB=2&system=http://snomed.info/sct")) ==
             "404 not-found");
}

BOOST_AUTO_TEST_CASE(validate_code_in_a_code_system) {
  const auto validated = [](const std::string& query) { return get("CodeSystem/$validate-code?" + query); };
  const auto right = validated("url=" + kGender + "&code=male");
  BOOST_TEST(output(right, "result") == "true");
  BOOST_TEST(output(right, "display") == "Male");
  const auto wrong = validated("url=" + kGender + "&code=mail");
  BOOST_TEST(output(wrong, "result") == "false");
  BOOST_TEST(output(wrong, "message") ==
             "The code system " + kGender + " has no such code. Did you mean 'male'?");
  BOOST_TEST(output(validated("url=" + kGender + "&code=male&display=Man"), "result") == "false");
  BOOST_TEST(output(validated("url=" + kActCode + "&code=_ActEncounterCode"), "result") == "false");
  BOOST_TEST(output(validated("url=" + kActCode + "&code=_ActEncounterCode&abstract=true"), "result") ==
             "true");
  BOOST_TEST(output(validated("url=http://unitsofmeasure.org&code=mm[Hg]"), "result") == "true");
  BOOST_TEST(output(validated("url=http://unitsofmeasure.org&code=furlong"), "result") == "false");
  BOOST_TEST(refusal(validated("url=http://snomed.info/sct&code=1")) == "404 not-found");
  BOOST_TEST(refusal(validated("code=male")) == "400 required url");
  BOOST_TEST(refusal(validated("url=" + kGender)) == "400 required code");
  BOOST_TEST(refusal(validated("url=" + kGender + "&code=male&abstract=yes")) == "400 value abstract");
  const std::string coding =
      R"({"name":"coding","valueCoding":{"system":")" + kGender + R"(","code":"male"}})";
  BOOST_TEST(output(post("CodeSystem/$validate-code", coding), "result") == "true");
  BOOST_TEST(output(post("CodeSystem/$validate-code?url=" + kActCode, coding), "result") == "false");
  const std::string inlined =
      R"({"name":"codeSystem","resource":{"resourceType":"CodeSystem","url":"urn:inline","status":"active",)"
      R"("content":"complete","concept":[{"code":"x"}]}},)";
  BOOST_TEST(output(post("CodeSystem/$validate-code", inlined + R"({"name":"code","valueCode":"x"})"),
                    "result") == "true");
  BOOST_TEST(output(post("CodeSystem/$validate-code", inlined + R"({"name":"code","valueCode":"y"})"),
                    "result") == "false");
}

BOOST_AUTO_TEST_CASE(over_a_socket_the_operations_answer_get_and_post_in_json_and_xml) {
  http::ServerOptions options;
  options.port = 0;
  options.workers = 1;
  http::Server edge(
      options,
      [](const http::Request& request, unsigned worker) { return server().service.handle(request, worker); },
      rest::faultAnswer);
  edge.start();
  const auto got =
      testing::Client(edge.port())
          .exchange("GET /fhir/CodeSystem/%24lookup?system=" + kGender +
                    "&code=male HTTP/1.1\r\nHost: localhost\r\nAccept: application/fhir+xml\r\n\r\n");
  BOOST_REQUIRE(got.has_value());
  BOOST_TEST(got->status == 200);
  BOOST_TEST(got->body.find("<name value=\"display\"/><valueString value=\"Male\"/>") != std::string::npos);
  const std::string body =
      R"({"resourceType":"Parameters","parameter":[{"name":"url","valueUri":")" + kGenderSet + "\"}]}";
  const auto posted = testing::Client(edge.port())
                          .exchange(
                              "POST /fhir/ValueSet/$expand HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
                              "application/fhir+json\r\nContent-Length: " +
                              std::to_string(body.size()) + "\r\n\r\n" + body);
  BOOST_REQUIRE(posted.has_value());
  BOOST_TEST(posted->status == 200);
  BOOST_TEST(posted->body.find(R"("total":4)") != std::string::npos);
  edge.stop();
}

BOOST_AUTO_TEST_CASE(other_methods_types_and_levels_are_refused) {
  const auto deleted = server().ask("DELETE", "/ValueSet/$expand");
  BOOST_TEST(checkedStatus(deleted) == 405);
  BOOST_TEST(header(deleted, "Allow") == "GET, HEAD, POST");
  BOOST_TEST(server().ask("OPTIONS", "/ValueSet/$expand").status == 204);
  BOOST_TEST(checkedStatus(get("Patient/$expand")) == 501);
  BOOST_TEST(checkedStatus(get("CodeSystem/x/$lookup?code=x")) == 501);
  BOOST_TEST(checkedStatus(get("$expand")) == 501);
}

BOOST_AUTO_TEST_CASE(the_capability_statement_names_the_operations) {
  const auto response = get("metadata");
  const auto definition = [&](const std::string& type, const std::string& name) {
    return at(response, "CapabilityStatement.rest.resource.where(type = '" + type +
                            "').operation.where(name = '" + name + "').definition");
  };
  const std::string base = "http://hl7.org/fhir/OperationDefinition/";
  BOOST_TEST(definition("ValueSet", "expand") == base + "ValueSet-expand");
  BOOST_TEST(definition("ValueSet", "validate-code") == base + "ValueSet-validate-code");
  BOOST_TEST(definition("CodeSystem", "lookup") == base + "CodeSystem-lookup");
  BOOST_TEST(definition("CodeSystem", "validate-code") == base + "CodeSystem-validate-code");
  BOOST_TEST(definition("CodeSystem", "subsumes") == base + "CodeSystem-subsumes");
  BOOST_TEST(definition("CodeSystem", "validate") == base + "Resource-validate");
  BOOST_TEST(definition("Patient", "expand").empty());
}

BOOST_AUTO_TEST_SUITE_END()
