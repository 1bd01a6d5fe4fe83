// Validation of a resource that is parsed, and from its text.
#include <stdexcept>

#include "conformance/bench/library/worker.h"
#include "fhir/json/json.h"
#include "fhir/validation/validator.h"

namespace bench {

int measureValidation(const std::vector<std::string>& files, std::size_t repetitions) {
  fhir::validation::Options options;
  options.maxIssues = 1'000'000;  // HAPI tells all, too
  std::vector<std::string> texts;
  std::vector<fhir::Resource> resources;
  std::string description = "{\"issues\":[";
  for (const std::string& file : files) {
    auto resource = fhir::json::parse(texts.emplace_back(readFile(file)));
    if (!resource) throw std::runtime_error(file + " is no resource");
    description += (resources.empty() ? "" : ",") +
                   std::to_string(fhir::validation::validate(*resource, options).issues().size());
    resources.push_back(*std::move(resource));
  }
  std::vector<Case> cases;
  for (std::size_t i = 0; i < files.size(); ++i) {
    cases.emplace_back(
        [&options, &resource = resources[i]] { fhir::validation::validate(resource, options); });
    cases.emplace_back(
        [&options, &text = texts[i]] { fhir::validation::validate(*fhir::json::parse(text), options); });
  }
  return serve(description + "]}", cases, repetitions);
}

}  // namespace bench
