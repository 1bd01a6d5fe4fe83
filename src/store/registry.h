// Registry: what all sessions of a Store share: mappings, the SQL of each type, and the search parameters
// with their numbers.
//
// Threading: immutable once open() has returned, but for the present ParameterSet, which any thread may
// replace at any time.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "fhir/search/index.h"
#include "fhir/search/query.h"
#include "src/keys/keyring.h"
#include "src/platform/seal.h"
#include "src/store/connection.h"
#include "src/store/mapping/mapping.h"
#include "src/store/parameter_set.h"
#include "src/store/store.h"
#include "src/store/type_plan.h"

namespace store {

using ParameterList = std::vector<const fhir::SearchParameter*>;

// What a contained resource can be found by.
struct ContainedValues {
  const fhir::TypeDefinition* type = nullptr;
  std::string id;  // as it stands in its container
  fhir::search::IndexValues values;
};

// What a resource can be found by, and what it contains.
struct Searchable {
  fhir::search::IndexValues values;
  std::vector<ContainedValues> contained;
};

// Whose a resource is, as array literals of keys: in the compartments of which patients and practitioners
// (https://hl7.org/fhir/R4/compartmentdefinition.html).
struct Persons {
  std::string patients;
  std::string practitioners;
};

class Registry final : public fhir::search::Catalog {
 public:
  static fhir::Result<std::unique_ptr<Registry>> load(const StoreOptions&, std::unique_ptr<keys::Keyring>);

  // Reads the numbers of all search parameters, and gives new ones to those that the database does not know
  // yet.
  fhir::Result<fhir::Done> internParameters(Connection&);
  fhir::Result<fhir::Done> readSecret(Connection&);

  const StoreOptions& options() const noexcept { return options_; }
  const fhir::search::Indexer& indexer() const noexcept { return indexer_; }
  // Seals cursors; known once open() has returned.
  const platform::Sealer& sealer() const noexcept { return *sealer_; }
  // The keys of encrypted values.
  keys::Keyring& keyring() const noexcept { return *keyring_; }
  // While there are keys: the blind keys by which a value of the parameter is found, the newest first. Empty:
  // it is found as it is. nullopt: they cannot be had now.
  std::optional<keys::Keyring::BlindKeys> blindsOf(const fhir::SearchParameter&) const;

  const TypePlan& plan(const fhir::TypeDefinition&) const;
  // All resource types, sorted by name.
  const std::vector<const TypePlan*>& plans() const noexcept { return plans_; }

  // What stands of a resource in the index tables: everything for one that is wholly indexed; else, of what
  // its row's columns answer, only what they cannot say (texts of codes, identifiers in references, for
  // modifiers).
  fhir::search::IndexValues indexValues(const fhir::Resource&, bool whole) const;

  // `key`: the resource's own; `values`: all that it is found by.
  Persons personsOf(const fhir::TypeDefinition&, std::string_view key,
                    const fhir::search::IndexValues& values) const;

  // Of the contained resources that have an address, which is a legal id; of several with one id the first
  // has it. By R4's own parameters, all that an index table can have.
  std::vector<ContainedValues> containedValues(const fhir::Resource&) const;
  Searchable searchable(const fhir::Resource& resource, bool whole) const {
    return {indexValues(resource, whole), containedValues(resource)};
  }

  // The number of one of R4's parameters, or of a composite's component (componentCode); 0 when it has none.
  ParameterId number(const fhir::TypeDefinition&, std::string_view code) const;
  // The same of a parameter of any set that this registry had; for another type than its own, of the same
  // code there.
  ParameterId number(const fhir::TypeDefinition&, const fhir::SearchParameter&) const;
  // The numbers of all parameters of the type as an array literal.
  std::string numbers(const fhir::TypeDefinition&) const;

  // A site's own parameters, and which indexes are complete, as last seen. The reference stays valid.
  const ParameterSet& set() const noexcept { return *set_.load(std::memory_order_acquire); }
  void replace(std::unique_ptr<const ParameterSet>) const;

  bool supports(const fhir::TypeDefinition&, const fhir::SearchParameter&) const override;
  bool sorts(const fhir::TypeDefinition&, const fhir::SearchParameter&) const override;
  const fhir::SearchParameter* find(const fhir::TypeDefinition&, std::string_view code) const override;
  std::vector<const fhir::SearchParameter*> parameters(const fhir::TypeDefinition&) const override;
  std::string whyNot(const fhir::TypeDefinition&, const fhir::SearchParameter&) const override;

 private:
  struct Entry {
    explicit Entry(TypePlan typePlan) : plan(std::move(typePlan)) {}
    TypePlan plan;
    ParameterList wholly;         // all that an index table can have
    ParameterList besideColumns;  // those that give something for a row whose columns answer what they can
    ParameterList patientLinks;   // by which it is in a patient's compartment
    ParameterList practitionerLinks;  // the same of a practitioner
    std::unordered_map<std::string, ParameterId> numbers;
    std::string numberList;
  };

  Registry(StoreOptions options, Mappings mappings, std::unique_ptr<keys::Keyring>);
  const Entry& entry(const fhir::TypeDefinition&) const;
  // All that an index table must have for the parameter is there.
  bool isComplete(const fhir::TypeDefinition&, const fhir::SearchParameter&) const;

  StoreOptions options_;
  Mappings mappings_;
  fhir::search::Indexer indexer_;
  std::optional<platform::Sealer> sealer_;
  std::unique_ptr<keys::Keyring> keyring_;
  std::unordered_map<const fhir::TypeDefinition*, Entry> entries_;
  std::vector<const TypePlan*> plans_;

  mutable std::mutex replacing_;  // guards sets_
  mutable std::vector<std::unique_ptr<const ParameterSet>> sets_;
  mutable std::atomic<const ParameterSet*> set_;
};

// The code under which a composite's component has its number: "code-value-quantity$0".
std::string componentCode(const fhir::SearchParameter& composite, std::size_t component);

// Whether a row's columns, which answer the parameter, leave something to the index tables: what modifiers
// ask for.
bool leavesSomething(const ColumnSearch&) noexcept;

// _id and _lastUpdated are columns of every table; they are never in an index table.
bool isRowParameter(const fhir::SearchParameter&) noexcept;

}  // namespace store
