// Rules: what a resource is checked for before it is written, and all that $validate looks at.
//
// Profiles come from folders, read once, and from the StructureDefinitions, ValueSets and CodeSystems that
// are stored like any other resource. What a folder or R4 itself defines is never replaced by what is stored:
// who may store a resource must not thereby change the rules for others. A stored definition that is broken
// is left out and told in the log; nothing else comes of it.
//
// Threading: all functions may be called by all threads. What is known is an immutable set; a check uses the
// one that was there when it began, refresh() puts another in its place. Reading and searching never come
// here.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "fhir/model/outcome.h"
#include "fhir/model/resource.h"
#include "fhir/profiles/profile_set.h"
#include "src/platform/configuration.h"
#include "src/store/store.h"

namespace rules {

// StructureDefinition, ValueSet, CodeSystem.
std::span<const fhir::TypeDefinition* const> definitionTypes() noexcept;
bool isDefinition(const fhir::TypeDefinition&) noexcept;

struct RulesOptions {
  platform::Validation level = platform::Validation::profiles;
  std::vector<std::string> folders;
  std::vector<std::string> required;  // profiles, each for the type that it is of; must be in a folder
};

class Rules {
 public:
  // Reads the folders; a file that is left out is told in the log. Fails (badRequest) when one can't be read,
  // or when a required profile is not in them.
  static fhir::Result<std::unique_ptr<Rules>> load(const RulesOptions&);

  // What stands against writing the resource: nothing where the level is `structure`. Faults less severe than
  // `least` are not looked for.
  fhir::Outcome checkWrite(const fhir::Resource&, fhir::Severity least) const;

  // All there is to say of a resource, whatever the level: base specification, the profiles that it declares,
  // those that are asked for, and of a definition whether it serves as one.
  fhir::Outcome checkAll(const fhir::Resource&, std::span<const std::string_view> asked) const;

  // The profiles that each resource of the type must keep to.
  std::vector<std::string_view> required(const fhir::TypeDefinition&) const;

  // The profiles of the folders that are of this resource type, as canonicals, sorted.
  std::vector<std::string> supported(const fhir::TypeDefinition&) const;

  // Makes the stored definitions, as they stand now, part of what is known; what has not changed is not read
  // again. Whatever was committed before the call is known to each check after it. Fails when the database
  // does; all stays as it was then.
  fhir::Result<fhir::Done> refresh(store::Session&);

  // What is known after a refresh: profiles, value sets and code systems of the folders and of the store,
  // with R4's own behind them. Inside a transaction without refreshing: what is not committed is nobody's to
  // know.
  fhir::Result<std::shared_ptr<const fhir::profiles::ProfileSet>> current(store::Session&);

 private:
  Rules() = default;
  std::shared_ptr<const fhir::profiles::ProfileSet> known() const;
  using Dangling = std::vector<fhir::profiles::ProfileSetBuilder::Dangling>;
  // Makes known what the builder has; what its profiles refer to and it does not have.
  Dangling publish(fhir::profiles::ProfileSetBuilder&);
  // Why a stored definition with this url does not count; empty when it may.
  std::string_view reserved(std::string_view url) const;

  using Name = std::pair<const fhir::TypeDefinition*, std::string>;  // type and id
  // A definition in the store.
  struct Stored {
    store::VersionId versionId = 0;
    std::int64_t updatedMilliseconds = 0;
    std::string canonical;  // empty: it cannot be referred to, or is reserved
  };
  struct Changes;
  fhir::Result<Changes> changes(store::Session&) const;
  fhir::Result<fhir::Done> apply(store::Session&, const Changes&);

  platform::Validation level_ = platform::Validation::profiles;
  std::map<const fhir::TypeDefinition*, std::vector<std::string>> required_, supported_;
  std::unordered_set<std::string> reserved_;  // urls, without version, of the folders' definitions

  mutable std::mutex publishing_;  // guards known_
  std::shared_ptr<const fhir::profiles::ProfileSet> known_;

  std::mutex refreshing_;  // guards what follows
  std::string mark_;
  std::map<Name, Stored> stored_;
};

}  // namespace rules
