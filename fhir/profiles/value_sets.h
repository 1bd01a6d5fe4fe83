// Loaded ValueSets and CodeSystems: which codes they have, with R4's own behind them.
//
// Specification: ValueSet (https://hl7.org/fhir/R4/valueset.html), CodeSystem. The rules are those of
// fhir/terminology. Internal to this folder. Threading: immutable.
#pragma once

#include <memory>
#include <string_view>

#include "fhir/profiles/faults.h"
#include "fhir/terminology/canonical.h"
#include "fhir/terminology/source.h"
#include "fhir/validation/bindings.h"

namespace fhir::profiles {

using terminology::Canonical;
using terminology::canonicalOf;
using terminology::Canonicals;
using terminology::CodeSystem;
using terminology::isBefore;
using terminology::ValueSet;

// nullptr when the resource cannot be used; says why.
std::shared_ptr<const CodeSystem> readCodeSystem(const Resource&, LoadFaults&);
std::shared_ptr<const ValueSet> readValueSet(const Resource&, LoadFaults&);

// Both must outlive it. What is not loaded is asked of R4's own.
class LoadedValueSets final : public validation::ValueSets, public terminology::Source {
 public:
  LoadedValueSets(const Canonicals<ValueSet>& valueSets, const Canonicals<CodeSystem>& codeSystems)
      : valueSets_(valueSets), codeSystems_(codeSystems) {}

  validation::Membership find(std::string_view valueSet, std::string_view system,
                              std::string_view code) const override;

  std::optional<bool> subsumes(std::string_view system, std::string_view ancestor,
                               std::string_view code) const override;

  const CodeSystem* codeSystem(std::string_view canonical) const override;
  const ValueSet* valueSet(std::string_view canonical) const override;

 private:
  const Canonicals<ValueSet>& valueSets_;
  const Canonicals<CodeSystem>& codeSystems_;
};

}  // namespace fhir::profiles
