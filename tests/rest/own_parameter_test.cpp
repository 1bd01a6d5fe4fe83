// A site's own search parameters over the API: stored as resources, told by $status and the
// CapabilityStatement.
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <thread>

#include "tests/rest/api_fixture.h"

using namespace fixture;

namespace {

// As the running server's watch does.
void build() {
  auto session = server().store.session();
  BOOST_REQUIRE(session.defineParameters().ok());
  while (true) {
    const auto more = session.buildIndexes();
    BOOST_REQUIRE(more.ok());
    if (*more) continue;
    if (server().database->run("SELECT count(*) FROM fhir.index_build") == "0") return;
    // Other transactions of the cluster, of other tests too, are older than the parameter.
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

std::string definition(const std::string& id, const std::string& code, const std::string& expression) {
  return R"({"resourceType":"SearchParameter","id":")" + id + R"(","url":"http://x.example/)" + id +
         R"(","name":"n","status":"active","description":"d","code":")" + code +
         R"(","base":["Organization"],"type":"string","expression":")" + expression + R"("})";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(own_parameters)

BOOST_AUTO_TEST_CASE(one_is_refused_until_its_index_is_complete_and_then_declared) {
  server().put("Organization/ward",
               R"({"resourceType":"Organization","id":"ward","name":"Ward","alias":["Seventh"]})");
  server().put("SearchParameter/alias", definition("alias", "alias", "Organization.alias"));
  server().put("SearchParameter/alias-broken", definition("alias-broken", "wrong", "Organization.alais"));
  const std::string status = "Parameters.parameter.where(part.where(name = 'id').value = 'alias').part";
  BOOST_TEST(at(server().ask("GET", "/SearchParameter/$status"), status + ".where(name = 'status').value") ==
             "waiting");
  BOOST_TEST(checkedStatus(server().ask("GET", "/Organization?alias=sev")) == 400);
  build();
  const auto all = server().ask("GET", "/SearchParameter/$status");
  BOOST_TEST(checkedStatus(all) == 200);
  BOOST_TEST(at(all, status + ".where(name = 'status').value") == "ready");
  BOOST_TEST(at(all, status + ".where(name = 'url').value") == "http://x.example/alias");
  const auto broken = server().ask("GET", "/SearchParameter/alias-broken/$status");
  BOOST_TEST(at(broken, "Parameters.parameter.part.where(name = 'status').value") == "refused");
  BOOST_TEST(at(broken, "Parameters.parameter.part.where(name = 'reason').value").find("Organization") !=
             std::string::npos);
  const auto found = server().ask("GET", "/Organization?alias=sev");
  BOOST_TEST(checkedStatus(found) == 200);
  BOOST_TEST(at(found, "Bundle.entry.resource.id") == "ward");
  BOOST_TEST(countAt(server().ask("GET", "/metadata"),
                     "CapabilityStatement.rest.resource.where(type = 'Organization').searchParam.where(name "
                     "= 'alias' and "
                     "definition = 'http://x.example/alias')") == 1);
}

BOOST_AUTO_TEST_CASE(status_is_of_all_of_a_url_or_of_one) {
  server().put("SearchParameter/one", definition("one", "one", "Organization.name"));
  BOOST_TEST(countAt(server().ask("GET", "/SearchParameter/$status?url=http://x.example/one"),
                     "Parameters.parameter") == 1);
  BOOST_TEST(countAt(server().ask("GET", "/SearchParameter/one/$status"), "Parameters.parameter") == 1);
  BOOST_TEST(checkedStatus(server().ask("GET", "/SearchParameter/$status?url=http://x.example/none")) == 404);
  BOOST_TEST(checkedStatus(server().ask("GET", "/SearchParameter/none/$status")) == 404);
  BOOST_TEST(checkedStatus(server().ask("GET", "/SearchParameter/$status?name=one")) == 400);
}

BOOST_AUTO_TEST_CASE(the_server_whose_role_may_least_can_build_and_remove) {
  server().put("SearchParameter/gone", definition("gone", "gone", "Organization.name"));
  build();
  BOOST_TEST(checkedStatus(server().ask("GET", "/Organization?gone=ward")) == 200);
  BOOST_TEST(checkedStatus(server().ask("DELETE", "/SearchParameter/gone")) == 204);
  build();
  BOOST_TEST(checkedStatus(server().ask("GET", "/Organization?gone=ward")) == 400);
  server().database->run("UPDATE fhir.own_parameter SET retired_at = retired_at - interval '2 minutes'");
  build();
  BOOST_TEST(server().database->run("SELECT count(*) FROM fhir.own_parameter WHERE code = 'gone'") == "0");
}

BOOST_AUTO_TEST_SUITE_END()
