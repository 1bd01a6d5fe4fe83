// Shorthands of these tests: an expression's result, written out.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "fhir/fhirpath/fhirpath.h"
#include "fhir/json/json.h"

namespace test {

inline fhir::Resource resource(std::string_view json) {
  auto parsed = fhir::json::parse(json);
  if (!parsed) throw std::invalid_argument(parsed.outcome().issues().front().diagnostics);
  return *std::move(parsed);
}

// The items' texts with commas between; "error: ..." when it does not parse or run.
inline std::string evaluated(std::string_view text, const fhir::Element& focus,
                             const fhir::fhirpath::Environment& environment = {}) {
  const auto expression = fhir::fhirpath::Expression::parse(text);
  if (!expression) return "error: " + expression.outcome().issues().front().diagnostics;
  fhir::fhirpath::Evaluation evaluation(environment);
  const auto result = evaluation.run(*expression, focus);
  if (!result) return "error: " + result.outcome().issues().front().diagnostics;
  std::string out;
  for (const fhir::fhirpath::Item& item : *result) {
    if (!out.empty()) out += ',';
    const bool complex =
        item.kind == fhir::fhirpath::Kind::element && item.element && !item.element->type->isPrimitive();
    out += complex ? "<" + std::string(item.element->type->name) + ">" : std::string(item.text);
    if (!item.unit.empty()) out += " " + std::string(item.unit);
  }
  return out;
}

inline std::string evaluated(std::string_view text) {
  const fhir::Resource empty(*fhir::findResourceType("Patient"));
  return evaluated(text, empty.root());
}

}  // namespace test
