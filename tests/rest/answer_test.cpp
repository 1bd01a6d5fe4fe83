#include "src/rest/answer.h"

#include <boost/test/unit_test.hpp>
#include <string>
#include <utility>

#include "fhir/json/json.h"
#include "src/rest/bundle.h"

using fhir::Failure;
using fhir::IssueType;

namespace {

std::string headerOf(const http::Response& response, std::string_view name) {
  const auto* value = response.header(name);
  return value ? *value : std::string();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(answers)

BOOST_AUTO_TEST_CASE(each_failure_has_its_status) {
  const std::pair<Failure, int> expected[] = {
      {Failure::badRequest, 400},
      {Failure::unauthorized, 401},
      {Failure::forbidden, 403},
      {Failure::notFound, 404},
      {Failure::methodNotAllowed, 405},
      {Failure::notAcceptable, 406},
      {Failure::conflict, 409},
      {Failure::gone, 410},
      {Failure::preconditionFailed, 412},
      {Failure::payloadTooLarge, 413},
      {Failure::unsupportedMediaType, 415},
      {Failure::unprocessable, 422},
      {Failure::tooManyRequests, 429},
      {Failure::internal, 500},
      {Failure::notImplemented, 501},
      {Failure::unavailable, 503},
  };
  for (const auto& [failure, status] : expected) BOOST_TEST(rest::status(failure) == status);
}

BOOST_AUTO_TEST_CASE(an_outcome_is_an_operation_outcome) {
  const auto response =
      rest::answer(fhir::Outcome(Failure::notFound, IssueType::notFound, "There is no Patient of this id."));
  BOOST_TEST(response.status == 404);
  BOOST_TEST(headerOf(response, "Content-Type") == "application/fhir+json; charset=utf-8");
  const auto parsed = fhir::json::parse(response.body);
  BOOST_REQUIRE(parsed.ok());
  BOOST_TEST(parsed->typeName() == "OperationOutcome");
}

BOOST_AUTO_TEST_CASE(unavailable_says_when_to_try_again) {
  BOOST_TEST(
      !headerOf(rest::answer(fhir::Outcome(Failure::unavailable, IssueType::transient, "")), "Retry-After")
           .empty());
  BOOST_TEST(!headerOf(rest::faultAnswer(503, "too busy"), "Retry-After").empty());
}

BOOST_AUTO_TEST_CASE(the_edge_s_faults_have_the_same_shape) {
  for (const int status : {400, 408, 411, 413, 414, 417, 431, 500, 501, 503, 505}) {
    const auto response = rest::faultAnswer(status, "The edge refused it.");
    BOOST_TEST(response.status == status);
    const auto parsed = fhir::json::parse(response.body);
    BOOST_REQUIRE(parsed.ok());
    BOOST_TEST(parsed->typeName() == "OperationOutcome");
  }
}

BOOST_AUTO_TEST_CASE(no_answer_is_used_again_without_asking) {
  BOOST_TEST(headerOf(rest::answerBody(200, "{}", {}), "Cache-Control") == "private, no-cache");
  BOOST_TEST(headerOf(rest::answerBody(200, "{}", {}), "Vary") == "Accept");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(bundles)

BOOST_AUTO_TEST_CASE(a_searchset_is_a_bundle_with_links_before_entries) {
  rest::BundleWriter writer("searchset", 7);
  writer.link("self", "http://localhost/fhir/Patient");
  rest::BundleEntry entry;
  entry.fullUrl = "http://localhost/fhir/Patient/1";
  entry.resource = R"({"resourceType":"Patient","id":"1"})";
  entry.searchMode = "match";
  writer.entry(entry);
  const auto json = std::move(writer).finish();
  BOOST_TEST(json == R"({"resourceType":"Bundle","type":"searchset","total":7,)"
                     R"("link":[{"relation":"self","url":"http://localhost/fhir/Patient"}],)"
                     R"("entry":[{"fullUrl":"http://localhost/fhir/Patient/1",)"
                     R"("resource":{"resourceType":"Patient","id":"1"},"search":{"mode":"match"}}]})");
}

BOOST_AUTO_TEST_CASE(a_history_tells_how_each_version_came) {
  rest::BundleWriter writer("history", std::nullopt);
  rest::BundleEntry entry;
  entry.fullUrl = "http://localhost/fhir/Patient/1";
  entry.method = "DELETE";
  entry.url = "Patient/1";
  entry.status = "204";
  entry.etag = "W/\"3\"";
  entry.lastModified = "2026-11-23T09:30:00.125Z";
  writer.entry(entry);
  const auto json = std::move(writer).finish();
  const auto parsed = fhir::json::parse(json);
  BOOST_REQUIRE(parsed.ok());
  BOOST_TEST(fhir::json::toString(*parsed) == json);  // in canonical order
}

BOOST_AUTO_TEST_CASE(an_empty_page_has_no_entry_at_all) {
  rest::BundleWriter writer("searchset", 0);
  writer.link("self", "u");
  const auto json = std::move(writer).finish();
  BOOST_TEST(
      json ==
      R"({"resourceType":"Bundle","type":"searchset","total":0,"link":[{"relation":"self","url":"u"}]})");
}

BOOST_AUTO_TEST_CASE(links_are_percent_encoded) {
  BOOST_TEST(rest::withQuery("http://h/fhir/Patient",
                             {{"name:exact", "A&B=\xC3\xA4"}, {"identifier", "http://s|1,2"}}) ==
             "http://h/fhir/Patient?name:exact=A%26B%3D%C3%A4&identifier=http://s%7C1,2");
  BOOST_TEST(rest::withQuery("http://h/fhir/Patient", {}) == "http://h/fhir/Patient");
}

BOOST_AUTO_TEST_SUITE_END()
