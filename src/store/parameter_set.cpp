#include "src/store/parameter_set.h"

#include <algorithm>
#include <utility>

#include "fhir/json/json.h"

namespace store {

fhir::Result<std::unique_ptr<const ParameterSet>> ParameterSet::load(Connection& connection) {
  auto set = std::make_unique<ParameterSet>();
  // The epoch first: what changes after it makes another one, which is noticed.
  auto epoch = connection.run("SELECT epoch FROM fhir.search_epoch");
  if (!epoch) return std::move(epoch).outcome();
  set->epoch_ = epoch->number(0, 0);
  auto building = connection.run(
      "SELECT b.number, o.number IS NOT NULL OR p.code IN ('_text', '_content'), p.code FROM "
      "fhir.index_build b"
      " JOIN fhir.parameter p ON p.id = b.number LEFT JOIN fhir.own_parameter o ON o.number = b.number");
  if (!building) return std::move(building).outcome();
  for (std::size_t row = 0; row < building->size(); ++row) {
    set->building_.insert(static_cast<ParameterId>(building->number(row, 0)));
    if (building->text(row, 2) == kContainedIndex) {
      set->isContainedComplete_ = false;
    } else if (building->text(row, 2) == kPersonsIndex) {
      set->isPersonsComplete_ = false;
    } else {
      set->isComplete_ = set->isComplete_ && building->flag(row, 1);
    }
  }
  auto own = connection.run(
      "SELECT number, resource_type, source, content, retired_at IS NOT NULL FROM fhir.own_parameter ORDER "
      "BY number");
  if (!own) return std::move(own).outcome();
  for (std::size_t row = 0; row < own->size(); ++row) {
    const auto* type = fhir::findResourceType(own->text(row, 1));
    auto resource = fhir::json::parse(own->text(row, 3), fhir::ownLimits);
    if (type == nullptr || !resource) continue;
    auto read = fhir::search::OwnParameter::read(*resource);
    if (!read) continue;
    for (auto& each : *read) {
      if (&each->type() != type) continue;
      set->own_[type].push_back({std::move(each), static_cast<ParameterId>(own->number(row, 0)),
                                 std::string(own->text(row, 2)), own->flag(row, 4)});
    }
  }
  return std::unique_ptr<const ParameterSet>(std::move(set));
}

const std::vector<ParameterSet::Own>& ParameterSet::of(const fhir::TypeDefinition& type) const noexcept {
  static const std::vector<Own> none;
  const auto found = own_.find(&type);
  return found == own_.end() ? none : found->second;
}

const ParameterSet::Own* ParameterSet::find(const fhir::TypeDefinition& type,
                                            std::string_view code) const noexcept {
  const auto& all = of(type);
  const auto found = std::find_if(all.begin(), all.end(), [&](const Own& own) {
    return !own.retired && own.parameter->parameter().code == code;
  });
  return found == all.end() ? nullptr : &*found;
}

const ParameterSet::Own* ParameterSet::find(const fhir::TypeDefinition& type,
                                            const fhir::SearchParameter& parameter) const noexcept {
  const auto* own = find(type, parameter.code);
  return own != nullptr && &own->parameter->parameter() == &parameter ? own : nullptr;
}

}  // namespace store
