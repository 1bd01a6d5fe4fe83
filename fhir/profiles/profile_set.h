// Profiles: the rules of StructureDefinitions that constrain a type, compiled once and checked in the pass of
// the validator.
//
// Specification: Profiling FHIR (https://hl7.org/fhir/R4/profiling.html), ElementDefinition, Extensibility.
// A profile is checked by its snapshot. The library reads no files: the caller brings parsed resources.
//
//   ProfileSetBuilder builder;                       // or builder(oldSet): what is added and removed is told
//   fhir::Outcome faults = builder.add(resource);    // a StructureDefinition, ValueSet or CodeSystem
//   auto [set, missing] = builder.finish();
//   options.profiles = &set;
//   options.valueSets = &set.valueSets();
//   fhir::validation::validate(resource, options);
//
// Threading: a ProfileSet is immutable; copies share what they hold, so a copy costs nothing and any number
// of threads may use it. A builder is for one thread. Ownership: a set owns all it needs; the resources it
// was made of may go.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/model/outcome.h"
#include "fhir/model/resource.h"
#include "fhir/terminology/source.h"
#include "fhir/validation/validator.h"

namespace fhir::profiles {

struct State;

// How much one validation may take of its profiles; beyond, it ends with an error (too-costly).
struct Limits {
  std::uint64_t maxSteps = 20'000'000;  // elements looked at, each time by a rule's node; some seconds' work
  std::size_t maxDepth = 200;  // profiles that wait for each other: by types, targets, discriminators
};

// What a set knows of one profile. The views live as long as the set.
struct ProfileSummary {
  std::string_view url;
  std::string_view version;  // may be empty
  std::string_view type;     // "Patient", "Extension", "Identifier"
};

class ProfileSet final : public validation::ProfileRules {
 public:
  ProfileSet();  // knows none but R4's own types
  ~ProfileSet() override;
  ProfileSet(const ProfileSet&);
  ProfileSet& operator=(const ProfileSet&);

  // `canonical`: url or url|version, of a loaded profile or of a type of R4 itself.
  bool knows(std::string_view canonical) const;
  // Whether the one is the other or derives from it by baseDefinition, as far as the set knows the way.
  bool derives(std::string_view canonical, std::string_view ancestor) const;
  // Those that were loaded, sorted by url and version.
  std::vector<ProfileSummary> profiles() const;

  // The loaded value sets, and R4's own for all others. Lives as long as any copy of the set.
  const validation::ValueSets& valueSets() const noexcept;
  // The loaded value sets and code systems, and R4's own for all others. Lives as long.
  const terminology::Source& terminology() const noexcept;

  std::unique_ptr<validation::ProfileCheck> begin(validation::Context&) const override;

 private:
  friend class ProfileSetBuilder;
  explicit ProfileSet(std::shared_ptr<const State>);
  std::shared_ptr<const State> state_;
};

class ProfileSetBuilder {
 public:
  ProfileSetBuilder();
  // Begins with what the set holds. Costs a copy of its index; nothing is compiled again.
  explicit ProfileSetBuilder(const ProfileSet&);
  ~ProfileSetBuilder();
  ProfileSetBuilder(const ProfileSetBuilder&) = delete;
  ProfileSetBuilder& operator=(const ProfileSetBuilder&) = delete;

  // Adds a StructureDefinition, ValueSet or CodeSystem; takes the place of one with the same url and version.
  // What is wrong with it is told with the FHIRPath in it; with an error it is left out (and what it would
  // have replaced stays). A StructureDefinition of R4 itself that defines a type (derivation specialization)
  // adds nothing and is no fault. The resource should be valid by the base specification.
  Outcome add(const Resource&);
  void setLimits(const Limits&);
  // Takes out what has this url (url|version: this version only). False when there is nothing.
  bool remove(std::string_view canonical);

  struct Dangling {
    std::string url;  // of the profile, with its |version if it has one
    Outcome faults;   // warnings, with the FHIRPath in its StructureDefinition
  };
  struct Finished {
    ProfileSet set;
    // What the profiles refer to and the set does not have: bases, profiles of types and targets; and bases
    // of another type. What cannot be judged for that reason is told at each validation.
    std::vector<Dangling> dangling;
  };
  // The set; the builder is as after construction with it.
  Finished finish();

 private:
  std::unique_ptr<State> state_;
};

}  // namespace fhir::profiles
