// XML wherever JSON is taken and given: the same resources, the same faults.
#include "fhir/xml/xml.h"

#include <boost/test/unit_test.hpp>

#include "fhir/json/json.h"
#include "tests/rest/api_fixture.h"

using namespace fixture;

namespace {

const http::Header kSendsXml{"Content-Type", "application/fhir+xml"};
const http::Header kWantsXml{"Accept", "application/fhir+xml"};

std::string patient(const std::string& content) {
  return R"(<Patient xmlns="http://hl7.org/fhir">)" + content + "</Patient>";
}

// The resource of an XML answer, as JSON.
std::string jsonOf(const http::Response& response) {
  BOOST_TEST(header(response, "Content-Type") == "application/fhir+xml; charset=utf-8");
  const auto resource = fhir::xml::parse(response.body);
  BOOST_REQUIRE_MESSAGE(resource.ok(), response.body);
  return fhir::json::toString(*resource);
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(xml)

BOOST_AUTO_TEST_CASE(what_is_sent_as_xml_is_read_as_either) {
  const auto created = server().ask(
      "PUT", "/Patient/xml-1", {kSendsXml},
      patient(
          R"(<id value="xml-1"/><name><family value="O&apos;Neil &amp; &lt;Co&gt;"/></name><gender value="female"/>)"));
  BOOST_TEST(checkedStatus(created) == 201);
  BOOST_TEST(at(created, "Patient.name.family") == "O'Neil & <Co>");
  const auto read = server().ask("GET", "/Patient/xml-1", {kWantsXml});
  BOOST_TEST(read.status == 200);
  BOOST_TEST(header(read, "ETag") == "W/\"1\"");
  BOOST_TEST(jsonOf(read) == server().ask("GET", "/Patient/xml-1").body);
  BOOST_TEST(jsonOf(server().ask("GET", "/Patient/xml-1/_history/1?_format=xml")) == created.body);
  BOOST_TEST(has(server().ask("GET", "/Patient/xml-1?_format=xml&_pretty=true").body,
                 "\n  <gender value=\"female\"/>"));
  BOOST_TEST(has(jsonOf(server().ask("GET", "/Patient/xml-1?_format=xml&_elements=gender")), "SUBSETTED"));
}

BOOST_AUTO_TEST_CASE(bundles_and_the_capability_statement_come_as_xml) {
  server().put("Patient/xml-2", R"({"resourceType":"Patient","id":"xml-2","name":[{"family":"Xmlname"}]})");
  const auto found = jsonOf(server().ask("GET", "/Patient?family=Xmlname", {kWantsXml}));
  BOOST_TEST(has(found, R"("type":"searchset","total":1)"));
  BOOST_TEST(has(found, R"("id":"xml-2")"));
  BOOST_TEST(has(jsonOf(server().ask("GET", "/Patient/xml-2/_history", {kWantsXml})), R"("type":"history")"));
  BOOST_TEST(has(jsonOf(server().ask("GET", "/metadata?_format=xml")), R"("application/fhir+xml")"));
}

BOOST_AUTO_TEST_CASE(faults_come_as_xml_with_their_path) {
  const auto refused = server().ask("POST", "/Patient", {kSendsXml, kWantsXml},
                                    patient(R"(<gender value="x"/><active value="true"/>)"));
  BOOST_TEST(refused.status == 400);
  BOOST_TEST(has(jsonOf(refused), R"("expression":["Patient.active"])"));
  BOOST_TEST(
      server().ask("POST", "/Patient", {kSendsXml, kWantsXml}, patient(R"(<gender value="x"/>)")).status ==
      422);
  const auto missing = server().ask("GET", "/Patient/xml-none", {kWantsXml});
  BOOST_TEST(missing.status == 404);
  BOOST_TEST(has(jsonOf(missing), R"("code":"not-found")"));
  for (const auto* body :
       {"<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><Patient xmlns=\"http://hl7.org/fhir\"/>",
        "<Patient/>", "{\"resourceType\":\"Patient\"}", "<Practitioner xmlns=\"http://hl7.org/fhir\"/>",
        " "}) {
    BOOST_TEST(checkedStatus(server().ask("POST", "/Patient", {kSendsXml}, body)) == 400, body);
  }
  BOOST_TEST(checkedStatus(server().ask("POST", "/Patient", {}, patient(""))) == 400);
}

BOOST_AUTO_TEST_CASE(validate_and_patch_take_xml) {
  const auto parameters =
      R"(<Parameters xmlns="http://hl7.org/fhir"><parameter><name value="resource"/><resource>)"
      R"(<Patient><gender value="x"/></Patient></resource></parameter></Parameters>)";
  const auto validated = server().ask("POST", "/Patient/$validate", {kSendsXml, kWantsXml}, parameters);
  BOOST_TEST(validated.status == 200);
  BOOST_TEST(has(jsonOf(validated), R"("expression":["Patient.gender"])"));

  server().put("Patient/xml-3", R"({"resourceType":"Patient","id":"xml-3","gender":"male"})");
  const auto patch =
      R"(<Parameters xmlns="http://hl7.org/fhir"><parameter><name value="operation"/>)"
      R"(<part><name value="type"/><valueCode value="replace"/></part>)"
      R"(<part><name value="path"/><valueString value="Patient.gender"/></part>)"
      R"(<part><name value="value"/><valueCode value="other"/></part></parameter></Parameters>)";
  const auto patched = server().ask("PATCH", "/Patient/xml-3", {kSendsXml, kWantsXml}, patch);
  BOOST_TEST(patched.status == 200);
  BOOST_TEST(has(jsonOf(patched), R"("gender":"other")"));
}

BOOST_AUTO_TEST_CASE(what_the_platform_holds_longer_than_fhir_takes_in_is_given_in_every_way) {
  const auto id = server().database->run(
      "INSERT INTO patient_profile (full_name, address) VALUES ('Longaddress', repeat('street ', 200000)) "
      "RETURNING id");
  for (const auto* query : {"", "?_summary=true", "?_elements=address", "?_format=xml", "?_pretty=true"}) {
    const auto response = server().ask("GET", "/Patient/" + id + query);
    BOOST_TEST(response.status == 200, query);
    BOOST_TEST(response.body.size() > 1'400'000U, query);
  }
  BOOST_TEST(server().ask("GET", "/Patient?name=longaddress&_format=xml").status == 200);
  BOOST_TEST(server().ask("POST", "/Patient/" + id + "/$validate").status == 200);
  const auto patched = server().ask("PATCH", "/Patient/" + id, {{"Content-Type", "application/fhir+json"}},
                                    R"({"resourceType":"Parameters","parameter":[{"name":"operation","part":[
      {"name":"type","valueCode":"add"},{"name":"path","valueString":"Patient"},{"name":"name","valueString":"active"},
      {"name":"value","valueBoolean":true}]}]})");
  BOOST_TEST(patched.status == 422);  // its rules hold for what is written, so nothing is cut
  BOOST_TEST(server().database->run("SELECT length(address) FROM patient_profile WHERE id = '" + id + "'") ==
             "1400000");
}

BOOST_AUTO_TEST_SUITE_END()
