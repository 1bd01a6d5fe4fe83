// OwnParameter: a search parameter of a site's own, as a stored SearchParameter resource defines it for one
// resource type.
//
// Specification: https://hl7.org/fhir/R4/searchparameter.html. Threading: immutable. Ownership: holds all
// that its SearchParameter refers to, so it never moves.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/search/compiled_parameter.h"

namespace fhir::search {

class OwnParameter {
 public:
  // What an active SearchParameter defines, one for each type of its base. Errors: 422, each fault at its
  // element: a code, url or expression that is missing, a code that R4 has for the type, an expression that
  // is wrong, a type of parameter that only R4's own have (composite, special).
  static Result<std::vector<std::shared_ptr<const OwnParameter>>> read(const Resource& searchParameter);

  OwnParameter(const OwnParameter&) = delete;
  OwnParameter& operator=(const OwnParameter&) = delete;

  const TypeDefinition& type() const noexcept { return *type_; }
  const SearchParameter& parameter() const noexcept { return parameter_; }
  const CompiledParameter& compiled() const noexcept { return *compiled_; }
  // Another text whenever an index made by another definition would not serve.
  std::string definition() const;

 private:
  OwnParameter() = default;
  static Result<std::shared_ptr<const OwnParameter>> readFor(const TypeDefinition&, const Resource&);

  const TypeDefinition* type_ = nullptr;
  std::string url_, code_, expression_;
  std::vector<std::string> targets_;
  std::vector<std::string_view> targetViews_;
  SearchParameter parameter_{};
  std::optional<CompiledParameter> compiled_;
};

}  // namespace fhir::search
