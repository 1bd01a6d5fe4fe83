#include "src/store/registry.h"

#include <cstdlib>
#include <utility>

#include "src/store/key.h"

namespace store {
namespace {

using fhir::SearchParameter;
using fhir::SearchParameterType;
using fhir::TypeDefinition;

// Composite and special parameters are not answered; a parameter without an expression has nothing to index.
bool isIndexable(const SearchParameter& parameter) noexcept {
  return parameter.type != SearchParameterType::composite && parameter.type != SearchParameterType::special &&
         !parameter.expression.empty() && !isRowParameter(parameter);
}

}  // namespace

bool isRowParameter(const SearchParameter& parameter) noexcept {
  return parameter.code == "_id" || parameter.code == "_lastUpdated";
}

Registry::Registry(StoreOptions options, Mappings mappings)
    : options_(std::move(options)), mappings_(std::move(mappings)), indexer_(options_.baseUrl) {
  for (const TypeDefinition* type : fhir::resourceTypes()) {
    Entry entry(TypePlan(*type, mappings_.find(*type)));
    const Mapping* mapping = entry.plan.mapping();
    for (const SearchParameter& parameter : fhir::searchParameters(*type)) {
      if (!isIndexable(parameter)) continue;
      entry.wholly.push_back(&parameter);
      if (mapping == nullptr || mapping->findSearch(parameter) == nullptr)
        entry.besideColumns.push_back(&parameter);
    }
    entries_.emplace(type, std::move(entry));
  }
  for (const TypeDefinition* type : fhir::resourceTypes()) plans_.push_back(&entries_.at(type).plan);
  for (const Mapping& mapping : mappings_.all()) {
    for (const MappedColumn& column : mapping.columns()) {
      if (column.targetType.empty()) continue;
      if (const TypeDefinition* target = fhir::findResourceType(column.targetType))
        entries_.at(target).plan.markTarget();
    }
  }
}

fhir::Result<std::unique_ptr<Registry>> Registry::load(const StoreOptions& options) {
  auto mappings = Mappings::load(options.mappingsDirectory);
  if (!mappings) return std::move(mappings).outcome();
  return std::unique_ptr<Registry>(new Registry(options, *std::move(mappings)));
}

fhir::Result<fhir::Done> Registry::internParameters(Connection& connection) {
  ArrayLiteral types;
  ArrayLiteral codes;
  for (const TypePlan* plan : plans_) {
    for (const SearchParameter* parameter : entries_.at(&plan->type()).wholly) {
      types.add(plan->name());
      codes.add(parameter->code);
    }
  }
  auto rows =
      connection.run("SELECT id, resource_type, code FROM fhir.intern_parameters(?::text[], ?::text[])",
                     {types.text(), codes.text()});
  if (!rows) return std::move(rows).outcome();
  for (std::size_t row = 0; row < rows->size(); ++row) {
    const TypeDefinition* type = fhir::findResourceType(rows->text(row, 1));
    const SearchParameter* parameter =
        type == nullptr ? nullptr : fhir::findSearchParameter(*type, rows->text(row, 2));
    if (parameter == nullptr) continue;
    Entry& entry = entries_.at(type);
    entry.numbers[parameter->code] = static_cast<ParameterId>(rows->number(row, 0));
  }
  for (auto& [type, entry] : entries_) {
    ArrayLiteral numbers;
    for (const auto& [code, number] : entry.numbers) numbers.add(std::to_string(number));
    entry.numberList = numbers.text();
  }
  return fhir::Done{};
}

const Registry::Entry& Registry::entry(const TypeDefinition& type) const {
  return entries_.at(&type);
}
const TypePlan& Registry::plan(const TypeDefinition& type) const {
  return entry(type).plan;
}
const ParameterList& Registry::besideColumns(const TypeDefinition& type) const {
  return entry(type).besideColumns;
}
const ParameterList& Registry::wholly(const TypeDefinition& type) const {
  return entry(type).wholly;
}
const std::string& Registry::numbers(const TypeDefinition& type) const {
  return entry(type).numberList;
}

ParameterId Registry::number(const TypeDefinition& type, const SearchParameter& parameter) const {
  const auto& numbers = entry(type).numbers;
  const auto found = numbers.find(parameter.code);
  return found == numbers.end() ? ParameterId{0} : found->second;
}

bool Registry::supports(const TypeDefinition&, const SearchParameter& parameter) const {
  return isRowParameter(parameter) || isIndexable(parameter);
}

bool Registry::sorts(const TypeDefinition&, const SearchParameter& parameter) const {
  return isRowParameter(parameter);
}

}  // namespace store
