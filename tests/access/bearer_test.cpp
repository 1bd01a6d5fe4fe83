// Without a valid token nothing is answered but what the server can do.
#include <boost/test/unit_test.hpp>

#include "src/platform/encoding.h"
#include "tests/access/fixture.h"

using fixture::AccessFixture;

BOOST_FIXTURE_TEST_SUITE(bearer, AccessFixture)

BOOST_AUTO_TEST_CASE(every_request_but_one_needs_a_token) {
  const auto refused = ask("", "GET", "/Patient/" + patientKey);
  BOOST_TEST(refused.status == 401);
  BOOST_REQUIRE(refused.header("WWW-Authenticate") != nullptr);
  BOOST_TEST(refused.header("WWW-Authenticate")->find("error=") == std::string::npos);
  BOOST_TEST(refused.body.find("OperationOutcome") != std::string::npos);
  BOOST_TEST(status("", "GET", "/metadata") == 200);
  for (const auto& [method, target] :
       {std::pair{"GET", "/Patient"},
        {"GET", "/"},
        {"POST", "/Patient/_search"},
        {"GET", "/_history"},
        {"GET", "/Patient/no-such"},
        {"DELETE", "/Patient/x"},
        {"GET", "/ValueSet/$expand?url=http://hl7.org/fhir/ValueSet/administrative-gender"},
        {"GET", "/$meta"}})
    BOOST_TEST(status("", method, target) == 401, method << " " << target);
  BOOST_TEST(status("", "POST", "/", R"({"resourceType":"Bundle","type":"batch"})") == 401);
}

BOOST_AUTO_TEST_CASE(what_is_no_valid_token_is_refused) {
  const std::string good = personToken(patientUser, "user/*.rs");
  BOOST_TEST(status(good, "GET", "/Patient/" + patientKey) == 200);
  std::string altered = good;
  altered.back() = altered.back() == 'A' ? 'B' : 'A';
  for (const std::string& bad : {altered, good + "A", good.substr(1), std::string("x"), std::string("null"),
                                 std::string("eyJhbGciOiJub25lIn0.e30.")}) {
    const auto refused = ask(bad, "GET", "/Patient/" + patientKey);
    BOOST_TEST(refused.status == 401);
    BOOST_TEST(refused.header("WWW-Authenticate")->find("error=\"invalid_token\"") != std::string::npos);
  }
  const auto withHeader = [&](const std::string& token, const std::string& value) {
    const fixture::Fields headers{{"Authorization", value}};
    return ask(token, "GET", "/Patient/" + patientKey, "", headers).status;
  };
  for (const std::string& value :
       {"Basic " + good, std::string("Bearer"), "Bearer " + good + " x", "bearer=" + good})
    BOOST_TEST(withHeader("", value) == 401, value);
  BOOST_TEST(withHeader(good, "Bearer " + good) == 401);
  BOOST_TEST(status("", "GET", "/Patient/" + patientKey + "?access_token=" + good) == 401);
}

BOOST_AUTO_TEST_CASE(a_token_that_has_ended_opens_nothing) {
  const auto ends = [&](const std::string& token, const std::string& sql) {
    BOOST_TEST(status(token, "GET", "/Organization/clinic") == 200);
    database.run(sql);
    BOOST_TEST(fixture::within(std::chrono::seconds(1),
                               [&] { return status(token, "GET", "/Organization/clinic") == 401; }),
               sql);
  };
  ends(personToken(patientUser, "user/*.rs"), "UPDATE smart.access_token SET revoked_at = now()");
  ends(personToken(patientUser, "user/*.rs"), "UPDATE smart.approval SET revoked_at = now()");
  ends(personToken(doctorUser, "user/*.rs"),
       "UPDATE users SET is_active = false WHERE id = '" + doctorUser + "'");
  ends(personToken(patientUser, "user/*.rs"),
       "UPDATE smart.client SET revoked_at = now() WHERE client_id = '" + app.id + "'");
}

BOOST_AUTO_TEST_CASE(what_a_run_has_found_out_about_a_token_holds_only_as_long_as_the_token) {
  const std::string patients = personToken(patientUser, "user/*.rs");
  const std::string doctors = personToken(doctorUser, "user/*.rs");
  const std::string bad = "x" + patients.substr(1);
  const auto read = [&](const std::string& token) { return requestOf(token, "GET", "/Organization/clinic"); };
  const std::vector<http::Request> requests{read(patients), read(bad), read(doctors), read(patients)};
  std::vector<const http::Request*> run;
  for (const auto& request : requests) run.push_back(&request);
  const auto statuses = [&] {
    std::vector<int> out;
    for (const auto& request : requests) out.push_back(guarded->handle(request, 0).status);
    return out;
  };
  BOOST_TEST(statuses() == (std::vector<int>{200, 401, 200, 200}), boost::test_tools::per_element());
  guarded->prepare(run, 0);
  BOOST_TEST(statuses() == (std::vector<int>{200, 401, 200, 200}), boost::test_tools::per_element());
  database.run("UPDATE smart.approval SET revoked_at = now() WHERE user_id = '" + patientUser + "'");
  // No new run: what the last one has found out is still there, and must not be believed.
  BOOST_TEST(fixture::within(std::chrono::seconds(1),
                             [&] { return guarded->handle(requests[0], 0).status == 401; }));
  BOOST_TEST(statuses() == (std::vector<int>{401, 401, 200, 401}), boost::test_tools::per_element());
  const std::string ending = personToken(patientUser, "user/*.rs");
  const std::vector<http::Request> others{read(ending), read(doctors)};
  database.run(
      "UPDATE smart.access_token SET expires_at = now() + interval '3 seconds' WHERE expires_at > now() "
      "AND token_hash = '" +
      platform::byteaOf(platform::sha256(ending)) + "'");
  BOOST_TEST(guarded->handle(others[0], 0).status == 200);
  guarded->prepare(std::vector<const http::Request*>{&others[0], &others[1]}, 0);
  BOOST_TEST(
      fixture::within(std::chrono::seconds(5), [&] { return guarded->handle(others[0], 0).status == 401; }));
}

BOOST_AUTO_TEST_SUITE_END()
