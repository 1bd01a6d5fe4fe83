#define BOOST_TEST_MODULE xml
#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "fhir/json/json.h"
#include "fhir/xml/xml.h"
#include "tests/support/refusals.h"

using namespace fhir;
using support::faults;

namespace {

std::string patient(std::string_view content) {
  return R"(<Patient xmlns="http://hl7.org/fhir">)" + std::string(content) + "</Patient>";
}

std::string withDiv(std::string_view div) {
  return patient("<text><status value=\"generated\"/>" + std::string(div) + "</text>");
}

std::string jsonOf(std::string_view xml) {
  const Result<Resource> resource = xml::parse(xml);
  return resource ? json::toString(*resource) : resource.outcome().toJson();
}

Outcome refused(const std::string& text) {
  Result<Resource> result = xml::parse(text);
  BOOST_REQUIRE_MESSAGE(!result.ok(), "must be refused: " << text);
  return std::move(result).outcome();
}

void check(const std::vector<support::Refusal>& cases) {
  support::checkRefusals(cases, refused);
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_number_that_xml_takes_json_can_give_out_and_read_again) {
  const auto observation = [](std::string_view value) {
    return R"(<Observation xmlns="http://hl7.org/fhir"><status value="final"/><code><text value="x"/></code>)"
           R"(<valueQuantity><value value=")" +
           std::string(value) + R"("/></valueQuantity></Observation>)";
  };
  for (const std::string& value :
       {std::string("9.9E300"), std::string(300, '9') + ".5e+1", "1" + std::string(300, '0'),
        std::string("-1e-99999999999"), "0." + std::string(400, '0') + "1e300"}) {
    const Result<Resource> resource = xml::parse(observation(value));
    BOOST_REQUIRE_MESSAGE(resource.ok(), value);
    BOOST_TEST(json::parse(json::toString(*resource)).ok(), value);
  }
  for (const std::string& value : {std::string("1E301"), std::string("1e400"), std::string(302, '1'),
                                   "1" + std::string(400, '0') + "e-400", std::string("0e999")}) {
    BOOST_TEST(!xml::parse(observation(value)).ok(), value);
  }
}

BOOST_AUTO_TEST_CASE(a_resource_is_read) {
  BOOST_TEST(
      jsonOf("\xEF\xBB\xBF<?xml version='1.0' encoding='utf-8'?>\n<!-- a --><Patient "
             "xmlns='http://hl7.org/fhir'>\n"
             " <id value='a'/><!-- b -->\n <name id='n'><family value='M&#252;ller &amp; Co'/></name>\n"
             "<deceasedBoolean value='false'></deceasedBoolean></Patient>\n<!-- c -->") ==
      R"({"resourceType":"Patient","id":"a","name":[{"id":"n","family":"Müller & Co"}],"deceasedBoolean":false})");
}

BOOST_AUTO_TEST_CASE(prefixes_stand_for_their_namespace) {
  BOOST_TEST(jsonOf(R"(<f:Patient xmlns:f="http://hl7.org/fhir"><f:active value="true"/></f:Patient>)") ==
             R"({"resourceType":"Patient","active":true})");
  BOOST_TEST(
      jsonOf(
          R"(<Patient xmlns="http://hl7.org/fhir" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://hl7.org/fhir ../fhir-all.xsd"/>)") ==
      R"({"resourceType":"Patient"})");
}

BOOST_AUTO_TEST_CASE(the_url_of_an_extension_may_stand_before_its_id) {
  BOOST_TEST(
      jsonOf(patient(
          R"(<extension url="u:x" id="e"><extension url="y"><valueCode value="c"/></extension></extension>)")) ==
      R"({"resourceType":"Patient","extension":[{"id":"e","extension":[{"url":"y","valueCode":"c"}],"url":"u:x"}]})");
}

BOOST_AUTO_TEST_CASE(what_is_not_xml_is_refused_with_line_and_column) {
  check({
      {"", "invalid", "empty"},
      {" \n ", "invalid", "empty"},
      {R"({"resourceType":"Patient"})", "invalid", "line 1, column 1"},
      {"<Patient xmlns=\"http://hl7.org/fhir\">\n <id value=\"a\"></Patient>", "invalid",
       "line 2, column 16"},
      {"<Patient xmlns=\"http://hl7.org/fhir\">", "invalid", "end"},
      {patient("<id value=\"\xFF\"/>"), "invalid", "column 49"},
      {patient("<id value=\"&nbsp;\"/>"), "invalid", "'&'"},
      {patient("<id value=\"&#0;\"/>"), "invalid", "'&'"},
      {"<!DOCTYPE Patient>" + patient(""), "invalid", "DOCTYPE"},
      {"<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>" + patient("<id value=\"&x;\"/>"), "invalid",
       "DOCTYPE"},
      {"<!DOCTYPE a [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;\">]>" + patient(""), "invalid",
       "DOCTYPE"},
      {"<?xml-stylesheet href=\"a\"?>" + patient(""), "invalid", "processing instruction"},
      {"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>" + patient(""), "invalid", "UTF-8"},
      {patient("") + patient(""), "invalid", "second root"},
  });
}

BOOST_AUTO_TEST_CASE(the_root_is_a_resource_in_fhir_s_namespace) {
  check({
      {"<Patient/>", "structure", "http://hl7.org/fhir"},
      {"<Patient xmlns=\"urn:hl7-org:v3\"/>", "structure", "http://hl7.org/fhir"},
      {"<x:Patient xmlns=\"http://hl7.org/fhir\"/>", "structure", "http://hl7.org/fhir"},
      {"<Pateint xmlns=\"http://hl7.org/fhir\"/>", "structure", "'Patient'"},
      {"<Resource xmlns=\"http://hl7.org/fhir\"/>", "structure", "Resource"},
      {"<HumanName xmlns=\"http://hl7.org/fhir\"/>", "structure", "HumanName"},
  });
}

BOOST_AUTO_TEST_CASE(elements_are_known_in_order_and_not_too_many) {
  check({
      {patient("<nme/>"), "structure Patient.nme", "'name'"},
      {patient("<birthDate value=\"1974\"/><active value=\"true\"/>"), "structure Patient.active",
       "too late"},
      {patient("<name><text value=\"a\"/></name><active value=\"true\"/><name><text value=\"b\"/></name>"),
       "structure Patient.active", "too late"},
      {patient("<name><text value=\"a\"/></name><telecom><rank value=\"1\"/></telecom><name><text "
               "value=\"b\"/></name>"),
       "structure Patient.name[1]", "before 'telecom'"},
      {patient("<active value=\"true\"/><active value=\"true\"/>"), "structure Patient.active", "once"},
      {patient("<deceasedBoolean value=\"true\"/><deceasedDateTime value=\"2020\"/>"),
       "structure Patient.deceased", "two types"},
      {patient("<deceased value=\"true\"/>"), "structure Patient.deceased", "'deceasedBoolean'"},
      {patient("<a:name xmlns:a=\"urn:a\"/>"), "structure Patient.name", "http://hl7.org/fhir"},
      {patient("<a:name/>"), "structure Patient.name", "prefix"},
      {patient("<resourceType value=\"Patient\"/>"), "structure Patient.resourceType", "no element"},
      {patient("<extension url=\"u:x\"><url value=\"u:x\"/><valueCode value=\"c\"/></extension>"),
       "structure Patient.extension[0].url", "attribute"},
  });
}

BOOST_AUTO_TEST_CASE(values_are_attributes_of_the_right_form) {
  check({
      {patient("<birthDate value=\"1974-02-30\"/>"), "value Patient.birthDate", "date"},
      {patient("<active value=\"True\"/>"), "value Patient.active", "true"},
      {patient("<active value=\" true\"/>"), "value Patient.active", "true"},
      {patient("<name><given value=\"\"/></name>"), "value Patient.name[0].given[0]", "given"},
      {patient("<active>true</active>"), "structure Patient.active", "value="},
      {patient("<active><![CDATA[true]]></active>"), "structure Patient.active", "value="},
      {patient("text"), "structure Patient", "value="},
      {patient("<active/>"), "structure Patient.active", "value="},
      {patient("<name/>"), "structure Patient.name[0]", "empty"},
      {patient("<name value=\"x\"/>"), "structure Patient.name[0]; structure Patient.name[0]", "'value'"},
      {patient("<active value=\"true\" value=\"true\"/>"), "structure Patient.active", "two attributes"},
      {patient("<active value=\"true\" lang=\"en\"/>"), "structure Patient.active", "'lang'"},
      {patient("<active value=\"true\" xml:lang=\"en\"/>"), "structure Patient.active", "'lang'"},
      {patient("<name id=\"a b\"><text value=\"x\"/></name>"), "value Patient.name[0].id", "without spaces"},
      {R"(<Patient xmlns="http://hl7.org/fhir" id="a"/>)", "structure Patient", "'id'"},
  });
}

BOOST_AUTO_TEST_CASE(contained_resources_stand_alone_in_their_element) {
  const std::string organization = "<Organization><id value=\"o\"/></Organization>";
  check({
      {patient("<contained/>"), "structure Patient.contained[0]", "must hold"},
      {patient("<contained>" + organization + organization + "</contained>"),
       "structure Patient.contained[0]", "one resource"},
      {patient("<contained>" + organization + "</contained><contained><Orgnization/></contained>"),
       "structure Patient.contained[1]", "'Organization'"},
      {patient("<contained id=\"x\">" + organization + "</contained>"), "structure Patient.contained[0]",
       "'id'"},
      {patient("<contained><Organization xmlns=\"\"/></contained>"), "structure Patient.contained[0]",
       "http://hl7.org/fhir"},
      {patient("<contained>" + organization + "x</contained>"), "structure Patient.contained[0]", "Text"},
      {patient("<contained><Organization><active value=\"x\"/></Organization></contained>"),
       "value Patient.contained[0].active", "true"},
  });
}

BOOST_AUTO_TEST_CASE(narratives_are_xhtml_with_nothing_active) {
  BOOST_TEST(jsonOf(withDiv("<div xmlns=\"http://www.w3.org/1999/xhtml\">a\r\n&#x000D;<b>b</b></div>")) ==
             "{\"resourceType\":\"Patient\",\"text\":{\"status\":\"generated\",\"div\":\"<div "
             "xmlns=\\\"http://www.w3.org/1999/xhtml\\\">a\\n\\r<b>b</b></div>\"}}");
  check({
      {withDiv("<div>a</div>"), "structure Patient.text.div", "http://www.w3.org/1999/xhtml"},
      {withDiv("<div value=\"a\"/>"), "structure Patient.text.div", "http://www.w3.org/1999/xhtml"},
      {withDiv("<div xmlns=\"http://www.w3.org/1999/xhtml\"><script>x</script></div>"),
       "value Patient.text.div", "txt-1"},
      {withDiv("<div xmlns=\"http://www.w3.org/1999/xhtml\" onclick=\"x()\">a</div>"),
       "value Patient.text.div", "txt-1"},
      {withDiv("<div xmlns=\"http://www.w3.org/1999/xhtml\"><a href=\"java&#115;cript:x\">a</a></div>"),
       "value Patient.text.div", "txt-1"},
      {withDiv("<h:div xmlns:h=\"http://www.w3.org/1999/xhtml\">a</h:div>"), "value Patient.text.div",
       "txt-1"},
      {withDiv("<div xmlns=\"http://www.w3.org/1999/xhtml\">a</div><div "
               "xmlns=\"http://www.w3.org/1999/xhtml\">b</div>"),
       "structure Patient.text.div", "once"},
  });
}

BOOST_AUTO_TEST_CASE(every_fault_is_told_up_to_a_limit) {
  check({{patient("<active value=\"x\"/><nme/><birthDate value=\"y\"/>"),
          "value Patient.active; structure Patient.nme; value Patient.birthDate", "true"}});
  std::string many;
  for (int i = 0; i < 200; ++i) many += "<nme/>";
  const Result<Resource> result = xml::parse(patient(many));
  BOOST_REQUIRE(!result.ok());
  BOOST_TEST(result.outcome().issues().size() == 101U);
}

BOOST_AUTO_TEST_CASE(depth_is_counted_as_json_has_it) {
  std::string open;
  std::string close;
  std::string json = R"({"url":"u:x","valueCode":"c"})";
  std::string xml = "<extension url=\"u:x\"><valueCode value=\"c\"/></extension>";
  bool isInBoth = true;
  for (int depth = 1; depth < 60; ++depth) {
    const bool inJson = json::parse(R"({"resourceType":"Patient","extension":[)" + json + "]}").ok();
    const Result<Resource> inXml = xml::parse(patient(xml));
    BOOST_TEST(inXml.ok() == inJson, "at " << depth);
    if (!inXml) BOOST_TEST(faults(inXml.outcome()) == "too-costly");
    isInBoth = inJson;
    json = R"({"extension":[)" + json + R"(],"url":"u:x"})";
    xml = "<extension url=\"u:x\">" + xml + "</extension>";
  }
  BOOST_TEST(!isInBoth);
  BOOST_TEST(faults(xml::parse(patient("<name><text value=\"a\"/></name>"), {.maxElements = 1}).outcome()) ==
             "too-costly");
}

// Faults that are all counted must not each cost a walk over all children.
BOOST_AUTO_TEST_CASE(many_faults_cost_no_more_than_their_number) {
  std::string items;
  std::string repeated;
  for (int i = 0; i < 100'000; ++i) items += "<contact><gender value=\"male\"/></contact>";
  for (int i = 0; i < 100'000; ++i) repeated += "<deceasedBoolean value=\"true\"/>";
  BOOST_TEST(!xml::parse(patient(items + repeated)).ok());
}
