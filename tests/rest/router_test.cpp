#include "src/rest/router.h"

#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "src/rest/answer.h"

using rest::Interaction;

namespace {

using Path = std::vector<std::string>;

rest::Route routed(std::string_view method, const Path& path) {
  return rest::route(method, path);
}

Interaction interactionOf(std::string_view method, const Path& path) {
  const auto route = routed(method, path);
  BOOST_REQUIRE_MESSAGE(route.target, method << " is refused");
  return route.target->interaction;
}

int statusOf(std::string_view method, const Path& path) {
  const auto route = routed(method, path);
  BOOST_REQUIRE(!route.target);
  BOOST_TEST(!route.refusal.empty());
  return rest::status(route.refusal.failure());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(router)

BOOST_AUTO_TEST_CASE(each_url_of_r4_means_its_interaction) {
  BOOST_CHECK(interactionOf("POST", {}) == Interaction::transaction);
  BOOST_CHECK(interactionOf("GET", {"metadata"}) == Interaction::capabilities);
  BOOST_CHECK(interactionOf("GET", {"_history"}) == Interaction::historySystem);
  BOOST_CHECK(interactionOf("GET", {"Patient"}) == Interaction::searchType);
  BOOST_CHECK(interactionOf("POST", {"Patient", "_search"}) == Interaction::searchType);
  BOOST_CHECK(interactionOf("POST", {"Patient"}) == Interaction::create);
  BOOST_CHECK(interactionOf("GET", {"Patient", "_history"}) == Interaction::historyType);
  BOOST_CHECK(interactionOf("GET", {"Patient", "1"}) == Interaction::read);
  BOOST_CHECK(interactionOf("PUT", {"Patient", "1"}) == Interaction::update);
  BOOST_CHECK(interactionOf("PATCH", {"Patient", "1"}) == Interaction::patch);
  BOOST_CHECK(interactionOf("DELETE", {"Patient", "1"}) == Interaction::remove);
  BOOST_CHECK(interactionOf("GET", {"Patient", "1", "_history"}) == Interaction::historyInstance);
  BOOST_CHECK(interactionOf("GET", {"Patient", "1", "_history", "3"}) == Interaction::vread);
}

BOOST_AUTO_TEST_CASE(a_write_of_a_type_is_of_what_its_criteria_match) {
  for (const auto& [method, interaction] : {std::pair("PUT", Interaction::update),
                                            {"PATCH", Interaction::patch},
                                            {"DELETE", Interaction::remove}}) {
    const auto route = routed(method, {"Patient"});
    BOOST_REQUIRE(route.target);
    BOOST_CHECK(route.target->interaction == interaction);
    BOOST_TEST(route.target->isConditional());
    BOOST_TEST(!routed(method, {"Patient", "1"}).target->isConditional());
  }
  BOOST_TEST(!routed("GET", {"Patient"}).target->isConditional());
  BOOST_TEST(!routed("POST", {"Patient"}).target->isConditional());
}

BOOST_AUTO_TEST_CASE(the_target_names_type_id_and_version) {
  const auto route = routed("GET", {"Observation", "bp-1", "_history", "7"});
  BOOST_REQUIRE(route.target);
  BOOST_TEST(route.target->type->name == "Observation");
  BOOST_TEST(route.target->id == "bp-1");
  BOOST_TEST(route.target->version == "7");
}

BOOST_AUTO_TEST_CASE(head_means_get) {
  BOOST_CHECK(interactionOf("HEAD", {"Patient", "1"}) == Interaction::read);
  BOOST_CHECK(interactionOf("HEAD", {"Patient"}) == Interaction::searchType);
}

BOOST_AUTO_TEST_CASE(one_slash_at_the_end_does_not_count) {
  BOOST_CHECK(interactionOf("GET", {"Patient", ""}) == Interaction::searchType);
  BOOST_TEST(statusOf("GET", {"Patient", "1", "", ""}) == 404);
}

BOOST_AUTO_TEST_CASE(an_unknown_type_is_404_and_names_the_nearest) {
  const auto route = routed("GET", {"Pateint", "1"});
  BOOST_TEST(statusOf("GET", {"Pateint", "1"}) == 404);
  BOOST_TEST(route.refusal.issues().front().diagnostics.find("Patient") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(type_names_are_case_sensitive_and_abstract_ones_have_no_url) {
  for (const auto* name :
       {"patient", "Resource", "DomainResource", "HumanName", "Patient.contact", "Parameters"}) {
    BOOST_TEST(statusOf("GET", {name, "1"}) == 404, name);
  }
}

BOOST_AUTO_TEST_CASE(a_wrong_method_is_405_and_says_what_is_allowed) {
  BOOST_TEST(statusOf("POST", {"Patient", "1"}) == 405);
  BOOST_TEST(routed("POST", {"Patient", "1"}).allow == "GET, HEAD, PUT, PATCH, DELETE");
  BOOST_TEST(statusOf("PATCH", {"Patient", "1", "_history", "2"}) == 405);
  BOOST_TEST(routed("OPTIONS", {"Patient"}).allow == "GET, HEAD, POST, PUT, PATCH, DELETE");
  BOOST_TEST(statusOf("GET", {"Patient", "_search"}) == 405);
  BOOST_TEST(routed("GET", {"Patient", "_search"}).allow == "POST");
  BOOST_TEST(statusOf("POST", {"metadata"}) == 405);
  BOOST_TEST(statusOf("PUT", {}) == 405);
  BOOST_TEST(statusOf("DELETE", {}) == 405);
  BOOST_TEST(routed("OPTIONS", {}).refusal.empty());
  BOOST_TEST(statusOf("PUT", {"Patient", "1", "_history", "2"}) == 405);
}

BOOST_AUTO_TEST_CASE(what_r4_has_and_this_server_lacks_is_501) {
  BOOST_TEST(statusOf("POST", {"$validate"}) == 501);
  BOOST_TEST(statusOf("POST", {"Observation", "$stats"}) == 501);
  BOOST_TEST(statusOf("GET", {"Encounter", "1", "$everything"}) == 501);
}

BOOST_AUTO_TEST_CASE(an_operation_is_at_the_places_that_it_has) {
  BOOST_CHECK(interactionOf("GET", {"$meta"}) == Interaction::meta);
  BOOST_CHECK(interactionOf("GET", {"Slot", "1", "_history", "2", "$meta"}) == Interaction::meta);
  BOOST_CHECK(interactionOf("POST", {"Slot", "1", "$meta-add"}) == Interaction::metaAdd);
  BOOST_TEST(statusOf("GET", {"Slot", "1", "$meta-add"}) == 405);
  BOOST_TEST(statusOf("POST", {"Slot", "$meta-add"}) == 501);
  BOOST_TEST(statusOf("GET", {"Slot", "1", "_history", "2", "$meta", "x"}) == 404);
  BOOST_TEST(statusOf("GET", {"Patient", "1", "_history", "2", "$everything"}) == 501);
}

BOOST_AUTO_TEST_CASE(a_search_is_of_a_type_of_all_types_or_of_a_compartment) {
  BOOST_CHECK(interactionOf("GET", {}) == Interaction::searchSystem);
  BOOST_CHECK(interactionOf("POST", {"_search"}) == Interaction::searchSystem);
  BOOST_CHECK(interactionOf("GET", {"Patient", "1", "Observation"}) == Interaction::searchType);
  BOOST_CHECK(interactionOf("POST", {"Patient", "1", "Observation", "_search"}) == Interaction::searchType);
  BOOST_CHECK(interactionOf("GET", {"Patient", "1", "*"}) == Interaction::searchSystem);
  const auto route = routed("GET", {"Patient", "1", "Observation"});
  BOOST_TEST(route.target->type->name == "Observation");
  BOOST_TEST(route.target->compartment->name == "Patient");
  BOOST_TEST(route.target->id == "1");
  BOOST_TEST(statusOf("GET", {"Organization", "1", "Patient"}) == 404);
  BOOST_TEST(statusOf("GET", {"Patient", "1", "Organization"}) == 404);
  BOOST_TEST(statusOf("POST", {"Patient", "1", "Observation"}) == 405);
  BOOST_TEST(statusOf("GET", {"_search"}) == 405);
}

BOOST_AUTO_TEST_CASE(what_r4_does_not_have_is_404) {
  BOOST_TEST(statusOf("GET", {"_nothing"}) == 404);
  BOOST_TEST(statusOf("GET", {"metadata", "x"}) == 404);
  BOOST_TEST(statusOf("GET", {"Patient", "1", "history"}) == 404);
  BOOST_TEST(statusOf("GET", {"Patient", "1", "_history", "2", "x"}) == 404);
}

BOOST_AUTO_TEST_CASE(options_is_told_what_is_allowed) {
  const auto route = routed("OPTIONS", {"Patient", "1"});
  BOOST_TEST(!route.target);
  BOOST_TEST(route.refusal.empty());
  BOOST_TEST(route.allow == "GET, HEAD, PUT, PATCH, DELETE");
}

BOOST_AUTO_TEST_CASE(a_legal_id_is_1_to_64_of_its_characters) {
  BOOST_TEST(rest::isLegalId("a.B-9"));
  BOOST_TEST(rest::isLegalId(std::string(64, 'x')));
  BOOST_TEST(!rest::isLegalId(std::string(65, 'x')));
  for (const auto* text : {"", "a_b", "a/b", "a b", "\xC3\xA4"}) BOOST_TEST(!rest::isLegalId(text), text);
}

BOOST_AUTO_TEST_SUITE_END()
