#include "src/rest/format.h"

#include <boost/test/unit_test.hpp>
#include <string>

namespace {

http::Request with(std::string name, std::string value) {
  http::Request request;
  request.headers.push_back({std::move(name), std::move(value)});
  return request;
}

// The Content-Type of the answer, or "406".
std::string accepted(std::string accept) {
  const auto format = rest::negotiate(with("Accept", std::move(accept)), {});
  return format ? std::string(rest::contentType(*format)) : "406";
}

std::string formatted(std::string_view value) {
  const auto format = rest::negotiate(with("Accept", "text/turtle"), value);
  return format ? std::string(rest::contentType(*format)) : "406";
}

bool isReadable(std::string contentType) {
  return rest::checkContentType(with("Content-Type", std::move(contentType))).ok();
}

const std::string kFhirJson = "application/fhir+json; charset=utf-8";
const std::string kFhirXml = "application/fhir+xml; charset=utf-8";
const std::string kXml = "application/xml; charset=utf-8";
const std::string kJson = "application/json; charset=utf-8";

}  // namespace

BOOST_AUTO_TEST_SUITE(format)

BOOST_AUTO_TEST_CASE(without_accept_the_answer_is_fhir_json) {
  const auto format = rest::negotiate({}, {});
  BOOST_REQUIRE(format.ok());
  BOOST_TEST(rest::contentType(*format) == kFhirJson);
  BOOST_TEST(accepted("") == kFhirJson);
}

BOOST_AUTO_TEST_CASE(a_generic_type_is_answered_with_just_that) {
  BOOST_TEST(accepted("application/json") == kJson);
  BOOST_TEST(accepted("text/json") == "text/json; charset=utf-8");
  BOOST_TEST(accepted("APPLICATION/FHIR+JSON") == kFhirJson);
}

BOOST_AUTO_TEST_CASE(wildcards_take_the_server_s_preference) {
  BOOST_TEST(accepted("*/*") == kFhirJson);
  BOOST_TEST(accepted("application/*") == kFhirJson);
  BOOST_TEST(accepted("text/*") == "text/json; charset=utf-8");
  BOOST_TEST(accepted("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8") == kXml);
}

BOOST_AUTO_TEST_CASE(quality_decides_and_the_closest_range_counts) {
  BOOST_TEST(accepted("application/json, application/fhir+json;q=0.5") == kJson);
  BOOST_TEST(accepted("application/json;q=0.3, application/fhir+json;q=0.5") == kFhirJson);
  BOOST_TEST(accepted("*/*, application/fhir+json;q=0") == kJson);
  BOOST_TEST(accepted("application/fhir+xml, application/fhir+json;q=0.1") == kFhirXml);
  BOOST_TEST(accepted("application/fhir+xml;q=0.2, application/fhir+json;q=0.1, text/xml;q=0.3") ==
             "text/xml; charset=utf-8");
  BOOST_TEST(accepted("application/fhir+json, application/fhir+xml") == kFhirJson);
  BOOST_TEST(accepted("application/fhir+xml, */*;q=0.9") == kFhirXml);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_made_is_406) {
  for (const auto* accept :
       {"application/fhir+turtle", "text/html", "application/json;q=0",
        "application/fhir+json;charset=iso-8859-1", "application/fhir+json;fhirVersion=3.0",
        "application/fhir+json;q=2", "nonsense", "*/json"}) {
    BOOST_TEST(accepted(accept) == "406", accept);
  }
}

BOOST_AUTO_TEST_CASE(several_accept_lines_are_one_list) {
  auto request = with("Accept", "text/html");
  request.headers.push_back({"accept", "application/json"});
  const auto format = rest::negotiate(request, {});
  BOOST_REQUIRE(format.ok());
  BOOST_TEST(rest::contentType(*format) == kJson);
}

BOOST_AUTO_TEST_CASE(the_fhir_version_that_was_asked_for_is_said) {
  BOOST_TEST(accepted("application/fhir+json; fhirVersion=4.0") ==
             "application/fhir+json; fhirVersion=4.0; charset=utf-8");
  BOOST_TEST(accepted("application/fhir+json; fhirversion=\"4.0\"; charset=UTF-8") ==
             "application/fhir+json; fhirVersion=4.0; charset=utf-8");
}

BOOST_AUTO_TEST_CASE(format_parameter_wins_over_accept) {
  BOOST_TEST(formatted("json") == kFhirJson);
  BOOST_TEST(formatted("application/json") == kJson);
  BOOST_TEST(formatted("application/fhir+json") == kFhirJson);
  BOOST_TEST(formatted("xml") == kFhirXml);
  BOOST_TEST(formatted("application/xml") == kXml);
  BOOST_TEST(formatted("application/fhir xml") == kFhirXml);
  BOOST_TEST(formatted("application/fhir json") == kFhirJson);  // '+' of a URL, decoded
  BOOST_TEST(formatted("application/fhir+json; fhirVersion=4.0") ==
             "application/fhir+json; fhirVersion=4.0; charset=utf-8");
}

BOOST_AUTO_TEST_CASE(an_unknown_format_parameter_is_406) {
  for (const auto* value : {"ttl", "application/fhir+turtle", "html", "XML", "", "JSON", "application/*",
                            "application/fhir+json; fhirVersion=5.0"}) {
    BOOST_TEST(formatted(value) == "406", value);
  }
}

BOOST_AUTO_TEST_CASE(bodies_are_json_or_xml_in_utf8) {
  for (const auto* type :
       {"application/fhir+json", "application/json", "text/json; charset=utf-8",
        "application/fhir+json; charset=\"UTF-8\"", "application/fhir+json;fhirVersion=4.0"}) {
    BOOST_TEST(isReadable(type), type);
  }
  for (const auto* type : {"application/fhir+xml", "application/xml;charset=utf-8", "text/xml"}) {
    BOOST_TEST((*rest::checkContentType(with("Content-Type", type)) == rest::Syntax::xml), type);
  }
  for (const auto* type : {"", "application/fhir+turtle", "application/xml; charset=utf-16", "text/plain",
                           "application/json; charset=latin1", "application/fhir+json; fhirVersion=3.0",
                           "application/*", "application/json-patch+json"}) {
    BOOST_TEST(!isReadable(type), type);
  }
  BOOST_TEST(!rest::checkContentType({}).ok());
  BOOST_CHECK(rest::checkContentType({}).outcome().failure() == fhir::Failure::unsupportedMediaType);
}

BOOST_AUTO_TEST_CASE(a_search_form_is_urlencoded) {
  auto form = with("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
  form.body = "name=a";
  BOOST_TEST(rest::checkFormType(form).ok());
  BOOST_TEST(rest::checkFormType({}).ok());
  auto json = with("Content-Type", "application/json");
  BOOST_TEST(!rest::checkFormType(json).ok());
  http::Request untyped;
  untyped.body = "name=a";
  BOOST_TEST(!rest::checkFormType(untyped).ok());
}

BOOST_AUTO_TEST_SUITE_END()
