// Whole resources, Bundles among them, through validation and indexing: every fault has a path in the
// resource, a run that wants errors alone finds the same errors, and every search value is one.
#include "fhir/json/json.h"
#include "fhir/search/index.h"
#include "fhir/validation/validator.h"
#include "fhir/xml/xml.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/growth.h"
#include "tests/fuzz/words.h"

namespace fuzz {
namespace {

using fhir::Issue;
using fhir::Resource;
using fhir::Severity;

std::string written(const fhir::Outcome& outcome, Severity least) {
  std::string out;
  for (const Issue& issue : outcome.issues())
    if (issue.severity <= least) ((out += issue.expression) += ": ") += issue.diagnostics + '\n';
  return out;
}

void checkValidation(const Resource& resource) {
  const fhir::Outcome all = fhir::validation::validate(resource, {.maxIssues = 10'000});
  for (const Issue& issue : all.issues())
    require(issue.expression.starts_with(resource.typeName()) && !issue.diagnostics.empty(),
            "a fault has a path and words");
  const fhir::Outcome errors =
      fhir::validation::validate(resource, {.least = Severity::error, .maxIssues = 10'000});
  requireSame(written(errors, Severity::error), written(all, Severity::error),
              "errors do not depend on what else is wanted");
}

void checkIndex(const Resource& resource) {
  static const fhir::search::Indexer indexer("http://x.example/fhir");
  const fhir::search::IndexValues values = indexer.index(resource);
  for (const auto& date : values.dates) require(date.range.low < date.range.high, "a date covers some time");
  for (const auto& text : values.strings)
    requireSame(fhir::search::fold(text.normalized), text.normalized, "a folded text is folded");
  for (const auto& reference : fhir::search::localReferences(resource, "http://x.example/fhir"))
    require(reference.element && !reference.type.empty() && !reference.id.empty(),
            "a local reference has type and id");
}

void run(std::string_view input) {
  const auto resource = input.starts_with('<') ? fhir::xml::parse(input) : fhir::json::parse(input);
  if (!resource) return;
  checkValidation(*resource);
  checkIndex(*resource);
}

std::string mutate(std::string_view input, Random& random) {
  auto resource = fhir::json::parse(input);
  if (!resource || random.oneIn(16)) return fhir::json::toString(grown(random));
  change(*resource, random);
  return fhir::json::toString(*resource);
}

}  // namespace

const Target target{run, mutate, elementNames};

}  // namespace fuzz
