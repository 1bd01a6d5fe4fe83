#include "tests/emission/platform_profiles.h"

#include <boost/test/unit_test.hpp>
#include <sstream>

#include "fhir/fhirpath/fhirpath.h"

namespace emission {
namespace {

constexpr std::string_view kBase = "http://healthvillage.example/fhir/StructureDefinition/";

// Each mapped type with the rows of its table.
const std::map<std::string, std::string> kTables{
    {"Patient", "patient_profile WHERE true"},
    {"Practitioner", "doctor_profile WHERE true"},
    {"PractitionerRole", "doctor_roles WHERE true"},
    {"Appointment", "appointments WHERE true"},
    {"Observation", "ehr_observations WHERE true"},
    {"DocumentReference", "electronic_health_records WHERE record_type = 'note'"},
    {"DiagnosticReport", "electronic_health_records WHERE record_type = 'imaging'"},
    {"MedicationRequest", "prescription_medications WHERE true"}};

bool holds(const fhir::Resource& resource, std::string_view expression) {
  const auto parsed = fhir::fhirpath::Expression::parse(expression);
  BOOST_REQUIRE(parsed.ok());
  const fhir::fhirpath::Environment environment;
  fhir::fhirpath::Evaluation evaluation(environment);
  const auto found = evaluation.run(*parsed, resource.root());
  return found.ok() && found->size() == 1 && found->front().text == "true";
}

std::vector<std::string> ofObservation(const fhir::Resource& resource) {
  std::vector<std::string> out{"platform-observation"};
  const bool isVital = holds(resource, "category.coding.where(code = 'vital-signs').exists()");
  out.emplace_back(isVital ? "platform-vital-sign" : "platform-laboratory-result");
  const auto hasPart = [&](const std::string& code) {
    return holds(resource,
                 "component.where(code.coding.code = '" + code + "' and value.code = 'mm[Hg]').exists()");
  };
  if (isVital && holds(resource, "code.coding.where(code = '85354-9').exists()") && hasPart("8480-6") &&
      hasPart("8462-4"))
    out.emplace_back("platform-blood-pressure");
  return out;
}

}  // namespace

PlatformProfiles::PlatformProfiles(const fixture::Server& server) {
  for (const auto& [type, table] : kTables) {
    const std::string ids = "SELECT coalesce(fhir_id, id::text) AS id FROM ";
    std::istringstream all(server.database->run("SELECT string_agg(id, ' ') FROM (" + ids + "public." +
                                                table + " UNION " + ids + "history." + table +
                                                ") AS all_ids"));
    for (std::string id; all >> id;) ids_[type].insert(id);
  }
}

std::vector<std::string> PlatformProfiles::of(const fhir::Resource& resource) const {
  const auto found = ids_.find(resource.typeName());
  if (found == ids_.end() || !found->second.contains(std::string(resource.id()))) return {};
  const std::string_view type = resource.typeName();
  if (type == "Observation") return ofObservation(resource);
  if (type == "DocumentReference") return {"platform-note"};
  if (type == "DiagnosticReport") return {"platform-imaging-report"};
  if (type == "MedicationRequest") return {"platform-medication-request"};
  if (type == "PractitionerRole") return {"platform-practitioner-role"};
  std::string profile = "platform-";
  for (const char c : type) profile += static_cast<char>(c < 'a' ? c - 'A' + 'a' : c);
  return {profile};
}

void checkEntries(const fixture::Server& server, const PlatformProfiles& profiles, const std::string& target,
                  const fhir::Resource& answer, std::map<std::string, int>& checks) {
  for (const auto* entry = answer.root().child("entry"); entry; entry = entry->nextSame()) {
    const auto* root = entry->child("resource");
    if (root == nullptr) continue;
    const auto resource = fhir::Resource::copyOf(*root);
    for (const std::string& profile : profiles.of(resource)) {
      ++checks[profile];
      const std::string url = std::string(kBase) + profile;
      const std::vector<std::string_view> asked{url};
      const auto outcome = server.rules->checkAll(resource, asked);
      BOOST_TEST(!outcome.hasErrors(), target << ", " << root->path() << ": " << outcome.toJson());
    }
  }
}

std::set<std::string> allProfiles(const fixture::Server& server) {
  std::set<std::string> all;
  for (const auto* type : fhir::resourceTypes()) {
    for (const std::string& canonical : server.rules->supported(*type))
      all.insert(canonical.substr(kBase.size()));
  }
  return all;
}

}  // namespace emission
