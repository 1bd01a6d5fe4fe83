// Registry: what all sessions of a Store share: mappings, the SQL of each type, and the search parameters
// with their numbers.
//
// Threading: immutable once open() has returned.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "fhir/search/index.h"
#include "fhir/search/query.h"
#include "src/store/connection.h"
#include "src/store/mapping/mapping.h"
#include "src/store/store.h"
#include "src/store/type_plan.h"

namespace store {

using ParameterId = std::int16_t;  // fhir.parameter.id

using ParameterList = std::vector<const fhir::SearchParameter*>;

class Registry final : public fhir::search::Catalog {
 public:
  static fhir::Result<std::unique_ptr<Registry>> load(const StoreOptions&);

  // Reads the numbers of all search parameters, and gives new ones to those that the database does not know
  // yet.
  fhir::Result<fhir::Done> internParameters(Connection&);

  const StoreOptions& options() const noexcept { return options_; }
  const fhir::search::Indexer& indexer() const noexcept { return indexer_; }

  const TypePlan& plan(const fhir::TypeDefinition&) const;
  // All resource types, sorted by name.
  const std::vector<const TypePlan*>& plans() const noexcept { return plans_; }

  // Parameters of the type that stand in index tables: for a row whose columns answer the others, and for one
  // that is wholly indexed.
  const ParameterList& besideColumns(const fhir::TypeDefinition&) const;
  const ParameterList& wholly(const fhir::TypeDefinition&) const;

  ParameterId number(const fhir::TypeDefinition&, const fhir::SearchParameter&) const;
  // The numbers of all parameters of the type as an array literal.
  const std::string& numbers(const fhir::TypeDefinition&) const;

  bool supports(const fhir::TypeDefinition&, const fhir::SearchParameter&) const override;
  bool sorts(const fhir::TypeDefinition&, const fhir::SearchParameter&) const override;

 private:
  struct Entry {
    explicit Entry(TypePlan typePlan) : plan(std::move(typePlan)) {}
    TypePlan plan;
    ParameterList besideColumns, wholly;
    std::unordered_map<std::string_view, ParameterId> numbers;
    std::string numberList;
  };

  Registry(StoreOptions options, Mappings mappings);
  const Entry& entry(const fhir::TypeDefinition&) const;

  StoreOptions options_;
  Mappings mappings_;
  fhir::search::Indexer indexer_;
  std::unordered_map<const fhir::TypeDefinition*, Entry> entries_;
  std::vector<const TypePlan*> plans_;
};

// _id and _lastUpdated are columns of every table; they are never in an index table.
bool isRowParameter(const fhir::SearchParameter&) noexcept;

}  // namespace store
