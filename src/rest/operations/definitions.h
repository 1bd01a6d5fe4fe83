// Which value set or code system an operation is asked of, among R4's own, the folders' and the stored ones.
//
// Threading: belongs to one call. Ownership: what is found lives as long as the Definitions.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "fhir/model/outcome.h"
#include "fhir/profiles/profile_set.h"
#include "fhir/terminology/source.h"
#include "src/rest/call.h"
#include "src/rest/operations/inputs.h"

namespace rest::operations {

class Definitions {
 public:
  // What is known at this moment: whatever was committed before the request is in it.
  static fhir::Result<Definitions> now(Call&);

  const fhir::terminology::Source& source() const noexcept { return known_->terminology(); }

  // The instance of the URL, the parameter valueSet, or what url (with valueSetVersion) or context names;
  // exactly one of them. 400, 404, 410, 422.
  fhir::Result<const fhir::terminology::ValueSet*> valueSet(Call&, const Inputs&);
  // The instance of the URL, or the parameter codeSystem; nullptr when it is neither.
  fhir::Result<const fhir::terminology::CodeSystem*> givenCodeSystem(Call&, const Inputs&);

 private:
  Definitions() = default;

  std::shared_ptr<const fhir::profiles::ProfileSet> known_;
  std::shared_ptr<const fhir::terminology::ValueSet> ownValueSet_;
  std::shared_ptr<const fhir::terminology::CodeSystem> ownCodeSystem_;
};

}  // namespace rest::operations
