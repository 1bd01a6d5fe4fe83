// HL7's own R4 package: all its profiles and extensions load, and its examples keep to them, but for what
// docs/validation.md lists with the reason.
#include <array>
#include <iostream>
#include <map>
#include <set>
#include <string>

#include "fhir/validation/validator.h"
#include "tests/fhir/profiles/folder.h"

namespace {

using fhir::profiles::ProfileSet;

int failures = 0;

void expect(bool holds, const std::string& words) {
  if (holds) return;
  ++failures;
  std::cout << "FAILED: " << words << '\n';
}

// What does not load, and what is said of those that do.
const std::map<std::string_view, std::string_view> faulty = {
    {"StructureDefinition-Definition.json", "StructureDefinition.kind"},
    {"StructureDefinition-Event.json", "StructureDefinition.kind"},
    {"StructureDefinition-FiveWs.json", "StructureDefinition.kind"},
    {"StructureDefinition-MetadataResource.json", "StructureDefinition.kind"},
    {"StructureDefinition-Request.json", "StructureDefinition.kind"},
    {"StructureDefinition-example-composition.json", "StructureDefinition.snapshot"},
    {"StructureDefinition-example-section-library.json", "StructureDefinition.abstract"},
    {"StructureDefinition-allergyintolerance-substanceExposureRisk.json",
     "StructureDefinition.snapshot.element[0].constraint[2].expression"},
    {"StructureDefinition-catalog.json", "StructureDefinition.snapshot.element[16].path"},
    {"StructureDefinition-familymemberhistory-genetic.json", "StructureDefinition.snapshot.element[20].path"},
};

// Extensions that HL7's own definitions carry where their definitions do not let them stand.
constexpr std::array<std::string_view, 5> misplaced{"structuredefinition-fhir-type)",
                                                    "structuredefinition-normative-version)", "/regex)",
                                                    "valueset-concept-comments)", "/translation)"};

bool isMisplaced(const fhir::Issue& issue) {
  for (const std::string_view each : misplaced)
    if (issue.type == fhir::IssueType::extension && issue.diagnostics.ends_with(each)) return true;
  return false;
}

ProfileSet load(const std::string& folder) {
  fhir::profiles::ProfileSetBuilder builder;
  const auto loading = fhir::profiles::test::addFolder(folder, builder);
  for (const auto& [file, faults] : loading.faulty) {
    const auto known = faulty.find(file);
    expect(known != faulty.end() && faults.issues()[0].expression == known->second,
           file + " " + faults.issues()[0].expression + ": " + faults.issues()[0].diagnostics);
  }
  expect(loading.faulty.size() == faulty.size(), "a definition that is listed as faulty is not");
  auto finished = builder.finish();
  std::cout << "profiles: " << finished.set.profiles().size() << " of " << loading.profiles
            << " are loaded\n";
  for (const auto& each : finished.dangling)
    expect(false, each.url + " " + each.faults.issues()[0].diagnostics);
  return finished.set;
}

std::vector<fhir::Issue> faultsOf(const fhir::Resource& resource, const ProfileSet* set,
                                  std::span<const std::string_view> asked = {}) {
  fhir::validation::Options options;
  options.least = fhir::Severity::error;
  options.maxIssues = 100'000;
  options.profiles = set;
  if (set) options.valueSets = &set->valueSets();
  options.asked = asked;
  return fhir::validation::validate(resource, options).issues();
}

// Each example has the same faults with profiles as without.
void checkExample(const std::string& file, const fhir::Resource& resource, const ProfileSet& set,
                  int& misplacements) {
  std::set<std::pair<std::string, std::string>> known;
  for (const fhir::Issue& issue : faultsOf(resource, nullptr))
    known.emplace(issue.expression, issue.diagnostics);
  for (const fhir::Issue& issue : faultsOf(resource, &set)) {
    if (known.contains({issue.expression, issue.diagnostics})) continue;
    if (isMisplaced(issue)) {
      ++misplacements;
    } else {
      expect(false, file + " " + issue.expression + ": " + issue.diagnostics);
    }
  }
}

// The vital signs keep to the profile of their own kind, beside the one that they name.
const std::map<std::string_view, std::string_view> vitalSigns = {
    {"Observation-blood-pressure.json", "bp"},
    {"Observation-blood-pressure-cancel.json", "bp"},
    {"Observation-bmi.json", "bmi"},
    {"Observation-body-height.json", "bodyheight"},
    {"Observation-body-length.json", "bodyheight"},
    {"Observation-body-temperature.json", "bodytemp"},
    {"Observation-example.json", "bodyweight"},
    {"Observation-head-circumference.json", "headcircum"},
    {"Observation-heart-rate.json", "heartrate"},
    {"Observation-respiratory-rate.json", "resprate"},
    {"Observation-satO2.json", "oxygensat"},
    {"Observation-vitals-panel.json", "vitalspanel"},
};

void expectFault(const fhir::Resource& resource, const ProfileSet& set, std::string_view profile,
                 const std::string& path, const std::string& what) {
  const std::array<std::string_view, 1> asked{profile};
  for (const fhir::Issue& issue : faultsOf(resource, &set, asked))
    if (issue.expression == path) return;
  expect(false, what + " is not found at " + path);
}

// Breaks what its profile asks of a vital sign.
void breakVitalSign(const std::string& file, const fhir::Resource& right, const ProfileSet& set,
                    std::string_view profile) {
  fhir::Resource wrong = right.clone();
  const_cast<fhir::Element*>(wrong.root().child("category")->child("coding")->child("code"))->text = "x";
  expectFault(wrong, set, profile, "Observation.category", file + " with another category");
  wrong = right.clone();
  wrong.remove(*const_cast<fhir::Element*>(wrong.root().child("subject")));
  expectFault(wrong, set, profile, "Observation.subject", file + " without subject");
  for (const char* name : {"valueQuantity", "component"}) {
    wrong = right.clone();
    const fhir::Element* measured = wrong.root().child(name);
    const fhir::Element* quantity = measured && name[0] == 'c' ? measured->child("valueQuantity") : measured;
    if (!quantity || !quantity->child("code")) continue;
    const std::string path = quantity->path();
    const_cast<fhir::Element*>(quantity->child("code"))->text = "furlong";
    expectFault(wrong, set, profile, path + ".code", file + " in another unit");
  }
}

}  // namespace

int main() {
  const std::string folder = fhir::profiles::test::folderOf("HV_EXAMPLES_DIR");
  if (folder.empty()) return 77;
  const ProfileSet set = load(folder);
  int examples = 0;
  int measured = 0;
  int misplacements = 0;
  fhir::profiles::test::eachResource(folder, [&](const std::string& file, fhir::Resource&& resource) {
    ++examples;
    checkExample(file, resource, set, misplacements);
    const auto vital = vitalSigns.find(file);
    if (vital == vitalSigns.end()) return;
    ++measured;
    const std::string canonical = "http://hl7.org/fhir/StructureDefinition/" + std::string(vital->second);
    const std::array<std::string_view, 1> asked{canonical};
    for (const fhir::Issue& issue : faultsOf(resource, &set, asked))
      expect(false, file + " " + issue.expression + ": " + issue.diagnostics);
    breakVitalSign(file, resource, set, canonical);
  });
  expect(measured == static_cast<int>(vitalSigns.size()), "an example of a vital sign is missing");
  std::cout << "examples and definitions: " << examples << " are checked; " << misplacements
            << " extensions stand where HL7's own definitions do not let them\n";
  return failures == 0 ? 0 : 1;
}
