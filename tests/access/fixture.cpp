#include "tests/access/fixture.h"

#include <cstdlib>

#include "src/http/target.h"
#include "src/platform/log.h"
#include "src/store/migrations/migrations.h"
#include "tests/support/encrypted.h"

namespace fixture {
namespace {

constexpr const char* kServer = "hv_test_server";
constexpr const char* kFhir = "https://fhir.example.org/fhir";

store::Store openStore(const support::TestDatabase& database) {
  if (auto role = store::ensureServerRole(database.url(), kServer); !role)
    BOOST_FAIL("role: " << role.outcome().toJson());
  store::StoreOptions options;
  options.databaseUrl = database.urlFor(kServer);
  options.mappingsDirectory = std::string(std::getenv("HV_SOURCE_DIR")) + "/mappings";
  options.baseUrl = kFhir;
  support::encrypt(options);
  auto store = store::Store::open(options);
  if (!store) BOOST_FAIL("store: " << store.outcome().toJson());
  return *std::move(store);
}

std::string idOf(const std::string& id) {
  return id.empty() ? "" : "\"id\":\"" + id + "\",";
}

std::unique_ptr<rules::Rules> loadRules() {
  auto rules = rules::Rules::load(
      {.folders = {std::string(std::getenv("HV_SOURCE_DIR")) + "/schemas/fhir"}, .required = {}});
  if (!rules) BOOST_FAIL("rules: " << rules.outcome().toJson());
  return *std::move(rules);
}

std::unique_ptr<rest::Api> apiOf(const store::Store& store, rules::Rules& rules, smart::Tokens* tokens) {
  rest::ApiOptions options;
  options.baseUrl = kFhir;
  options.software = {"Test server", "1"};
  options.tokens = tokens;
  return std::make_unique<rest::Api>(store, rules, options);
}

}  // namespace

std::string subjectOf(const std::string& patient) {
  return R"("subject":{"reference":"Patient/)" + patient + R"("})";
}

std::string observationOf(const std::string& id, const std::string& patient, const std::string& doctor,
                          const std::string& category) {
  return R"({"resourceType":"Observation",)" + idOf(id) +
         R"("status":"final","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":")" +
         category +
         R"("}]}],"code":{"coding":[{"system":"http://loinc.org","code":"718-7"}],"text":"secretword"},)" +
         subjectOf(patient) + R"(,"performer":[{"reference":"Practitioner/)" + doctor +
         R"("}],"effectiveDateTime":"2026-03-01T10:00:00Z","valueQuantity":{"value":7,"unit":"g/dL","system":"http://unitsofmeasure.org","code":"g/dL"}})";
}

std::string conditionOf(const std::string& id, const std::string& patient, const std::string& more) {
  return R"({"resourceType":"Condition",)" + idOf(id) + R"("code":{"text":"secretword"},)" +
         subjectOf(patient) + more + "}";
}

AccessFixture::AccessFixture() : store(openStore(database)), rules(loadRules()) {
  platform::log::setLevel(platform::log::Level::error);
  open = apiOf(store, *rules, nullptr);
  guarded = apiOf(store, *rules, &tokens);
  careless = database.run(
      "INSERT INTO users (email, password_hash, role) VALUES ('careless@example.org', 'x', 'doctor') "
      "RETURNING id");
  database.run("INSERT INTO doctor_profile (user_id, full_name) VALUES ('" + careless +
               "', 'Carl Careless')");

  put(R"({"resourceType":"Organization","id":"clinic","name":"Clinic"})");
  put(R"({"resourceType":"Practitioner","id":"their-doctor","name":[{"text":"Theodora Doe"}],"telecom":[{"system":"phone","value":"5550100"}]})");
  put(R"({"resourceType":"Patient","id":")" + other +
      R"(","name":[{"text":"Hidden Person"}],"birthDate":"1990-04-02","gender":"male"})");
  put(observationOf("hidden-result-1", other, "their-doctor"));
  put(conditionOf("hidden-illness1", other));
  put(R"({"resourceType":"Appointment","id":"hidden-visit-01","status":"booked","start":"2126-03-02T09:00:00Z","end":"2126-03-02T09:30:00Z","participant":[{"actor":{"reference":"Patient/)" +
      other +
      R"("},"status":"accepted"},{"actor":{"reference":"Practitioner/their-doctor"},"status":"accepted"}]})");
  put(R"({"resourceType":"MedicationRequest","id":"hidden-drug-001","status":"active","intent":"order","medicationCodeableConcept":{"text":"x"},)" +
      subjectOf(other) +
      R"(,"requester":{"reference":"Practitioner/their-doctor"},"authoredOn":"2026-03-01T10:00:00Z"})");
  put(R"({"resourceType":"DocumentReference","id":"hidden-paper-01","status":"current",)" + subjectOf(other) +
      R"(,"author":[{"reference":"Practitioner/their-doctor"}],"date":"2026-03-01T10:00:00Z","content":[{"attachment":{"contentType":"text/plain","data":"aGk="}}]})");
  put(R"({"resourceType":"Encounter","id":"hidden-stay-001","status":"finished","class":{"code":"AMB"},)" +
      subjectOf(other) + "}");
  put(R"({"resourceType":"Basic","id":"hidden-thing-01","code":{"text":"secretword"}})");

  put(observationOf("my-result", patientKey, doctorKey));
  put(observationOf("my-pulse", patientKey, doctorKey, "vital-signs"));
  put(conditionOf("my-illness", patientKey));
  database.run("INSERT INTO care_relationships (patient_id, doctor_id, source) VALUES ('" + patientKey +
               "', '" + doctorKey + "', 'assigned')");
}

AccessFixture::~AccessFixture() = default;

std::string AccessFixture::personToken(const std::string& user, std::string_view scopes,
                                       const std::string& patient) {
  smart::Consent what = consent(app, scopes);
  what.userId = user;
  what.context.patient = patient.empty() ? std::nullopt : std::optional(patient);
  const auto reply = post("/auth/token", codeForm(app, code(what)));
  BOOST_REQUIRE_MESSAGE(reply.response.status == 200, reply.response.body);
  return reply.body.text("access_token");
}

std::string AccessFixture::systemToken(std::string_view scopes) {
  const auto key = smart::SigningKey::make(smart::Algorithm::es384);
  return backendToken(key, backend(key, scopes), scopes);
}

http::Request AccessFixture::requestOf(const std::string& token, std::string_view method,
                                       const std::string& target, const std::string& body,
                                       const Fields& headers) {
  http::Request request;
  request.method = method;
  request.target = "/fhir" + target;
  BOOST_REQUIRE(http::parseTarget(request));
  for (const auto& [name, value] : headers) request.headers.push_back({name, value});
  if (!body.empty() && !request.header("Content-Type"))
    request.headers.push_back({"Content-Type", "application/fhir+json"});
  if (!token.empty()) request.headers.push_back({"Authorization", "Bearer " + token});
  request.body = body;
  request.id = "test";
  request.received = std::chrono::steady_clock::now();
  return request;
}

http::Response AccessFixture::ask(const std::string& token, std::string_view method,
                                  const std::string& target, const std::string& body, const Fields& headers) {
  return guarded->handle(requestOf(token, method, target, body, headers), 0);
}

void AccessFixture::put(const std::string& json) {
  const auto at = [&](std::string_view name) {
    const auto from = json.find("\"" + std::string(name) + "\":\"") + name.size() + 4;
    return json.substr(from, json.find('"', from) - from);
  };
  http::Request request;
  request.method = "PUT";
  request.target = "/fhir/" + at("resourceType") + "/" + at("id");
  BOOST_REQUIRE(http::parseTarget(request));
  request.headers.push_back({"Content-Type", "application/fhir+json"});
  request.body = json;
  request.id = "test";
  const auto response = open->handle(request, 0);
  BOOST_REQUIRE_MESSAGE(response.status < 300, request.target << ": " << response.body);
}

}  // namespace fixture
