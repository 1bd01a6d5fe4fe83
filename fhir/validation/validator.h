// The validator: one pass over a resource that finds every fault against FHIR R4's base specification, and
// hands the resource to the rules of its profiles where there are any.
//
// Specification: Validating Resources (https://hl7.org/fhir/R4/validation.html).
// Errors: what the specification forbids. Warnings: bindings of strength extensible and preferred, HL7's
// rules of that severity. The structure (known elements, JSON types, formats) is the codec's: a Resource that
// a codec made keeps it. Threading: pure; the plans of the types are made once per process, at the first use.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "fhir/model/outcome.h"
#include "fhir/model/resource.h"
#include "fhir/validation/bindings.h"

namespace fhir::validation {

class Judge;
class Links;
class Report;

// What the rules of one resource's validation share.
struct Context {
  const ValueSets& valueSets;
  const Links& links;
  Judge& judge;
  Report& report;
};

// A profile that a resource is to keep to.
struct WantedProfile {
  std::string_view canonical;
  const Element* named;  // the element of meta.profile that names it; nullptr when it was asked for
};

// The profiles' part of one validation; for one thread, and no longer than its Context.
class ProfileCheck {
 public:
  virtual ~ProfileCheck() = default;
  ProfileCheck(const ProfileCheck&) = delete;
  ProfileCheck& operator=(const ProfileCheck&) = delete;

  // Reports the faults of a resource (a root, a contained one or a Bundle's entry) against each profile; one
  // that is not known is reported too.
  virtual void resource(const Element& resource, std::span<const WantedProfile>) = 0;
  // Reports the faults of an extension against its own definition, where that is known.
  virtual void extension(const Element& extension) = 0;
  // Whether the element keeps to the profile; nullopt when the profile is not known. Reports nothing.
  virtual std::optional<bool> conformsTo(const Element&, std::string_view profile) = 0;

 protected:
  ProfileCheck() = default;
};

// Who knows profiles (fhir/profiles).
class ProfileRules {
 public:
  virtual ~ProfileRules() = default;
  virtual std::unique_ptr<ProfileCheck> begin(Context&) const = 0;

 protected:
  ProfileRules() = default;
  ProfileRules(const ProfileRules&) = default;
  ProfileRules& operator=(const ProfileRules&) = default;
};

struct Options {
  Severity least = Severity::information;  // `error` leaves out the work that only warnings need
  std::size_t maxIssues = 100;             // of each severity; a last issue says how many more there were
  const ValueSets* valueSets = nullptr;    // nullptr: R4's own
  // nullptr: no profiles. Else each resource is checked against those of its meta.profile, and each extension
  // against its definition.
  const ProfileRules* profiles = nullptr;
  std::span<const std::string_view> asked = {};  // profiles for the root beside those that it names
};

// All faults; empty when there are none. Its failure is `unprocessable`.
Outcome validate(const Resource&, const Options& = {});

}  // namespace fhir::validation
