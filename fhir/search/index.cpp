#include "fhir/search/index.h"

#include <algorithm>
#include <iterator>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "fhir/fhirpath/fhirpath.h"
#include "fhir/search/compiled_parameter.h"
#include "fhir/search/conversion.h"

namespace fhir::search {
namespace {

// The parameters of one resource type, by the order of searchParameters().
struct Plan {
  std::once_flag compiled;
  std::vector<CompiledParameter> parameters;
};

void compile(const TypeDefinition& type, Plan& plan) {
  for (const auto& parameter : searchParameters(type)) {
    // R4's own all compile.
    if (auto compiled = CompiledParameter::compile(type, parameter))
      plan.parameters.push_back(std::move(*compiled));
  }
}

}  // namespace

void addValues(const fhirpath::Item& item, const SearchParameter& parameter, std::string_view baseUrl,
               IndexValues& values) {
  switch (parameter.type) {
    case SearchParameterType::token:
      return addTokens(item, parameter, values);
    case SearchParameterType::string:
      return addStrings(item, parameter, values);
    case SearchParameterType::date:
      return addDates(item, parameter, values);
    case SearchParameterType::reference:
      return addReferences(item, parameter, baseUrl, values);
    case SearchParameterType::quantity:
      return addQuantities(item, parameter, values);
    case SearchParameterType::number:
      return addNumbers(item, parameter, values);
    case SearchParameterType::uri:
      return addUris(item, parameter, values);
    case SearchParameterType::special:
      return addPositions(item, parameter, values);
    case SearchParameterType::composite:
      return;
  }
}

struct Indexer::Impl {
  std::string baseUrl;
  fhirpath::Environment environment;
  fhirpath::Environment ownEnvironment;  // of a site's own parameters
  std::unordered_map<const TypeDefinition*, Plan>
      plans;  // of all resource types; only their content comes later

  const Plan& plan(const TypeDefinition& type) {
    auto& plan = plans.at(&type);
    std::call_once(plan.compiled, compile, type, plan);
    return plan;
  }
};

Indexer::Indexer(std::string baseUrl) : impl_(std::make_unique<Impl>()) {
  impl_->baseUrl = std::move(baseUrl);
  impl_->ownEnvironment.maxSteps = kMostStepsOfOwn;
  for (const auto* type : resourceTypes()) impl_->plans.try_emplace(type);
}

Indexer::~Indexer() = default;

IndexValues Indexer::index(const Resource& resource) const {
  IndexValues values;
  fhirpath::Evaluation evaluation(impl_->environment);
  for (const auto& parameter : impl_->plan(resource.type()).parameters)
    parameter.addTo(resource, impl_->baseUrl, evaluation, values);
  return values;
}

IndexValues Indexer::index(const Resource& resource,
                           const std::vector<const SearchParameter*>& wanted) const {
  IndexValues values;
  fhirpath::Evaluation evaluation(impl_->environment);
  for (const auto& parameter : impl_->plan(resource.type()).parameters) {
    if (std::find(wanted.begin(), wanted.end(), &parameter.parameter()) != wanted.end())
      parameter.addTo(resource, impl_->baseUrl, evaluation, values);
  }
  return values;
}

namespace {

// Each list of values with its like.
template <class Work>
void forEachList(IndexValues& from, IndexValues& to, const Work& work) {
  work(from.tokens, to.tokens);
  work(from.strings, to.strings);
  work(from.dates, to.dates);
  work(from.references, to.references);
  work(from.quantities, to.quantities);
  work(from.numbers, to.numbers);
  work(from.uris, to.uris);
  work(from.positions, to.positions);
  work(from.texts, to.texts);
}

}  // namespace

// What somebody wrote down is run at every write: it may cost milliseconds and no more.
void Indexer::add(const Resource& resource, std::span<const CompiledParameter* const> parameters,
                  IndexValues& values) const {
  if (parameters.empty()) return;
  fhirpath::Evaluation evaluation(impl_->ownEnvironment);
  for (const auto* parameter : parameters) {
    IndexValues own;
    parameter->addTo(resource, impl_->baseUrl, evaluation, own);
    std::size_t count = 0;
    forEachList(own, values, [&](const auto& from, const auto&) { count += from.size(); });
    if (!own.failed.empty() || count > kMostValuesOfOwn) {
      values.failed.push_back(&parameter->parameter());
      continue;
    }
    forEachList(own, values, [](auto& from, auto& to) {
      to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
    });
  }
}

}  // namespace fhir::search
