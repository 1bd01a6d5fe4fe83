// Whether a code is one of a value set, or of a code system; and its display the right one.
//
// Specification: operations ValueSet/$validate-code and CodeSystem/$validate-code
// (https://hl7.org/fhir/R4/valueset-operation-validate-code.html). Threading: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "fhir/terminology/composition.h"

namespace fhir::terminology {

struct CodeQuestion {
  // Without data(): whatever system, where the context tells no other (ValueSets only).
  std::string_view system;
  std::string_view version;  // of the code system; empty: the newest
  std::string_view code;
  std::string_view display;        // empty: not to be checked
  std::string_view language;       // of the displays that are told and, beside the default ones, accepted
  bool isAbstractAllowed = false;  // an abstract code is right where it stands
};

struct CodeAnswer {
  bool result = false;
  std::string message;  // what is wrong and how to mend it; empty when all is well
  std::string display;  // of the code; empty when there is none
};

// Fails where it cannot be told: the value set depends on what is not here. The texts of an answer are R4's,
// the stored definitions' and the question's own.
Result<CodeAnswer> checkCode(const Source&, const ValueSet&, const CodeQuestion&);
Result<CodeAnswer> checkCode(const CodeSystem&, const CodeQuestion&);
// Of a code system that is known by its grammar alone.
CodeAnswer checkGrammar(const CodeQuestion&);

}  // namespace fhir::terminology
