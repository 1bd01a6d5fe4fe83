// serve_pages: the pages on a port of this machine, with people, apps and patients that exist for tests
// alone, until standard input ends. For conformance/pages.
//
// Prints one JSON object: {"base": "http://localhost:PORT", "password": "...", "link":
// "/auth/reset?token=..."} People: asha@, doc@ and chief@clinic.example (a patient, a doctor, an
// administrator of users). Exit codes: 0 stopped, 1 failed, 77 no database (HV_TEST_DATABASE_URL is not set).
#include <exception>
#include <iostream>
#include <memory>
#include <string>

#include "src/http/server.h"
#include "src/smart/people/pages.h"
#include "src/smart/people/users.h"
#include "src/store/migrations/migrations.h"
#include "tests/smart/people/fake.h"
#include "tests/support/test_database.h"

namespace {

constexpr const char* kPassword = "correct horse battery";
constexpr const char* kRole = "hv_test_server";

template <class T>
T have(fhir::Result<T> result) {
  if (!result) throw std::runtime_error(result.outcome().toJson());
  return *std::move(result);
}

std::string makePeople(store::Connection& owner) {
  const people::Hasher hasher = have(people::Hasher::make({}));
  people::NewUser user;
  user.password = kPassword;
  user.email = "asha@clinic.example";
  user.name = "Asha Devi";
  have(people::createUser(owner, hasher, user));
  user.email = "doc@clinic.example";
  user.name = "Meera Rao";
  user.role = people::Role::doctor;
  have(people::createUser(owner, hasher, user));
  user.email = "chief@clinic.example";
  user.role = people::Role::admin;
  user.name.reset();
  user.duties = {"users"};
  have(people::createUser(owner, hasher, user));
  return have(people::makeLink(owner, "asha@clinic.example"));
}

// The doctor has read the patient's record, and broken the glass.
void noteAccesses(store::Connection& owner) {
  have(owner.run(R"(
    INSERT INTO audit_logs (action, patients, entries)
      SELECT 'access', ARRAY[p.id], string_agg(json_build_object('id', gen_random_uuid(), 'time', now(), 'user', d.user_id, 'person', d.id,
                                                 'personType', 'Practitioner', 'interaction', 'read', 'type', t.type, 'patients', ARRAY[p.id],
                                                 'purpose', t.purpose, 'reason', t.reason, 'outcome', 'success', 'status', 200)::text, E'\n')
        FROM patient_profile p, doctor_profile d,
             (VALUES ('Observation', NULL, NULL), ('Observation', NULL, NULL),
                     ('Condition', 'BTG', 'Unconscious after an accident, and no relative could be asked in time')) AS t (type, purpose, reason)
        GROUP BY p.id)"));
}

void fill(fixture::FakeAuthorizations& authorizations, fixture::FakePatients& patients) {
  authorizations.apps = {
      {"g1",
       "Growth chart",
       "2026-01-02T03:04:05Z",
       "2026-03-04T00:00:00Z",
       {fixture::askedScope("patient/Observation.rs"), fixture::askedScope("offline_access")}},
      {"g2",
       "An app with averyveryverylongnamewithoutanyspacewhateverinit",
       "2026-01-02T03:04:05Z",
       "",
       {fixture::askedScope("user/Slot.cud")}}};
  authorizations.registered = {
      {"client-0", "Pharmacy", people::ClientKind::key, {}, "system/MedicationRequest.rs", false},
      {"client-x", "Old app", people::ClientKind::open, {"https://old.example/cb"}, "openid", true}};
  patients.all.push_back({"p0", "Asha Devi", "1990-02-03"});
  for (int i = 1; i < 15; ++i)
    patients.all.push_back({"p" + std::to_string(i), i == 3 ? "" : "Patient Number " + std::to_string(i),
                            i % 2 == 0 ? "2001-01-01" : ""});
}

http::Response fault(int status, std::string_view) {
  http::Response out;
  out.status = status;
  return out;
}

void serve() {
  const support::TestDatabase database;
  have(store::ensureServerRole(database.url(), kRole));
  store::Connection owner({.databaseUrl = database.url()});
  const std::string link = makePeople(owner);
  noteAccesses(owner);
  fixture::FakeAuthorizations authorizations;
  fixture::FakePatients patients;
  fixture::FakeEncounters encounters;
  encounters.all = {{"p0", {"e1", "Fever", "2026-03-04T09:00:00Z"}}, {"p0", {"e2", "", "2026-01-02"}}};
  fill(authorizations, patients);
  store::Connection connection({.databaseUrl = database.urlFor(kRole)});
  people::PagesOptions options;
  options.origin = "http://localhost";
  options.textsDirectory = std::string(std::getenv("HV_SOURCE_DIR")) + "/texts";
  const people::Pages pages =
      have(people::Pages::open(connection, options, {authorizations, patients, encounters}));

  http::ServerOptions edge;
  edge.port = 0;
  edge.workers = 1;  // what the tests made up is for one thread
  http::Server server(
      edge, [&](const http::Request& request, unsigned) { return pages.handle(request, connection); }, fault);
  server.start();
  std::cout << R"({"base":"http://localhost:)" << server.port() << R"(","password":")" << kPassword
            << R"(","link":"/auth/reset?token=)" << link << "\"}" << std::endl;
  for (std::string line; std::getline(std::cin, line);) continue;
  server.stop();
}

}  // namespace

int main() {
  const support::SkipWithoutDatabase skip;
  try {
    serve();
    return 0;
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
