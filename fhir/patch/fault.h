// How a patch says what is wrong with one of its operations.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "fhir/model/outcome.h"

namespace fhir::patch {

// "Operation 2 (replace, path '/name/0'): ...", the operations counted from 0. `kind` and `path` may be
// empty.
Outcome operationFault(const Outcome& cause, std::size_t index, std::string_view kind, std::string_view path);

// The cause of such a fault, before it is known which operation it belongs to.
Outcome malformed(std::string diagnostics, std::string expression = {});      // 400
Outcome notApplicable(std::string diagnostics, std::string expression = {});  // 422
Outcome tooCostly(std::string diagnostics, std::string expression = {});      // 422

// nullopt: done.
using Fault = std::optional<Outcome>;

}  // namespace fhir::patch
