// Bindings: whether a coded element keeps to the value set that its definition names.
//
// Specification: Terminologies, "Binding Strengths" (https://hl7.org/fhir/R4/terminologies.html#strength).
// Threading: ValueSets are read by many threads at once; the functions are pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "fhir/definitions/definitions.h"
#include "fhir/model/resource.h"

namespace fhir::validation {

class Report;

enum class Membership : std::uint8_t {
  member,
  notMember,
  unknown,  // the value set, or all it holds, is not known here
};

// Who knows which codes a value set has.
class ValueSets {
 public:
  virtual ~ValueSets() = default;
  // `valueSet`: canonical url, with or without |version. `system` is nullptr data() for a bare code (an
  // element of type code, uri or string), which belongs to no system of its own; an empty one is that of a
  // Coding without system.
  virtual Membership find(std::string_view valueSet, std::string_view system,
                          std::string_view code) const = 0;
  // Whether `ancestor` is the code or above it in the hierarchy of the code system; nullopt when that is not
  // known here.
  virtual std::optional<bool> subsumes(std::string_view system, std::string_view ancestor,
                                       std::string_view code) const {
    return system.empty() || ancestor != code ? std::nullopt : std::optional(true);
  }

 protected:
  ValueSets() = default;
  ValueSets(const ValueSets&) = default;
  ValueSets& operator=(const ValueSets&) = default;
};

// R4's own value sets that elements are bound to and whose codes can be listed (fhir::findCodes). Static
// storage.
const ValueSets& builtInValueSets() noexcept;

// Whether an element of type code, uri, string, Coding, CodeableConcept or Quantity has a code of the value
// set; of a CodeableConcept one of its codings. `unknown` too where the element holds no code to judge: a
// primitive without value, a concept with text or extensions only, another type.
Membership membership(const Element&, std::string_view valueSet, const ValueSets&);

// Whether the element holds a code that membership() can judge.
bool hasCode(const Element&) noexcept;

// Checks an element against its binding and reports a fault: an error for a required binding, a warning for
// an extensible or preferred one, nothing for an example. A concept without codings is a fault for a required
// binding alone, unless an extension says why (a text is no code).
void checkBinding(const Element&, std::string_view valueSet, BindingStrength, const ValueSets&, Report&);

}  // namespace fhir::validation
