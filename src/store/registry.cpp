#include "src/store/registry.h"

#include <algorithm>
#include <cstdlib>
#include <set>
#include <utility>

#include "fhir/search/composite.h"
#include "fhir/search/words.h"
#include "src/store/key.h"
#include "src/store/sealing.h"

namespace store {
namespace {

using fhir::SearchParameter;
using fhir::SearchParameterType;
using fhir::TypeDefinition;

// A parameter without an expression has nothing to index but words; a composite needs an index for the
// elements it is about.
bool isIndexable(const TypeDefinition& type, const SearchParameter& parameter) {
  if (fhir::search::isFullText(parameter)) return true;
  if (parameter.expression.empty() || isRowParameter(parameter)) return false;
  return parameter.type != SearchParameterType::composite ||
         !fhir::search::partsOf(type, parameter).elements.empty();
}

// A parameter of a site's own keeps no resource from being stored. Where its expression fails, a row in the
// table of positions, which such parameters have no other use for, says so: $status counts them.
void countFailures(const TypeDefinition& type, fhir::search::IndexValues& values) {
  std::erase_if(values.failed, [&](const SearchParameter* parameter) {
    if (fhir::findSearchParameter(type, parameter->code) == parameter) return false;
    values.positions.push_back({parameter, 0, 0});
    return true;
  });
}

template <class Values, class Stays>
void keep(Values& values, const Mapping& mapping, const Stays& stays) {
  std::erase_if(values, [&](const auto& value) {
    return value.part.component < 0 && mapping.findSearch(*value.parameter) != nullptr && !stays(value);
  });
}

// Whether the parameter makes a resource a member of the compartment.
bool isLink(const TypeDefinition& type, const SearchParameter& parameter, std::string_view compartment) {
  const auto codes = fhir::compartmentParameters(compartment, type.name);
  return parameter.type == SearchParameterType::reference &&
         std::find(codes.begin(), codes.end(), parameter.code) != codes.end();
}

}  // namespace

bool leavesSomething(const ColumnSearch& search) noexcept {
  return search.kind == ColumnSearch::Kind::coding || search.kind == ColumnSearch::Kind::code ||
         search.kind == ColumnSearch::Kind::reference;
}

bool isRowParameter(const SearchParameter& parameter) noexcept {
  return parameter.code == "_id" || parameter.code == "_lastUpdated";
}

Registry::Registry(StoreOptions options, Mappings mappings, std::unique_ptr<keys::Keyring> keyring)
    : options_(std::move(options)),
      mappings_(std::move(mappings)),
      indexer_(options_.baseUrl),
      keyring_(std::move(keyring)) {
  for (const TypeDefinition* type : fhir::resourceTypes()) {
    Entry entry(TypePlan(*type, mappings_.find(*type), *keyring_));
    const Mapping* mapping = entry.plan.mapping();
    for (const SearchParameter& parameter : fhir::searchParameters(*type)) {
      if (!isIndexable(*type, parameter)) continue;
      entry.wholly.push_back(&parameter);
      if (isLink(*type, parameter, "Patient")) entry.patientLinks.push_back(&parameter);
      if (isLink(*type, parameter, "Practitioner")) entry.practitionerLinks.push_back(&parameter);
      const ColumnSearch* column = mapping == nullptr ? nullptr : mapping->findSearch(parameter);
      if (column == nullptr || leavesSomething(*column)) entry.besideColumns.push_back(&parameter);
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

fhir::Result<std::unique_ptr<Registry>> Registry::load(const StoreOptions& options,
                                                       std::unique_ptr<keys::Keyring> keyring) {
  auto mappings = Mappings::load(options.mappingsDirectory);
  if (!mappings) return std::move(mappings).outcome();
  return std::unique_ptr<Registry>(new Registry(options, *std::move(mappings), std::move(keyring)));
}

fhir::Result<fhir::Done> Registry::internParameters(Connection& connection) {
  ArrayLiteral types;
  ArrayLiteral codes;
  for (const TypePlan* plan : plans_) {
    types.add(plan->name());
    codes.add(kContainedIndex);
    types.add(plan->name());
    codes.add(kPersonsIndex);
    for (const SearchParameter* parameter : entries_.at(&plan->type()).wholly) {
      const bool isComposite = parameter->type == SearchParameterType::composite;
      for (std::size_t i = 0; i < (isComposite ? parameter->components.size() : 1); ++i) {
        types.add(plan->name());
        codes.add(isComposite ? componentCode(*parameter, i) : std::string(parameter->code));
      }
    }
  }
  auto rows =
      connection.run("SELECT id, resource_type, code FROM fhir.intern_parameters(?::text[], ?::text[])",
                     {types.text(), codes.text()});
  if (!rows) return std::move(rows).outcome();
  for (std::size_t row = 0; row < rows->size(); ++row) {
    const TypeDefinition* type = fhir::findResourceType(rows->text(row, 1));
    if (type == nullptr) continue;
    entries_.at(type).numbers[std::string(rows->text(row, 2))] =
        static_cast<ParameterId>(rows->number(row, 0));
  }
  for (auto& [type, entry] : entries_) {
    ArrayLiteral numbers;
    for (const auto& [code, number] : entry.numbers) numbers.add(std::to_string(number));
    entry.numberList = numbers.text();
  }
  return fhir::Done{};
}

fhir::Result<fhir::Done> Registry::readSecret(Connection& connection) {
  auto rows = connection.run("SELECT fhir.server_secret('page-cursors')");
  if (!rows) return std::move(rows).outcome();
  sealer_.emplace(rows->text(0, 0), "page cursors");
  return fhir::Done{};
}

std::optional<keys::Keyring::BlindKeys> Registry::blindsOf(const SearchParameter& parameter) const {
  if (!keyring_->isOn() || !isHashed(parameter)) return keys::Keyring::BlindKeys{};
  const auto blinds = keyring_->blinds();
  if (!blinds) return std::nullopt;
  return **blinds;
}

const Registry::Entry& Registry::entry(const TypeDefinition& type) const {
  return entries_.at(&type);
}
const TypePlan& Registry::plan(const TypeDefinition& type) const {
  return entry(type).plan;
}
fhir::search::IndexValues Registry::indexValues(const fhir::Resource& resource, bool whole) const {
  const Entry& own = entry(resource.type());
  auto values = indexer_.index(resource, whole ? own.wholly : own.besideColumns);
  if (!whole) {
    const Mapping& mapping = *own.plan.mapping();
    keep(values.tokens, mapping, [](const auto& v) { return !v.text.empty() || !v.typeCode.empty(); });
    keep(values.references, mapping, [](const auto& v) { return !v.identifierValue.empty(); });
  }
  std::vector<const fhir::search::CompiledParameter*> sites;
  for (const auto& each : set().of(resource.type())) sites.push_back(&each.parameter->compiled());
  indexer_.add(resource, sites, values);
  countFailures(resource.type(), values);
  return values;
}

Persons Registry::personsOf(const TypeDefinition& type, std::string_view key,
                            const fhir::search::IndexValues& values) const {
  const Entry& own = entry(type);
  const auto keys = [&](std::string_view compartment, const ParameterList& links) {
    std::set<std::string> found;
    if (type.name == compartment) found.emplace(key);
    for (const auto& value : values.references) {
      if (value.targetType == compartment && !value.targetId.empty() &&
          std::find(links.begin(), links.end(), value.parameter) != links.end())
        found.insert(keyOf(compartment, value.targetId).uuid);
    }
    ArrayLiteral list;
    for (const std::string& each : found) list.add(each);
    return std::string(list.text());
  };
  return {keys("Patient", own.patientLinks), keys("Practitioner", own.practitionerLinks)};
}

std::vector<ContainedValues> Registry::containedValues(const fhir::Resource& resource) const {
  std::vector<ContainedValues> out;
  for (const fhir::Element* each = resource.root().child("contained"); each; each = each->nextSame()) {
    const std::string_view id = each->childText("id");
    const auto same = [&](const ContainedValues& other) { return other.id == id; };
    if (!isLegalId(id) || std::any_of(out.begin(), out.end(), same)) continue;
    const fhir::Resource alone = fhir::Resource::copyOf(*each);
    out.push_back({&alone.type(), std::string(id), indexer_.index(alone, entry(alone.type()).wholly)});
  }
  return out;
}

std::string Registry::numbers(const TypeDefinition& type) const {
  std::string list = entry(type).numberList;
  for (const auto& each : set().of(type)) {
    list.back() = list.size() > 2 ? ',' : ' ';
    list.append(std::to_string(each.number)).append("}");
  }
  return list;
}

ParameterId Registry::number(const TypeDefinition& type, std::string_view code) const {
  const auto& numbers = entry(type).numbers;
  const auto found = numbers.find(std::string(code));
  return found == numbers.end() ? ParameterId{0} : found->second;
}

ParameterId Registry::number(const TypeDefinition& type, const SearchParameter& parameter) const {
  if (const ParameterId r4 = number(type, parameter.code); r4 != 0) return r4;
  const std::lock_guard lock(replacing_);
  for (auto set = sets_.rbegin(); set != sets_.rend(); ++set) {
    for (const TypePlan* plan : plans_) {
      for (const auto& own : (*set)->of(plan->type())) {
        if (&own.parameter->parameter() != &parameter) continue;
        if (&plan->type() == &type) return own.number;
        const auto* same = (*set)->find(type, parameter.code);
        return same == nullptr ? ParameterId{0} : same->number;
      }
    }
  }
  return 0;
}

void Registry::replace(std::unique_ptr<const ParameterSet> set) const {
  const std::lock_guard lock(replacing_);
  if (!sets_.empty() && sets_.back()->epoch() >= set->epoch()) return;
  set_.store(set.get(), std::memory_order_release);
  sets_.push_back(std::move(set));
}

bool Registry::isComplete(const TypeDefinition& type, const SearchParameter& parameter) const {
  if (isRowParameter(parameter)) return true;
  if (parameter.type != SearchParameterType::composite) return set().isComplete(number(type, parameter));
  for (std::size_t i = 0; i < parameter.components.size(); ++i) {
    if (!set().isComplete(number(type, componentCode(parameter, i)))) return false;
  }
  const auto parts = fhir::search::componentsOf(type, parameter);
  return std::all_of(parts.begin(), parts.end(), [&](const auto* part) { return isComplete(type, *part); });
}

bool Registry::supports(const TypeDefinition& type, const SearchParameter& parameter) const {
  if (isRowParameter(parameter)) return true;
  const bool isKnown = parameter.type == SearchParameterType::composite
                           ? !fhir::search::componentsOf(type, parameter).empty()
                           : isIndexable(type, parameter);
  return isKnown && isComplete(type, parameter);
}

bool Registry::sorts(const TypeDefinition& type, const SearchParameter& parameter) const {
  return isRowParameter(parameter) ||
         (supports(type, parameter) && !(isBlind(parameter) && keyring_->isOn()) &&
          parameter.type != SearchParameterType::composite &&
          parameter.type != SearchParameterType::special && !fhir::search::isFullText(parameter));
}

const SearchParameter* Registry::find(const TypeDefinition& type, std::string_view code) const {
  if (const auto* r4 = fhir::findSearchParameter(type, code)) return r4;
  const auto* own = set().find(type, code);
  return own == nullptr ? nullptr : &own->parameter->parameter();
}

std::vector<const SearchParameter*> Registry::parameters(const TypeDefinition& type) const {
  auto known = Catalog::parameters(type);
  for (const auto& own : set().of(type)) {
    if (!own.retired && supports(type, own.parameter->parameter()))
      known.push_back(&own.parameter->parameter());
  }
  return known;
}

std::string Registry::whyNot(const TypeDefinition& type, const SearchParameter& parameter) const {
  if (isComplete(type, parameter)) return Catalog::whyNot(type, parameter);
  return "The index of '" + std::string(parameter.code) + "' for " + std::string(type.name) +
         " is being built; GET [base]/SearchParameter/$status says how far it is.";
}

std::string componentCode(const SearchParameter& composite, std::size_t component) {
  return std::string(composite.code) + "$" + std::to_string(component);
}

}  // namespace store
