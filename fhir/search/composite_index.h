// The values of a composite parameter's elements.
//
// Threading: a CompositeExpressions is immutable once compiled.
#pragma once

#include <string_view>
#include <vector>

#include "fhir/fhirpath/fhirpath.h"
#include "fhir/search/index.h"

namespace fhir::search {

struct CompositeExpressions {
  std::vector<fhirpath::Expression> elements;
  std::vector<const SearchParameter*> components;
  std::vector<std::vector<fhirpath::Expression>> values;  // by component: alternatives, from the element

  static CompositeExpressions compile(const TypeDefinition&, const SearchParameter& composite);
};

// What one item gives a parameter, by the parameter's type.
void addValues(const fhirpath::Item&, const SearchParameter&, std::string_view baseUrl, IndexValues&);

// Appends the values of each element, with their Part. False when an expression failed.
bool addComposite(const CompositeExpressions&, const SearchParameter& composite, const Element& root,
                  std::string_view baseUrl, fhirpath::Evaluation&, IndexValues&);

}  // namespace fhir::search
