// Profiles: declared, asked for, required, and stored through the API itself.
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstdlib>
#include <thread>

#include "fhir/json/json.h"
#include "src/rules/watch.h"
#include "tests/rest/api_fixture.h"

using namespace fixture;

namespace {

const std::string kPlatform = "http://healthvillage.example/fhir/StructureDefinition/";
const std::string kOwn = "http://example.org/StructureDefinition/";

// A profile of Patient in which one element has at least one value.
std::string profileOf(const std::string& id, const std::string& url, const std::string& element,
                      const std::string& version = {}) {
  const auto line = [](const std::string& path, const char* min, const char* max) {
    return R"({"id":")" + path + R"(","path":")" + path + R"(","definition":"x","min":)" + min +
           R"(,"max":")" + max + R"(","base":{"path":")" + path + R"(","min":0,"max":")" + max + "\"}}";
  };
  return R"({"resourceType":"StructureDefinition","id":")" + id + R"(","url":")" + url + "\"," +
         (version.empty() ? "" : R"("version":")" + version + "\",") +
         R"("name":"Own","status":"active","kind":"resource","abstract":false,"type":"Patient",)"
         R"("baseDefinition":"http://hl7.org/fhir/StructureDefinition/Patient","derivation":"constraint",)"
         R"("snapshot":{"element":[)" +
         line("Patient", "0", "*") + "," + line("Patient." + element, "1", "*") + "]}}";
}

std::string patientOf(const std::string& profile, const std::string& more = {}) {
  return R"({"resourceType":"Patient","meta":{"profile":[")" + profile + "\"]}" + more + "}";
}

int create(const std::string& body) {
  return server().ask("POST", "/Patient", {}, body).status;
}

http::Response validate(const std::string& target, const std::string& body) {
  auto response = server().ask("POST", target, {}, body);
  BOOST_TEST(response.status == 200, response.body);
  return response;
}

int errorsOf(const http::Response& response) {
  return countAt(response, "OperationOutcome.issue.where(severity = 'error')");
}

int warningsOf(const http::Response& response) {
  return countAt(response, "OperationOutcome.issue.where(severity = 'warning')");
}

const std::string kAppointment =
    R"({"resourceType":"Appointment","status":"booked","start":"2026-03-01T10:00:00Z","end":"2026-03-01T09:00:00Z",)"
    R"("participant":[{"actor":{"display":"Somebody"},"status":"accepted"}])";

}  // namespace

BOOST_AUTO_TEST_SUITE(profiles)

BOOST_AUTO_TEST_CASE(a_declared_profile_that_is_known_is_kept_or_the_write_is_refused) {
  const std::string declared = R"("meta":{"profile":[")" + kPlatform + "platform-appointment\"]}";
  BOOST_TEST(server().ask("POST", "/Appointment", {}, kAppointment + "}").status == 201);
  const auto refused = server().ask("POST", "/Appointment", {}, kAppointment + "," + declared + "}");
  BOOST_TEST(checkedStatus(refused) == 422);
  BOOST_TEST(countAt(refused, "OperationOutcome.issue.where(diagnostics.contains('hv-app-1'))") == 1);
}

BOOST_AUTO_TEST_CASE(a_declared_profile_that_is_not_known_refuses_nothing) {
  const auto told =
      server().ask("POST", "/Patient", {{"Prefer", "return=OperationOutcome"}}, patientOf(kOwn + "none"));
  BOOST_TEST(told.status == 201);
  BOOST_TEST(
      countAt(
          told,
          "OperationOutcome.issue.where(severity = 'warning' and expression = 'Patient.meta.profile[0]')") ==
      1);
}

BOOST_AUTO_TEST_CASE(an_extension_that_is_defined_here_must_keep_to_its_definition) {
  const auto mode = [](const std::string& code) {
    return kAppointment + R"(,"extension":[{"url":")" + kPlatform + R"(appointment-mode","valueCode":")" +
           code + "\"}]}";
  };
  BOOST_TEST(server().ask("POST", "/Appointment", {}, mode("video")).status == 201);
  BOOST_TEST(checkedStatus(server().ask("POST", "/Appointment", {}, mode("pigeon"))) == 422);
}

BOOST_AUTO_TEST_CASE(validate_looks_at_the_profiles_that_are_asked_for) {
  const std::string path = "/Appointment/$validate";
  const std::string profile = "profile=" + kPlatform + "platform-appointment";
  BOOST_TEST(errorsOf(validate(path, kAppointment + "}")) == 0);
  BOOST_TEST(errorsOf(validate(path + "?" + profile, kAppointment + "}")) >= 3);
  BOOST_TEST(errorsOf(validate(path + "?mode=profile&" + profile, kAppointment + "}")) >= 3);
  const auto both = validate(path + "?" + profile + "&profile=" + kOwn + "none", kAppointment + "}");
  BOOST_TEST(countAt(both, "OperationOutcome.issue.where(diagnostics.contains('hv-app-1'))") == 1);
  BOOST_TEST(
      countAt(both, "OperationOutcome.issue.where(severity = 'error' and diagnostics.contains('known'))") ==
      1);
  const auto named = validate(
      path, R"({"resourceType":"Parameters","parameter":[{"name":"resource","resource":)" + kAppointment +
                R"(}},{"name":"profile","valueUri":")" + kPlatform +
                R"(platform-appointment"},{"name":"profile","valueCanonical":")" + kOwn + R"(none"}]})");
  BOOST_TEST(errorsOf(named) == errorsOf(both));
}

BOOST_AUTO_TEST_CASE(validate_looks_at_the_profile_of_an_instance_and_of_xml) {
  server().put("Patient/profiled", R"({"resourceType":"Patient","id":"profiled","gender":"male"})");
  const std::string profile = "?profile=" + kPlatform;
  BOOST_TEST(errorsOf(server().ask("GET", "/Patient/profiled/$validate" + profile + "platform-patient")) ==
             0);
  BOOST_TEST(
      errorsOf(server().ask("GET", "/Patient/profiled/$validate" + profile + "platform-appointment")) == 1);
  const auto xml = server().ask(
      "POST", "/MedicationRequest/$validate" + profile + "platform-medication-request",
      {{"Content-Type", "application/fhir+xml"}},
      R"(<MedicationRequest xmlns="http://hl7.org/fhir"><status value="active"/><intent value="order"/>)"
      R"(<medicationCodeableConcept><text value="x"/></medicationCodeableConcept>)"
      R"(<subject><reference value="Patient/1"/></subject></MedicationRequest>)");
  BOOST_TEST(xml.status == 200);
  BOOST_TEST(errorsOf(xml) == 1);
  BOOST_TEST(at(xml, "OperationOutcome.issue.where(severity = 'error').expression")
                 .starts_with("MedicationRequest"));
}

BOOST_AUTO_TEST_CASE(the_capability_statement_names_the_profiles_of_the_folders) {
  const auto response = server().ask("GET", "/metadata");
  const auto names = [&](const std::string& type, const std::string& profile) {
    return countAt(response, "CapabilityStatement.rest.resource.where(type = '" + type +
                                 "' and supportedProfile = '" + kPlatform + profile + "')");
  };
  BOOST_TEST(names("Patient", "platform-patient") == 1);
  BOOST_TEST(countAt(response,
                     "CapabilityStatement.rest.resource.where(type = 'Observation').supportedProfile") == 4);
  BOOST_TEST(
      countAt(response, "CapabilityStatement.rest.resource.where(type = 'Condition').supportedProfile") == 0);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(stored_profiles)

BOOST_AUTO_TEST_CASE(a_stored_profile_counts_from_the_next_request_until_it_is_changed_or_deleted) {
  const std::string url = kOwn + "counting";
  BOOST_TEST(create(patientOf(url)) == 201);
  server().put("StructureDefinition/counting", profileOf("counting", url, "name"));
  BOOST_TEST(create(patientOf(url)) == 422);
  for (const int status : server().askAtOnce("POST", "/Patient", {}, patientOf(url)))
    BOOST_TEST(status == 422);
  BOOST_TEST(create(patientOf(url, R"(,"name":[{"text":"x"}])")) == 201);
  server().put("StructureDefinition/counting", profileOf("counting", url, "photo"));
  BOOST_TEST(create(patientOf(url, R"(,"name":[{"text":"x"}])")) == 422);
  BOOST_TEST(create(patientOf(url, R"(,"photo":[{"title":"x"}])")) == 201);
  const auto patched = server().ask("PATCH", "/StructureDefinition/counting",
                                    {{"Content-Type", "application/json-patch+json"}},
                                    R"([{"op":"replace","path":"/snapshot/element/1/min","value":0}])");
  BOOST_TEST(patched.status == 200, patched.body);
  BOOST_TEST(create(patientOf(url)) == 201);
  server().put("StructureDefinition/counting", profileOf("counting", url, "name"));
  BOOST_TEST(create(patientOf(url)) == 422);
  BOOST_TEST(server().ask("DELETE", "/StructureDefinition/counting").status == 204);
  BOOST_TEST(create(patientOf(url)) == 201);
}

BOOST_AUTO_TEST_CASE(stored_value_sets_and_code_systems_count_too) {
  const std::string url = kOwn + "marital";
  std::string profile = profileOf("marital", url, "maritalStatus");
  profile.replace(
      profile.find(R"("min":1)"), 7,
      R"("binding":{"strength":"required","valueSet":"http://example.org/ValueSet/marital"},"min":1)");
  server().put("StructureDefinition/marital", profile);
  server().put("ValueSet/marital",
               R"({"resourceType":"ValueSet","id":"marital","url":"http://example.org/ValueSet/marital",)"
               R"("status":"active","compose":{"include":[{"system":"http://example.org/marital"}]}})");
  server().put("CodeSystem/marital",
               R"({"resourceType":"CodeSystem","id":"marital","url":"http://example.org/marital",)"
               R"("status":"active","content":"complete","concept":[{"code":"happy"}]})");
  const auto with = [&](const std::string& code) {
    return create(patientOf(
        url,
        R"(,"maritalStatus":{"coding":[{"system":"http://example.org/marital","code":")" + code + "\"}]}"));
  };
  BOOST_TEST(with("happy") == 201);
  BOOST_TEST(with("sad") == 422);
}

BOOST_AUTO_TEST_CASE(of_two_with_one_url_the_one_written_last_counts) {
  const std::string url = kOwn + "twice";
  server().put("StructureDefinition/twice-1", profileOf("twice-1", url, "name"));
  server().put("StructureDefinition/twice-2", profileOf("twice-2", url, "photo"));
  BOOST_TEST(create(patientOf(url, R"(,"photo":[{"title":"x"}])")) == 201);
  BOOST_TEST(create(patientOf(url, R"(,"name":[{"text":"x"}])")) == 422);
  BOOST_TEST(server().ask("DELETE", "/StructureDefinition/twice-2").status == 204);
  BOOST_TEST(create(patientOf(url, R"(,"name":[{"text":"x"}])")) == 201);
  BOOST_TEST(create(patientOf(url, R"(,"photo":[{"title":"x"}])")) == 422);
  server().put("StructureDefinition/twice-1", profileOf("twice-1", kOwn + "other", "name"));
  BOOST_TEST(create(patientOf(url)) == 201);
  BOOST_TEST(create(patientOf(kOwn + "other")) == 422);
}

BOOST_AUTO_TEST_CASE(versions_of_one_url_come_and_go_by_themselves) {
  const std::string url = kOwn + "versions";
  server().put("StructureDefinition/versions-0", profileOf("versions-0", url, "name"));
  server().put("StructureDefinition/versions-2", profileOf("versions-2", url, "photo", "2"));
  BOOST_TEST(create(patientOf(url + "|2")) == 422);
  BOOST_TEST(server().ask("DELETE", "/StructureDefinition/versions-0").status == 204);
  BOOST_TEST(create(patientOf(url + "|2")) == 422);
  BOOST_TEST(create(patientOf(url + "|2", R"(,"photo":[{"title":"x"}])")) == 201);
  BOOST_TEST(server().ask("DELETE", "/StructureDefinition/versions-2").status == 204);
  BOOST_TEST(create(patientOf(url + "|2")) == 201);
}

BOOST_AUTO_TEST_CASE(what_is_stored_never_takes_the_place_of_the_folders_or_of_r4) {
  const std::string platform = kPlatform + "platform-patient";
  server().put("StructureDefinition/shadow", profileOf("shadow", platform, "photo"));
  server().put("StructureDefinition/shadow-2", profileOf("shadow-2", platform, "photo", "99"));
  BOOST_TEST(create(patientOf(platform)) == 201);
  BOOST_TEST(warningsOf(server().ask("GET", "/StructureDefinition/shadow/$validate")) > 0);
  server().put(
      "ValueSet/gender",
      R"({"resourceType":"ValueSet","id":"gender","url":"http://hl7.org/fhir/ValueSet/administrative-gender",)"
      R"("status":"active","compose":{"include":[{"system":"http://example.org/x","concept":[{"code":"x"}]}]}})");
  BOOST_TEST(create(R"({"resourceType":"Patient","gender":"male"})") == 201);
  BOOST_TEST(create(R"({"resourceType":"Patient","gender":"x"})") == 422);
}

BOOST_AUTO_TEST_CASE(a_broken_stored_profile_is_told_by_validate_and_harms_nothing) {
  const std::string url = kOwn + "broken";
  std::string broken = profileOf("broken", url, "name");
  broken.replace(broken.find("\"Patient.name\""), 14, "\"Patient.colour\"");
  broken.replace(broken.find("\"path\":\"Patient.name\""), 21, "\"path\":\"Patient.colour\"");
  const auto written = server().ask("PUT", "/StructureDefinition/broken", {}, broken);
  BOOST_TEST(written.status == 201, written.body);
  BOOST_TEST(create(patientOf(url)) == 201);
  const auto told = server().ask("GET", "/StructureDefinition/broken/$validate");
  BOOST_TEST(errorsOf(told) == 0);
  BOOST_TEST(countAt(told,
                     "OperationOutcome.issue.where(severity = 'warning' and "
                     "expression.startsWith('StructureDefinition.snapshot'))") > 0);
  server().put("StructureDefinition/broken", profileOf("broken", url, "name"));
  BOOST_TEST(create(patientOf(url)) == 422);
}

BOOST_AUTO_TEST_CASE(another_server_on_the_database_learns_of_it_and_so_does_one_that_starts) {
  const std::string url = kOwn + "elsewhere";
  const auto body = fhir::json::parse(patientOf(url));
  BOOST_REQUIRE(body.ok());
  const auto folder = std::string(std::getenv("HV_SOURCE_DIR")) + "/schemas/fhir";
  auto other = rules::Rules::load({.folders = {folder}, .required = {}});
  BOOST_REQUIRE(other.ok());
  const auto refuses = [&] { return (*other)->checkWrite(*body, fhir::Severity::error).hasErrors(); };
  const rules::Watch watch(**other, server().store, std::chrono::milliseconds(10));
  BOOST_TEST(!refuses());
  server().put("StructureDefinition/elsewhere", profileOf("elsewhere", url, "name"));
  for (int i = 0; i < 1000 && !refuses(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  BOOST_TEST(refuses());

  auto started = rules::Rules::load({.folders = {folder}, .required = {}});
  BOOST_REQUIRE(started.ok());
  auto session = server().store.session();
  BOOST_REQUIRE((*started)->refresh(session).ok());
  BOOST_TEST((*started)->checkWrite(*body, fhir::Severity::error).hasErrors());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(required_profiles)

BOOST_AUTO_TEST_CASE(a_required_profile_holds_for_every_write_of_its_type) {
  Server strict({kPlatform + "platform-appointment"});
  BOOST_TEST(checkedStatus(strict.ask("POST", "/Appointment", {}, kAppointment + "}")) == 422);
  const auto asked = strict.ask("POST", "/Appointment/$validate?mode=create", {}, kAppointment + "}");
  BOOST_TEST(errorsOf(asked) >= 3);
  BOOST_TEST(errorsOf(strict.ask("POST", "/Appointment/$validate", {}, kAppointment + "}")) == 0);
  BOOST_TEST(strict.ask("POST", "/Patient", {}, R"({"resourceType":"Patient"})").status == 201);
  BOOST_TEST(at(strict.ask("GET", "/metadata"),
                "CapabilityStatement.rest.resource.where(type = 'Appointment').profile") ==
             kPlatform + "platform-appointment");
}

BOOST_AUTO_TEST_SUITE_END()
