// What a ProfileSet holds. Internal to this folder. Threading: immutable once a set has it.
#pragma once

#include "fhir/profiles/plan.h"
#include "fhir/profiles/profile_set.h"
#include "fhir/profiles/value_sets.h"

namespace fhir::profiles {

struct State {
  State() = default;
  State(const State& other)
      : profiles(other.profiles),
        valueSets(other.valueSets),
        codeSystems(other.codeSystems),
        limits(other.limits) {}
  State& operator=(const State&) = delete;
  ~State() = default;

  // A loaded profile, or R4's own.
  const Profile* find(std::string_view canonical) const noexcept;

  Canonicals<Profile> profiles;
  Canonicals<ValueSet> valueSets;
  Canonicals<CodeSystem> codeSystems;
  Limits limits;
  LoadedValueSets codes{valueSets, codeSystems};
};

}  // namespace fhir::profiles
