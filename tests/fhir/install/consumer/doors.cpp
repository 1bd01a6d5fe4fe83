// Each door of the installed library as fhir/README.md shows it: its examples are lines of this file. Ends
// with 1 when one does not do what the README says.
#include <iostream>
#include <string>
#include <string_view>

#include "fhir/definitions/definitions.h"
#include "fhir/fhirpath/fhirpath.h"
#include "fhir/json/json.h"
#include "fhir/patch/patch.h"
#include "fhir/profiles/profile_set.h"
#include "fhir/search/index.h"
#include "fhir/search/query.h"
#include "fhir/validation/validator.h"
#include "fhir/xml/xml.h"

namespace {

int failures = 0;

void check(bool holds, std::string_view what) {
  if (holds) return;
  ++failures;
  std::cout << "FAILS " << what << '\n';
}

constexpr std::string_view text =
    R"({"resourceType":"Observation","status":"final","code":{"text":"Weight"},)"
    R"("subject":{"reference":"http://example.org/fhir/Patient/p1"},)"
    R"("effectiveDateTime":"2024-05","valueQuantity":{"value":72.50,"unit":"kg"}})";

fhir::Resource observation() {
  return *fhir::json::parse(text);
}

void parse() {
  const fhir::Result<fhir::Resource> parsed = fhir::json::parse(text);
  if (!parsed) {
    for (const fhir::Issue& issue : parsed.outcome().issues())
      std::cerr << issue.expression << ": " << issue.diagnostics << '\n';
  }
  check(parsed.ok(), "a resource is parsed");
  if (!parsed) return;
  const fhir::Element& root = parsed->root();
  const fhir::Element* quantity = root.child("valueQuantity");
  check(quantity && quantity->childText("value") == "72.50", "a decimal keeps its digits");
  check(fhir::json::toString(*parsed) == text, "what is written is what was read");

  const auto wrong = fhir::json::parse(R"({"resourceType":"Patient","colour":1})");
  check(!wrong && wrong.outcome().issues()[0].expression == "Patient.colour", "a fault has its path");
}

void build() {
  fhir::Resource patient(*fhir::findResourceType("Patient"));
  patient.appendText(patient.root(), "birthDate", "1974-12-25");
  fhir::Element& name = patient.require(patient.root(), "name");
  patient.appendText(name, "given", "Peter");
  check(fhir::json::toString(patient) ==
            R"({"resourceType":"Patient","name":[{"given":["Peter"]}],"birthDate":"1974-12-25"})",
        "a resource is built in the specification's order");
}

void xml() {
  const fhir::Resource resource = observation();
  const std::string document = fhir::xml::toString(resource, {.pretty = true});
  const auto back = fhir::xml::parse(document);
  check(back && fhir::json::toString(*back) == text, "XML loses nothing");
}

void validate() {
  const fhir::Resource resource = *fhir::json::parse(R"({"resourceType":"Observation","status":"done"})");
  const fhir::Outcome faults = fhir::validation::validate(resource);
  for (const fhir::Issue& issue : faults.issues())
    std::cout << fhir::code(issue.severity) << ' ' << issue.expression << ": " << issue.diagnostics << '\n';
  check(faults.hasErrors(), "what the specification forbids is found");
}

void profiles() {
  const fhir::Resource definition = *fhir::json::parse(R"({"resourceType":"ValueSet","status":"active",
    "url":"http://example.org/vs","compose":{"include":[{"system":"s","concept":[{"code":"a"}]}]}})");
  fhir::profiles::ProfileSetBuilder builder;
  const fhir::Outcome faults = builder.add(definition);
  const fhir::profiles::ProfileSet set = builder.finish().set;
  const fhir::Outcome found =
      fhir::validation::validate(observation(), {.valueSets = &set.valueSets(), .profiles = &set});
  check(!faults.hasErrors(), "a value set is taken");
  check(set.valueSets().find("http://example.org/vs", "s", "a") == fhir::validation::Membership::member,
        "a loaded value set knows its codes");
  check(!found.hasErrors(), "a resource without profiles is checked against R4");
}

void fhirpath() {
  const fhir::Resource resource = observation();
  const fhir::TypeDefinition* type = fhir::findResourceType("Observation");
  const auto expression = fhir::fhirpath::Expression::parse("value.ofType(Quantity).value > 70", type);
  const fhir::fhirpath::Environment environment;
  fhir::fhirpath::Evaluation evaluation(environment);
  const auto heavy = evaluation.test(*expression, resource.root());
  check(heavy && *heavy == true, "an expression is evaluated");
  check(!fhir::fhirpath::Expression::parse("valeu", type), "a wrong name is an error before it is evaluated");
}

void patch() {
  const auto patched =
      fhir::patch::applyJsonPatchToResource(text, R"([{"op":"replace","path":"/status","value":"amended"}])");
  check(patched && patched->root().childText("status") == "amended", "a patch is applied");
}

void index() {
  const fhir::search::Indexer indexer("http://example.org/fhir");
  const fhir::search::IndexValues values = indexer.index(observation());
  for (const fhir::search::ReferenceValue& value : values.references)
    std::cout << value.parameter->code << " = " << value.targetType << '/' << value.targetId << '\n';
  check(!values.references.empty() && values.references[0].targetId == "p1", "a reference is indexed");
  check(values.quantities.size() == 2, "value-quantity and combo-value-quantity have a value");
}

class Everything : public fhir::search::Catalog {
 public:
  bool supports(const fhir::TypeDefinition&, const fhir::SearchParameter&) const override { return true; }
  bool sorts(const fhir::TypeDefinition&, const fhir::SearchParameter&) const override { return true; }
};

void search() {
  const fhir::TypeDefinition& type = *fhir::findResourceType("Observation");
  const auto query =
      fhir::search::parse(type, {{"date", "ge2024"}, {"status", "final,amended"}}, Everything(), {});
  check(query && query->types.front().conditions.size() == 2, "a query is parsed");
  const auto* date = std::get_if<fhir::search::Criterion>(&query->types.front().conditions.front().node);
  check(date && date->values.front().prefix == fhir::search::Prefix::ge, "a prefix is understood");
}

}  // namespace

int main() {
  parse();
  build();
  xml();
  validate();
  profiles();
  fhirpath();
  patch();
  index();
  search();
  return failures == 0 ? 0 : 1;
}
