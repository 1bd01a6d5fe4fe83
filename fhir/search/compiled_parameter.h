// CompiledParameter: a search parameter ready to be evaluated, its FHIRPath compiled for one resource type.
//
// Threading: immutable; addTo() may be called by many threads at once, each with an Evaluation of its own.
// Ownership: refers to the SearchParameter, which must outlive it.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "fhir/fhirpath/fhirpath.h"
#include "fhir/model/outcome.h"
#include "fhir/search/composite_index.h"
#include "fhir/search/index.h"

namespace fhir::search {

class CompiledParameter {
 public:
  // _id, _lastUpdated and what has no expression give no values, but for _text and _content. Errors: 422 with
  // what is wrong with the expression.
  static Result<CompiledParameter> compile(const TypeDefinition&, const SearchParameter&);

  const SearchParameter& parameter() const noexcept { return *parameter_; }
  // Appends the values that the resource has. One whose evaluation hits FHIRPath's limits is told in
  // IndexValues::failed.
  void addTo(const Resource&, std::string_view baseUrl, fhirpath::Evaluation&, IndexValues&) const;

 private:
  explicit CompiledParameter(const SearchParameter& parameter) : parameter_(&parameter) {}

  const SearchParameter* parameter_;
  std::vector<fhirpath::Expression> expressions_;  // a union's operands
  std::optional<CompositeExpressions> composite_;
};

}  // namespace fhir::search
