#include "fhir/search/index.h"

#include <algorithm>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "fhir/fhirpath/fhirpath.h"
#include "fhir/search/conversion.h"
#include "fhir/search/union_operands.h"

namespace fhir::search {
namespace {

bool isIndexed(const SearchParameter& parameter) {
  return parameter.type != SearchParameterType::composite && parameter.type != SearchParameterType::special &&
         !parameter.expression.empty() && parameter.code != "_id" && parameter.code != "_lastUpdated";
}

// The expressions of one resource type by the order of searchParameters(); none for what is not indexed.
struct Plan {
  std::once_flag compiled;
  std::vector<std::vector<fhirpath::Expression>> expressions;
};

void compile(const TypeDefinition& type, Plan& plan) {
  for (const auto& parameter : searchParameters(type)) {
    auto& expressions = plan.expressions.emplace_back();
    if (!isIndexed(parameter)) continue;
    for (const auto operand : unionOperands(parameter.expression)) {
      auto parsed = fhirpath::Expression::parse(operand, &type);
      if (parsed) expressions.push_back(std::move(*parsed));
    }
  }
}

void add(const fhirpath::Item& item, const SearchParameter& parameter, std::string_view baseUrl,
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
    case SearchParameterType::composite:
    case SearchParameterType::special:
      return;
  }
}

}  // namespace

struct Indexer::Impl {
  std::string baseUrl;
  fhirpath::Environment environment;
  std::unordered_map<const TypeDefinition*, Plan>
      plans;  // of all resource types; only their content comes later

  const Plan& plan(const TypeDefinition& type) {
    auto& plan = plans.at(&type);
    std::call_once(plan.compiled, compile, type, plan);
    return plan;
  }

  void run(const Resource& resource, const Plan& plan, std::size_t at, fhirpath::Evaluation& evaluation,
           IndexValues& values) const {
    const auto& parameter = searchParameters(resource.type())[at];
    for (const auto& expression : plan.expressions[at]) {
      const auto items = evaluation.run(expression, resource.root());
      if (!items) {
        if (values.failed.empty() || values.failed.back() != &parameter) values.failed.push_back(&parameter);
        continue;
      }
      for (const auto& item : *items) add(item, parameter, baseUrl, values);
    }
    if (plan.expressions[at].empty()) return;
    if (parameter.type == SearchParameterType::string) {
      addWordsOfPlainNames(resource.root(), parameter, values);
    }
  }
};

Indexer::Indexer(std::string baseUrl) : impl_(std::make_unique<Impl>()) {
  impl_->baseUrl = std::move(baseUrl);
  for (const auto* type : resourceTypes()) impl_->plans.try_emplace(type);
}

Indexer::~Indexer() = default;

IndexValues Indexer::index(const Resource& resource) const {
  IndexValues values;
  const auto& plan = impl_->plan(resource.type());
  fhirpath::Evaluation evaluation(impl_->environment);
  for (std::size_t i = 0; i < plan.expressions.size(); ++i) impl_->run(resource, plan, i, evaluation, values);
  return values;
}

IndexValues Indexer::index(const Resource& resource,
                           const std::vector<const SearchParameter*>& wanted) const {
  IndexValues values;
  const auto& plan = impl_->plan(resource.type());
  const auto parameters = searchParameters(resource.type());
  fhirpath::Evaluation evaluation(impl_->environment);
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const auto* parameter = &parameters[i];
    if (std::find(wanted.begin(), wanted.end(), parameter) != wanted.end()) {
      impl_->run(resource, plan, i, evaluation, values);
    }
  }
  return values;
}

}  // namespace fhir::search
