// Path: how a mapping file names an element: `name[use=official|usual|*]`, `code.coding[0].system`.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/definitions/definitions.h"
#include "src/store/mapping/program.h"
#include "src/store/mapping/source.h"

namespace store::mapping {

struct Step {
  const fhir::Property* property = nullptr;
  std::string selectorText;  // as in the file, with its brackets; items of one array are told apart by it
  Selector selector;
};

// The steps from `type` down to the element; nullopt after a complaint that names what is wrong and the
// nearest right name.
std::optional<std::vector<Step>> parsePath(std::string_view text, const fhir::TypeDefinition& type,
                                           std::size_t line, Complaints& complaints);

}  // namespace store::mapping
