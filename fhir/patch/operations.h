// The operations of a FHIRPath Patch, read out of its Parameters and checked before any is applied.
//
// Specification: https://hl7.org/fhir/R4/fhirpatch.html
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/fhirpath/fhirpath.h"
#include "fhir/model/outcome.h"
#include "fhir/model/resource.h"
#include "fhir/patch/patch.h"

namespace fhir::patch {

struct Operation {
  enum class Kind : unsigned char { add, insert, delete_, replace, move };

  Kind kind = Kind::add;
  std::string_view kindText;
  std::string_view pathText;
  fhirpath::Expression path;
  std::string_view name;           // add: the element, without the type of a choice or with it
  const Element* value = nullptr;  // add, insert and replace: the part `value`
  std::size_t index = 0;           // insert
  std::size_t source = 0;          // move
  std::size_t destination = 0;     // move
};

// The views and elements are those of `patch`. `target` is the type that the paths are checked against.
// Errors: Failure::badRequest for what is no patch at all, Failure::unprocessable for a path that names no
// element of the type.
Result<std::vector<Operation>> readOperations(const Resource& patch, const TypeDefinition& target,
                                              const Limits& limits);

// "Parameters.parameter[2]"
std::string operationPath(std::size_t index);

}  // namespace fhir::patch
