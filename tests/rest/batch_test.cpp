// batch: each entry is a request of its own, whatever becomes of the others.
#include <boost/test/unit_test.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "tests/rest/api_fixture.h"
#include "tests/rest/bundles.h"

using namespace fixture;

namespace {

using Entries = std::vector<std::string>;

std::string patient(const std::string& identifier, const std::string& id = {},
                    const std::string& gender = "female") {
  return R"({"resourceType":"Patient",)" + (id.empty() ? "" : R"("id":")" + id + R"(",)") +
         R"("identifier":[{"system":"http://x.example/t","value":")" + identifier + R"("}],"gender":")" +
         gender + R"("})";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(batches)

BOOST_AUTO_TEST_CASE(each_entry_is_a_request_of_its_own) {
  server().put("Patient/b-1", patient("b-1", "b-1"));
  const auto response = server().ask(
      "POST", "", {},
      bundleOf("batch",
               {entry("GET", "Patient/b-1"), entry("GET", "Patient/b-nobody"),
                entry("POST", "Patient", patient("b-2")),
                entry("POST", "Patient", R"({"resourceType":"Patient","contact":[{"gender":"male"}]})"),
                entry("PUT", "Patient/b-1", patient("b-1", "b-1", "male")), entry("GET", "Patient?nme=x"),
                entry("DELETE", "Patient/b-nobody"), R"({"fullUrl":"http://x.example/1"})",
                entry("GET", "metadata"), entry("POST", "Patient/$validate", patient("b-3"))}));
  BOOST_TEST(checkedStatus(response) == 200, response.body);
  BOOST_TEST(at(response, "Bundle.type") == "batch-response");
  const Entries wanted{"200", "404", "201", "422", "200", "400", "204", "400", "200", "200"};
  for (int i = 0; i < 10; ++i) BOOST_TEST(statusOf(response, i) == wanted[static_cast<std::size_t>(i)], i);
  BOOST_TEST(at(response, "Bundle.entry[0].resource.gender") == "male");
  BOOST_TEST(at(response, "Bundle.entry[1].response.outcome.issue.expression") == "Bundle.entry[1]");
  BOOST_TEST(at(response, "Bundle.entry[3].response.outcome.issue.expression") ==
             "Bundle.entry[3].resource.contact[0]");
  BOOST_TEST(at(response, "Bundle.entry[5].response.outcome.issue.expression") ==
             "Bundle.entry[5].request.url");
  BOOST_TEST(at(response, "Bundle.entry[8].resource.fhirVersion") == "4.0.1");
  BOOST_TEST(countAt(response, "Bundle.entry[9].resource.issue") == 1);
  BOOST_TEST(countOf("Patient?identifier=b-2") == 1);
}

BOOST_AUTO_TEST_CASE(an_entry_that_is_not_even_fhir_leaves_the_others_alone) {
  const auto broken = R"({"resourceType":"Patient","birthDate":"1980-02-31"})";
  const Entries entries{entry("POST", "Patient", broken), entry("POST", "Patient", patient("b-beside")),
                        entry("POST", "Patient", R"({"resourceType":"Patient","nme":1.50})"),
                        entry("POST", "Nothing", R"({"resourceType":"Nothing"})"),
                        entry("GET", "Patient/b-nobody", {}, {}, R"(,"ifModifiedSince":"foo")")};
  const auto response = server().ask("POST", "", {}, bundleOf("batch", entries));
  BOOST_TEST(checkedStatus(response) == 200, response.body);
  const Entries wanted{"400", "201", "400", "400", "400"};
  for (int i = 0; i < 5; ++i) BOOST_TEST(statusOf(response, i) == wanted[static_cast<std::size_t>(i)], i);
  BOOST_TEST(at(response, "Bundle.entry[0].response.outcome.issue.expression") ==
             "Bundle.entry[0].resource.birthDate");
  BOOST_TEST(countOf("Patient?identifier=b-beside") == 1);
  BOOST_TEST(checkedStatus(server().ask("POST", "", {}, bundleOf("transaction", entries))) == 400);
  BOOST_TEST(countOf("Patient?identifier=b-beside") == 1);
  // More faults in one entry than a reader tells of a resource.
  std::string many = R"({"resourceType":"Patient")";
  for (int i = 0; i < 300; ++i) many += R"(,"x)" + std::to_string(i) + R"(":1)";
  const auto beside = server().ask(
      "POST", "", {}, bundleOf("batch", {entry("POST", "Patient", many + "}"), entry("GET", "metadata")}));
  BOOST_TEST(statusOf(beside, 0) == "400");
  BOOST_TEST(statusOf(beside, 1) == "200");
  // Broken outside its entries, or no JSON at all.
  BOOST_TEST(checkedStatus(server().ask(
                 "POST", "", {}, R"({"resourceType":"Bundle","type":"batch","nme":1,"entry":[]})")) == 400);
  BOOST_TEST(checkedStatus(server().ask("POST", "", {}, R"({"resourceType":"Bundle","type":"batch",)")) ==
             400);
}

BOOST_AUTO_TEST_CASE(a_condition_that_an_entry_cannot_have_is_refused) {
  const auto more = R"(,"ifNoneExist":"identifier=1")";
  const auto response = server().ask(
      "POST", "", {},
      bundleOf("batch",
               {entry("GET", "Patient", {}, {}, more), entry("DELETE", "Patient/b-nobody", {}, {}, more),
                entry("PUT", "Patient/b-none", patient("b-none", "b-none"), {}, more)}));
  for (int i = 0; i < 3; ++i) BOOST_TEST(statusOf(response, i) == "400", i);
}

BOOST_AUTO_TEST_CASE(the_log_and_the_metrics_know_a_batch_from_a_transaction) {
  server().ask("POST", "", {}, bundleOf("batch", {}));
  server().ask("POST", "", {}, bundleOf("transaction", {}));
  const auto metrics = server().askOutside("GET", "/metrics").body;
  BOOST_TEST(metrics.find("interaction=\"batch\"") != std::string::npos);
  BOOST_TEST(metrics.find("interaction=\"transaction\"") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
