// HL7's official examples keep to the specification, but for those that docs/validation.md lists with the
// reason.
//
// `--all` prints every fault, warnings too.
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <string>

#include "fhir/json/json.h"
#include "fhir/validation/validator.h"
#include "tests/fhir/validation/examples.h"

namespace {

using fhir::validation::test::Example;

struct Counts {
  int all = 0;
  int valid = 0;
  int known = 0;
  int failed = 0;
};

struct Expected {
  std::size_t errors;
  std::string_view first;  // FHIRPath of the first
};

// Files that are wrong themselves.
const std::map<std::string_view, Expected> wrong = {
    {"ActivityDefinition-blood-tubes-supply.json", {1, "ActivityDefinition.text.div"}},
    {"ActivityDefinition-heart-valve-replacement.json", {1, "ActivityDefinition.text.div"}},
    {"Bundle-10bb101f-a121-4264-a920-67be9cb82c74.json", {1, "Bundle.entry[2].fullUrl"}},
    {"Bundle-3a0707d3-549e-4467-b8b8-5a2ab3800efe.json", {1, "Bundle.entry[3].fullUrl"}},
    {"Bundle-dataelements.json", {12, "Bundle.entry[6769].fullUrl"}},
    {"Bundle-lri-example.json", {16, "Bundle.entry[1].fullUrl"}},
    {"Bundle-valueset-expansions.json", {1, "Bundle.entry[354].resource.expansion.parameter[2].value"}},
    {"DeviceMetric-example.json", {1, "DeviceMetric.parent.reference"}},
    {"DeviceUseStatement-example.json", {1, "DeviceUseStatement.reasonReference[0].reference"}},
    {"EventDefinition-example.json", {1, "EventDefinition.text.div"}},
    {"ImplementationGuide-fhir.json",
     {3, "ImplementationGuide.manifest.resource[11904].reference.reference"}},
    {"Library-zika-virus-intervention-logic.json", {2, "Library.dataRequirement[0].codeFilter[0].valueSet"}},
    {"MedicationRequest-medrx0301.json", {1, "MedicationRequest.dispenseRequest.performer.reference"}},
    {"Observation-clinical-gender.json", {1, "Observation.performer[0].reference"}},
    {"PlanDefinition-example-cardiology-os.json", {2, "PlanDefinition.contained[11].item[0].answerValueSet"}},
    {"Questionnaire-qs1.json", {32, "Questionnaire.item[0].item[0].linkId"}},
    {"Questionnaire-zika-virus-exposure-assessment.json", {1, "Questionnaire.text.div"}},
    {"SearchParameter-codesystem-extensions-CodeSystem-author.json", {1, "SearchParameter.base"}},
    {"SearchParameter-codesystem-extensions-CodeSystem-effective.json", {1, "SearchParameter.base"}},
    {"SearchParameter-codesystem-extensions-CodeSystem-end.json", {1, "SearchParameter.base"}},
    {"SearchParameter-codesystem-extensions-CodeSystem-keyword.json", {1, "SearchParameter.base"}},
    {"SearchParameter-codesystem-extensions-CodeSystem-workflow.json", {1, "SearchParameter.base"}},
    {"SearchParameter-valueset-extensions-ValueSet-author.json", {1, "SearchParameter.base"}},
    {"SearchParameter-valueset-extensions-ValueSet-effective.json", {1, "SearchParameter.base"}},
    {"SearchParameter-valueset-extensions-ValueSet-end.json", {1, "SearchParameter.base"}},
    {"SearchParameter-valueset-extensions-ValueSet-keyword.json", {1, "SearchParameter.base"}},
    {"SearchParameter-valueset-extensions-ValueSet-workflow.json", {1, "SearchParameter.base"}},
    {"StructureDefinition-Definition.json", {1, "StructureDefinition"}},
    {"StructureDefinition-Event.json", {1, "StructureDefinition"}},
    {"StructureDefinition-FiveWs.json", {1, "StructureDefinition"}},
    {"StructureDefinition-Request.json", {1, "StructureDefinition"}},
    {"ig-r4.json", {3, "ImplementationGuide.manifest.resource[11904].reference.reference"}},
};

// The one file that the codec refuses (its id is longer than an id may be).
constexpr std::string_view unreadable =
    "SearchParameter-questionnaireresponse-extensions-QuestionnaireResponse-item-subject.json";

std::string documentText() {
  const char* source = std::getenv("HV_SOURCE_DIR");
  std::ifstream in(std::string(source ? source : ".") + "/docs/validation.md", std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void print(const std::string& file, const fhir::Outcome& outcome) {
  for (const fhir::Issue& issue : outcome.issues())
    std::cout << file << '\t' << fhir::code(issue.severity) << '\t' << issue.expression << '\t'
              << issue.diagnostics << '\n';
}

void check(const Example& example, bool printAll, Counts& counts) {
  ++counts.all;
  const auto resource = fhir::json::parse(example.text);
  if (!resource) {
    ++(example.name == unreadable ? counts.known : counts.failed);
    if (example.name != unreadable) print(example.name, resource.outcome());
    return;
  }
  fhir::validation::Options options;
  options.least = printAll ? fhir::Severity::information : fhir::Severity::error;
  const fhir::Outcome outcome = fhir::validation::validate(*resource, options);
  if (printAll) return print(example.name, outcome);
  const auto expected = wrong.find(example.name);
  if (expected == wrong.end()) {
    ++(outcome.empty() ? counts.valid : counts.failed);
    return print(example.name, outcome);
  }
  const bool asExpected = outcome.issues().size() == expected->second.errors &&
                          outcome.issues()[0].expression == expected->second.first;
  ++(asExpected ? counts.known : counts.failed);
  if (!asExpected) print(example.name, outcome);
}

}  // namespace

int main(int argc, char** argv) {
  if (!fhir::validation::test::haveExamples()) return 77;
  const bool printAll = argc > 1 && std::string_view(argv[1]) == "--all";
  Counts examples;
  Counts definitions;
  fhir::validation::test::eachExample([&](const Example& example) {
    check(example, printAll, example.isDefinition ? definitions : examples);
  });
  const std::string document = documentText();
  for (const auto& [file, expected] : wrong) {
    const std::string_view stem = file.substr(0, file.rfind('.'));
    if (document.find(stem) != std::string::npos) continue;
    std::cout << "docs/validation.md does not say what is wrong with " << stem << '\n';
    ++examples.failed;
  }
  for (const auto& [what, counts] : {std::pair("examples", examples), std::pair("definitions", definitions)})
    std::cout << what << ": " << counts.valid << " of " << counts.all << " are valid, " << counts.known
              << " are wrong as documented, " << counts.failed << " failed\n";
  return examples.failed + definitions.failed == 0 && examples.valid > 0 ? 0 : 1;
}
