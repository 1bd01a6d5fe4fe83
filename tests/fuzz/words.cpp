#include "tests/fuzz/words.h"

#include <set>

#include "fhir/definitions/definitions.h"
#include "fhir/fhirpath/functions.h"

namespace fuzz {

std::vector<std::string> elementNames() {
  std::set<std::string> names;
  for (const fhir::TypeDefinition& type : fhir::types())
    if (type.kind == fhir::TypeKind::complex && !type.is("BackboneElement"))
      for (const fhir::Property& property : type.properties) names.emplace(property.name);
  for (const fhir::TypeDefinition* type : fhir::resourceTypes()) names.emplace(type->name);
  return {names.begin(), names.end()};
}

std::vector<std::string> functionNames() {
  std::vector<std::string> names;
  for (int i = 0; i <= static_cast<int>(fhir::fhirpath::Function::where); ++i)
    names.emplace_back(fhir::fhirpath::name(static_cast<fhir::fhirpath::Function>(i)));
  return names;
}

std::vector<std::string> parameterNames() {
  std::set<std::string> names;
  for (const fhir::TypeDefinition* type : fhir::resourceTypes())
    for (const fhir::SearchParameter& parameter : fhir::searchParameters(*type))
      names.emplace(parameter.code);
  return {names.begin(), names.end()};
}

std::vector<std::string> with(std::vector<std::string> words, std::initializer_list<std::string_view> more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

}  // namespace fuzz
