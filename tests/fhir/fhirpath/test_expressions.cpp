// The expressions that R4 itself brings: search parameters and invariants.
#include <boost/test/unit_test.hpp>
#include <string>

#include "fhir/fhirpath/fhirpath.h"

namespace {

using fhir::fhirpath::Expression;

std::string parseFault(std::string_view text, const fhir::TypeDefinition& context) {
  const auto parsed = Expression::parse(text, &context);
  return parsed ? std::string() : parsed.outcome().issues().front().diagnostics;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(expressions_of_r4)

BOOST_AUTO_TEST_CASE(every_search_parameter_parses_against_its_base_type) {
  std::size_t count = 0;
  for (const fhir::TypeDefinition* type : fhir::resourceTypes()) {
    for (const fhir::SearchParameter& parameter : fhir::searchParameters(*type)) {
      if (parameter.expression.empty()) continue;
      ++count;
      const std::string fault = parseFault(parameter.expression, *type);
      BOOST_CHECK_MESSAGE(fault.empty(), type->name << " " << parameter.code << ": " << parameter.expression
                                                    << ": " << fault);
      for (const fhir::SearchComponent& component : parameter.components) {
        const auto parsed = Expression::parse(component.expression);
        BOOST_CHECK_MESSAGE(parsed.ok(), parameter.code << ": " << component.expression);
      }
    }
  }
  BOOST_CHECK_GT(count, 1000U);
}

BOOST_AUTO_TEST_CASE(every_invariant_parses_against_its_type) {
  std::size_t count = 0;
  const auto check = [&](const fhir::TypeDefinition& type, std::string_view path,
                         const fhir::Invariant& invariant) {
    ++count;
    if (invariant.key == "cid-0") return;  // HL7's own fault: ChargeItemDefinition has no name
    const std::string fault = parseFault(invariant.expression, type);
    BOOST_CHECK_MESSAGE(fault.empty(),
                        path << " " << invariant.key << ": " << invariant.expression << ": " << fault);
  };
  for (const fhir::TypeDefinition* type : fhir::resourceTypes()) {
    for (const fhir::Invariant& invariant : type->invariants) check(*type, type->name, invariant);
    for (const fhir::ElementDefinition& element : type->elements)
      for (const fhir::Invariant& invariant : element.invariants)
        if (element.types.size() == 1) check(*element.types.front().type, element.path, invariant);
  }
  BOOST_CHECK_GT(count, 100U);
}

BOOST_AUTO_TEST_SUITE_END()
