// Who and why an audit row says: the request's own, never another's.
#include "src/audit/context.h"

#include <boost/test/unit_test.hpp>

#include "fhir/json/json.h"
#include "tests/access/fixture.h"

using fixture::AccessFixture;

namespace {

struct Context : AccessFixture {
  // The newest audit row of a table that a trigger wrote.
  std::string newest(const std::string& columns, const std::string& table = "fhir.resource") {
    return database.run("SELECT concat_ws(' ', " + columns + ") FROM audit_logs WHERE target_table = '" +
                        table + "' ORDER BY \"timestamp\" DESC LIMIT 1");
  }
  int count(const std::string& where) {
    return std::stoi(database.run("SELECT count(*) FROM audit_logs WHERE " + where));
  }
  static fhir::Resource resource(const std::string& json) {
    auto parsed = fhir::json::parse(json);
    if (!parsed) BOOST_FAIL(parsed.outcome().toJson());
    return *std::move(parsed);
  }
  std::string doctor = personToken(doctorUser, "user/*.cruds");
};

std::string organization(const std::string& name) {
  return R"({"resourceType":"Organization","name":")" + name + "\"}";
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(context, Context)

BOOST_AUTO_TEST_CASE(a_write_over_http_has_its_user_client_address_interaction_and_request) {
  const std::string client = systemToken("system/*.cruds");
  BOOST_TEST(status(client, "POST", "/Organization", organization("a")) == 201);
  BOOST_TEST(newest("interaction, client_id IS NOT NULL, actor_user_id, person_key, request_id IS NOT NULL, "
                    "database_role, outcome") == "create t t hv_client success");
  BOOST_TEST(newest("resource_type, version_id") == "Organization 1");
  BOOST_TEST(status(doctor, "PUT", "/Patient/" + patientKey,
                    R"({"resourceType":"Patient","id":")" + patientKey + R"(","active":true})") == 200);
  BOOST_TEST(newest("interaction, client_id, person_type, database_role", "patient_profile") ==
             "update " + app.id + " Practitioner hv_doctor");
  BOOST_TEST(newest("actor_user_id, person_key, patients[1]", "patient_profile") ==
             doctorUser + " " + doctorKey + " " + patientKey);
}

BOOST_AUTO_TEST_CASE(a_transaction_and_a_batch_say_so_of_each_write) {
  const std::string client = systemToken("system/*.cruds");
  for (const std::string type : {"transaction", "batch"}) {
    BOOST_TEST(status(client, "POST", "",
                      R"({"resourceType":"Bundle","type":")" + type + R"(","entry":[{"resource":)" +
                          organization("b") + R"(,"request":{"method":"POST","url":"Organization"}}]})") ==
               200);
    BOOST_TEST(newest("interaction, resource_type") == type + " Organization");
  }
}

BOOST_AUTO_TEST_CASE(break_glass_has_its_reason_and_purpose) {
  const std::string reason = "Unconscious after an accident, no relative here";
  BOOST_TEST(status(personToken(careless, "user/*.cruds"), "POST", "/Patient/" + other + "/$break-glass",
                    R"({"resourceType":"Parameters","parameter":[{"name":"reason","valueString":")" + reason +
                        "\"}]}") == 200);
  BOOST_TEST(newest("interaction, purpose, reason", "care_relationships") == "break-glass BTG " + reason);
}

// The session is a worker's: it serves one caller after the other.
BOOST_AUTO_TEST_CASE(what_one_request_said_is_never_said_of_another) {
  auto session = store.session();
  const auto said = [](std::string_view request) {
    return audit::settingOf({.interaction = "create", .request = request});
  };
  const auto create = [&](const std::string& name) {
    return session.create(resource(organization(name))).ok();
  };
  session.noteAs(said("one"));
  BOOST_TEST(create("one"));
  BOOST_TEST(newest("request_id, interaction") == "one create");
  session.noteAs({});
  BOOST_TEST(create("nobody"));
  BOOST_TEST(newest("request_id, interaction") == "sql");
  // Nothing of it is taken along: the transaction ends before its first statement.
  session.noteAs(said("two"));
  BOOST_TEST(session.begin().ok());
  session.noteAs({});
  BOOST_TEST(session.commit().ok());
  BOOST_TEST(create("nobody"));
  BOOST_TEST(newest("request_id, interaction") == "sql");
  session.noteAs(said("three"));
  BOOST_TEST(session.begin().ok());
  session.rollback();
  session.noteAs({});
  BOOST_TEST(session
                 .transaction([&]() -> fhir::Result<fhir::Done> {
                   if (!create("nobody"))
                     return fhir::Outcome(fhir::Failure::conflict, fhir::IssueType::exception, "no");
                   return fhir::Done{};
                 })
                 .ok());
  BOOST_TEST(newest("request_id, interaction") == "sql");
  // A transaction that is rolled back after a write, and one that fails in the database.
  session.noteAs(said("four"));
  BOOST_TEST(session.begin().ok());
  BOOST_TEST(create("never"));
  session.rollback();
  session.noteAs(said("five"));
  BOOST_TEST(create("five"));
  BOOST_TEST(newest("request_id, interaction") == "five create");
  BOOST_TEST(count("request_id IN ('two', 'three', 'four')") == 0);
}

BOOST_AUTO_TEST_CASE(a_lost_connection_takes_what_was_said_with_it) {
  auto session = store.session();
  session.noteAs(audit::settingOf({.interaction = "create", .request = "lost"}));
  BOOST_TEST(session.create(resource(organization("a"))).ok());
  database.run(
      "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND "
      "pid <> pg_backend_pid()");
  session.noteAs(audit::settingOf({.interaction = "create", .request = "found"}));
  BOOST_TEST(session.create(resource(organization("b"))).ok());
  BOOST_TEST(newest("request_id") == "found");
}

BOOST_AUTO_TEST_CASE(a_read_writes_no_audit_row_of_a_write) {
  const int before = count("true");
  BOOST_TEST(status(doctor, "GET", "/Patient/" + patientKey) == 200);
  BOOST_TEST(status(doctor, "GET", "/Patient?name=x") == 200);
  BOOST_TEST(count("true") == before);
}

BOOST_AUTO_TEST_SUITE_END()
