#include <boost/test/unit_test.hpp>
#include <string>

#include "fhir/json/json.h"
#include "fhir/xml/xml.h"

using namespace fhir;

namespace {

std::string xmlOf(std::string_view json, bool pretty = false) {
  const Result<Resource> resource = json::parse(json);
  BOOST_REQUIRE_MESSAGE(resource.ok(), json);
  return xml::toString(*resource, {.pretty = pretty});
}

// JSON by way of XML, plain and pretty.
void comesBack(const std::string& json) {
  for (const bool pretty : {false, true}) {
    const std::string text = xmlOf(json, pretty);
    const Result<Resource> back = xml::parse(text);
    BOOST_REQUIRE_MESSAGE(back.ok(), text);
    BOOST_TEST(json::toString(*back) == json);
  }
}

const std::string declaration = R"(<?xml version="1.0" encoding="UTF-8"?>)";

}  // namespace

BOOST_AUTO_TEST_CASE(a_resource_is_written_in_order_with_values_as_attributes) {
  BOOST_TEST(
      xmlOf(
          R"({"resourceType":"Patient","birthDate":"1974-12","active":true,"id":"a","name":[{"given":["A","B"]}]})") ==
      declaration +
          R"(<Patient xmlns="http://hl7.org/fhir"><id value="a"/><active value="true"/><name><given value="A"/><given value="B"/></name><birthDate value="1974-12"/></Patient>)");
  BOOST_TEST(xmlOf(R"({"resourceType":"Patient"})") ==
             declaration + R"(<Patient xmlns="http://hl7.org/fhir"/>)");
}

BOOST_AUTO_TEST_CASE(ids_and_urls_of_elements_are_attributes_before_the_value) {
  BOOST_TEST(
      xmlOf(
          R"({"resourceType":"Patient","birthDate":"1974","_birthDate":{"id":"b","extension":[{"id":"e","url":"http://x.org/y","valueCode":"c"}]}})") ==
      declaration +
          R"(<Patient xmlns="http://hl7.org/fhir"><birthDate id="b" value="1974"><extension id="e" url="http://x.org/y"><valueCode value="c"/></extension></birthDate></Patient>)");
}

BOOST_AUTO_TEST_CASE(pretty_leaves_narratives_alone) {
  BOOST_TEST(
      xmlOf(
          R"({"resourceType":"Patient","text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\"><p>a</p>\n</div>"},"contained":[{"resourceType":"Organization","id":"o"}]})",
          true) == declaration + R"(
<Patient xmlns="http://hl7.org/fhir">
  <text>
    <status value="generated"/>
    <div xmlns="http://www.w3.org/1999/xhtml"><p>a</p>
</div>
  </text>
  <contained>
    <Organization>
      <id value="o"/>
    </Organization>
  </contained>
</Patient>
)");
}

BOOST_AUTO_TEST_CASE(what_xml_marks_up_itself_comes_back) {
  comesBack(
      R"({"resourceType":"Patient","name":[{"text":"<a href=\"x\"> & 'b' > ]]> \t\r\n é € 😀"}],"gender":"female"})");
  comesBack(
      R"({"resourceType":"Patient","text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\" title='\"'>a\r\nb&#xD;c &amp; &lt;d&gt;<br/>é</div>"}})");
}

BOOST_AUTO_TEST_CASE(every_digit_and_every_place_comes_back) {
  comesBack(
      R"({"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":1.500,"unit":"mg"},"component":[{"code":{"text":"y"},"valueQuantity":{"value":-0.0e-3}}]})");
  comesBack(
      R"({"resourceType":"Patient","name":[{"given":["A",null,"C"],"_given":[null,{"extension":[{"url":"u:x","valueBoolean":false}]},{"id":"g"}]}]})");
  comesBack(
      R"({"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"Patient","contained":[{"resourceType":"Organization","id":"a"},{"resourceType":"Organization","id":"b"}]}},{"resource":{"resourceType":"Basic"}}]})");
}
