// ValueSet/$expand and $validate-code, over R4's own and over stored definitions.
#include <boost/test/unit_test.hpp>

#include "src/rules/rules.h"
#include "tests/rest/terminology.h"

using namespace fixture;
using namespace terms;

namespace {

std::string fruits(const std::string& concepts, const std::string& more = {}) {
  return R"({"resourceType":"CodeSystem","id":"fruits","url":"http://example.org/fruits","status":"active",)" +
         more + R"("content":"complete","concept":[)" + concepts + "]}";
}

std::string fruitSet(const std::string& id, const std::string& url, const std::string& include,
                     const std::string& version = {}) {
  return R"({"resourceType":"ValueSet","id":")" + id + R"(","url":")" + url + "\"," +
         (version.empty() ? "" : R"("version":")" + version + "\",") +
         R"("status":"active","compose":{"include":[{"system":"http://example.org/fruits")" + include +
         "}]}}";
}

// The codes of an expansion, in its order.
std::string codes(const http::Response& response) {
  BOOST_TEST(response.status == 200, response.body);
  const auto resource = resourceOf(response);
  std::string text;
  const auto* expansion = resource.root().child("expansion");
  BOOST_REQUIRE(expansion);
  for (const auto* each = expansion->child("contains"); each; each = each->nextSame())
    text.append(text.empty() ? "" : " ").append(each->childText("code"));
  return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(value_set_operations)

BOOST_AUTO_TEST_CASE(expand_lists_r4s_own) {
  const auto response = get("ValueSet/$expand?url=" + kGenderSet);
  BOOST_TEST(codes(response) == "male female other unknown");
  BOOST_TEST(at(response, "ValueSet.url") == kGenderSet);
  BOOST_TEST(at(response, "ValueSet.expansion.total") == "4");
  BOOST_TEST(at(response, "ValueSet.expansion.identifier").starts_with("urn:uuid:"));
  BOOST_TEST(at(response, "ValueSet.expansion.contains.display") == "Male");
  BOOST_TEST(countAt(response, "ValueSet.compose") == 0);
  BOOST_TEST(countAt(get("ValueSet/$expand?includeDefinition=true&url=" + kGenderSet), "ValueSet.compose") ==
             1);
}

BOOST_AUTO_TEST_CASE(expand_takes_each_parameter_of_r4) {
  const std::string base = "ValueSet/$expand?url=" + kGenderSet;
  const std::string table = "ValueSet/$expand?url=" + kTableSet;
  BOOST_TEST(codes(get(base + "&filter=ma")) == "male");
  BOOST_TEST(codes(get(base + "&offset=1&count=2")) == "female other");
  BOOST_TEST(codes(get(base + "&count=0")).empty());
  BOOST_TEST(codes(get(base + "&valueSetVersion=4.0.1")) == "male female other unknown");
  BOOST_TEST(codes(get("ValueSet/$expand?url=" + kGenderSet + "|4.0.1")) == "male female other unknown");
  BOOST_TEST(codes(get("ValueSet/$expand?context=Patient.gender&contextDirection=incoming")) ==
             "male female other unknown");
  BOOST_TEST(
      codes(
          get("ValueSet/$expand?context=http://hl7.org/fhir/StructureDefinition/Patient%23Patient.gender")) ==
      "male female other unknown");
  BOOST_TEST(at(get(table + "&displayLanguage=nl"), "ValueSet.expansion.contains.display") == "Ambigu");
  BOOST_TEST(countAt(get(table + "&includeDesignations=true"), "ValueSet.expansion.contains.designation") >
             0);
  BOOST_TEST(countAt(get(table + "&designation=xx"), "ValueSet.expansion.contains.designation") == 0);
  BOOST_TEST(codes(get(base + "&exclude-system=" + kGender)).empty());
  BOOST_TEST(codes(get(base + "&system-version=" + kGender + "|4.0.1&check-system-version=" + kGender +
                       "|4.0.1&force-system-version=" + kGender + "|4.0.1")) == "male female other unknown");
  BOOST_TEST(codes(get(base + "&excludeNested=true&excludePostCoordinated=true&activeOnly=true")) ==
             "male female other unknown");
  const std::string interpretations =
      "ValueSet/$expand?url=http://hl7.org/fhir/ValueSet/observation-interpretation";
  BOOST_TEST(countAt(get(interpretations), "ValueSet.expansion.contains.where(abstract = true)") > 3);
  BOOST_TEST(countAt(get(interpretations + "&excludeNotForUI=true"),
                     "ValueSet.expansion.contains.where(abstract = true)") == 0);
  BOOST_TEST(countAt(get(interpretations + "&excludeNested=false"), "ValueSet.expansion.contains.contains") >
             3);
}

BOOST_AUTO_TEST_CASE(expand_refuses_what_it_cannot_answer) {
  const auto expanded = [](const std::string& query) { return refusal(get("ValueSet/$expand?" + query)); };
  BOOST_TEST(expanded("url=http://example.org/none") == "404 not-found url");
  BOOST_TEST(expanded("url=" + kGenderSet + "&valueSetVersion=3") == "404 not-found url");
  BOOST_TEST(expanded("url=" + kGenderSet + "|4.0.1&valueSetVersion=4.0.1") == "400 invalid valueSetVersion");
  BOOST_TEST(expanded("url=http://hl7.org/fhir/ValueSet/body-site") == "422 not-found");
  BOOST_TEST(expanded("url=http://hl7.org/fhir/ValueSet/ucum-units") == "422 too-costly");
  BOOST_TEST(expanded("url=http://hl7.org/fhir/ValueSet/service-type") == "422 not-supported");
  BOOST_TEST(expanded("") == "400 invalid");
  BOOST_TEST(expanded("url=" + kGenderSet + "&context=Patient.gender") == "400 invalid");
  BOOST_TEST(expanded("context=Patient.colour") == "404 not-found context");
  BOOST_TEST(expanded("context=Patient.gender&contextDirection=up") == "400 value contextDirection");
  BOOST_TEST(expanded("url=" + kGenderSet + "&contextDirection=incoming") == "400 invalid contextDirection");
  BOOST_TEST(expanded("context=Patient.gender&valueSetVersion=1") == "400 invalid valueSetVersion");
  BOOST_TEST(expanded("url=" + kGenderSet + "&count=-1") == "400 value count");
  BOOST_TEST(expanded("url=" + kGenderSet + "&offset=x") == "400 value offset");
  BOOST_TEST(expanded("url=" + kGenderSet + "&count=1&excludeNested=false") == "400 invalid excludeNested");
  BOOST_TEST(expanded("url=" + kGenderSet + "&date=2020-01-01") == "422 not-supported date");
  BOOST_TEST(expanded("url=" + kGenderSet + "&system-version=x") == "400 value system-version");
  BOOST_TEST(expanded("url=" + kGenderSet + "&check-system-version=" + kGender + "|3") ==
             "422 business-rule");
  BOOST_TEST(expanded("url=" + kGenderSet + "&force-system-version=" + kGender + "|3") == "422 not-found");
  BOOST_TEST(checkedStatus(get("ValueSet/$expand?url=" + kGenderSet + "&includeHidden=true")) == 400);
  BOOST_TEST(refusal(get("ValueSet/none/$expand")) == "404 not-found");
}

BOOST_AUTO_TEST_CASE(a_value_set_may_come_with_the_request) {
  const std::string own =
      R"({"resourceType":"ValueSet","status":"active","compose":{"include":[{"system":")" + kGender +
      R"(","concept":[{"code":"other"},{"code":"male"}]}]}})";
  BOOST_TEST(codes(post("ValueSet/$expand", R"({"name":"valueSet","resource":)" + own + "}")) ==
             "other male");
  BOOST_TEST(codes(server().ask("POST", "/ValueSet/$expand?count=1", {}, own)) == "other");
  const auto judged = [&](const std::string& code) {
    return output(post("ValueSet/$validate-code", R"({"name":"valueSet","resource":)" + own +
                                                      R"(},{"name":"coding","valueCoding":{"system":")" +
                                                      kGender + R"(","code":")" + code + "\"}}"),
                  "result");
  };
  BOOST_TEST(judged("male") == "true");
  BOOST_TEST(judged("female") == "false");
}

BOOST_AUTO_TEST_CASE(validate_code_in_a_value_set) {
  const auto validated = [](const std::string& query) { return get("ValueSet/$validate-code?" + query); };
  const std::string base = "url=" + kGenderSet + "&system=" + kGender;
  BOOST_TEST(output(validated(base + "&code=male"), "result") == "true");
  BOOST_TEST(output(validated(base + "&code=male&display=MALE"), "display") == "Male");
  BOOST_TEST(output(validated(base + "&code=male&display=Man"), "message") ==
             "The display is not one of the code's. Use 'Male'.");
  BOOST_TEST(output(validated(base + "&code=mal"), "message") ==
             "The code is not in the value set " + kGenderSet + ". Did you mean 'male'?");
  BOOST_TEST(output(validated("url=" + kGenderSet + "&system=http://example.org&code=male"), "result") ==
             "false");
  BOOST_TEST(output(validated("context=Patient.gender&code=male"), "result") == "true");
  BOOST_TEST(
      output(
          validated("url=http://hl7.org/fhir/ValueSet/ucum-units&system=http://unitsofmeasure.org&code=mg"),
          "result") == "true");
  BOOST_TEST(
      output(validated("url=http://hl7.org/fhir/ValueSet/consistency-type&system=http://snomed.info/sct&code="
                       "439031000124108"),
             "result") == "true");
  BOOST_TEST(
      refusal(validated("url=http://hl7.org/fhir/ValueSet/body-site&system=http://snomed.info/sct&code=1")) ==
      "422 not-found");
  BOOST_TEST(refusal(validated("url=" + kGenderSet + "&code=male")) == "400 required system");
  BOOST_TEST(refusal(validated("system=" + kGender + "&code=male")) == "400 invalid");
  BOOST_TEST(refusal(validated("url=http://example.org/none&system=s&code=x")) == "404 not-found url");
  BOOST_TEST(refusal(validated(base)) == "400 required code");
  BOOST_TEST(refusal(validated(base + "&code=male&date=2020")) == "422 not-supported date");
}

BOOST_AUTO_TEST_CASE(one_coding_of_a_concept_that_is_right_is_enough) {
  const auto judged = [](const std::string& codings) {
    return post("ValueSet/$validate-code?url=" + kGenderSet,
                R"({"name":"codeableConcept","valueCodeableConcept":{"coding":[)" + codings + "]}}");
  };
  const std::string right = R"({"system":")" + kGender + R"(","code":"male"})";
  const std::string wrong = R"({"system":"http://example.org/x","code":"m"})";
  BOOST_TEST(output(judged(wrong + "," + right), "result") == "true");
  BOOST_TEST(output(judged(wrong), "result") == "false");
  BOOST_TEST(refusal(post("ValueSet/$validate-code?url=" + kGenderSet,
                          R"({"name":"codeableConcept","valueCodeableConcept":{"text":"a man"}})")) ==
             "400 required codeableConcept");
  BOOST_TEST(refusal(judged(R"({"system":"http://example.org/x"})")) == "400 required codeableConcept");
  BOOST_TEST(refusal(post("ValueSet/$validate-code?url=" + kGenderSet + "&system=" + kGender,
                          R"({"name":"coding","valueCoding":)" + right + "}")) == "400 invalid system");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(stored_definitions)

BOOST_AUTO_TEST_CASE(what_is_stored_counts_from_the_next_request_until_it_is_changed_or_deleted) {
  const std::string set = "http://example.org/ValueSet/fruits";
  const std::string expand = "ValueSet/$expand?url=" + set;
  BOOST_TEST(refusal(get(expand)) == "404 not-found url");
  server().put("ValueSet/fruits", fruitSet("fruits", set, ""));
  BOOST_TEST(refusal(get(expand)) == "422 not-found");
  server().put("CodeSystem/fruits", fruits(R"({"code":"apple","concept":[{"code":"braeburn"}]})"));
  BOOST_TEST(codes(get(expand)) == "apple braeburn");
  BOOST_TEST(output(get("CodeSystem/$subsumes?system=http://example.org/fruits&codeA=apple&codeB=braeburn"),
                    "outcome") == "subsumes");
  server().put("CodeSystem/fruits", fruits(R"({"code":"pear"})"));
  BOOST_TEST(codes(get(expand)) == "pear");
  BOOST_TEST(server().ask("DELETE", "/CodeSystem/fruits").status == 204);
  BOOST_TEST(refusal(get(expand)) == "422 not-found");
  BOOST_TEST(server().ask("DELETE", "/ValueSet/fruits").status == 204);
  BOOST_TEST(refusal(get(expand)) == "404 not-found url");
}

BOOST_AUTO_TEST_CASE(what_others_write_with_plain_sql_counts_from_the_next_request_too) {
  const std::string expand = "ValueSet/$expand?url=http://example.org/ValueSet/sql";
  server().put("CodeSystem/fruits", fruits(R"({"code":"apple"},{"code":"pear"})"));
  server().put("ValueSet/sql",
               fruitSet("sql", "http://example.org/ValueSet/sql", R"(,"concept":[{"code":"apple"}])"));
  BOOST_TEST(codes(get(expand)) == "apple");
  server().database->run(
      R"(UPDATE fhir.resource SET fhir_residual = replace(fhir_residual::text, 'apple', 'pear')::json
         WHERE resource_type = 'ValueSet' AND fhir_id = 'sql')");
  BOOST_TEST(codes(get(expand)) == "pear");
  server().database->run(
      "UPDATE fhir.resource SET is_deleted = true WHERE resource_type = 'ValueSet' AND fhir_id = 'sql'");
  BOOST_TEST(refusal(get(expand)) == "404 not-found url");
}

BOOST_AUTO_TEST_CASE(another_server_s_writes_are_seen_by_the_first_request_after_them) {
  const auto folder = std::string(std::getenv("HV_SOURCE_DIR")) + "/schemas/fhir";
  auto other = rules::Rules::load({.folders = {folder}, .required = {}});
  BOOST_REQUIRE(other.ok());
  auto session = server().store.session();
  const auto knows = [&](const std::string& code) {
    const auto set = (*other)->current(session);
    BOOST_REQUIRE(set);
    const auto* system = (*set)->terminology().codeSystem("http://example.org/fruits");
    return system && system->find(code);
  };
  for (const std::string code : {"plum", "cherry", "medlar"}) {
    server().put("CodeSystem/fruits", fruits(R"({"code":")" + code + "\"}"));
    BOOST_TEST(knows(code));
  }
}

BOOST_AUTO_TEST_CASE(instances_are_asked_by_id_whatever_their_url) {
  server().put("CodeSystem/fruits", fruits(R"({"code":"apple","concept":[{"code":"braeburn"}]})"));
  server().put("ValueSet/by-id", fruitSet("by-id", "http://example.org/ValueSet/by-id", ""));
  BOOST_TEST(codes(get("ValueSet/by-id/$expand")) == "apple braeburn");
  BOOST_TEST(codes(post("ValueSet/by-id/$expand", R"({"name":"count","valueInteger":1})")) == "apple");
  BOOST_TEST(output(get("ValueSet/by-id/$validate-code?system=http://example.org/fruits&code=apple"),
                    "result") == "true");
  BOOST_TEST(output(get("CodeSystem/fruits/$validate-code?code=apple"), "result") == "true");
  BOOST_TEST(output(get("CodeSystem/fruits/$validate-code?code=stone"), "result") == "false");
  BOOST_TEST(output(get("CodeSystem/fruits/$subsumes?codeA=apple&codeB=braeburn"), "outcome") == "subsumes");
  BOOST_TEST(refusal(get("CodeSystem/fruits/$subsumes?codeA=apple&codeB=braeburn&system=urn:x")) ==
             "400 invalid system");
  BOOST_TEST(refusal(get("CodeSystem/fruits/$subsumes?codeA=apple&codeB=braeburn&version=7")) ==
             "400 invalid version");
  BOOST_TEST(refusal(get("CodeSystem/fruits/$validate-code?code=apple&url=urn:x")) == "400 invalid url");
  BOOST_TEST(refusal(get("ValueSet/by-id/$expand?url=" + kGenderSet)) == "400 invalid");
  BOOST_TEST(refusal(get("CodeSystem/none/$validate-code?code=x")) == "404 not-found");
  BOOST_TEST(server().ask("DELETE", "/ValueSet/by-id").status == 204);
  BOOST_TEST(refusal(get("ValueSet/by-id/$expand")) == "410 deleted");
}

BOOST_AUTO_TEST_CASE(of_several_versions_the_newest_counts_unless_one_is_named) {
  const std::string url = "http://example.org/ValueSet/versions";
  server().put("CodeSystem/fruits", fruits(R"({"code":"apple"},{"code":"pear"})"));
  server().put("ValueSet/versions-9", fruitSet("versions-9", url, R"(,"concept":[{"code":"apple"}])", "9"));
  server().put("ValueSet/versions-10", fruitSet("versions-10", url, R"(,"concept":[{"code":"pear"}])", "10"));
  BOOST_TEST(codes(get("ValueSet/$expand?url=" + url)) == "pear");
  BOOST_TEST(codes(get("ValueSet/$expand?url=" + url + "|9")) == "apple");
  BOOST_TEST(codes(get("ValueSet/$expand?valueSetVersion=9&url=" + url)) == "apple");
}

BOOST_AUTO_TEST_CASE(what_r4_defines_is_never_shadowed_but_its_examples_are) {
  const auto system = [](const std::string& id, const std::string& url) {
    return R"({"resourceType":"CodeSystem","id":")" + id + R"(","url":")" + url +
           R"(","version":"99","status":"active","content":"complete","concept":[{"code":"mine"}]})";
  };
  server().put("CodeSystem/shadow", system("shadow", kGender));
  BOOST_TEST(refusal(get("CodeSystem/$lookup?code=mine&system=" + kGender)) == "404 code-invalid");
  BOOST_TEST(output(get("CodeSystem/shadow/$validate-code?code=mine"), "result") == "true");
  const std::string services = "http://terminology.hl7.org/CodeSystem/service-type";
  server().put("CodeSystem/services", system("services", services));
  BOOST_TEST(output(get("CodeSystem/$lookup?code=mine&system=" + services), "name") == services);
  BOOST_TEST(codes(get("ValueSet/$expand?url=http://hl7.org/fhir/ValueSet/service-type")) == "mine");
  BOOST_TEST(server().ask("DELETE", "/CodeSystem/services").status == 204);
  BOOST_TEST(refusal(get("ValueSet/$expand?url=http://hl7.org/fhir/ValueSet/service-type")) ==
             "422 not-supported");
}

BOOST_AUTO_TEST_SUITE_END()
