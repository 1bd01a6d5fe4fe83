#include "fhir/search/compiled_parameter.h"

#include <utility>

#include "fhir/search/conversion.h"
#include "fhir/search/union_operands.h"
#include "fhir/search/words.h"

namespace fhir::search {
namespace {

// "Person.name" says nothing about a Patient.
bool isAboutOther(const TypeDefinition& type, std::string_view operand) {
  while (operand.starts_with('(') || operand.starts_with(' ')) operand.remove_prefix(1);
  const auto* root = findResourceType(operand.substr(0, operand.find_first_of(". ")));
  return root != nullptr && root != &type && root->name != "Resource" && root->name != "DomainResource";
}

}  // namespace

Result<CompiledParameter> CompiledParameter::compile(const TypeDefinition& type,
                                                     const SearchParameter& parameter) {
  CompiledParameter compiled(parameter);
  if (parameter.expression.empty() || parameter.code == "_id" || parameter.code == "_lastUpdated")
    return compiled;
  if (parameter.type == SearchParameterType::composite) {
    compiled.composite_ = CompositeExpressions::compile(type, parameter);
    return compiled;
  }
  for (const auto operand : unionOperands(parameter.expression)) {
    if (isAboutOther(type, operand)) continue;
    auto parsed = fhirpath::Expression::parse(operand, &type);
    if (!parsed) return std::move(parsed).outcome();
    compiled.expressions_.push_back(std::move(*parsed));
  }
  return compiled;
}

void CompiledParameter::addTo(const Resource& resource, std::string_view baseUrl,
                              fhirpath::Evaluation& evaluation, IndexValues& values) const {
  if (isFullText(*parameter_)) {
    auto words = parameter_->code == "_text" ? wordsOfNarrative(resource) : wordsOfContent(resource);
    if (!words.empty()) values.texts.push_back({parameter_, std::move(words)});
    return;
  }
  if (composite_) {
    if (!addComposite(*composite_, *parameter_, resource.root(), baseUrl, evaluation, values))
      values.failed.push_back(parameter_);
    return;
  }
  for (const auto& expression : expressions_) {
    const auto items = evaluation.run(expression, resource.root());
    if (!items) {
      if (values.failed.empty() || values.failed.back() != parameter_) values.failed.push_back(parameter_);
      continue;
    }
    for (const auto& item : *items) addValues(item, *parameter_, baseUrl, values);
  }
  if (!expressions_.empty() && parameter_->type == SearchParameterType::string)
    addWordsOfPlainNames(resource.root(), *parameter_, values);
}

}  // namespace fhir::search
